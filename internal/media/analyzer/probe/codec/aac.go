package codec

import (
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// AACConfig is what an AudioSpecificConfig says (ISO/IEC 14496-3, 1.6.2.1).
type AACConfig struct {
	Codec    string // "aac", or what else the object type names
	Profile  string
	Rate     int // of the output, with spectral band replication
	Channels int
}

// AACRates are the sampling rates by their index (ISO/IEC 14496-3, table 1.18).
var AACRates = [...]int{96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350}

// aacChannels are the channel counts of the channel configurations; 0 where a table in the stream says it.
var aacChannels = [...]int{0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 24, 8, 0}

func aacObject(r *window.BitReader) int {
	t := int(r.Bits(5))
	if t == 31 {
		t = 32 + int(r.Bits(6))
	}
	return t
}

func aacRate(r *window.BitReader) int {
	i := r.Bits(4)
	if i == 15 {
		return int(r.Bits(24))
	}
	if int(i) < len(AACRates) {
		return AACRates[i]
	}
	return 0
}

// ParseAACConfig reads an AudioSpecificConfig with its hierarchical or backward compatible signalling
// of spectral band replication and parametric stereo.
func ParseAACConfig(b []byte) (c AACConfig, ok bool) {
	r := window.BitReader{B: b}
	object := aacObject(&r)
	rate := aacRate(&r)
	configuration := r.Bits(4)
	if r.Over || object == 0 {
		return c, false
	}
	c.Codec, c.Rate, c.Channels = "aac", rate, aacChannels[configuration]
	parametric := object == 29
	if object == 5 || object == 29 {
		c.Rate = aacRate(&r)
		object = aacObject(&r)
		c.Profile = "HE-AAC"
	}
	switch object {
	case 1, 2, 3, 4, 6, 7, 17, 19, 20, 21, 22, 23:
		if configuration == 0 && !r.Over {
			at := r
			at.Skip(1)
			if at.Flag() {
				at.Skip(14)
			}
			at.Skip(1)
			c.Channels = AACProgram(&at)
		}
	case 32, 33, 34:
		c.Codec = [...]string{"mp1", "mp2", "mp3"}[object-32]
		return c, true
	case 36:
		c.Codec = "mp4als"
		return c, true
	case 42:
		c.Profile = "xHE-AAC"
		return c, true
	}
	if c.Profile == "" {
		c.Profile = AACProfile(object)
		parametric = aacBackwardSBR(b, &c)
	}
	if parametric && c.Channels == 1 {
		c.Channels = 2
		c.Profile = "HE-AACv2"
	}
	return c, true
}

// aacBackwardSBR looks for the extension behind the configuration (1.6.5, sync 0x2B7): a file that
// old players take for plain AAC. It reports whether parametric stereo is in use.
func aacBackwardSBR(b []byte, c *AACConfig) bool {
	r := window.BitReader{B: b}
	for r.Left() >= 16 {
		at := r
		if at.Bits(11) != 0x2B7 || aacObject(&at) != 5 {
			r.Skip(1)
			continue
		}
		if !at.Flag() {
			return false
		}
		if rate := aacRate(&at); rate > 0 && !at.Over {
			c.Rate, c.Profile = rate, "HE-AAC"
		}
		return at.Left() >= 12 && at.Bits(11) == 0x548 && at.Flag()
	}
	return false
}

// AACProgram counts the channels of a program_config_element (4.4.1.1).
func AACProgram(r *window.BitReader) int {
	r.Skip(4 + 2 + 4)
	front, side, back, lfe := int(r.Bits(4)), int(r.Bits(4)), int(r.Bits(4)), int(r.Bits(2))
	r.Skip(3 + 4) // data and coupling elements
	for range 2 {
		if r.Flag() {
			r.Skip(4)
		}
	}
	if r.Flag() {
		r.Skip(3)
	}
	n := lfe
	for range front + side + back {
		n++
		if r.Flag() {
			n++
		}
		r.Skip(4)
	}
	if r.Over {
		return 0
	}
	return n
}

// AACProfile names an audio object type.
func AACProfile(object int) string {
	switch object {
	case 1:
		return "Main"
	case 2:
		return "LC"
	case 3:
		return "SSR"
	case 4:
		return "LTP"
	case 23:
		return "LD"
	case 39:
		return "ELD"
	}
	return ""
}
