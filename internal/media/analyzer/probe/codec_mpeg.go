package probe

import "bytes"

// mpegRates are the frame rates of MPEG-1 and MPEG-2 video by code (ISO/IEC 13818-2, table 6-4).
var mpegRates = [...]float64{0, 24000.0 / 1001, 24, 25, 30000.0 / 1001, 30, 50, 60000.0 / 1001, 60}

// parseMPEG2Sequence reads a sequence header of MPEG-1 or MPEG-2 video (ISO/IEC 13818-2, 6.2.2.1), with
// the extension that only MPEG-2 has. b may hold anything in front of it.
func parseMPEG2Sequence(b []byte) (f pictureFormat, ok bool) {
	i := bytes.Index(b, []byte{0, 0, 1, 0xB3})
	if i < 0 || len(b)-i < 12 {
		return f, false
	}
	b = b[i+4:]
	f.width, f.height = int(be16(b)>>4), int(be16(b[1:])&0xFFF)
	if code := int(b[3] & 15); code < len(mpegRates) {
		f.rate = mpegRates[code]
	}
	f.depth = 8
	i = bytes.Index(b[:min(len(b), 256)], []byte{0, 0, 1, 0xB5})
	if i >= 0 && len(b)-i >= 10 && b[i+4]>>4 == 1 {
		e := b[i+4:]
		f.profile = mpeg2Profile(e[0] & 7)
		f.width |= int(e[1]&1)<<13 | int(e[2]>>7)<<12
		f.height |= int(e[2]>>5&3) << 12
		f.rate *= float64(e[5]>>5&3+1) / float64(e[5]&31+1)
	}
	return f, f.width > 0 && f.height > 0
}

func mpeg2Profile(code byte) string {
	switch code {
	case 1:
		return "High"
	case 2:
		return "Spatially Scalable"
	case 3:
		return "SNR Scalable"
	case 4:
		return "Main"
	case 5:
		return "Simple"
	}
	return ""
}

// isMPEG2 reports whether the sequence header in b is followed by MPEG-2's extension.
func isMPEG2(b []byte) bool {
	i := bytes.Index(b, []byte{0, 0, 1, 0xB3})
	return i >= 0 && bytes.Contains(b[i:min(len(b), i+256)], []byte{0, 0, 1, 0xB5})
}

// parseMPEG4Config reads the headers of MPEG-4 part 2 video: the profile of the object sequence and
// the size and rate of the object layer (ISO/IEC 14496-2, 6.2.2 and 6.2.3).
func parseMPEG4Config(b []byte) (f pictureFormat, ok bool) {
	if i := bytes.Index(b, []byte{0, 0, 1, 0xB0}); i >= 0 && len(b) > i+4 {
		f.profile = mpeg4Profile(b[i+4])
	}
	for i := 0; i+4 < len(b); i++ {
		if b[i] != 0 || b[i+1] != 0 || b[i+2] != 1 || b[i+3]>>4 != 2 {
			continue
		}
		mpeg4Layer(b[i+4:], &f)
		return f, true
	}
	return f, f.profile != ""
}

// mpeg4Layer reads a video object layer.
func mpeg4Layer(b []byte, f *pictureFormat) {
	r := bitReader{b: b}
	r.skip(1)
	kind := r.bits(8)
	if f.profile == "" && kind == 1 {
		f.profile = "Simple Profile"
	} else if f.profile == "" && kind == 17 {
		f.profile = "Advanced Simple Profile"
	}
	version := uint32(1)
	if r.flag() {
		version = r.bits(4)
		r.skip(3)
	}
	if r.bits(4) == 15 { // aspect ratio
		r.skip(16)
	}
	if r.flag() { // control parameters
		r.skip(3)
		if r.flag() {
			r.skip(79)
		}
	}
	shape := r.bits(2)
	if shape == 3 && version != 1 {
		r.skip(4)
	}
	r.skip(1)
	resolution := r.bits(16)
	r.skip(1)
	if r.flag() { // a fixed rate
		n := 0
		for 1<<n < int(resolution) {
			n++
		}
		if increment := r.bits(max(n, 1)); increment > 0 && resolution > 0 && !r.over {
			f.rate = float64(resolution) / float64(increment)
		}
	}
	if shape == 0 {
		r.skip(1)
		w := int(r.bits(13))
		r.skip(1)
		h := int(r.bits(13))
		if !r.over {
			f.width, f.height = w, h
		}
	}
}

// mpeg4Profile names the common values of profile_and_level_indication (ISO/IEC 14496-2, table G.1).
func mpeg4Profile(v byte) string {
	switch {
	case v >= 0x01 && v <= 0x09:
		return "Simple Profile"
	case v >= 0xF0:
		return "Advanced Simple Profile"
	case v>>4 == 1:
		return "Simple Scalable Profile"
	case v>>4 == 2:
		return "Core Profile"
	case v>>4 == 3:
		return "Main Profile"
	}
	return ""
}

// scanNALs looks through a byte stream (start codes) for the first sequence parameter set of H.264 or HEVC.
func scanNALs(b []byte, codec string) (pictureFormat, bool) {
	for {
		i := bytes.Index(b, []byte{0, 0, 1})
		if i < 0 {
			return pictureFormat{}, false
		}
		b = b[i+3:]
		end := bytes.Index(b, []byte{0, 0, 1})
		if end < 0 {
			end = len(b)
		}
		nal := b[:end]
		var f pictureFormat
		var ok bool
		if codec == "hevc" {
			f, ok = parseHEVCSPS(nal)
		} else {
			f, ok = parseH264SPS(nal)
		}
		if ok {
			return f, true
		}
	}
}

// parseTheora reads a Theora identification header (Theora specification, 6.2).
func parseTheora(b []byte) (f pictureFormat, ok bool) {
	if len(b) < 42 || string(b[:7]) != "\x80theora" {
		return f, false
	}
	f.width, f.height = int(be32(b[14:])>>8), int(be32(b[17:])>>8)
	if n, d := be32(b[22:]), be32(b[26:]); d > 0 {
		f.rate = float64(n) / float64(d)
	}
	f.depth = 8
	return f, f.width > 0 && f.height > 0
}

// parseVP9Frame reads the uncompressed header of a key frame (VP9 bitstream specification, 6.2).
func parseVP9Frame(b []byte) (f pictureFormat, ok bool) {
	r := bitReader{b: b}
	if r.bits(2) != 2 {
		return f, false
	}
	profile := r.bits(1) | r.bits(1)<<1
	if profile == 3 {
		r.skip(1)
	}
	if showsOld := r.flag(); showsOld {
		return f, false
	}
	if interFrame := r.flag(); interFrame {
		return f, false
	}
	r.skip(2)
	if r.bits(24) != 0x498342 {
		return f, false
	}
	f.profile, f.depth = vpxProfile(byte(profile)), 8
	if profile >= 2 {
		f.depth = 10
		if r.flag() {
			f.depth = 12
		}
	}
	return f, !r.over
}
