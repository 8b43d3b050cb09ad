// Package brotli decompresses what others have compressed by RFC 7932. JPEG XL packs a picture's metadata so.
//
// It holds all of the output, which must be small, reads nothing beyond its input, and takes time in proportion
// to both: there are no references beyond them. A decoder is borrowed for each call; calls are safe for
// concurrent use.
//
// It is not github.com/andybalholm/brotli behind a reader with a limit, because what a stream states there decides what
// is allocated: 1,004 bytes that state a meta-block of 16 MB cost 16 MB (v1.3.0), the whole of what a probe may take.
// This decoder writes into memory of its caller, and what it needs beside that it borrows.
package brotli

import (
	"errors"
	"fmt"
	"sync"
)

// Errors of decompression.
var (
	ErrCorrupt  = errors.New("brotli stream is corrupt")
	ErrTooLarge = errors.New("brotli stream is larger than asked for")
)

// checkEvery is how many bytes of output and how many prefix codes lie between two calls of tick.
const checkEvery = 4 << 10

// decoder is the state of one stream. The numbers in brackets are sections of RFC 7932.
type decoder struct {
	bits   bitReader
	out    []byte
	limit  int
	tick   func() error
	toTick int

	window int
	recent [4]int // distances, the last at the end (4)
	block  [3]blockSwitch
	arena  []uint16 // symbols of this meta-block's codes
	codes  [3][]prefixCode
	modes  []byte    // of contexts, one a type of literal blocks (7.1)
	maps   [3][]byte // from contexts to codes (7.3); insert-and-copy has none
	tail   int       // NPOSTFIX
	direct int       // NDIRECT
	sizes  [maxAlphabet]byte
}

// The categories of blocks (6).
const (
	literals = iota
	commands
	distances
)

var decoders = sync.Pool{New: func() any { return new(decoder) }}

// Decode appends what in holds to dst, whose capacity is the limit of the result. It calls tick every few
// thousand bytes and prefix codes, and ends with its error. Errors wrap ErrCorrupt or ErrTooLarge, but for tick's.
func Decode(dst, in []byte, tick func() error) ([]byte, error) {
	d := decoders.Get().(*decoder)
	defer func() {
		d.out, d.tick, d.bits = nil, nil, bitReader{}
		decoders.Put(d)
	}()
	*d = decoder{
		bits: bitReader{in: in}, out: dst[len(dst):], limit: cap(dst) - len(dst), tick: tick, toTick: checkEvery, recent: [4]int{16, 15, 11, 4},
		arena: d.arena, codes: d.codes, modes: d.modes, maps: d.maps,
	}
	if err := d.stream(); err != nil {
		return dst, err
	}
	return dst[:len(dst)+len(d.out)], nil
}

// spend counts n bytes or codes towards the next tick.
func (d *decoder) spend(n int) error {
	if d.toTick -= n; d.toTick > 0 {
		return nil
	}
	d.toTick = checkEvery
	return d.tick()
}

func corrupt(what string) error { return fmt.Errorf("%w: %s", ErrCorrupt, what) }

// stream reads the header and all meta-blocks (9.1, 9.2).
func (d *decoder) stream() error {
	exponent, err := d.windowExponent()
	if err != nil {
		return err
	}
	d.window = 1<<exponent - 16
	for last := false; !last; {
		if last = d.bits.take(1) == 1; last && d.bits.take(1) == 1 { // and empty
			break
		}
		length, err := d.length()
		if err != nil {
			return err
		}
		switch {
		case length < 0:
			if _, err := d.bits.bytes(-length - 1); err != nil {
				return err
			}
			continue
		case length > d.limit-len(d.out):
			return ErrTooLarge
		case !last && d.bits.take(1) == 1:
			b, err := d.bits.bytes(length)
			if err != nil {
				return err
			}
			d.out = append(d.out, b...)
			continue
		}
		if err := d.metaBlock(length); err != nil {
			return err
		}
	}
	if d.bits.over() {
		return corrupt("it ends early")
	}
	return nil
}

func (d *decoder) windowExponent() (int, error) {
	if d.bits.take(1) == 0 {
		return 16, nil
	}
	if n := d.bits.take(3); n != 0 {
		return 17 + int(n), nil
	}
	switch n := d.bits.take(3); n {
	case 0:
		return 17, nil
	case 1:
		return 0, corrupt("window size")
	default:
		return 8 + int(n), nil
	}
}

// length reads how long the meta-block is; of one to be skipped -1 less its length.
func (d *decoder) length() (int, error) {
	nibbles := d.bits.take(2)
	if nibbles == 3 {
		if d.bits.take(1) != 0 {
			return 0, corrupt("reserved bit")
		}
		n := 0
		if size := uint(d.bits.take(2)); size > 0 {
			n = int(d.bits.take(8*size)) + 1
		}
		return -1 - n, nil
	}
	return int(d.bits.take(4*uint(4+nibbles))) + 1, nil
}

// metaBlock reads a compressed meta-block: its header, then commands (10).
func (d *decoder) metaBlock(length int) error {
	if err := d.header(); err != nil {
		return err
	}
	for end := len(d.out) + length; len(d.out) < end; {
		code, err := d.next(commands, 0)
		if err != nil {
			return err
		}
		insert, size := d.command(code)
		if insert > end-len(d.out) {
			return corrupt("more literals than its length")
		}
		if err := d.spend(insert + 1); err != nil {
			return err
		}
		if err := d.literals(insert); err != nil {
			return err
		}
		if len(d.out) == end {
			break
		}
		if err := d.copy(size, end, code < 128); err != nil {
			return err
		}
	}
	return nil
}

// The lengths of literals to insert and of bytes to copy by code: extra bits (5).
var (
	insertBits = [24]byte{0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 12, 14, 24}
	copyBits   = [24]byte{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 24}
	insertCell = [11]byte{0, 0, 0, 0, 8, 8, 0, 16, 8, 16, 16}
	copyCell   = [11]byte{0, 8, 0, 8, 0, 8, 16, 0, 16, 8, 16}
	blockBits  = [26]byte{2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 7, 8, 9, 10, 11, 12, 13, 24} // (6)
)

// extended reads a number given by a code: the codes before it cover all numbers from least up to its own.
func (d *decoder) extended(bits []byte, code, least int) int {
	for _, n := range bits[:code] {
		least += 1 << n
	}
	return least + int(d.bits.take(uint(bits[code])))
}

// command reads how many literals to insert, and how many bytes to copy.
func (d *decoder) command(code int) (insert, size int) {
	cell := code >> 6
	insert = d.extended(insertBits[:], int(insertCell[cell])+code>>3&7, 0)
	return insert, d.extended(copyBits[:], int(copyCell[cell])+code&7, 2)
}

func (d *decoder) literals(n int) error {
	var last, other byte
	if k := len(d.out); k > 1 {
		last, other = d.out[k-1], d.out[k-2]
	} else if k > 0 {
		last = d.out[0]
	}
	for range n {
		c, err := d.next(literals, literalContext(d.modes, d.block[literals].kind, last, other))
		if err != nil {
			return err
		}
		last, other = byte(c), last
		d.out = append(d.out, last)
	}
	return nil
}

// copy appends size bytes from before, or a word of the dictionary.
func (d *decoder) copy(size, end int, again bool) error {
	distance, code := d.recent[3], 0
	if !again {
		var err error
		if code, err = d.next(distances, min(size, 5)-2); err != nil {
			return err
		}
		if distance = d.distance(code); distance <= 0 {
			return corrupt("distance")
		}
	}
	begin := len(d.out)
	if far := min(d.window, begin); distance > far {
		word, ok := dictionaryWord(size, distance-far-1)
		if !ok || word.length() > end-begin {
			return corrupt("word")
		}
		d.out = word.appendTo(d.out)
		return d.spend(len(d.out) - begin)
	}
	if size > end-begin {
		return corrupt("more copied than its length")
	}
	if code != 0 {
		copy(d.recent[:], d.recent[1:])
		d.recent[3] = distance
	}
	for range size {
		d.out = append(d.out, d.out[len(d.out)-distance])
	}
	return d.spend(size)
}

// distance makes a distance of its code: one near a recent one, or a number (4).
func (d *decoder) distance(code int) int {
	switch {
	case code < 4:
		return d.recent[3-code]
	case code < 10:
		return d.recent[3] + nearby[code-4]
	case code < 16:
		return d.recent[2] + nearby[code-10]
	case code < 16+d.direct:
		return code - 15
	}
	x := code - 16 - d.direct
	n := 1 + x>>(d.tail+1)
	high, low := x>>d.tail, x&(1<<d.tail-1)
	return (((2+high&1)<<n-4)+int(d.bits.take(uint(n))))<<d.tail + low + d.direct + 1
}

var nearby = [6]int{-1, 1, -2, 2, -3, 3}
