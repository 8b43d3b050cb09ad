package codec

import (
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// parseFFV1 reads the depth out of FFV1's configuration record (RFC 9043, 4.3), which is coded as the pictures
// are. Streams of versions before 3 have none.
func parseFFV1(b []byte) (f Picture, ok bool) {
	if len(b) < 4 {
		return f, false
	}
	r := newFFV1Reader(b)
	version := r.number(false)
	if version < 3 || version > 4 {
		return f, false
	}
	r.number(false) // micro_version
	if coder := r.number(false); coder > 1 {
		for range 255 {
			r.number(true) // state_transition_delta
		}
	}
	r.number(false) // colorspace_type
	f.Depth = r.number(false)
	return f, !r.over && f.Depth >= 8 && f.Depth <= 16
}

// ffv1Reader is the range coder of RFC 9043, 3.8.1, with the contexts of one set of parameters.
type ffv1Reader struct {
	in        []byte
	low, size uint32
	over      bool
	one       [256]byte // the state after a one, by the state before
	states    [32]byte
}

func newFFV1Reader(b []byte) *ffv1Reader {
	r := &ffv1Reader{in: b[2:], low: uint32(window.BE16(b)), size: 0xFF00}
	r.over = r.low >= r.size
	for i := range r.states {
		r.states[i] = 128
	}
	r.build()
	return r
}

// build works the default table of 3.8.1.4 out: a state is a probability of 256 steps, which each one seen
// brings a twentieth nearer to certainty, and never beyond 248.
func (r *ffv1Reader) build() {
	const (
		whole  = uint64(1) << 32
		factor = whole / 20
		most   = 248
	)
	nearer := func(p uint64) uint64 { return p + ((whole-p)*factor+whole/2)>>32 }
	steps := func(p uint64) int { return int((256*p + whole/2) >> 32) }
	for p, last := whole/2, 0; last < most; p = nearer(p) {
		n := max(steps(p), last+1)
		if last > 0 && n <= most {
			r.one[last] = byte(n)
		}
		last = n
	}
	for i := 256 - most; i <= most; i++ {
		if r.one[i] == 0 {
			p := nearer((uint64(i)*whole + 128) >> 8)
			r.one[i] = byte(min(max(steps(p), i+1), most))
		}
	}
}

func (r *ffv1Reader) bit(state int) bool {
	s := &r.states[state]
	upper := r.size * uint32(*s) >> 8
	r.size -= upper
	one := r.low >= r.size
	if one {
		r.low -= r.size
		r.size = upper
		*s = r.one[*s]
	} else {
		*s = byte(256 - int(r.one[256-int(*s)]))
	}
	for r.size < 0x100 && !r.over {
		r.size, r.low = r.size<<8, r.low<<8
		if len(r.in) == 0 {
			r.over = true
			break
		}
		r.low |= uint32(r.in[0])
		r.in = r.in[1:]
	}
	return one
}

// number reads an integer (3.8.1.2); one that is too large is the end.
func (r *ffv1Reader) number(signed bool) int {
	if r.over || r.bit(0) {
		return 0
	}
	e := 0
	for r.bit(1 + min(e, 9)) {
		if e++; e > 30 || r.over {
			r.over = true
			return 0
		}
	}
	v := 1
	for i := e - 1; i >= 0; i-- {
		v <<= 1
		if r.bit(22 + min(i, 9)) {
			v++
		}
	}
	if signed && r.bit(11+min(e, 10)) {
		return -v
	}
	return v
}
