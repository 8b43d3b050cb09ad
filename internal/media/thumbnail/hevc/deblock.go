package hevc

// deblock smooths the edges of blocks (8.7.2): all that are upright, then all that lie.
func (f *frame) deblock(d *Decoder) {
	for _, upright := range []bool{true, false} {
		flag := uint8(edgeTop)
		if upright {
			flag = edgeLeft
		}
		for y := range f.unitH {
			for x := range f.unitW {
				if f.flags[y*f.unitW+x]&flag != 0 {
					f.edge(d, x, y, upright)
				}
			}
		}
	}
}

// edge smooths one edge of a unit, of 4 luma samples, and of the chroma samples there.
func (f *frame) edge(d *Decoder, x, y int, upright bool) {
	q := y*f.unitW + x
	p := q - f.unitW
	if upright {
		p = q - 1
	}
	sl := f.slices[f.sliceOf[q]-1]
	e := edge{keepP: f.flags[p]&unchanged != 0, keepQ: f.flags[q]&unchanged != 0, across: 1}
	qp := (int(f.qp[p]) + int(f.qp[q]) + 1) >> 1
	e.set(sl, qp, qp, d.sps.depth[0])
	luma := &f.planes[0]
	along := 1
	if upright {
		along = luma.stride
	} else {
		e.across = luma.stride
	}
	e.luma(luma.pix, 4*y*luma.stride+4*x, along)
	s := d.sps
	if s.chroma == 0 || upright && x<<2>>s.subW&7 != 0 || !upright && y<<2>>s.subH&7 != 0 {
		return
	}
	for c := 1; c <= 2; c++ {
		plane := &f.planes[c]
		e.set(sl, qp, s.chromaOf(qp+d.pps.chromaQP[c-1]), s.depth[1])
		along, count := 1, 4>>s.subW
		if e.across = plane.stride; upright {
			e.across, along, count = 1, plane.stride, 4>>s.subH
		}
		e.chroma(plane.pix, 4*y>>s.subH*plane.stride+4*x>>s.subW, along, count)
	}
}

// edge is how one edge is smoothed: P before it, Q behind.
type edge struct {
	across       int // from one sample to the next across the edge
	beta, tc     int32
	limit        int32
	keepP, keepQ bool
}

// set sets how strongly: beta by one quantization, tC by another (8.7.2.5.3). Between intra blocks bS is 2.
func (e *edge) set(sl *slice, qp, tcQP, depth int) {
	e.beta = int32(betas[min(max(qp+sl.beta, 0), 51)]) << (depth - 8)
	e.tc = int32(tcs[min(max(tcQP+2+sl.tc, 0), 53)]) << (depth - 8)
	e.limit = 1<<depth - 1
}

// luma smooths 4 lines (8.7.2.5.3, 8.7.2.5.6, 8.7.2.5.7).
func (e *edge) luma(pix []uint16, at, along int) {
	v := func(line, i int) int32 { return int32(pix[at+line*along+i*e.across]) } // Q from 0 up, P from -1 down
	bend := func(line, a, b, c int) int32 { return abs(v(line, a) - 2*v(line, b) + v(line, c)) }
	p0, p3 := bend(0, -3, -2, -1), bend(3, -3, -2, -1)
	q0, q3 := bend(0, 2, 1, 0), bend(3, 2, 1, 0)
	if p0+q0+p3+q3 >= e.beta {
		return
	}
	flat := func(line int, bends int32) bool {
		return 2*bends < e.beta>>2 && abs(v(line, -4)-v(line, -1))+abs(v(line, 0)-v(line, 3)) < e.beta>>3 &&
			abs(v(line, -1)-v(line, 0)) < (5*e.tc+1)>>1
	}
	strong := flat(0, p0+q0) && flat(3, p3+q3)
	side := (e.beta + e.beta>>1) >> 3
	for line := range 4 {
		if strong {
			e.strong(pix, at+line*along)
		} else {
			e.weak(pix, at+line*along, p0+p3 < side, q0+q3 < side)
		}
	}
}

func (e *edge) strong(pix []uint16, at int) {
	a := e.across
	p0, p1, p2, p3 := int32(pix[at-a]), int32(pix[at-2*a]), int32(pix[at-3*a]), int32(pix[at-4*a])
	q0, q1, q2, q3 := int32(pix[at]), int32(pix[at+a]), int32(pix[at+2*a]), int32(pix[at+3*a])
	near := func(v, old int32) uint16 { return uint16(min(max(v, old-2*e.tc), old+2*e.tc)) }
	if !e.keepP {
		pix[at-a] = near((p2+2*p1+2*p0+2*q0+q1+4)>>3, p0)
		pix[at-2*a] = near((p2+p1+p0+q0+2)>>2, p1)
		pix[at-3*a] = near((2*p3+3*p2+p1+p0+q0+4)>>3, p2)
	}
	if !e.keepQ {
		pix[at] = near((p1+2*p0+2*q0+2*q1+q2+4)>>3, q0)
		pix[at+a] = near((p0+q0+q1+q2+2)>>2, q1)
		pix[at+2*a] = near((p0+q0+q1+3*q2+2*q3+4)>>3, q2)
	}
}

func (e *edge) weak(pix []uint16, at int, moreP, moreQ bool) {
	a := e.across
	p0, p1, p2 := int32(pix[at-a]), int32(pix[at-2*a]), int32(pix[at-3*a])
	q0, q1, q2 := int32(pix[at]), int32(pix[at+a]), int32(pix[at+2*a])
	delta := (9*(q0-p0) - 3*(q1-p1) + 8) >> 4
	if abs(delta) >= 10*e.tc {
		return
	}
	delta = min(max(delta, -e.tc), e.tc)
	half := e.tc >> 1
	if !e.keepP {
		pix[at-a] = e.clip(p0 + delta)
		if moreP {
			pix[at-2*a] = e.clip(p1 + min(max(((p2+p0+1)>>1-p1+delta)>>1, -half), half))
		}
	}
	if !e.keepQ {
		pix[at] = e.clip(q0 - delta)
		if moreQ {
			pix[at+a] = e.clip(q1 + min(max(((q2+q0+1)>>1-q1-delta)>>1, -half), half))
		}
	}
}

// chroma smooths count lines (8.7.2.5.8).
func (e *edge) chroma(pix []uint16, at, along, count int) {
	a := e.across
	for line := range count {
		i := at + line*along
		p0, p1, q0, q1 := int32(pix[i-a]), int32(pix[i-2*a]), int32(pix[i]), int32(pix[i+a])
		delta := min(max(((q0-p0)<<2+p1-q1+4)>>3, -e.tc), e.tc)
		if !e.keepP {
			pix[i-a] = e.clip(p0 + delta)
		}
		if !e.keepQ {
			pix[i] = e.clip(q0 - delta)
		}
	}
}

func (e *edge) clip(v int32) uint16 { return uint16(min(max(v, 0), e.limit)) }

// betas and tcs are of table 8-12.
var (
	betas = [52]uint8{
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 20, 22, 24,
		26, 28, 30, 32, 34, 36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 56, 58, 60, 62, 64,
	}
	tcs = [54]uint8{
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2,
		3, 3, 3, 3, 4, 4, 4, 5, 5, 6, 6, 7, 8, 9, 10, 11, 13, 14, 16, 18, 20, 22, 24,
	}
)
