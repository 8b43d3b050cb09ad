package jpeg

import (
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
)

// input is the bytes of a file, and the bits of a scan in it. Bits are taken from the top of acc.
type input struct {
	r        io.Reader
	buf      []byte
	pos, end int // what of buf is not taken

	acc   uint64 // of which n bits at the top are valid
	n     int
	fed   int  // bits of acc, the lowest ones, that stand for data that is not there
	mark  byte // the marker that ended the scan's data; 0: none yet
	ended error
}

// more reads on. It never returns without a byte and without an error.
func (in *input) more() error {
	if in.ended != nil {
		return in.ended
	}
	for range 100 {
		n, err := in.r.Read(in.buf)
		in.pos, in.end = 0, n
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			in.ended = err // for the next time
		}
		if n > 0 {
			return nil
		}
		if in.ended != nil {
			return in.ended
		}
	}
	return io.ErrNoProgress
}

func (in *input) byte() (byte, error) {
	if in.pos == in.end {
		if err := in.more(); err != nil {
			return 0, err
		}
	}
	in.pos++
	return in.buf[in.pos-1], nil
}

func (in *input) full(p []byte) error {
	for len(p) > 0 {
		if in.pos == in.end {
			if err := in.more(); err != nil {
				return err
			}
		}
		n := copy(p, in.buf[in.pos:in.end])
		in.pos += n
		p = p[n:]
	}
	return nil
}

// marker finds the next marker, over whatever stands before it: data of a scan too.
func (in *input) marker() (byte, error) {
	if m := in.mark; m != 0 {
		in.mark = 0
		return m, nil
	}
	for {
		c, err := in.byte()
		for err == nil && c != 0xff {
			c, err = in.byte()
		}
		for err == nil && c == 0xff {
			c, err = in.byte()
		}
		if err != nil || c != 0 {
			return c, err
		}
	}
}

// fill has at least 32 bits valid hence, of which zeros stand for what lies behind the end of the data.
func (in *input) fill() {
	if in.n >= 32 {
		return
	}
	if in.end-in.pos >= 8 && in.mark == 0 {
		v := binary.BigEndian.Uint64(in.buf[in.pos : in.pos+8 : in.pos+8])
		if inv := ^v; (inv-0x0101010101010101)&^inv&0x8080808080808080 == 0 { // none of them is FF
			taken := (64 - in.n) >> 3 // bytes: what lies below them in acc is taken once more, and is the same
			in.acc |= v >> in.n
			in.n += 8 * taken
			in.pos += taken
			in.acc &^= 1<<(64-in.n) - 1
			return
		}
	}
	for in.n <= 56 {
		in.acc |= uint64(in.data()) << (56 - in.n)
		in.n += 8
	}
}

// data is the next byte of a scan's data; behind its end it is 0.
func (in *input) data() byte {
	if in.mark != 0 {
		in.fed += 8
		return 0
	}
	c, err := in.byte()
	if err == nil && c == 0xff {
		for err == nil && c == 0xff { // T.81, B.1.1.2: any number of them may stand before a marker
			c, err = in.byte()
		}
		if err == nil && c == 0 {
			return 0xff
		}
		in.mark = c
	}
	if err != nil {
		in.mark = markerEOI // more says the same error again, to whoever reads on
	}
	if in.mark != 0 {
		in.fed += 8
		return 0
	}
	return c
}

// take gives the next n bits, of at most 16 that fill has made valid.
func (in *input) take(n int) uint32 {
	v := uint32(in.acc >> (64 - n) & (1<<n - 1))
	in.acc <<= n
	in.n -= n
	return v
}

// exhausted says whether bits were taken that were not there.
func (in *input) exhausted() bool { return in.fed > in.n }

// align drops what is left of a scan's bits.
func (in *input) align() { in.acc, in.n, in.fed = 0, 0, 0 }

// extend is the value of n bits as T.81, F.2.2.1 writes signed numbers.
func extend(v uint32, n int) int32 {
	if n > 0 && bits.Len32(v) < n {
		return int32(v) - (1<<n - 1)
	}
	return int32(v)
}
