package hevc

import "math/bits"

// slice is the header of a slice segment (7.3.6), of which a dependent one has most from the one before it.
type slice struct {
	address   int // slice_segment_address
	start     int // SliceAddrRs: that of the segment which this one depends on
	dependent bool
	sao       [2]bool // of luma, of chroma
	qp        int
	chromaQP  [2]int

	deblockingOff bool
	beta, tc      int
	across        bool // slice_loop_filter_across_slices_enabled_flag
}

// NAL unit types (table 7-1).
const (
	nalFirstIRAP = 16
	nalIDR       = 19
	nalIDRNoLead = 20
	nalLastIRAP  = 23
	nalVPS       = 32
	nalSPS       = 33
	nalPPS       = 34
)

// readSlice reads a header; what follows it begins at the reader's place. before is the segment before it, or nil.
func (d *Decoder) readSlice(r *reader, nal int, before *slice) (*slice, error) {
	first := r.flag()
	if nal >= nalFirstIRAP && nal <= nalLastIRAP {
		r.skip(1)
	}
	p, err := d.activate(r.ue(), first)
	if err != nil {
		return nil, err
	}
	s := d.sps
	sl := &slice{}
	if !first {
		sl.dependent = p.dependentSlices && r.flag()
		sl.address = int(r.bits(bits.Len(uint(s.ctbW*s.ctbH - 1))))
	}
	if sl.address >= s.ctbW*s.ctbH {
		return nil, damaged("a slice outside of the picture")
	}
	if sl.dependent {
		if before == nil {
			return nil, damaged("a slice that depends on none")
		}
		address := sl.address
		*sl = *before
		sl.address, sl.dependent = address, true
	} else {
		sl.start = sl.address
		if err := sl.read(r, nal, s, p); err != nil {
			return nil, err
		}
	}
	skipEntryPoints(r, p)
	if p.sliceExtension {
		r.skip(8 * r.ue())
	}
	r.skip(1)
	r.pos = (r.pos + 7) &^ 7
	if r.over {
		return nil, damaged("a slice's header that is cut")
	}
	return sl, nil
}

func (sl *slice) read(r *reader, nal int, s *sps, p *pps) error {
	r.skip(p.extraSliceBits)
	if t := r.ue(); t != 2 {
		return unsupported("pictures made of others")
	}
	if p.outputFlag {
		r.skip(1)
	}
	if nal != nalIDR && nal != nalIDRNoLead {
		if err := s.skipPictureCount(r); err != nil {
			return err
		}
	}
	if s.sao {
		sl.sao[0] = r.flag()
		sl.sao[1] = s.chroma != 0 && r.flag()
	}
	sl.qp = p.initQP + r.se()
	if p.sliceChromaQP {
		sl.chromaQP = [2]int{r.se(), r.se()}
	}
	sl.deblockingOff, sl.beta, sl.tc, sl.across = p.deblockingOff, p.beta, p.tc, p.acrossSlices
	if p.deblockingControl && r.flag() {
		if sl.deblockingOff = r.flag(); !sl.deblockingOff {
			sl.beta, sl.tc = 2*r.se(), 2*r.se()
		}
	}
	if p.acrossSlices && (sl.sao[0] || sl.sao[1] || !sl.deblockingOff) {
		sl.across = r.flag()
	}
	if sl.qp < -6*(s.depth[0]-8) || sl.qp > 51 || outside(sl.chromaQP[0]+p.chromaQP[0], 12) ||
		outside(sl.chromaQP[1]+p.chromaQP[1], 12) || outside(sl.beta, 12) || outside(sl.tc, 12) {
		return damaged("a slice's quantization beyond its range")
	}
	return nil
}

// skipPictureCount passes over what a slice of a sequence says of its place among others.
func (s *sps) skipPictureCount(r *reader) error {
	r.skip(s.log2POC)
	if n := len(s.references); !r.flag() {
		if _, err := readReferenceSet(r, n, n, s.references); err != nil {
			return err
		}
	} else if n > 1 {
		r.skip(bits.Len(uint(n - 1)))
	}
	if s.longTerm {
		return unsupported("long-term reference pictures")
	}
	if s.temporalMVP {
		r.skip(1)
	}
	return nil
}

// skipEntryPoints passes over where the substreams of tiles or rows begin: each begins where the one before it ends.
func skipEntryPoints(r *reader, p *pps) {
	if !p.sync && len(p.columns) == 0 {
		return
	}
	if n := r.ue(); n > 0 {
		length := r.ue() + 1
		if n > maxSamples || length > 32 {
			r.over = true
			return
		}
		r.skip(n * length)
	}
}
