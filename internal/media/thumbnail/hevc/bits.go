package hevc

// reader reads the bits of a parameter set or a slice header (7.2, 9.2). Past their end it reads zeros, and over is
// set.
type reader struct {
	b    []byte
	pos  int // in bits
	over bool
}

func (r *reader) bit() uint32 {
	if r.pos>>3 >= len(r.b) {
		r.over = true
		return 0
	}
	v := uint32(r.b[r.pos>>3]>>(7-r.pos&7)) & 1
	r.pos++
	return v
}

func (r *reader) flag() bool { return r.bit() == 1 }

func (r *reader) bits(n int) uint32 {
	v := uint32(0)
	for range n {
		v = v<<1 | r.bit()
	}
	return v
}

func (r *reader) skip(n int) {
	if r.pos += n; r.pos > 8*len(r.b) {
		r.pos, r.over = 8*len(r.b), true
	}
}

// ue reads an Exp-Golomb code (9.2).
func (r *reader) ue() int {
	zeros := 0
	for !r.flag() {
		if zeros++; zeros > 31 || r.over {
			r.over = true
			return 0
		}
	}
	return int(1<<zeros - 1 + r.bits(zeros))
}

// se reads a signed Exp-Golomb code (9.2.2).
func (r *reader) se() int {
	k := r.ue()
	if k&1 == 1 {
		return (k + 1) / 2
	}
	return -k / 2
}

// unescape takes out of a NAL unit the bytes that keep start codes from occurring in it (7.3.1.1).
func unescape(nal []byte) []byte {
	out := make([]byte, 0, len(nal))
	zeros := 0
	for _, c := range nal {
		if zeros >= 2 && c == 3 {
			zeros = 0
			continue
		}
		if out = append(out, c); c == 0 {
			zeros++
		} else {
			zeros = 0
		}
	}
	return out
}
