package window

// BitReader reads bits from the most significant one down. Past the end it yields zeros and over is
// set, so that a parser may read a whole structure and ask once whether it was there.
type BitReader struct {
	B    []byte
	Pos  int // in bits
	Over bool
}

// Bits reads n bits, at most 32.
func (r *BitReader) Bits(n int) uint32 {
	var v uint32
	for n > 0 {
		i := r.Pos >> 3
		if i >= len(r.B) {
			r.Over = true
			return v << n
		}
		free := 8 - r.Pos&7
		take := min(free, n)
		part := uint32(r.B[i]) >> (free - take) & (1<<take - 1)
		v = v<<take | part
		r.Pos += take
		n -= take
	}
	return v
}

// Flag reads one bit.
func (r *BitReader) Flag() bool { return r.Bits(1) == 1 }

// Skip passes over n bits.
func (r *BitReader) Skip(n int) {
	if n < 0 || n > len(r.B)*8-r.Pos {
		r.Over = true
		r.Pos = len(r.B) * 8
		return
	}
	r.Pos += n
}

// Left is the number of bits not yet read.
func (r *BitReader) Left() int { return len(r.B)*8 - r.Pos }

// UE reads an unsigned Exp-Golomb number (ITU-T H.264, 9.1); one that would not fit sets over.
func (r *BitReader) UE() uint32 {
	zeros := 0
	for !r.Flag() {
		if zeros++; r.Over || zeros > 31 {
			r.Over = true
			return 0
		}
	}
	return uint32(1)<<zeros - 1 + r.Bits(zeros)
}

// SE reads a signed Exp-Golomb number (ITU-T H.264, 9.1.1).
func (r *BitReader) SE() int32 {
	v := r.UE()
	if v&1 == 1 {
		return int32(v/2 + 1)
	}
	return -int32(v / 2)
}

// UnescapeNAL takes the emulation prevention bytes out of a NAL unit (ITU-T H.264, 7.4.1). At most
// limit bytes come out: a parameter set's fields of interest stand at its start.
func UnescapeNAL(b []byte, limit int) []byte {
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
