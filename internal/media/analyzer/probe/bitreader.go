package probe

// bitReader reads bits from the most significant one down. Past the end it yields zeros and over is
// set, so that a parser may read a whole structure and ask once whether it was there.
type bitReader struct {
	b    []byte
	pos  int // in bits
	over bool
}

// bits reads n bits, at most 32.
func (r *bitReader) bits(n int) uint32 {
	var v uint32
	for n > 0 {
		i := r.pos >> 3
		if i >= len(r.b) {
			r.over = true
			return v << n
		}
		free := 8 - r.pos&7
		take := min(free, n)
		part := uint32(r.b[i]) >> (free - take) & (1<<take - 1)
		v = v<<take | part
		r.pos += take
		n -= take
	}
	return v
}

func (r *bitReader) flag() bool { return r.bits(1) == 1 }

func (r *bitReader) skip(n int) {
	if n < 0 || n > len(r.b)*8-r.pos {
		r.over = true
		r.pos = len(r.b) * 8
		return
	}
	r.pos += n
}

// left is the number of bits not yet read.
func (r *bitReader) left() int { return len(r.b)*8 - r.pos }

// ue reads an unsigned Exp-Golomb number (ITU-T H.264, 9.1); one that would not fit sets over.
func (r *bitReader) ue() uint32 {
	zeros := 0
	for !r.flag() {
		if zeros++; r.over || zeros > 31 {
			r.over = true
			return 0
		}
	}
	return uint32(1)<<zeros - 1 + r.bits(zeros)
}

// se reads a signed Exp-Golomb number (ITU-T H.264, 9.1.1).
func (r *bitReader) se() int32 {
	v := r.ue()
	if v&1 == 1 {
		return int32(v/2 + 1)
	}
	return -int32(v / 2)
}

// unescapeNAL takes the emulation prevention bytes out of a NAL unit (ITU-T H.264, 7.4.1). At most
// limit bytes come out: a parameter set's fields of interest stand at its start.
func unescapeNAL(b []byte, limit int) []byte {
	out := make([]byte, 0, min(len(b), limit))
	zeros := 0
	for _, c := range b {
		if len(out) == limit {
			break
		}
		if zeros >= 2 && c == 3 {
			zeros = 0
			continue
		}
		if c == 0 {
			zeros++
		} else {
			zeros = 0
		}
		out = append(out, c)
	}
	return out
}
