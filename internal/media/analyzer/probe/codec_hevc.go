package probe

// parseHEVCSPS reads a sequence parameter set (ITU-T H.265, 7.3.2.2 and E.2.1), nal beginning with the
// NAL unit's two header bytes. ok is false where it is none or ends before the bit depth.
func parseHEVCSPS(nal []byte) (f pictureFormat, ok bool) {
	if len(nal) < 16 || nal[0]>>1&0x3F != 33 {
		return f, false
	}
	r := bitReader{b: unescapeNAL(nal[2:], 1024)}
	r.skip(4)
	subLayers := int(r.bits(3)) // less one
	r.skip(1)
	f.profile = hevcProfileTier(&r, subLayers)
	r.ue()
	chroma := r.ue()
	if chroma == 3 {
		r.skip(1)
	}
	w, h := uint64(r.ue()), uint64(r.ue())
	if r.flag() {
		cx, cy := uint64(1), uint64(1)
		if chroma == 1 || chroma == 2 {
			cx = 2
		}
		if chroma == 1 {
			cy = 2
		}
		x := (uint64(r.ue()) + uint64(r.ue())) * cx
		y := (uint64(r.ue()) + uint64(r.ue())) * cy
		if x >= w || y >= h {
			return pictureFormat{}, false
		}
		w, h = w-x, h-y
	}
	depth := r.ue()
	if r.over || w == 0 || h == 0 || w > 1<<16 || h > 1<<16 || depth > 8 {
		return pictureFormat{}, false
	}
	f.width, f.height, f.depth = int(w), int(h), 8+int(depth)
	r.ue()
	hevcToVUI(&r, subLayers, &f)
	return f, true
}

// hevcProfileTier reads profile_tier_level (7.3.3) and returns the profile's name.
func hevcProfileTier(r *bitReader, subLayers int) string {
	r.skip(3)
	profile := r.bits(5)
	compatible := r.bits(32)
	r.skip(48 + 8)
	var present [8][2]bool
	for i := range subLayers {
		present[i] = [2]bool{r.flag(), r.flag()}
	}
	if subLayers > 0 {
		r.skip(2 * (8 - subLayers))
	}
	for i := range subLayers {
		if present[i][0] {
			r.skip(88)
		}
		if present[i][1] {
			r.skip(8)
		}
	}
	if profile == 0 {
		for i := range 32 {
			if compatible&(1<<(31-i)) != 0 {
				profile = uint32(i)
			}
		}
	}
	return hevcProfile(profile)
}

func hevcProfile(profile uint32) string {
	switch profile {
	case 1:
		return "Main"
	case 2:
		return "Main 10"
	case 3:
		return "Main Still Picture"
	case 4:
		return "Rext"
	case 6:
		return "Multiview Main"
	case 9, 11:
		return "SCC"
	}
	return ""
}

// hevcToVUI steps from the bit depths to the usability information and reads colour and timing. What
// it cannot follow it leaves unknown.
func hevcToVUI(r *bitReader, subLayers int, f *pictureFormat) {
	pocBits := int(r.ue()) + 4
	first := subLayers
	if r.flag() {
		first = 0
	}
	for i := first; i <= subLayers; i++ {
		r.ue()
		r.ue()
		r.ue()
	}
	for range 6 {
		r.ue()
	}
	if enabled := r.flag(); enabled && r.flag() {
		hevcScalingLists(r)
	}
	r.skip(2)
	if r.flag() { // PCM
		r.skip(8)
		r.ue()
		r.ue()
		r.skip(1)
	}
	if !hevcReferenceSets(r) {
		return
	}
	if r.flag() { // long-term references
		n := r.ue()
		if n > 32 || pocBits > 16 {
			return
		}
		r.skip(int(n) * (pocBits + 1))
	}
	r.skip(2)
	if r.flag() && !r.over {
		hevcVUI(r, f)
	}
}

func hevcScalingLists(r *bitReader) {
	for size := range 4 {
		step := 1
		if size == 3 {
			step = 3
		}
		for matrix := 0; matrix < 6; matrix += step {
			if !r.flag() {
				r.ue()
				continue
			}
			if size > 1 {
				r.se()
			}
			for range min(64, 1<<(4+2*size)) {
				r.se()
			}
		}
	}
}

// hevcReferenceSets steps over the short-term reference picture sets (7.3.7).
func hevcReferenceSets(r *bitReader) bool {
	sets := r.ue()
	if sets > 64 {
		return false
	}
	pictures := uint32(0) // of the set before
	for i := range sets {
		if i > 0 && r.flag() { // predicted from the set before
			r.skip(1)
			r.ue()
			n := uint32(0)
			for range pictures + 1 {
				used := r.flag()
				if used || r.flag() {
					n++
				}
			}
			pictures = n
		} else {
			negative, positive := r.ue(), r.ue()
			if negative > 16 || positive > 16 {
				return false
			}
			pictures = negative + positive
			for range pictures {
				r.ue()
				r.skip(1)
			}
		}
		if r.over || pictures > 32 {
			return false
		}
	}
	return true
}

func hevcVUI(r *bitReader, f *pictureFormat) {
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
	r.skip(3)
	if r.flag() { // default display window
		r.ue()
		r.ue()
		r.ue()
		r.ue()
	}
	if r.flag() {
		tick, scale := r.bits(32), r.bits(32)
		if !r.over && tick > 0 && scale > 0 {
			f.rate = codecRate(float64(scale) / float64(tick))
		}
	}
}

// parseHVCC reads an HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1): its own fields, and
// the first sequence parameter set in it.
func parseHVCC(b []byte) (f pictureFormat, ok bool) {
	if len(b) < 23 {
		return f, false
	}
	f.profile = hevcProfile(uint32(b[1] & 31))
	f.depth = 8 + int(b[17]&7)
	rest, arrays := b[23:], int(b[22])
	for ; arrays > 0 && len(rest) >= 3; arrays-- {
		kind, n := rest[0]&0x3F, int(be16(rest[1:]))
		rest = rest[3:]
		for ; n > 0 && len(rest) >= 2; n-- {
			size := int(be16(rest))
			if size > len(rest)-2 {
				return f, true
			}
			if kind == 33 {
				if s, ok := parseHEVCSPS(rest[2 : 2+size]); ok {
					return s, true
				}
			}
			rest = rest[2+size:]
		}
	}
	return f, true
}
