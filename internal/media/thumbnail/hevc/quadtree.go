package hevc

import (
	"context"
	"math"
)

// askAfter is how many coding tree blocks are decoded before it is asked again whether to go on: some milliseconds.
const askAfter = 16

// sliceDecoder decodes the slices of one picture.
type sliceDecoder struct {
	ctx context.Context
	d   *Decoder
	f   *frame
	*slice
	c       cabac
	id      uint16 // of the slice, as in sliceOf
	decoded int    // coding tree blocks

	afterSecond contexts // after a row's second block, for the next row (9.3.2.4)
	afterSlice  contexts // for a slice that depends on this one

	qpY, qpBefore int // QpY of the current unit, and of the last one in the group before (8.6.1)
	groupX        int // the quantization group
	groupY        int
	deltaDone     bool
	delta         int

	u    unit
	r    residual
	refs references
}

// segment decodes one slice segment.
func (s *sliceDecoder) segment(nal []byte, kind int, before *slice) (*slice, error) {
	b := unescape(nal[2:])
	r := &reader{b: b}
	sl, err := s.d.readSlice(r, kind, before)
	if err != nil {
		return nil, err
	}
	if s.f = s.d.frame; before == nil {
		s.decoded = 0
	}
	s.f.slices = append(s.f.slices, sl)
	if len(s.f.slices) > math.MaxUint16 {
		return nil, damaged("too many slices")
	}
	s.id, s.slice = uint16(len(s.f.slices)), sl
	s.c.data, s.c.pos, s.c.over = b, r.pos>>3, 0
	return sl, s.blocks()
}

// blocks decodes the coding tree blocks of a slice segment (7.3.8.1).
func (s *sliceDecoder) blocks() error {
	l, p := s.d.layout, s.d.pps
	at := l.place[s.address]
	s.c.start()
	s.begin(l.order[at], true)
	for {
		address := l.order[at]
		if s.f.sliceOf[s.unitOf(address)] != 0 {
			return damaged("a block that is there twice")
		}
		if s.decoded%askAfter == 0 && s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		s.codingTree(address)
		if s.c.over > 64 {
			return damaged("a slice that is cut")
		}
		s.decoded++
		end := s.c.terminate()
		x := address % s.d.sps.ctbW
		if p.sync && x == l.startX[address]+1 {
			s.afterSecond = s.c.contexts
		}
		if end {
			s.afterSlice = s.c.contexts
			return nil
		}
		if at++; at == len(l.order) {
			return damaged("a slice longer than its picture")
		}
		next := l.order[at]
		if l.first[next] || p.sync && next%s.d.sps.ctbW == l.startX[next] {
			if !s.c.terminate() {
				return damaged("a row or tile that does not end")
			}
			s.c.start()
			s.begin(next, false)
		}
	}
}

// unitOf is the first unit of a coding tree block.
func (s *sliceDecoder) unitOf(address int) int {
	log2 := s.d.sps.log2CTB - 2
	return (address/s.d.sps.ctbW)<<log2*s.f.unitW + (address%s.d.sps.ctbW)<<log2
}

// begin sets the contexts and the quantization that the first block of a slice, tile or row begins with (9.3.1).
func (s *sliceDecoder) begin(address int, first bool) {
	l, p, sp := s.d.layout, s.d.pps, s.d.sps
	x, y := address%sp.ctbW, address/sp.ctbW
	s.qpBefore, s.qpY = s.qp, s.qp
	switch {
	case l.first[address]:
		s.c.contexts.reset(s.qp)
	case p.sync && x == l.startX[address]:
		above := (y-1)*sp.ctbW + x + 1
		if y > 0 && x+1 < sp.ctbW && l.tile[above] == l.tile[address] && s.sameSlice(s.unitOf(above)) {
			s.c.contexts = s.afterSecond
		} else {
			s.c.contexts.reset(s.qp)
		}
	case first && s.dependent:
		s.c.contexts = s.afterSlice
	default:
		s.c.contexts.reset(s.qp)
	}
}

// sameSlice says whether a unit has been decoded, as a part of the current slice.
func (s *sliceDecoder) sameSlice(unit int) bool {
	id := s.f.sliceOf[unit]
	return id == s.id || id != 0 && s.f.slices[id-1].start == s.start
}

// available says whether the unit at a luma sample can be predicted from (6.4.1): it is decoded, and of this slice and
// of the tile of the block at address.
func (s *sliceDecoder) available(x, y int, address int) bool {
	if x < 0 || y < 0 || x >= s.d.sps.width || y >= s.d.sps.height || !s.sameSlice(y>>2*s.f.unitW+x>>2) {
		return false
	}
	if len(s.d.pps.columns) == 0 {
		return true
	}
	log2 := s.d.sps.log2CTB
	return s.d.layout.tile[y>>log2*s.d.sps.ctbW+x>>log2] == s.d.layout.tile[address]
}

// codingTree decodes one coding tree block (7.3.8.2).
func (s *sliceDecoder) codingTree(address int) {
	sp := s.d.sps
	x, y := address%sp.ctbW<<sp.log2CTB, address/sp.ctbW<<sp.log2CTB
	s.u.address = address
	if s.sao[0] || s.sao[1] {
		s.readSAO(address)
	}
	s.quadtree(x, y, sp.log2CTB, 0)
}

// quadtree decodes coding_quadtree (7.3.8.4).
func (s *sliceDecoder) quadtree(x, y, log2, depth int) {
	sp, p := s.d.sps, s.d.pps
	size := 1 << log2
	split := log2 > sp.log2MinCB
	if split && x+size <= sp.width && y+size <= sp.height {
		context := 0
		if s.available(x-1, y, s.u.address) && int(s.f.depth[y>>2*s.f.unitW+(x-1)>>2]) > depth {
			context++
		}
		if s.available(x, y-1, s.u.address) && int(s.f.depth[(y-1)>>2*s.f.unitW+x>>2]) > depth {
			context++
		}
		split = s.c.bin(ctxSplitCU+context) == 1
	}
	if p.qpDelta && log2 >= sp.log2CTB-p.qpDeltaDepth {
		s.deltaDone, s.delta = false, 0
		s.groupX, s.groupY = x, y
		s.qpBefore = s.qpY
		s.qpY = s.predictQP()
	}
	if !split {
		s.codingUnit(x, y, log2, depth)
		return
	}
	half := size / 2
	for i := range 4 {
		if cx, cy := x+i&1*half, y+i>>1*half; cx < sp.width && cy < sp.height {
			s.quadtree(cx, cy, log2-1, depth+1)
		}
	}
}

// predictQP predicts QpY of a quantization group (8.6.1).
func (s *sliceDecoder) predictQP() int {
	sp := s.d.sps
	log2 := sp.log2CTB
	of := func(x, y int) int {
		if !s.available(x, y, s.u.address) || y>>log2*sp.ctbW+x>>log2 != s.u.address {
			return s.qpBefore
		}
		return int(s.f.qp[y>>2*s.f.unitW+x>>2])
	}
	return (of(s.groupX-1, s.groupY) + of(s.groupX, s.groupY-1) + 1) >> 1
}
