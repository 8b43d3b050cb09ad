package codec

import (
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// parseHEVCSPS reads a sequence parameter set (ITU-T H.265, 7.3.2.2 and E.2.1), nal beginning with the
// NAL unit's two header bytes. ok is false where it is none or ends before the bit depth.
func parseHEVCSPS(nal []byte) (f Picture, ok bool) {
	if len(nal) < 16 || nal[0]>>1&0x3F != 33 {
		return f, false
	}
	r := window.BitReader{B: window.UnescapeNAL(nal[2:], 1024)}
	r.Skip(4)
	subLayers := int(r.Bits(3)) // less one
	r.Skip(1)
	f.Profile = hevcProfileTier(&r, subLayers)
	r.UE()
	chroma := r.UE()
	if chroma == 3 {
		r.Skip(1)
	}
	w, h := uint64(r.UE()), uint64(r.UE())
	if r.Flag() {
		cx, cy := uint64(1), uint64(1)
		if chroma == 1 || chroma == 2 {
			cx = 2
		}
		if chroma == 1 {
			cy = 2
		}
		x := (uint64(r.UE()) + uint64(r.UE())) * cx
		y := (uint64(r.UE()) + uint64(r.UE())) * cy
		if x >= w || y >= h {
			return Picture{}, false
		}
		w, h = w-x, h-y
	}
	depth := r.UE()
	if r.Over || w == 0 || h == 0 || w > 1<<16 || h > 1<<16 || depth > 8 {
		return Picture{}, false
	}
	f.Width, f.Height, f.Depth = int(w), int(h), 8+int(depth)
	r.UE()
	hevcToVUI(&r, subLayers, &f)
	return f, true
}

// hevcProfileTier reads profile_tier_level (7.3.3) and returns the profile's name.
func hevcProfileTier(r *window.BitReader, subLayers int) string {
	r.Skip(3)
	profile := r.Bits(5)
	compatible := r.Bits(32)
	r.Skip(48 + 8)
	var present [8][2]bool
	for i := range subLayers {
		present[i] = [2]bool{r.Flag(), r.Flag()}
	}
	if subLayers > 0 {
		r.Skip(2 * (8 - subLayers))
	}
	for i := range subLayers {
		if present[i][0] {
			r.Skip(88)
		}
		if present[i][1] {
			r.Skip(8)
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
func hevcToVUI(r *window.BitReader, subLayers int, f *Picture) {
	pocBits := int(r.UE()) + 4
	first := subLayers
	if r.Flag() {
		first = 0
	}
	for i := first; i <= subLayers; i++ {
		r.UE()
		r.UE()
		r.UE()
	}
	for range 6 {
		r.UE()
	}
	if enabled := r.Flag(); enabled && r.Flag() {
		hevcScalingLists(r)
	}
	r.Skip(2)
	if r.Flag() { // PCM
		r.Skip(8)
		r.UE()
		r.UE()
		r.Skip(1)
	}
	if !hevcReferenceSets(r) {
		return
	}
	if r.Flag() { // long-term references
		n := r.UE()
		if n > 32 || pocBits > 16 {
			return
		}
		r.Skip(int(n) * (pocBits + 1))
	}
	r.Skip(2)
	if r.Flag() && !r.Over {
		hevcVUI(r, f)
	}
}

func hevcScalingLists(r *window.BitReader) {
	for size := range 4 {
		step := 1
		if size == 3 {
			step = 3
		}
		for matrix := 0; matrix < 6; matrix += step {
			if !r.Flag() {
				r.UE()
				continue
			}
			if size > 1 {
				r.SE()
			}
			for range min(64, 1<<(4+2*size)) {
				r.SE()
			}
		}
	}
}

// hevcReferenceSets steps over the short-term reference picture sets (7.3.7).
func hevcReferenceSets(r *window.BitReader) bool {
	sets := r.UE()
	if sets > 64 {
		return false
	}
	pictures := uint32(0) // of the set before
	for i := range sets {
		if i > 0 && r.Flag() { // predicted from the set before
			r.Skip(1)
			r.UE()
			n := uint32(0)
			for range pictures + 1 {
				used := r.Flag()
				if used || r.Flag() {
					n++
				}
			}
			pictures = n
		} else {
			negative, positive := r.UE(), r.UE()
			if negative > 16 || positive > 16 {
				return false
			}
			pictures = negative + positive
			for range pictures {
				r.UE()
				r.Skip(1)
			}
		}
		if r.Over || pictures > 32 {
			return false
		}
	}
	return true
}

func hevcVUI(r *window.BitReader, f *Picture) {
	vuiHead(r, f)
	r.Skip(3)
	if r.Flag() { // default display window
		for range 4 {
			r.UE()
		}
	}
	vuiRate(r, f, 1)
}

// ParseHVCC reads an HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1): its own fields, and
// the first sequence parameter set in it.
func ParseHVCC(b []byte) (f Picture, ok bool) {
	if len(b) < 23 {
		return f, false
	}
	f.Profile = hevcProfile(uint32(b[1] & 31))
	f.Depth = 8 + int(b[17]&7)
	rest, arrays := b[23:], int(b[22])
	for ; arrays > 0 && len(rest) >= 3; arrays-- {
		kind, n := rest[0]&0x3F, int(window.BE16(rest[1:]))
		rest = rest[3:]
		for ; n > 0 && len(rest) >= 2; n-- {
			size := int(window.BE16(rest))
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
