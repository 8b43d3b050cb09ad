package probe

// aacConfig is what an AudioSpecificConfig says (ISO/IEC 14496-3, 1.6.2.1).
type aacConfig struct {
	codec    string // "aac", or what else the object type names
	profile  string
	rate     int // of the output, with spectral band replication
	channels int
}

var aacRates = [...]int{96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350}

// aacChannels are the channel counts of the channel configurations; 0 where a table in the stream says it.
var aacChannels = [...]int{0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 24, 8, 0}

func aacObject(r *bitReader) int {
	t := int(r.bits(5))
	if t == 31 {
		t = 32 + int(r.bits(6))
	}
	return t
}

func aacRate(r *bitReader) int {
	i := r.bits(4)
	if i == 15 {
		return int(r.bits(24))
	}
	if int(i) < len(aacRates) {
		return aacRates[i]
	}
	return 0
}

// parseAACConfig reads an AudioSpecificConfig with its hierarchical or backward compatible signalling
// of spectral band replication and parametric stereo.
func parseAACConfig(b []byte) (c aacConfig, ok bool) {
	r := bitReader{b: b}
	object := aacObject(&r)
	rate := aacRate(&r)
	configuration := r.bits(4)
	if r.over || object == 0 {
		return c, false
	}
	c.codec, c.rate, c.channels = "aac", rate, aacChannels[configuration]
	parametric := object == 29
	if object == 5 || object == 29 {
		c.rate = aacRate(&r)
		object = aacObject(&r)
		c.profile = "HE-AAC"
	}
	switch object {
	case 1, 2, 3, 4, 6, 7, 17, 19, 20, 21, 22, 23:
		if configuration == 0 && !r.over {
			at := r
			at.skip(1)
			if at.flag() {
				at.skip(14)
			}
			at.skip(1)
			c.channels = aacProgram(&at)
		}
	case 32, 33, 34:
		c.codec = [...]string{"mp1", "mp2", "mp3"}[object-32]
		return c, true
	case 36:
		c.codec = "mp4als"
		return c, true
	case 42:
		c.profile = "xHE-AAC"
		return c, true
	}
	if c.profile == "" {
		c.profile = aacProfile(object)
		parametric = aacBackwardSBR(b, &c)
	}
	if parametric && c.channels == 1 {
		c.channels = 2
		c.profile = "HE-AACv2"
	}
	return c, true
}

// aacBackwardSBR looks for the extension behind the configuration (1.6.5, sync 0x2B7): a file that
// old players take for plain AAC. It reports whether parametric stereo is in use.
func aacBackwardSBR(b []byte, c *aacConfig) bool {
	r := bitReader{b: b}
	for r.left() >= 16 {
		at := r
		if at.bits(11) != 0x2B7 || aacObject(&at) != 5 {
			r.skip(1)
			continue
		}
		if !at.flag() {
			return false
		}
		if rate := aacRate(&at); rate > 0 && !at.over {
			c.rate, c.profile = rate, "HE-AAC"
		}
		return at.left() >= 12 && at.bits(11) == 0x548 && at.flag()
	}
	return false
}

// aacProgram counts the channels of a program_config_element (4.4.1.1).
func aacProgram(r *bitReader) int {
	r.skip(4 + 2 + 4)
	front, side, back, lfe := int(r.bits(4)), int(r.bits(4)), int(r.bits(4)), int(r.bits(2))
	r.skip(3 + 4) // data and coupling elements
	for range 2 {
		if r.flag() {
			r.skip(4)
		}
	}
	if r.flag() {
		r.skip(3)
	}
	n := lfe
	for range front + side + back {
		n++
		if r.flag() {
			n++
		}
		r.skip(4)
	}
	if r.over {
		return 0
	}
	return n
}

func aacProfile(object int) string {
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
