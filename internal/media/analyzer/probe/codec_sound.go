package probe

import (
	"math"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// soundConfig takes from the private data of a sound decoder, as Matroska, AVI and ASF carry it, what it
// says better than the container does.
func soundConfig(codec string, b []byte, a *media.Audio) {
	switch codec {
	case "aac":
		if c, ok := parseAACConfig(b); ok {
			a.Profile = c.profile
			if c.channels > 0 {
				a.Channels = c.channels
			}
			if c.rate > 0 {
				a.SampleRate = c.rate
			}
		}
	case "opus":
		if len(b) >= 19 && string(b[:8]) == "OpusHead" {
			a.SampleRate = 48000 // it decodes to this, whatever it was made of (RFC 7845, 5.1)
			if b[9] > 0 {
				a.Channels = int(b[9])
			}
		}
	case "vorbis":
		if first := xiphPackets(b, 1); len(first) == 1 {
			vorbisIdentification(first[0], a)
		}
	case "flac":
		if len(b) >= 8+18 && string(b[:4]) == "fLaC" {
			flacStreamInfo(b[8:], a)
		} else if len(b) == 34 {
			flacStreamInfo(b, a)
		}
	case "alac":
		if len(b) >= 36 && string(b[4:8]) == "alac" { // the whole box
			b = b[12:]
		}
		if len(b) >= 24 {
			a.BitDepth, a.Channels, a.SampleRate = int(b[5]), int(b[9]), int(min(be32(b[20:]), math.MaxInt32))
		}
	}
}

// vorbisIdentification reads a Vorbis identification header (Vorbis I specification, 4.2.2).
func vorbisIdentification(b []byte, a *media.Audio) bool {
	if len(b) < 24 || b[0] != 1 || string(b[1:7]) != "vorbis" {
		return false
	}
	a.Channels = int(b[11])
	if r := le32(b[12:]); r < 1<<24 {
		a.SampleRate = int(r)
	}
	if nominal := int32(le32(b[20:])); nominal > 0 {
		a.BitRate = int64(nominal)
	}
	return true
}

// flacStreamInfo reads STREAMINFO (RFC 9639, 8.2) of at least 18 bytes and returns the number of samples, 0 if unknown.
func flacStreamInfo(b []byte, a *media.Audio) uint64 {
	if len(b) < 18 {
		return 0
	}
	r := bitReader{b: b[10:]}
	a.SampleRate, a.Channels, a.BitDepth = int(r.bits(20)), int(r.bits(3))+1, int(r.bits(5))+1
	return uint64(r.bits(4))<<32 | uint64(r.bits(32))
}

// soundFormat is a WAVEFORMATEX as AVI, ASF and Matroska hold it.
type soundFormat struct {
	codec    string
	channels int
	rate     int
	bitRate  int64
	depth    int
	extra    []byte // the decoder's configuration
}

// parseWaveFormat reads WAVEFORMATEX, WAVEFORMATEXTENSIBLE, or the older forms of 14 and 16 bytes.
func parseWaveFormat(b []byte) (f soundFormat, ok bool) {
	if len(b) < 14 {
		return f, false
	}
	tag := le16(b)
	f.channels, f.rate, f.bitRate = int(le16(b[2:])), int(min(le32(b[4:]), math.MaxInt32)), int64(le32(b[8:]))*8
	if len(b) >= 16 {
		f.depth = int(le16(b[14:]))
	}
	if len(b) >= 18 {
		f.extra = b[18:min(len(b), 18+int(le16(b[16:])))]
	}
	if tag == 0xFFFE && len(f.extra) >= 22 {
		tag = le16(f.extra[6:])
		if valid := int(le16(f.extra)); valid > 0 && valid <= f.depth {
			f.depth = valid
		}
		f.extra = f.extra[22:]
	}
	f.codec = waveCodec(tag, f.depth)
	if f.codec == "aac" && tag == 0x1610 && len(f.extra) > 12 { // HEAACWAVEINFO in front
		f.extra = f.extra[12:]
	}
	return f, true
}

// fill puts the format into a.
func (f *soundFormat) fill(a *media.Audio) {
	a.Codec, a.Channels, a.SampleRate, a.BitRate = f.codec, f.channels, f.rate, f.bitRate
	if losslessSound(f.codec) {
		a.BitDepth = f.depth
	}
	soundConfig(f.codec, f.extra, a)
}

// losslessSound reports whether samples of a codec have a depth that is worth telling.
func losslessSound(codec string) bool {
	switch codec {
	case "flac", "alac", "truehd", "mlp", "tta", "wavpack", "wmalossless", "ape", "mp4als", "shorten", "tak":
		return true
	}
	return depthOf(codec) > 0
}
