package hevc

// saoBlock is the sample adaptive offset of a coding tree block (7.4.9.3), by component.
type saoBlock struct {
	kind    [3]uint8 // 0 none, 1 by band, 2 by edge
	class   [3]uint8 // the first band; the direction of an edge
	offsets [3][4]int16
}

// readSAO reads sao (7.3.8.3).
func (s *sliceDecoder) readSAO(address int) {
	sp := s.d.sps
	x, y := address%sp.ctbW, address/sp.ctbW
	mergeable := func(other int) bool {
		return s.sameSlice(s.unitOf(other)) && s.d.layout.tile[other] == s.d.layout.tile[address]
	}
	b := &s.f.sao[address]
	if x > 0 && mergeable(address-1) && s.c.bin(ctxSAOMerge) == 1 {
		*b = s.f.sao[address-1]
		return
	}
	if y > 0 && mergeable(address-sp.ctbW) && s.c.bin(ctxSAOMerge) == 1 {
		*b = s.f.sao[address-sp.ctbW]
		return
	}
	components := 1
	if sp.chroma != 0 {
		components = 3
	}
	for c := range components {
		if !s.sao[min(c, 1)] {
			continue
		}
		if c == 2 {
			b.kind[2], b.class[2] = b.kind[1], b.class[1]
		} else {
			b.kind[c] = s.readSAOKind()
		}
		if b.kind[c] != 0 {
			s.readOffsets(b, c)
		}
	}
}

func (s *sliceDecoder) readSAOKind() uint8 {
	if s.c.bin(ctxSAOType) == 0 {
		return 0
	}
	return uint8(1 + s.c.bypass())
}

func (s *sliceDecoder) readOffsets(b *saoBlock, c int) {
	depth := s.d.sps.depth[min(c, 1)]
	limit := 1<<(min(depth, 10)-5) - 1
	for i := range 4 {
		v := 0
		for v < limit && s.c.bypass() == 1 {
			v++
		}
		b.offsets[c][i] = int16(v)
	}
	if b.kind[c] == 1 {
		for i, v := range b.offsets[c] {
			if v != 0 && s.c.bypass() == 1 {
				b.offsets[c][i] = -v
			}
		}
		b.class[c] = uint8(s.c.bypasses(5))
	} else {
		b.offsets[c][2], b.offsets[c][3] = -b.offsets[c][2], -b.offsets[c][3]
		if c < 2 {
			b.class[c] = uint8(s.c.bypasses(2))
		}
	}
}

// adaptOffsets adds the offsets over the whole picture (8.7.3), row by row of coding tree blocks. Samples are compared
// as they were before any was added.
func (f *frame) adaptOffsets(d *Decoder) {
	for c := range f.planes {
		used := false
		for i := range f.sao {
			used = used || f.sao[i].kind[c] != 0
		}
		if !used {
			continue
		}
		for row := range d.sps.ctbH {
			f.save(d, row, c)
			for i := row * d.sps.ctbW; i < (row+1)*d.sps.ctbW; i++ {
				switch f.sao[i].kind[c] {
				case 1:
					f.offsetBands(d, i, c)
				case 2:
					f.offsetEdges(d, i, c)
				}
			}
		}
	}
}

// save keeps the samples of a row of coding tree blocks, with the line above them and the line below.
func (f *frame) save(d *Decoder, row, c int) {
	_, y0, _, y1, _, _ := f.area(d, row*d.sps.ctbW, c)
	p := &f.planes[c]
	last := f.saved[max(0, len(f.saved)-2*p.stride):] // the line above, before the last row was changed
	if row > 0 {
		f.saved = append(f.saved[:0], last[:p.stride]...)
	} else {
		f.saved = append(f.saved[:0], p.pix[:p.stride]...)
	}
	f.saved = append(f.saved, p.pix[y0*p.stride:min(y1+1, p.height)*p.stride]...)
	if y1 == p.height {
		f.saved = append(f.saved, f.saved[len(f.saved)-p.stride:]...)
	}
}

// area is the samples of a component in a coding tree block.
func (f *frame) area(d *Decoder, address, c int) (x0, y0, x1, y1, subW, subH int) {
	s := d.sps
	if c > 0 {
		subW, subH = s.subW, s.subH
	}
	x0, y0 = address%s.ctbW<<s.log2CTB>>subW, address/s.ctbW<<s.log2CTB>>subH
	p := &f.planes[c]
	x1, y1 = min(x0+1<<s.log2CTB>>subW, p.width), min(y0+1<<s.log2CTB>>subH, p.height)
	return x0, y0, x1, y1, subW, subH
}

func (f *frame) offsetBands(d *Decoder, address, c int) {
	b := &f.sao[address]
	x0, y0, x1, y1, subW, subH := f.area(d, address, c)
	depth := d.sps.depth[min(c, 1)]
	var table [32]int32
	for i, v := range b.offsets[c] {
		table[(int(b.class[c])+i)&31] = int32(v)
	}
	limit := int32(1)<<depth - 1
	p := &f.planes[c]
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			v := int32(p.pix[y*p.stride+x])
			if o := table[v>>(depth-5)]; o != 0 && !f.keeps(x<<subW, y<<subH) {
				p.pix[y*p.stride+x] = uint16(min(max(v+o, 0), limit))
			}
		}
	}
}

// keeps says whether the sample at a luma place is changed by no filter.
func (f *frame) keeps(x, y int) bool { return f.flags[y>>2*f.unitW+x>>2]&unchanged != 0 }

// directions are where the two samples lie that one is compared with, by class.
var directions = [4][2]int{{-1, 0}, {0, -1}, {-1, -1}, {1, -1}}

func (f *frame) offsetEdges(d *Decoder, address, c int) {
	b := &f.sao[address]
	x0, y0, x1, y1, subW, subH := f.area(d, address, c)
	dx, dy := directions[b.class[c]][0], directions[b.class[c]][1]
	p := &f.planes[c]
	limit := int32(1)<<d.sps.depth[min(c, 1)] - 1
	o := b.offsets[c]
	// By how many of the two are larger and smaller: a valley, a corner below, none, a corner above, a peak.
	offsets := [5]int32{int32(o[0]), int32(o[1]), 0, int32(o[2]), int32(o[3])}
	step := -(dy*p.stride + dx)
	bounded := f.bounded(d)
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			if x+dx < 0 || x+dx >= p.width || x-dx < 0 || x-dx >= p.width || y+dy < 0 || y-dy >= p.height {
				continue
			}
			at := y*p.stride + x
			v, old := int32(p.pix[at]), f.saved[at-(y0-1)*p.stride-step:]
			o := offsets[2+sign(v-int32(old[2*step]))+sign(v-int32(old[0]))]
			if o == 0 || f.keeps(x<<subW, y<<subH) {
				continue
			}
			apart := func(dx, dy int) bool { return f.apart(d, x<<subW, y<<subH, (x+dx)<<subW, (y+dy)<<subH) }
			if edge := x == x0 || y == y0 || x == x1-1 || y == y1-1; bounded && edge && (apart(dx, dy) || apart(-dx, -dy)) {
				continue
			}
			p.pix[at] = uint16(min(max(v+o, 0), limit))
		}
	}
}

// bounded says whether there are slices or tiles over whose edges no filter goes.
func (f *frame) bounded(d *Decoder) bool {
	for _, sl := range f.slices {
		if !sl.across {
			return true
		}
	}
	return !d.pps.acrossTiles
}

// apart says whether an edge lies between two samples that no filter goes over.
func (f *frame) apart(d *Decoder, x, y, otherX, otherY int) bool {
	id, other := f.sliceOf[y>>2*f.unitW+x>>2], f.sliceOf[otherY>>2*f.unitW+otherX>>2]
	a, b := f.slices[id-1], f.slices[other-1]
	if a.start != b.start { // the later one's word counts
		if later := max(id, other); !f.slices[later-1].across {
			return true
		}
	}
	if d.pps.acrossTiles {
		return false
	}
	s := d.sps
	tile := d.layout.tile
	return tile[y>>s.log2CTB*s.ctbW+x>>s.log2CTB] != tile[otherY>>s.log2CTB*s.ctbW+otherX>>s.log2CTB]
}

func sign(v int32) int {
	switch {
	case v < 0:
		return -1
	case v > 0:
		return 1
	}
	return 0
}
