package hevc

// tree is a node of the transform tree. Of cb and cr, bit 0 says that the chroma block has coefficients, bit 1 that the
// second one has, of two that lie one above the other in 4:2:2.
type tree struct {
	x, y         int
	baseX, baseY int // of its parent
	log2, depth  int
	index        int // among its siblings
	cb, cr       int // of its parent until it is read
}

// transformTree decodes transform_tree (7.3.8.8).
func (s *sliceDecoder) transformTree(t tree) {
	sp, u := s.d.sps, &s.u
	var split bool
	switch inner := u.parts == 4 && t.depth == 0; {
	case t.log2 <= sp.log2MaxTB && t.log2 > sp.log2MinTB && t.depth < u.maxDepth && !inner:
		split = s.c.bin(ctxSplitTransform+5-t.log2) == 1
	default:
		split = t.log2 > sp.log2MaxTB || inner
	}
	if t.log2 > 2 && sp.chroma != 0 || sp.chroma == 3 {
		t.cb = s.readChromaFlags(t.cb, t, split)
		t.cr = s.readChromaFlags(t.cr, t, split)
	} else if sp.chroma == 0 {
		t.cb, t.cr = 0, 0
	}
	if split {
		half := 1 << t.log2 / 2
		for i := range 4 {
			s.transformTree(tree{
				x: t.x + i&1*half, y: t.y + i>>1*half, baseX: t.x, baseY: t.y,
				log2: t.log2 - 1, depth: t.depth + 1, index: i, cb: t.cb, cr: t.cr,
			})
		}
		return
	}
	luma := s.c.bin(ctxCBFLuma+btoi(t.depth == 0)) == 1
	s.transformUnit(t, luma)
}

// readChromaFlags reads cbf_cb or cbf_cr.
func (s *sliceDecoder) readChromaFlags(parent int, t tree, split bool) int {
	if parent == 0 {
		return 0
	}
	flags := s.c.bin(ctxCBFChroma + t.depth)
	if s.d.sps.chroma == 2 && (!split || t.log2 == 3) {
		flags |= s.c.bin(ctxCBFChroma+t.depth) << 1
	}
	return flags
}

// transformUnit decodes transform_unit (7.3.8.10): each block is predicted, then its residual is added.
func (s *sliceDecoder) transformUnit(t tree, luma bool) {
	sp, u := s.d.sps, &s.u
	if !s.deblockingOff {
		inside := t.x > u.x
		above := t.y > u.y
		s.markEdges(t.x, t.y, 1<<t.log2, inside, above)
	}
	if (luma || t.cb|t.cr != 0) && s.d.pps.qpDelta && !s.deltaDone {
		s.readDelta()
	}
	part := 0
	if u.parts == 4 {
		half := 1 << u.log2 / 2
		part = btoi(t.x >= u.x+half) + 2*btoi(t.y >= u.y+half)
	}
	s.predict(0, t.x, t.y, t.log2, u.luma[part])
	if luma {
		s.residual(0, t.x, t.y, t.log2, u.luma[part])
	}
	s.fillDecoded(t.x, t.y, 1<<t.log2)
	switch {
	case sp.chroma == 0:
	case sp.chroma == 3:
		s.chroma(t.x, t.y, t.log2, u.chroma[part], t)
	case t.log2 > 2:
		s.chroma(t.x, t.y, t.log2-1, u.chroma[0], t)
	case t.index == 3:
		s.chroma(t.baseX, t.baseY, 2, u.chroma[0], t)
	}
}

// chroma decodes the chroma blocks of a transform unit at luma sample x, y.
func (s *sliceDecoder) chroma(x, y, log2, mode int, t tree) {
	sp := s.d.sps
	x, y = x>>sp.subW, y>>sp.subH
	blocks := 1 + btoi(sp.chroma == 2)
	for c, flags := range [2]int{t.cb, t.cr} {
		for i := range blocks {
			at := y + i<<log2
			s.predict(1+c, x, at, log2, mode)
			if flags>>i&1 == 1 {
				s.residual(1+c, x, at, log2, mode)
			}
		}
	}
}

// readDelta reads cu_qp_delta_abs and its sign (7.3.8.14), and makes QpY of it (8.6.1).
func (s *sliceDecoder) readDelta() {
	v := s.c.bin(ctxQPDelta)
	if v == 1 {
		for v < 5 && s.c.bin(ctxQPDelta+1) == 1 {
			v++
		}
		if v == 5 {
			v += s.expGolomb()
		}
	}
	if v > 0 && s.c.bypass() == 1 {
		v = -v
	}
	s.deltaDone, s.delta = true, v
	offset := 6 * (s.d.sps.depth[0] - 8)
	s.qpY = (s.qpY+v+52+2*offset)%(52+offset) - offset
	if s.qpY < -offset || s.qpY > 51 {
		s.qpY = min(max(s.qpY, -offset), 51)
	}
}

// expGolomb decodes a code of order 0 (9.3.3.5).
func (s *sliceDecoder) expGolomb() int {
	k := 0
	for k < 16 && s.c.bypass() == 1 {
		k++
	}
	return 1<<k - 1 + s.c.bypasses(k)
}
