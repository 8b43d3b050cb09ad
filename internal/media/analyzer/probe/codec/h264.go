package codec

import (
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// parseH264SPS reads a sequence parameter set (ITU-T H.264, 7.3.2.1.1 and E.1.1), nal beginning with
// the NAL unit's header byte. ok is false where it is none or ends before the picture's size.
func parseH264SPS(nal []byte) (f Picture, ok bool) {
	if len(nal) < 5 || nal[0]&0x1F != 7 {
		return f, false
	}
	r := window.BitReader{B: window.UnescapeNAL(nal[1:], 1024)}
	profile, constraints := r.Bits(8), r.Bits(8)
	r.Skip(8) // level
	r.UE()    // id
	f.Profile = h264Profile(profile, constraints)
	chroma := h264Chroma(&r, profile, &f)
	r.UE() // frame numbers
	h264Order(&r)
	r.UE()
	r.Skip(1)
	w, h := 16*(uint64(r.UE())+1), 16*(uint64(r.UE())+1)
	fields := uint64(1) // of a frame
	if !r.Flag() {
		fields = 2
		r.Skip(1)
	}
	h *= fields
	r.Skip(1)
	if r.Flag() { // cropped, in samples of chroma
		x := uint64(r.UE()) + uint64(r.UE())
		y := (uint64(r.UE()) + uint64(r.UE())) * fields
		if chroma == 1 || chroma == 2 {
			x *= 2
		}
		if chroma == 1 {
			y *= 2
		}
		if x >= w || y >= h {
			return Picture{}, false
		}
		w, h = w-x, h-y
	}
	if r.Over || w > 1<<16 || h > 1<<16 {
		return Picture{}, false
	}
	f.Width, f.Height = int(w), int(h)
	if r.Flag() {
		h264VUI(&r, &f)
	}
	return f, true
}

// h264Chroma reads what only the higher profiles state: the format of chroma, which else is 1 (4:2:0), and the depth.
func h264Chroma(r *window.BitReader, profile uint32, f *Picture) (chroma uint32) {
	f.Depth = 8
	switch profile {
	case 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135:
	default:
		return 1
	}
	if chroma = r.UE(); chroma == 3 {
		r.Skip(1)
	}
	f.Depth = 8 + int(min(r.UE(), 8))
	r.UE()
	r.Skip(1)
	if r.Flag() {
		h264ScalingLists(r, chroma)
	}
	return chroma
}

// h264Order passes over the order in which pictures are shown.
func h264Order(r *window.BitReader) {
	switch r.UE() {
	case 0:
		r.UE()
	case 1:
		r.Skip(1)
		r.SE()
		r.SE()
		for n := r.UE(); n > 0 && n < 256 && !r.Over; n-- {
			r.SE()
		}
	}
}

func h264ScalingLists(r *window.BitReader, chroma uint32) {
	lists := 8
	if chroma == 3 {
		lists = 12
	}
	for i := range lists {
		if !r.Flag() {
			continue
		}
		size := 16
		if i >= 6 {
			size = 64
		}
		last, next := int32(8), int32(8)
		for range size {
			if next != 0 {
				next = (last + r.SE() + 256) & 255
			}
			if next != 0 {
				last = next
			}
		}
	}
}

// h264VUI reads the usability information: colour, and the timing, which counts fields.
func h264VUI(r *window.BitReader, f *Picture) {
	vuiHead(r, f)
	vuiRate(r, f, 2)
}

// vuiHead reads the usability information as far as H.264 and HEVC share it: aspect, overscan, colour, chroma.
func vuiHead(r *window.BitReader, f *Picture) {
	if r.Flag() && r.Bits(8) == 255 { // sample aspect ratio
		r.Skip(32)
	}
	if r.Flag() { // overscan
		r.Skip(1)
	}
	vuiColour(r, f)
	if r.Flag() { // chroma location
		r.UE()
		r.UE()
	}
}

// vuiRate reads the timing, of which a picture takes so many ticks.
func vuiRate(r *window.BitReader, f *Picture, ticks float64) {
	if !r.Flag() {
		return
	}
	tick, scale := r.Bits(32), r.Bits(32)
	if !r.Over && tick > 0 && scale > 0 {
		f.Rate = codecRate(float64(scale) / (ticks * float64(tick)))
	}
}

// vuiColour reads the video signal type.
func vuiColour(r *window.BitReader, f *Picture) {
	if !r.Flag() {
		return
	}
	r.Skip(4)
	if r.Flag() {
		primaries, transfer := int(r.Bits(8)), int(r.Bits(8))
		r.Skip(8)
		if !r.Over {
			f.Primaries, f.Transfer = primaries, transfer
		}
	}
}

// h264Profile names a profile (ITU-T H.264, annex A); constraints holds the six flags from its highest bit.
func h264Profile(profile, constraints uint32) string {
	set1 := constraints&0x40 != 0
	intra := constraints&0x10 != 0
	switch profile {
	case 66:
		if set1 {
			return "Constrained Baseline"
		}
		return "Baseline"
	case 77:
		return "Main"
	case 88:
		return "Extended"
	case 100:
		return "High"
	case 110:
		if intra {
			return "High 10 Intra"
		}
		return "High 10"
	case 122:
		if intra {
			return "High 4:2:2 Intra"
		}
		return "High 4:2:2"
	case 244:
		if intra {
			return "High 4:4:4 Intra"
		}
		return "High 4:4:4 Predictive"
	case 44:
		return "CAVLC 4:4:4"
	case 118:
		return "Multiview High"
	case 128:
		return "Stereo High"
	}
	return ""
}

// ParseAVCC reads an AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1).
func ParseAVCC(b []byte) (Picture, bool) {
	if len(b) < 8 || b[0] != 1 {
		return Picture{}, false
	}
	if b[5]&31 > 0 {
		n := int(window.BE16(b[6:]))
		if n <= len(b)-8 {
			if f, ok := parseH264SPS(b[8 : 8+n]); ok {
				return f, true
			}
		}
	}
	return Picture{Profile: h264Profile(uint32(b[1]), uint32(b[2])), Depth: 0}, true
}
