package codec

import (
	"math"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// ConfigureSound takes from the private data of a sound decoder, as Matroska, AVI and ASF carry it, what it
// says better than the container does.
func ConfigureSound(codec string, b []byte, a *media.Audio) {
	switch codec {
	case "aac":
		if c, ok := ParseAACConfig(b); ok {
			a.Profile = c.Profile
			if c.Channels > 0 {
				a.Channels = c.Channels
			}
			if c.Rate > 0 {
				a.SampleRate = c.Rate
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
			VorbisIdentification(first[0], a)
		}
	case "flac":
		if len(b) >= 8+18 && string(b[:4]) == "fLaC" {
			FLACStreamInfo(b[8:], a)
		} else if len(b) == 34 {
			FLACStreamInfo(b, a)
		}
	case "alac":
		if len(b) >= 36 && string(b[4:8]) == "alac" { // the whole box
			b = b[12:]
		}
		if len(b) >= 24 {
			a.BitDepth, a.Channels, a.SampleRate = int(b[5]), int(b[9]), int(min(window.BE32(b[20:]), math.MaxInt32))
		}
	}
}

// VorbisIdentification reads a Vorbis identification header (Vorbis I specification, 4.2.2).
func VorbisIdentification(b []byte, a *media.Audio) bool {
	if len(b) < 24 || b[0] != 1 || string(b[1:7]) != "vorbis" {
		return false
	}
	a.Channels = int(b[11])
	if r := window.LE32(b[12:]); r < 1<<24 {
		a.SampleRate = int(r)
	}
	if nominal := int32(window.LE32(b[20:])); nominal > 0 {
		a.BitRate = int64(nominal)
	}
	return true
}

// FLACStreamInfo reads STREAMINFO (RFC 9639, 8.2) of at least 18 bytes and returns the number of samples, 0 if unknown.
func FLACStreamInfo(b []byte, a *media.Audio) uint64 {
	if len(b) < 18 {
		return 0
	}
	r := window.BitReader{B: b[10:]}
	a.SampleRate, a.Channels, a.BitDepth = int(r.Bits(20)), int(r.Bits(3))+1, int(r.Bits(5))+1
	return uint64(r.Bits(4))<<32 | uint64(r.Bits(32))
}

// Sound is a WAVEFORMATEX as AVI, ASF and Matroska hold it.
type Sound struct {
	Codec    string
	channels int
	Rate     int
	BitRate  int64
	depth    int
	Extra    []byte // the decoder's configuration
}

// ParseWaveFormat reads WAVEFORMATEX, WAVEFORMATEXTENSIBLE, or the older forms of 14 and 16 bytes.
func ParseWaveFormat(b []byte) (f Sound, ok bool) {
	if len(b) < 14 {
		return f, false
	}
	tag := window.LE16(b)
	f.channels, f.Rate, f.BitRate = int(window.LE16(b[2:])), int(min(window.LE32(b[4:]), math.MaxInt32)), int64(window.LE32(b[8:]))*8
	if len(b) >= 16 {
		f.depth = int(window.LE16(b[14:]))
	}
	if len(b) >= 18 {
		f.Extra = b[18:min(len(b), 18+int(window.LE16(b[16:])))]
	}
	if tag == 0xFFFE && len(f.Extra) >= 22 {
		tag = window.LE16(f.Extra[6:])
		if valid := int(window.LE16(f.Extra)); valid > 0 && valid <= f.depth {
			f.depth = valid
		}
		f.Extra = f.Extra[22:]
	}
	f.Codec = WaveCodec(tag, f.depth)
	if f.Codec == "aac" && tag == 0x1610 && len(f.Extra) > 12 { // HEAACWAVEINFO in front
		f.Extra = f.Extra[12:]
	}
	return f, true
}

// Fill puts the format into a.
func (f *Sound) Fill(a *media.Audio) {
	a.Codec, a.Channels, a.SampleRate, a.BitRate = f.Codec, f.channels, f.Rate, f.BitRate
	if LosslessSound(f.Codec) {
		a.BitDepth = f.depth
	}
	ConfigureSound(f.Codec, f.Extra, a)
}

// LosslessSound reports whether samples of a codec have a depth that is worth telling.
func LosslessSound(codec string) bool {
	switch codec {
	case "flac", "alac", "truehd", "mlp", "tta", "wavpack", "wmalossless", "ape", "mp4als", "shorten", "tak":
		return true
	}
	return PCMDepth(codec) > 0
}
