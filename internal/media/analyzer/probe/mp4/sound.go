package mp4

import (
	"cmp"
	"math"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/codec"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// soundBoxes read the decoder configurations of sound, and what protection left of the entry's kind, by the boxes that
// hold them. Each is given at least so many bytes.
var soundBoxes = map[string]struct {
	least int
	read  func(e *entry, d []byte)
}{
	"esds": {5, func(e *entry, d []byte) { e.elementary(d[4:]) }},
	"frma": {4, (*entry).formerKind},
	"schm": {0, func(e *entry, _ []byte) { e.encrypted = true }},
	"btrt": {12, func(e *entry, d []byte) { e.rate(int64(window.BE32(d[8:]))) }},
	"dac3": {3, func(e *entry, d []byte) { e.audio.Channels = codec.AC3Modes[d[1]>>3&7] + int(d[1]>>2&1) }},
	"dec3": {0, (*entry).enhancedAC3},
	"dOps": {2, (*entry).opus},
	"dfLa": {8 + 18, (*entry).flac},
	"alac": {28, (*entry).alac},
	"ddts": {0, (*entry).dts},
	"dmlp": {4, (*entry).mlp},
	"pcmC": {6, func(e *entry, d []byte) {
		e.codec = codec.PCMName(int(d[5]), strings.HasPrefix(e.codec, "pcm_f"), d[4]&1 == 0)
	}},
	"enda": {2, (*entry).littleEndian},
}

// soundBox takes one of them.
func (e *entry) soundBox(kind string, d []byte) {
	switch kind {
	case "dac3", "dec3", "ddts":
		e.configured = true
	}
	if b, ok := soundBoxes[kind]; ok && len(d) >= b.least {
		b.read(e, d)
	}
}

// formerKind is the entry's before encryption, or inside QuickTime's wave.
func (e *entry) formerKind(d []byte) {
	if e.codec == "" {
		e.codec = cmp.Or(codec.EntryCodec("vide", string(d[:4])), codec.EntryCodec("soun", string(d[:4])))
	}
}

func (e *entry) opus(d []byte) {
	if d[1] > 0 {
		e.audio.Channels, e.audio.SampleRate = int(d[1]), 48000 // whatever the encoder was fed, it decodes to this
	}
}

// flac reads STREAMINFO (RFC 9639, 8.2).
func (e *entry) flac(d []byte) {
	if d[4]&0x7F == 0 {
		codec.FLACStreamInfo(d[8:], &e.audio)
	}
}

// alac reads an ALACSpecificConfig behind version and flags.
func (e *entry) alac(d []byte) {
	a := &e.audio
	a.BitDepth, a.Channels, a.SampleRate = int(d[9]), int(d[13]), int(min(window.BE32(d[24:]), math.MaxInt32))
	// Some encoders state the rate before compression.
	if r := int64(window.BE32(d[20:])); r != int64(a.BitDepth)*int64(a.Channels)*int64(a.SampleRate) {
		e.rate(r)
	}
}

func (e *entry) mlp(d []byte) {
	if d[0]>>4 < 11 {
		e.audio.SampleRate, e.audio.Channels = codec.MLPFormat(d)
		e.configured = true
	}
}

// littleEndian is QuickTime's mark of such samples.
func (e *entry) littleEndian(d []byte) {
	if window.BE16(d) == 1 && strings.HasPrefix(e.codec, "pcm_") {
		e.codec = strings.TrimSuffix(strings.TrimSuffix(e.codec, "be"), "le") + "le"
	}
}

// rate takes a bit rate that a box states, for whichever kind the entry is.
func (e *entry) rate(v int64) {
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
func (e *entry) elementary(d []byte) {
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
			if c := objectCodecs[body[0]]; c != "" {
				e.codec = c
			}
			e.rate(int64(window.BE32(body[9:])))
			d = body[13:]
		case 5:
			switch e.codec {
			case "aac":
				e.aac(body)
			case "vorbis":
				e.vorbis(body)
			case "mpeg1video", "mpeg2video", "mpeg4":
				f, _ := codec.ParseConfig(e.codec, body)
				f.Rate = 0 // the sample times know it better
				f.Fill(&e.video)
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

func (e *entry) aac(config []byte) {
	c, ok := codec.ParseAACConfig(config)
	if !ok {
		return
	}
	e.codec, e.audio.Profile = c.Codec, c.Profile
	if c.Channels > 0 {
		e.audio.Channels = c.Channels
	}
	if c.Rate > 0 {
		e.audio.SampleRate = c.Rate
	}
}

// vorbis reads the headers in Xiph's lacing, or laid one behind the other, each with its size in front.
func (e *entry) vorbis(config []byte) {
	rate := e.audio.BitRate
	if len(config) > 2 && !codec.VorbisIdentification(config[2:], &e.audio) {
		codec.ConfigureSound("vorbis", config, &e.audio)
	}
	if rate > 0 {
		e.audio.BitRate = rate
	}
}

// enhancedAC3 reads dec3 (ETSI TS 102 366, F.6): the channels of the first independent substream and
// what its dependents add, and the mark of Atmos.
func (e *entry) enhancedAC3(d []byte) {
	if len(d) < 5 {
		return
	}
	r := window.BitReader{B: d}
	e.rate(int64(r.Bits(13)) * 1000)
	r.Skip(3)
	r.Skip(2 + 5 + 1 + 1 + 3)
	mode, lfe := r.Bits(3), r.Bits(1)
	r.Skip(3)
	n := codec.AC3Modes[mode] + int(lfe)
	if r.Bits(4) > 0 {
		n += eac3Added(r.Bits(9))
	} else {
		r.Skip(1)
	}
	if !r.Over {
		e.audio.Channels = n
	}
	r.Skip(7)
	if r.Flag() && !r.Over {
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
func (e *entry) dts(d []byte) {
	if len(d) < 20 {
		return
	}
	if r := window.BE32(d); r > 0 && r < 1<<20 {
		e.audio.SampleRate = int(r)
	}
	e.rate(int64(window.BE32(d[8:])))
	if n := dtsChannels(window.BE16(d[17:])); n > 0 {
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

// float64Rate is a sample rate that is stored as a floating point number.
func float64Rate(bits uint64) int {
	if f := math.Float64frombits(bits); f > 0 && f < 1e8 {
		return int(f)
	}
	return 0
}

// lpcmCodec names QuickTime's general PCM by its format flags (CoreAudio's).
func lpcmCodec(depth int, flags uint32) string {
	return codec.PCMName(depth, flags&1 != 0, flags&2 != 0)
}

// pcmDepth corrects the codec of a PCM entry whose kind leaves the depth open.
func pcmDepth(codecName, kind string, depth int) (string, bool) {
	if !strings.HasPrefix(codecName, "pcm_") {
		return codecName, false
	}
	switch {
	case kind == "sowt" && depth > 16:
		return codec.PCMName(depth, false, false), true
	case (kind == "twos" || kind == "NONE") && depth > 16:
		return codec.PCMName(depth, false, true), true
	case (kind == "sowt" || kind == "twos") && depth == 8:
		return "pcm_s8", true
	case kind == "raw " && depth == 16:
		return "pcm_s16be", true
	}
	return codecName, true
}
