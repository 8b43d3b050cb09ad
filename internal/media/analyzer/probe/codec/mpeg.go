package codec

import (
	"bytes"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// mpegRates are the frame rates of MPEG-1 and MPEG-2 video by code (ISO/IEC 13818-2, table 6-4).
var mpegRates = [...]float64{0, 24000.0 / 1001, 24, 25, 30000.0 / 1001, 30, 50, 60000.0 / 1001, 60}

// ParseMPEG2Sequence reads a sequence header of MPEG-1 or MPEG-2 video (ISO/IEC 13818-2, 6.2.2.1), with
// the extension that only MPEG-2 has. b may hold anything in front of it.
func ParseMPEG2Sequence(b []byte) (f Picture, ok bool) {
	i := bytes.Index(b, []byte{0, 0, 1, 0xB3})
	if i < 0 || len(b)-i < 12 {
		return f, false
	}
	b = b[i+4:]
	f.Width, f.Height = int(window.BE16(b)>>4), int(window.BE16(b[1:])&0xFFF)
	if code := int(b[3] & 15); code < len(mpegRates) {
		f.Rate = mpegRates[code]
	}
	f.Depth = 8
	i = bytes.Index(b[:min(len(b), 256)], []byte{0, 0, 1, 0xB5})
	if i >= 0 && len(b)-i >= 10 && b[i+4]>>4 == 1 {
		e := b[i+4:]
		f.Profile = mpeg2Profile(e[0] & 7)
		f.Width |= int(e[1]&1)<<13 | int(e[2]>>7)<<12
		f.Height |= int(e[2]>>5&3) << 12
		f.Rate *= float64(e[5]>>5&3+1) / float64(e[5]&31+1)
	}
	return f, f.Width > 0 && f.Height > 0
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

// IsMPEG2 reports whether the sequence header in b is followed by MPEG-2's extension.
func IsMPEG2(b []byte) bool {
	i := bytes.Index(b, []byte{0, 0, 1, 0xB3})
	return i >= 0 && bytes.Contains(b[i:min(len(b), i+256)], []byte{0, 0, 1, 0xB5})
}

// ParseMPEG4Config reads the headers of MPEG-4 part 2 video: the profile of the object sequence and
// the size and rate of the object layer (ISO/IEC 14496-2, 6.2.2 and 6.2.3).
func ParseMPEG4Config(b []byte) (f Picture, ok bool) {
	if i := bytes.Index(b, []byte{0, 0, 1, 0xB0}); i >= 0 && len(b) > i+4 {
		f.Profile = mpeg4Profile(b[i+4])
	}
	for i := 0; i+4 < len(b); i++ {
		if b[i] != 0 || b[i+1] != 0 || b[i+2] != 1 || b[i+3]>>4 != 2 {
			continue
		}
		mpeg4Layer(b[i+4:], &f)
		return f, true
	}
	return f, f.Profile != ""
}

// mpeg4Layer reads a video object layer.
func mpeg4Layer(b []byte, f *Picture) {
	r := window.BitReader{B: b}
	r.Skip(1)
	kind := r.Bits(8)
	if f.Profile == "" && kind == 1 {
		f.Profile = "Simple Profile"
	} else if f.Profile == "" && kind == 17 {
		f.Profile = "Advanced Simple Profile"
	}
	version := uint32(1)
	if r.Flag() {
		version = r.Bits(4)
		r.Skip(3)
	}
	if r.Bits(4) == 15 { // aspect ratio
		r.Skip(16)
	}
	if r.Flag() { // control parameters
		r.Skip(3)
		if r.Flag() {
			r.Skip(79)
		}
	}
	shape := r.Bits(2)
	if shape == 3 && version != 1 {
		r.Skip(4)
	}
	r.Skip(1)
	resolution := r.Bits(16)
	r.Skip(1)
	if r.Flag() { // a fixed rate
		n := 0
		for 1<<n < int(resolution) {
			n++
		}
		if increment := r.Bits(max(n, 1)); increment > 0 && resolution > 0 && !r.Over {
			f.Rate = float64(resolution) / float64(increment)
		}
	}
	if shape == 0 {
		r.Skip(1)
		w := int(r.Bits(13))
		r.Skip(1)
		h := int(r.Bits(13))
		if !r.Over {
			f.Width, f.Height = w, h
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

// ScanNALs looks through a byte stream (start codes) for the first sequence parameter set of H.264 or HEVC.
func ScanNALs(b []byte, codec string) (Picture, bool) {
	for {
		i := bytes.Index(b, []byte{0, 0, 1})
		if i < 0 {
			return Picture{}, false
		}
		b = b[i+3:]
		end := bytes.Index(b, []byte{0, 0, 1})
		if end < 0 {
			end = len(b)
		}
		nal := b[:end]
		var f Picture
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

// ParseTheora reads a Theora identification header (Theora specification, 6.2).
func ParseTheora(b []byte) (f Picture, ok bool) {
	if len(b) < 42 || string(b[:7]) != "\x80theora" {
		return f, false
	}
	f.Width, f.Height = int(window.BE32(b[14:])>>8), int(window.BE32(b[17:])>>8)
	if n, d := window.BE32(b[22:]), window.BE32(b[26:]); d > 0 {
		f.Rate = float64(n) / float64(d)
	}
	f.Depth = 8
	return f, f.Width > 0 && f.Height > 0
}

// ParseVP9Frame reads the uncompressed header of a key frame (VP9 bitstream specification, 6.2).
func ParseVP9Frame(b []byte) (f Picture, ok bool) {
	r := window.BitReader{B: b}
	if r.Bits(2) != 2 {
		return f, false
	}
	profile := r.Bits(1) | r.Bits(1)<<1
	if profile == 3 {
		r.Skip(1)
	}
	if showsOld := r.Flag(); showsOld {
		return f, false
	}
	if interFrame := r.Flag(); interFrame {
		return f, false
	}
	r.Skip(2)
	if r.Bits(24) != 0x498342 {
		return f, false
	}
	f.Profile, f.Depth = VPXProfile(byte(profile)), 8
	if profile >= 2 {
		f.Depth = 10
		if r.Flag() {
			f.Depth = 12
		}
	}
	return f, !r.Over
}
