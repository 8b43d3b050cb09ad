package probe

import (
	"math"
	"strings"
)

// soundBox takes the decoder configurations of sound, and what protection left of the entry's kind.
func (e *mp4Entry) soundBox(kind string, d []byte) {
	a := &e.audio
	switch kind {
	case "dac3", "dec3", "ddts":
		e.configured = true
	}
	switch kind {
	case "esds":
		if len(d) > 4 {
			e.elementary(d[4:])
		}
	case "frma": // the entry's kind before encryption, or inside QuickTime's wave
		if len(d) >= 4 && e.codec == "" {
			if e.codec = mp4CodecOf("vide", string(d[:4])); e.codec == "" {
				e.codec = mp4CodecOf("soun", string(d[:4]))
			}
		}
	case "schm":
		e.encrypted = true
	case "btrt":
		if len(d) >= 12 {
			e.rate(int64(be32(d[8:])))
		}
	case "dac3":
		if len(d) >= 3 {
			a.Channels = ac3Modes[d[1]>>3&7] + int(d[1]>>2&1)
		}
	case "dec3":
		e.enhancedAC3(d)
	case "dOps":
		if len(d) >= 2 && d[1] > 0 {
			a.Channels, a.SampleRate = int(d[1]), 48000 // whatever the encoder was fed, it decodes to this
		}
	case "dfLa":
		if len(d) >= 8+18 && d[4]&0x7F == 0 { // STREAMINFO (RFC 9639, 8.2)
			flacStreamInfo(d[8:], a)
		}
	case "alac":
		if len(d) >= 28 { // ALACSpecificConfig behind version and flags
			a.BitDepth, a.Channels, a.SampleRate = int(d[9]), int(d[13]), int(min(be32(d[24:]), math.MaxInt32))
			// Some encoders state the rate before compression.
			if r := int64(be32(d[20:])); r != int64(a.BitDepth)*int64(a.Channels)*int64(a.SampleRate) {
				e.rate(r)
			}
		}
	case "ddts":
		e.dts(d)
	case "dmlp":
		if len(d) >= 4 && d[0]>>4 < 11 {
			a.SampleRate, a.Channels = mlpFormat(d)
			e.configured = true
		}
	case "pcmC":
		if len(d) >= 6 {
			e.codec = pcmName(int(d[5]), strings.HasPrefix(e.codec, "pcm_f"), d[4]&1 == 0)
		}
	case "enda": // QuickTime's mark of little-endian samples
		if len(d) >= 2 && be16(d) == 1 && strings.HasPrefix(e.codec, "pcm_") {
			e.codec = strings.TrimSuffix(e.codec, "be")
			if !strings.HasSuffix(e.codec, "le") {
				e.codec += "le"
			}
		}
	}
}

// rate takes a bit rate that a box states, for whichever kind the entry is.
func (e *mp4Entry) rate(v int64) {
	if v > 0 && v < math.MaxUint32 {
		if e.audio.BitRate == 0 {
			e.audio.BitRate = v
		}
		if e.video.BitRate == 0 {
			e.video.BitRate = v
		}
	}
}

// elementary reads the descriptors of esds (ISO/IEC 14496-1, 7.2.6): object type, mean rate, and the
// decoder's own configuration.
func (e *mp4Entry) elementary(d []byte) {
	for range 8 { // ES, DecoderConfig, DecSpecificInfo: each lies inside the one before
		tag, body, rest := descriptor(d)
		switch tag {
		case 3:
			if len(body) < 3 {
				return
			}
			flags := body[2]
			d = body[3:]
			for _, s := range [...]struct {
				bit byte
				n   int
			}{{0x80, 2}, {0x40, 0}, {0x20, 2}} {
				if flags&s.bit == 0 {
					continue
				}
				n := s.n
				if s.bit == 0x40 && len(d) > 0 {
					n = 1 + int(d[0])
				}
				if n > len(d) {
					return
				}
				d = d[n:]
			}
		case 4:
			if len(body) < 13 {
				return
			}
			if c := mp4ObjectCodec(body[0]); c != "" {
				e.codec = c
			}
			e.rate(int64(be32(body[9:])))
			d = body[13:]
		case 5:
			switch e.codec {
			case "aac":
				e.aac(body)
			case "vorbis":
				e.vorbis(body)
			case "mpeg1video", "mpeg2video", "mpeg4":
				f, _ := pictureConfig(e.codec, body)
				f.rate = 0 // the sample times know it better
				f.fill(&e.video)
			}
			return
		case 0:
			return
		default:
			d = rest
		}
	}
}

// descriptor splits an MPEG-4 descriptor off; tag 0 means that there is none.
func descriptor(d []byte) (tag byte, body, rest []byte) {
	if len(d) < 2 {
		return 0, nil, nil
	}
	tag, d = d[0], d[1:]
	n := 0
	for i := 0; i < 4 && len(d) > 0; i++ {
		c := d[0]
		d = d[1:]
		n = n<<7 | int(c&0x7F)
		if c&0x80 == 0 {
			break
		}
	}
	n = min(n, len(d))
	return tag, d[:n], d[n:]
}

func (e *mp4Entry) aac(config []byte) {
	c, ok := parseAACConfig(config)
	if !ok {
		return
	}
	e.codec, e.audio.Profile = c.codec, c.profile
	if c.channels > 0 {
		e.audio.Channels = c.channels
	}
	if c.rate > 0 {
		e.audio.SampleRate = c.rate
	}
}

// vorbis reads the headers in Xiph's lacing, or laid one behind the other, each with its size in front.
func (e *mp4Entry) vorbis(config []byte) {
	rate := e.audio.BitRate
	if len(config) > 2 && !vorbisIdentification(config[2:], &e.audio) {
		soundConfig("vorbis", config, &e.audio)
	}
	if rate > 0 {
		e.audio.BitRate = rate
	}
}

// ac3Modes are the full-range channels of acmod (ATSC A/52, table 5.8).
var ac3Modes = [8]int{2, 1, 2, 3, 3, 4, 4, 5}

// enhancedAC3 reads dec3 (ETSI TS 102 366, F.6): the channels of the first independent substream and
// what its dependents add, and the mark of Atmos.
func (e *mp4Entry) enhancedAC3(d []byte) {
	if len(d) < 5 {
		return
	}
	r := bitReader{b: d}
	e.rate(int64(r.bits(13)) * 1000)
	r.skip(3)
	r.skip(2 + 5 + 1 + 1 + 3)
	mode, lfe := r.bits(3), r.bits(1)
	r.skip(3)
	n := ac3Modes[mode] + int(lfe)
	if r.bits(4) > 0 {
		n += eac3Added(r.bits(9))
	} else {
		r.skip(1)
	}
	if !r.over {
		e.audio.Channels = n
	}
	r.skip(7)
	if r.flag() && !r.over {
		e.audio.Profile = "Dolby Digital Plus + Dolby Atmos"
	}
}

// eac3Added counts the channels of chan_loc (table F.6.1); pairs count twice.
func eac3Added(location uint32) int {
	n := 0
	for i, channels := range [...]int{2, 2, 1, 1, 2, 2, 2, 1, 1} {
		if location&(1<<i) != 0 {
			n += channels
		}
	}
	return n
}

// dts reads ddts (ETSI TS 102 114, E.3).
func (e *mp4Entry) dts(d []byte) {
	if len(d) < 20 {
		return
	}
	if r := be32(d); r > 0 && r < 1<<20 {
		e.audio.SampleRate = int(r)
	}
	e.rate(int64(be32(d[8:])))
	if n := dtsChannels(be16(d[17:])); n > 0 {
		e.audio.Channels = n
	}
}

// dtsChannels counts the speakers of a DTS channel layout mask (ETSI TS 102 114, table 7-10).
func dtsChannels(mask uint16) int {
	n := 0
	for i := range 16 {
		if mask&(1<<i) == 0 {
			continue
		}
		n++
		switch i {
		case 1, 2, 5, 6, 9, 10, 11, 13, 14:
			n++
		}
	}
	return n
}

func mlpRate(code byte) int {
	base := 48000
	if code&8 != 0 {
		base = 44100
	}
	return base << (code & 7)
}

// float64Rate is a sample rate that is stored as a floating point number.
func float64Rate(bits uint64) int {
	if f := math.Float64frombits(bits); f > 0 && f < 1e8 {
		return int(f)
	}
	return 0
}

// lpcmCodec names QuickTime's general PCM by its format flags (CoreAudio's).
func lpcmCodec(depth int, flags uint32) string {
	return pcmName(depth, flags&1 != 0, flags&2 != 0)
}

// pcmName is ffprobe's name of linear PCM of so many bits.
func pcmName(depth int, float, bigEndian bool) string {
	end := "le"
	if bigEndian {
		end = "be"
	}
	switch {
	case float && depth > 32:
		return "pcm_f64" + end
	case float:
		return "pcm_f32" + end
	case depth <= 8:
		return "pcm_s8"
	case depth <= 16:
		return "pcm_s16" + end
	case depth <= 24:
		return "pcm_s24" + end
	}
	return "pcm_s32" + end
}

// pcmDepth corrects the codec of a PCM entry whose kind leaves the depth open.
func pcmDepth(codec, kind string, depth int) (string, bool) {
	if !strings.HasPrefix(codec, "pcm_") {
		return codec, false
	}
	switch {
	case kind == "sowt" && depth > 16:
		return pcmName(depth, false, false), true
	case (kind == "twos" || kind == "NONE") && depth > 16:
		return pcmName(depth, false, true), true
	case (kind == "sowt" || kind == "twos") && depth == 8:
		return "pcm_s8", true
	case kind == "raw " && depth == 16:
		return "pcm_s16be", true
	}
	return codec, true
}

// depthOf is the sample size that the name of linear PCM carries, else 0.
func depthOf(codec string) int {
	switch {
	case codec == "pcm_s8", codec == "pcm_u8":
		return 8
	case strings.HasPrefix(codec, "pcm_s16"):
		return 16
	case strings.HasPrefix(codec, "pcm_s24"):
		return 24
	case strings.HasPrefix(codec, "pcm_s32"), strings.HasPrefix(codec, "pcm_f32"):
		return 32
	case strings.HasPrefix(codec, "pcm_f64"):
		return 64
	}
	return 0
}
