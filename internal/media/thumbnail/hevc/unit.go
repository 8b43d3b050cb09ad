package hevc

// unit is the coding unit that is being decoded.
type unit struct {
	address    int // of its coding tree block
	x, y, log2 int
	bypass     bool
	parts      int // 1, or 4 predicted each by itself
	luma       [4]int
	chroma     [4]int
	maxDepth   int
}

// codingUnit decodes coding_unit (7.3.8.5) of an intra slice.
func (s *sliceDecoder) codingUnit(x, y, log2, depth int) {
	sp, p, u := s.d.sps, s.d.pps, &s.u
	u.x, u.y, u.log2, u.parts = x, y, log2, 1
	u.bypass = p.bypass && s.c.bin(ctxBypass) == 1
	if log2 == sp.log2MinCB && s.c.bin(ctxPartMode) == 0 {
		u.parts = 4
	}
	if !s.deblockingOff {
		s.markEdges(x, y, 1<<log2, s.crosses(x, y, x-1, y), s.crosses(x, y, x, y-1))
	}
	if u.parts == 1 && sp.pcm && log2 >= sp.log2MinPCM && log2 <= sp.log2MaxPCM && s.c.terminate() {
		s.fillMode(x, y, 1<<log2, modeDC)
		s.pcmUnit()
		s.finishUnit(depth, u.bypass || sp.pcmUnfilter)
		return
	}
	s.readModes()
	u.maxDepth = sp.maxDepthIntra + btoi(u.parts == 4)
	s.transformTree(tree{x: x, y: y, baseX: x, baseY: y, log2: log2, cb: 3, cr: 3})
	s.finishUnit(depth, u.bypass)
}

// finishUnit notes what others ask of a unit.
func (s *sliceDecoder) finishUnit(depth int, unfiltered bool) {
	u, f := &s.u, s.f
	n := max(1, 1<<u.log2>>2)
	for y := range n {
		from := (u.y>>2+y)*f.unitW + u.x>>2
		for i := from; i < from+n; i++ {
			f.qp[i], f.depth[i] = int8(s.qpY), uint8(depth)
			if unfiltered {
				f.flags[i] |= unchanged
			}
		}
	}
}

// crosses says whether the edge between two samples, the second the one before, is deblocked (8.7.2.3).
func (s *sliceDecoder) crosses(x, y, beforeX, beforeY int) bool {
	if beforeX < 0 || beforeY < 0 {
		return false
	}
	if !s.across && !s.sameSlice(beforeY>>2*s.f.unitW+beforeX>>2) {
		return false
	}
	if s.d.pps.acrossTiles {
		return true
	}
	sp, log2 := s.d.sps, s.d.sps.log2CTB
	tile := s.d.layout.tile
	return tile[y>>log2*sp.ctbW+x>>log2] == tile[beforeY>>log2*sp.ctbW+beforeX>>log2]
}

// markEdges notes the edges of a block, where they lie on the grid of 8.
func (s *sliceDecoder) markEdges(x, y, size int, left, top bool) {
	f := s.f
	if left && x&7 == 0 {
		for i := range size >> 2 {
			f.flags[(y>>2+i)*f.unitW+x>>2] |= edgeLeft
		}
	}
	if top && y&7 == 0 {
		for i := range size >> 2 {
			f.flags[y>>2*f.unitW+x>>2+i] |= edgeTop
		}
	}
}

// pcmUnit reads a unit whose samples stand there as they are (7.3.8.7).
func (s *sliceDecoder) pcmUnit() {
	sp, u := s.d.sps, &s.u
	r := reader{b: s.c.data, pos: 8 * s.c.pos}
	for c := range s.f.planes {
		x, y, w, h := u.x, u.y, 1<<u.log2, 1<<u.log2
		if c > 0 {
			if sp.chroma == 0 {
				break
			}
			x, y, w, h = x>>sp.subW, y>>sp.subH, w>>sp.subW, h>>sp.subH
		}
		depth := sp.pcmDepth[min(c, 1)]
		shift := sp.depth[min(c, 1)] - depth
		p := &s.f.planes[c]
		for j := range h {
			for i := range w {
				p.pix[(y+j)*p.stride+x+i] = uint16(r.bits(depth) << shift)
			}
		}
	}
	s.c.pos = min((r.pos+7)>>3, len(s.c.data))
	if r.over {
		s.c.over += 1 << 10
	}
	s.c.start()
	s.fillDecoded(u.x, u.y, 1<<u.log2)
}

func (s *sliceDecoder) fillDecoded(x, y, size int) {
	for j := range size >> 2 {
		from := (y>>2+j)*s.f.unitW + x>>2
		for i := from; i < from+size>>2; i++ {
			s.f.sliceOf[i] = s.id
		}
	}
}

func (s *sliceDecoder) fillMode(x, y, size, mode int) {
	for j := range size >> 2 {
		from := (y>>2+j)*s.f.unitW + x>>2
		for i := from; i < from+size>>2; i++ {
			s.f.mode[i] = uint8(mode)
		}
	}
}

// readModes reads how a unit is predicted (7.3.8.5, 8.4.2, 8.4.3).
func (s *sliceDecoder) readModes() {
	u := &s.u
	size := 1 << u.log2
	if u.parts == 4 {
		size /= 2
	}
	var likely [4]bool
	for i := range u.parts {
		likely[i] = s.c.bin(ctxPrevMode) == 1
	}
	for i := range u.parts {
		x, y := u.x+i&1*size, u.y+i>>1*size
		candidates := s.likelyModes(x, y)
		if likely[i] {
			at := s.c.bypass()
			if at == 1 {
				at += s.c.bypass()
			}
			u.luma[i] = candidates[at]
		} else {
			u.luma[i] = remainingMode(candidates, s.c.bypasses(5))
		}
		s.fillMode(x, y, size, u.luma[i])
	}
	chromas := 1
	switch s.d.sps.chroma {
	case 0:
		return
	case 3:
		chromas = u.parts
	}
	for i := range chromas {
		u.chroma[i] = s.readChromaMode(u.luma[i])
	}
}

// readChromaMode reads how the chroma of a part is predicted, whose luma is so (8.4.3).
func (s *sliceDecoder) readChromaMode(luma int) int {
	mode := luma
	if s.c.bin(ctxChromaMode) == 1 {
		if mode = [4]int{modePlanar, modeVertical, modeHorizontal, modeDC}[s.c.bypasses(2)]; mode == luma {
			mode = 34
		}
	}
	if s.d.sps.chroma == 2 {
		mode = int(narrowModes[mode])
	}
	return mode
}

// narrowModes turns a mode for samples that are twice as wide as high (table 8-3).
var narrowModes = [35]uint8{
	0, 1, 2, 2, 2, 2, 3, 5, 7, 8, 10, 12, 13, 15, 17, 18, 19, 20,
	21, 22, 23, 23, 24, 24, 25, 25, 26, 27, 27, 28, 28, 29, 29, 30, 31,
}

// likelyModes are the three modes that a part's neighbours make likely (8.4.2).
func (s *sliceDecoder) likelyModes(x, y int) [3]int {
	of := func(x, y int) int {
		// Parts of the same unit that come before count too, though their samples are not decoded yet.
		if u := &s.u; x >= u.x && y >= u.y && x < u.x+1<<u.log2 && y < u.y+1<<u.log2 || s.available(x, y, u.address) {
			return int(s.f.mode[y>>2*s.f.unitW+x>>2])
		}
		return modeDC
	}
	a, b := of(x-1, y), modeDC
	if y&(1<<s.d.sps.log2CTB-1) != 0 {
		b = of(x, y-1)
	}
	switch {
	case a == b && a < 2:
		return [3]int{modePlanar, modeDC, modeVertical}
	case a == b:
		return [3]int{a, 2 + (a+29)%32, 2 + (a-2+1)%32}
	case a != modePlanar && b != modePlanar:
		return [3]int{a, b, modePlanar}
	case a != modeDC && b != modeDC:
		return [3]int{a, b, modeDC}
	}
	return [3]int{a, b, modeVertical}
}

// remainingMode is the mode of a number among those that are not likely.
func remainingMode(likely [3]int, mode int) int {
	a, b, c := likely[0], likely[1], likely[2]
	if a > b {
		a, b = b, a
	}
	if a > c {
		a, c = c, a
	}
	if b > c {
		b, c = c, b
	}
	for _, m := range [3]int{a, b, c} {
		if mode >= m {
			mode++
		}
	}
	return mode
}
