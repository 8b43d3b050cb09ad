package archive

import (
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// LZMA and LZMA2, for what 7z and xz hide behind them: the list of a 7z's entries, and small archives.
// The whole output is held, so that it serves as the dictionary; its limit is the caller's.
//
// github.com/ulikunitz/xz (v0.5.17) allocates the dictionary that a header states: 14 bytes that state 1 GB cost 1 GB.
// Its
// cap refuses what states more instead of allocating less, and xz states 8 MB by default however short the file is.

const (
	lzmaStates     = 12
	lzmaPosStates  = 16
	lzmaLenStates  = 4
	lzmaProbInit   = 1 << 10
	lzmaTopValue   = 1 << 24
	lzmaFullDist   = 128
	lzmaAlignBits  = 4
	lzmaMatchMin   = 2
	lzmaCheckEvery = 16 << 10 // bytes of output between looks at the clock
)

type lzmaLength struct {
	choice, choice2 uint16
	low, mid        [lzmaPosStates][8]uint16
	high            [256]uint16
}

// lzmaDecoder is the state of one stream. Past the end of its input it reads zeros and fails.
type lzmaDecoder struct {
	w      *window.Window
	in     []byte
	out    []byte
	limit  int
	failed bool

	rng, code uint32
	lc        uint
	lpMask    uint32
	pbMask    uint32
	state     int
	reps      [4]uint32
	start     int // of the dictionary in out

	literal   []uint16
	isMatch   [lzmaStates][lzmaPosStates]uint16
	isRep     [lzmaStates]uint16
	isRepG0   [lzmaStates]uint16
	isRepG1   [lzmaStates]uint16
	isRepG2   [lzmaStates]uint16
	isRep0Len [lzmaStates][lzmaPosStates]uint16
	slots     [lzmaLenStates][64]uint16
	special   [1 + lzmaFullDist - 14]uint16
	align     [1 << lzmaAlignBits]uint16
	lens      lzmaLength
	repLens   lzmaLength
}

// lzmaDecoders keeps decoders: their probabilities take more than all else that a small archive needs.
var lzmaDecoders = sync.Pool{New: func() any { return new(lzmaDecoder) }}

// newLZMADecoder returns a decoder whose probabilities are to be reset, as the first properties do.
func newLZMADecoder(w *window.Window) *lzmaDecoder {
	d := lzmaDecoders.Get().(*lzmaDecoder)
	d.w, d.failed, d.start, d.state, d.reps = w, false, 0, 0, [4]uint32{}
	return d
}

// release gives the decoder back, without what it decoded, and without tables that nobody else asks for.
func (d *lzmaDecoder) release() {
	d.w, d.in, d.out = nil, nil, nil
	if cap(d.literal) > 0x300<<4 {
		d.literal = nil
	}
	lzmaDecoders.Put(d)
}

// decodeLZMA decodes a raw LZMA stream with five bytes of properties to size bytes.
func decodeLZMA(w *window.Window, props, in []byte, size int) ([]byte, error) {
	if len(props) < 5 {
		return nil, fmt.Errorf("%w: LZMA properties", window.ErrMalformed)
	}
	d := newLZMADecoder(w)
	defer d.release()
	d.in, d.limit = in, size
	if err := d.properties(props[0]); err != nil {
		return nil, err
	}
	if err := w.Alloc(int64(size)); err != nil {
		return nil, err
	}
	d.out = w.Lend(size)[:0]
	d.initRange()
	if err := d.run(size); err != nil {
		return nil, err
	}
	return d.out, nil
}

// decodeLZMA2 decodes chunks until their end or until limit bytes have come out.
func decodeLZMA2(w *window.Window, in []byte, limit int) ([]byte, error) {
	d := newLZMADecoder(w)
	defer d.release()
	d.limit = limit
	if err := w.Alloc(int64(limit)); err != nil {
		return nil, err
	}
	d.out = w.Lend(limit)[:0]
	needsProps := true
	for len(in) > 0 && in[0] != 0 && len(d.out) < limit {
		if err := w.Element(); err != nil {
			return nil, err
		}
		control := in[0]
		if control < 0x80 { // stored: 1 resets the dictionary, 2 does not
			if control > 2 || len(in) < 3 {
				return nil, fmt.Errorf("%w: LZMA2 chunk", window.ErrMalformed)
			}
			n := int(binary.BigEndian.Uint16(in[1:])) + 1
			in = in[3:]
			if n > len(in) && limit-len(d.out) > len(in) {
				return nil, fmt.Errorf("%w: LZMA2 chunk", window.ErrTruncated)
			}
			n = min(n, len(in))
			if control == 1 {
				d.start = len(d.out)
			}
			d.out = append(d.out, in[:min(n, limit-len(d.out))]...)
			in = in[n:]
			continue
		}
		rest, err := d.chunk(in, &needsProps)
		if err != nil {
			return nil, err
		}
		in = rest
	}
	return d.out, nil
}

// chunk decodes one compressed chunk of LZMA2 and returns what follows it.
func (d *lzmaDecoder) chunk(in []byte, needsProps *bool) ([]byte, error) {
	if len(in) < 6 {
		return nil, fmt.Errorf("%w: LZMA2 chunk", window.ErrTruncated)
	}
	control := in[0]
	size := int(control&0x1F)<<16 + int(binary.BigEndian.Uint16(in[1:])) + 1
	packed := int(binary.BigEndian.Uint16(in[3:])) + 1
	in = in[5:]
	reset := control >> 5 & 3
	if reset == 3 {
		d.start = len(d.out)
	}
	if reset >= 2 {
		if err := d.properties(in[0]); err != nil {
			return nil, err
		}
		in, *needsProps = in[1:], false
	} else if *needsProps {
		return nil, fmt.Errorf("%w: LZMA2 without properties", window.ErrMalformed)
	} else if reset == 1 {
		d.resetState()
	}
	packed = min(packed, len(in)) // a cut-off chunk may hold all that is wanted of it
	d.in = in[:packed]
	d.initRange()
	if err := d.run(len(d.out) + size); err != nil {
		return nil, err
	}
	return in[packed:], nil
}

func (d *lzmaDecoder) properties(b byte) error {
	if b >= 9*5*5 {
		return fmt.Errorf("%w: LZMA properties", window.ErrMalformed)
	}
	lc, lp, pb := uint(b%9), uint(b/9%5), uint(b/45)
	if lc+lp > 8 {
		return fmt.Errorf("%w: LZMA properties", window.ErrMalformed)
	}
	n := 0x300 << (lc + lp)
	if err := d.w.Alloc(int64(2 * max(0, n-cap(d.literal)))); err != nil {
		return err
	}
	if cap(d.literal) < n {
		d.literal = make([]uint16, n)
	}
	d.literal = d.literal[:n]
	d.lc, d.lpMask, d.pbMask = lc, 1<<lp-1, 1<<pb-1
	d.resetState()
	return nil
}

func (d *lzmaDecoder) resetState() {
	d.state, d.reps = 0, [4]uint32{}
	lzmaReset(d.literal)
	for i := range d.isMatch {
		lzmaReset(d.isMatch[i][:])
		lzmaReset(d.isRep0Len[i][:])
	}
	for _, p := range [][]uint16{d.isRep[:], d.isRepG0[:], d.isRepG1[:], d.isRepG2[:], d.special[:], d.align[:]} {
		lzmaReset(p)
	}
	for i := range d.slots {
		lzmaReset(d.slots[i][:])
	}
	for _, l := range []*lzmaLength{&d.lens, &d.repLens} {
		l.choice, l.choice2 = lzmaProbInit, lzmaProbInit
		for i := range l.low {
			lzmaReset(l.low[i][:])
			lzmaReset(l.mid[i][:])
		}
		lzmaReset(l.high[:])
	}
}

func lzmaReset(p []uint16) {
	for i := range p {
		p[i] = lzmaProbInit
	}
}

func (d *lzmaDecoder) initRange() {
	d.rng, d.code = 0xFFFFFFFF, 0
	for range 5 {
		d.code = d.code<<8 | uint32(d.next())
	}
}

func (d *lzmaDecoder) next() byte {
	if len(d.in) == 0 {
		d.failed = true
		return 0
	}
	b := d.in[0]
	d.in = d.in[1:]
	return b
}

func (d *lzmaDecoder) bit(p *uint16) uint32 {
	bound := d.rng >> 11 * uint32(*p)
	var b uint32
	if d.code < bound {
		d.rng = bound
		*p += (1<<11 - *p) >> 5
	} else {
		d.code -= bound
		d.rng -= bound
		*p -= *p >> 5
		b = 1
	}
	d.normalize()
	return b
}

func (d *lzmaDecoder) normalize() {
	if d.rng < lzmaTopValue {
		d.rng <<= 8
		d.code = d.code<<8 | uint32(d.next())
	}
}

func (d *lzmaDecoder) direct(n uint) uint32 {
	var v uint32
	for range n {
		d.rng >>= 1
		d.code -= d.rng
		t := 0 - d.code>>31
		d.code += d.rng & t
		d.normalize()
		v = v<<1 + t + 1
	}
	return v
}

func (d *lzmaDecoder) tree(p []uint16, n uint) uint32 {
	m := uint32(1)
	for range n {
		m = m<<1 | d.bit(&p[m])
	}
	return m - 1<<n
}

// reverse decodes n bits, the lowest first, with the probabilities that begin at p.
func (d *lzmaDecoder) reverse(p []uint16, n uint) uint32 {
	m, v := uint32(1), uint32(0)
	for i := range n {
		b := d.bit(&p[m])
		m = m<<1 | b
		v |= b << i
	}
	return v
}

func (d *lzmaDecoder) length(l *lzmaLength, pos uint32) int {
	switch {
	case d.bit(&l.choice) == 0:
		return int(d.tree(l.low[pos][:], 3))
	case d.bit(&l.choice2) == 0:
		return 8 + int(d.tree(l.mid[pos][:], 3))
	}
	return 16 + int(d.tree(l.high[:], 8))
}

func (d *lzmaDecoder) distance(length int) uint32 {
	slot := d.tree(d.slots[min(length, lzmaLenStates-1)][:], 6)
	if slot < 4 {
		return slot
	}
	n := uint(slot>>1 - 1)
	dist := (2 | slot&1) << n
	if slot < 14 {
		return dist + d.reverse(d.special[dist-slot:], n)
	}
	return dist + d.direct(n-lzmaAlignBits)<<lzmaAlignBits + d.reverse(d.align[:], lzmaAlignBits)
}

func (d *lzmaDecoder) literalByte() {
	prev := uint32(0)
	if len(d.out) > d.start {
		prev = uint32(d.out[len(d.out)-1])
	}
	pos := uint32(len(d.out) - d.start)
	p := d.literal[0x300*((pos&d.lpMask)<<d.lc+prev>>(8-d.lc)):]
	symbol := uint32(1)
	if d.state >= 7 && d.reaches(d.reps[0]) {
		match := uint32(d.out[len(d.out)-int(d.reps[0])-1])
		for symbol < 0x100 {
			matchBit := match >> 7 & 1
			match <<= 1
			b := d.bit(&p[(1+matchBit)<<8+symbol])
			symbol = symbol<<1 | b
			if b != matchBit {
				break
			}
		}
	}
	for symbol < 0x100 {
		symbol = symbol<<1 | d.bit(&p[symbol])
	}
	d.out = append(d.out, byte(symbol))
	switch {
	case d.state < 4:
		d.state = 0
	case d.state < 10:
		d.state -= 3
	default:
		d.state -= 6
	}
}

func (d *lzmaDecoder) reaches(dist uint32) bool { return uint64(dist) < uint64(len(d.out)-d.start) }

// run decodes until out holds to bytes, or the limit, or an end marker.
func (d *lzmaDecoder) run(to int) error {
	to = min(to, d.limit)
	check := len(d.out)
	for len(d.out) < to {
		if len(d.out) >= check {
			if err := d.w.OnTime(); err != nil {
				return err
			}
			check = len(d.out) + lzmaCheckEvery
		}
		if d.failed {
			return fmt.Errorf("%w: LZMA stream", window.ErrTruncated)
		}
		pos := uint32(len(d.out)-d.start) & d.pbMask
		if d.bit(&d.isMatch[d.state][pos]) == 0 {
			d.literalByte()
			continue
		}
		n, ended := d.match(pos)
		if ended {
			return nil
		}
		if !d.reaches(d.reps[0]) {
			return fmt.Errorf("%w: LZMA distance", window.ErrMalformed)
		}
		for range min(n, to-len(d.out)) {
			d.out = append(d.out, d.out[len(d.out)-int(d.reps[0])-1])
		}
	}
	return nil
}

// match decodes the length of a match, whose distance becomes the first of the repeated ones.
func (d *lzmaDecoder) match(pos uint32) (length int, ended bool) {
	if d.bit(&d.isRep[d.state]) == 0 {
		copy(d.reps[1:], d.reps[:3])
		n := d.length(&d.lens, pos)
		d.state = lzmaAfter(d.state, 7)
		d.reps[0] = d.distance(n)
		return n + lzmaMatchMin, d.reps[0] == 0xFFFFFFFF
	}
	if d.bit(&d.isRepG0[d.state]) == 0 {
		if d.bit(&d.isRep0Len[d.state][pos]) == 0 {
			d.state = lzmaAfter(d.state, 9)
			return 1, false
		}
	} else {
		i := 1
		if d.bit(&d.isRepG1[d.state]) != 0 {
			i = 2 + int(d.bit(&d.isRepG2[d.state]))
		}
		dist := d.reps[i]
		copy(d.reps[1:i+1], d.reps[:i])
		d.reps[0] = dist
	}
	n := d.length(&d.repLens, pos)
	d.state = lzmaAfter(d.state, 8)
	return n + lzmaMatchMin, false
}

// lzmaAfter is the state after a match (7), repeated match (8) or short repeat (9) that follows a
// literal; after another match it is 10 or 11.
func lzmaAfter(state, next int) int {
	switch {
	case state < 7:
		return next
	case next == 7:
		return 10
	}
	return 11
}
