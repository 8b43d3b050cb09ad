package brotli

// bitReader reads bits from the lowest of each byte up. Past the end it reads zeros, and over tells.
type bitReader struct {
	in   []byte
	acc  uint64
	n    uint // bits in acc
	past uint // of them, those that the input does not have
}

// take reads up to 32 bits.
func (r *bitReader) take(n uint) uint32 {
	for r.n < n {
		if len(r.in) > 0 {
			r.acc |= uint64(r.in[0]) << r.n
			r.in = r.in[1:]
		} else {
			r.past += 8
		}
		r.n += 8
	}
	v := uint32(r.acc & (1<<n - 1))
	r.acc >>= n
	r.n -= n
	return v
}

// over reports whether more was read than there is.
func (r *bitReader) over() bool { return r.past > r.n }

// bytes goes to the next whole byte, what it passes must be zero, and reads n of them.
func (r *bitReader) bytes(n int) ([]byte, error) {
	if r.take(r.n&7) != 0 {
		return nil, corrupt("padding")
	}
	var b []byte
	for range n {
		if len(r.in) == 0 && r.n == r.past {
			return nil, corrupt("it ends early")
		}
		b = append(b, byte(r.take(8)))
	}
	return b, nil
}
