package probe

// parseH264SPS reads a sequence parameter set (ITU-T H.264, 7.3.2.1.1 and E.1.1), nal beginning with
// the NAL unit's header byte. ok is false where it is none or ends before the picture's size.
func parseH264SPS(nal []byte) (f pictureFormat, ok bool) {
	if len(nal) < 5 || nal[0]&0x1F != 7 {
		return f, false
	}
	r := bitReader{b: unescapeNAL(nal[1:], 1024)}
	profile, constraints := r.bits(8), r.bits(8)
	r.skip(8) // level
	r.ue()    // id
	f.profile = h264Profile(profile, constraints)
	f.depth = 8
	chroma := uint32(1)
	switch profile {
	case 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135:
		if chroma = r.ue(); chroma == 3 {
			r.skip(1)
		}
		f.depth = 8 + int(min(r.ue(), 8))
		r.ue()
		r.skip(1)
		if r.flag() {
			h264ScalingLists(&r, chroma)
		}
	}
	r.ue() // frame numbers
	switch r.ue() {
	case 0:
		r.ue()
	case 1:
		r.skip(1)
		r.se()
		r.se()
		for n := r.ue(); n > 0 && n < 256 && !r.over; n-- {
			r.se()
		}
	}
	r.ue()
	r.skip(1)
	wide, high := uint64(r.ue())+1, uint64(r.ue())+1
	framesOnly := r.flag()
	if !framesOnly {
		high *= 2
		r.skip(1)
	}
	r.skip(1)
	w, h := wide*16, high*16
	if r.flag() {
		cx, cy := uint64(1), uint64(1)
		if chroma == 1 || chroma == 2 {
			cx = 2
		}
		if chroma == 1 {
			cy = 2
		}
		if !framesOnly {
			cy *= 2
		}
		x := (uint64(r.ue()) + uint64(r.ue())) * cx
		y := (uint64(r.ue()) + uint64(r.ue())) * cy
		if x >= w || y >= h {
			return pictureFormat{}, false
		}
		w, h = w-x, h-y
	}
	if r.over || w > 1<<16 || h > 1<<16 {
		return pictureFormat{}, false
	}
	f.width, f.height = int(w), int(h)
	if r.flag() {
		h264VUI(&r, &f)
	}
	return f, true
}

func h264ScalingLists(r *bitReader, chroma uint32) {
	lists := 8
	if chroma == 3 {
		lists = 12
	}
	for i := range lists {
		if !r.flag() {
			continue
		}
		size := 16
		if i >= 6 {
			size = 64
		}
		last, next := int32(8), int32(8)
		for range size {
			if next != 0 {
				next = (last + r.se() + 256) & 255
			}
			if next != 0 {
				last = next
			}
		}
	}
}

// h264VUI reads the usability information: colour, and the timing, which counts fields.
func h264VUI(r *bitReader, f *pictureFormat) {
	if r.flag() && r.bits(8) == 255 { // sample aspect ratio
		r.skip(32)
	}
	if r.flag() { // overscan
		r.skip(1)
	}
	vuiColour(r, f)
	if r.flag() { // chroma location
		r.ue()
		r.ue()
	}
	if r.flag() {
		tick, scale := r.bits(32), r.bits(32)
		if !r.over && tick > 0 && scale > 0 {
			f.rate = codecRate(float64(scale) / (2 * float64(tick)))
		}
	}
}

// vuiColour reads the video signal type, which H.264 and HEVC share.
func vuiColour(r *bitReader, f *pictureFormat) {
	if !r.flag() {
		return
	}
	r.skip(4)
	if r.flag() {
		primaries, transfer := int(r.bits(8)), int(r.bits(8))
		r.skip(8)
		if !r.over {
			f.primaries, f.transfer = primaries, transfer
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

// parseAVCC reads an AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1).
func parseAVCC(b []byte) (pictureFormat, bool) {
	if len(b) < 8 || b[0] != 1 {
		return pictureFormat{}, false
	}
	if b[5]&31 > 0 {
		n := int(be16(b[6:]))
		if n <= len(b)-8 {
			if f, ok := parseH264SPS(b[8 : 8+n]); ok {
				return f, true
			}
		}
	}
	return pictureFormat{profile: h264Profile(uint32(b[1]), uint32(b[2])), depth: 0}, true
}
