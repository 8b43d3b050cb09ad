package brotli

import (
	"math/bits"
	"slices"
)

const (
	longest     = 15  // bits of a prefix code
	maxAlphabet = 704 // symbols of the largest alphabet, that of commands
)

// prefixCode is a canonical prefix code (3.2). symbols lie in the decoder's arena, by length and value.
type prefixCode struct {
	counts [longest + 1]uint16 // codes of each length
	at     int                 // in the arena
}

// blockSwitch is the state of one category of blocks (6).
type blockSwitch struct {
	kinds, kind, before int
	left                int
	kindCode, sizeCode  prefixCode
}

// noSwitch is the length of the only block there is.
const noSwitch = 1 << 24

// next reads a symbol of a category in a context.
func (d *decoder) next(category, context int) (int, error) {
	b := &d.block[category]
	if b.left == 0 {
		if err := d.switchBlock(b); err != nil {
			return 0, err
		}
	}
	b.left--
	code := b.kind
	switch category {
	case literals:
		code = int(d.maps[literals][b.kind<<6|context])
	case distances:
		code = int(d.maps[distances][b.kind<<2|context])
	}
	return d.symbol(&d.codes[category][code])
}

func (d *decoder) switchBlock(b *blockSwitch) error {
	kind, err := d.symbol(&b.kindCode)
	if err != nil {
		return err
	}
	switch kind {
	case 0:
		kind = b.before
	case 1:
		kind = (b.kind + 1) % b.kinds
	default:
		kind -= 2
	}
	b.before, b.kind = b.kind, kind
	b.left, err = d.blockSize(b)
	return err
}

func (d *decoder) blockSize(b *blockSwitch) (int, error) {
	code, err := d.symbol(&b.sizeCode)
	return d.extended(blockBits[:], code, 1), err
}

// symbol reads a symbol, bit by bit: a length has as many codes as counts says, and they follow each other.
func (d *decoder) symbol(c *prefixCode) (int, error) {
	at, first, code := c.at, 0, 0
	if c.counts[0] != 0 { // the only symbol
		return int(d.arena[at]), nil
	}
	for _, n := range c.counts[1:] {
		code = code<<1 | int(d.bits.take(1))
		if i := code - first; i < int(n) {
			if d.bits.over() {
				return 0, corrupt("it ends early")
			}
			return int(d.arena[at+i]), nil
		}
		at += int(n)
		first = (first + int(n)) << 1
	}
	return 0, corrupt("no such code")
}

// header reads what stands before a meta-block's commands (9.2).
func (d *decoder) header() error {
	d.arena = d.arena[:0]
	for i := range d.block {
		if err := d.blockHeader(&d.block[i]); err != nil {
			return err
		}
	}
	d.tail = int(d.bits.take(2))
	d.direct = int(d.bits.take(4)) << d.tail
	d.modes = d.modes[:0]
	for range d.block[literals].kinds {
		d.modes = append(d.modes, byte(d.bits.take(2)))
	}
	trees := [3]int{commands: d.block[commands].kinds}
	var err error
	if trees[literals], err = d.contextMap(literals, d.block[literals].kinds<<6); err != nil {
		return err
	}
	if trees[distances], err = d.contextMap(distances, d.block[distances].kinds<<2); err != nil {
		return err
	}
	for i, alphabet := range [3]int{256, maxAlphabet, 16 + d.direct + 48<<d.tail} {
		d.codes[i] = d.codes[i][:0]
		for range trees[i] {
			c, err := d.prefixCode(alphabet)
			if err != nil {
				return err
			}
			d.codes[i] = append(d.codes[i], c)
		}
	}
	return nil
}

func (d *decoder) blockHeader(b *blockSwitch) (err error) {
	*b = blockSwitch{kinds: d.count(), before: 1, left: noSwitch}
	if b.kinds < 2 {
		return nil
	}
	if b.kindCode, err = d.prefixCode(b.kinds + 2); err != nil {
		return err
	}
	if b.sizeCode, err = d.prefixCode(len(blockBits)); err != nil {
		return err
	}
	b.left, err = d.blockSize(b)
	return err
}

// count reads a number from 1 to 256.
func (d *decoder) count() int {
	if d.bits.take(1) == 0 {
		return 1
	}
	n := uint(d.bits.take(3))
	return 1 + 1<<n + int(d.bits.take(n))
}

// contextMap reads which context uses which code (7.3), and returns how many codes there are.
func (d *decoder) contextMap(category, size int) (codes int, err error) {
	m := d.maps[category][:0]
	if codes = d.count(); codes == 1 {
		d.maps[category] = append(m, make([]byte, size)...)
		return 1, nil
	}
	runs := 0
	if d.bits.take(1) == 1 {
		runs = 1 + int(d.bits.take(4))
	}
	c, err := d.prefixCode(codes + runs)
	if err != nil {
		return 0, err
	}
	for len(m) < size {
		s, err := d.symbol(&c)
		if err != nil {
			return 0, err
		}
		zeros := 0
		switch {
		case s == 0:
			zeros = 1
		case s <= runs:
			zeros = 1<<s + int(d.bits.take(uint(s)))
		default:
			m = append(m, byte(s-runs))
		}
		if zeros > size-len(m) {
			return 0, corrupt("context map")
		}
		for range zeros {
			m = append(m, 0)
		}
	}
	if d.bits.take(1) == 1 {
		moveToFront(m)
	}
	d.maps[category] = m
	return codes, nil
}

// moveToFront replaces each number by the one at its place in a list that keeps the recent ones in front.
func moveToFront(m []byte) {
	var list [256]byte
	for i := range list {
		list[i] = byte(i)
	}
	for i, place := range m {
		v := list[place]
		copy(list[1:int(place)+1], list[:place])
		list[0], m[i] = v, v
	}
}

// prefixCode reads the description of a code over an alphabet (3.4, 3.5).
func (d *decoder) prefixCode(alphabet int) (prefixCode, error) {
	if err := d.spend(64); err != nil {
		return prefixCode{}, err
	}
	skip := d.bits.take(2)
	if skip == 1 {
		return d.simpleCode(alphabet)
	}
	return d.complexCode(alphabet, int(skip))
}

// simpleCode reads up to four symbols by their values; how many they are tells their lengths.
func (d *decoder) simpleCode(alphabet int) (c prefixCode, err error) {
	c.at = len(d.arena)
	n := int(d.bits.take(2)) + 1
	for range n {
		s := d.bits.take(uint(bits.Len(uint(alphabet - 1))))
		if int(s) >= alphabet || slices.Contains(d.arena[c.at:], uint16(s)) {
			return c, corrupt("simple prefix code")
		}
		d.arena = append(d.arena, uint16(s))
	}
	symbols := d.arena[c.at:]
	switch {
	case n == 1:
		c.counts[0] = 1
	case n == 2:
		c.counts[1] = 2
	case n == 3:
		c.counts[1], c.counts[2] = 1, 2
		symbols = symbols[1:]
	case d.bits.take(1) == 0:
		c.counts[2] = 4
	default:
		c.counts[1], c.counts[2], c.counts[3] = 1, 1, 2
		symbols = symbols[2:]
	}
	slices.Sort(symbols)
	return c, nil
}

// lengthOrder is the order in which the lengths of the code for code lengths stand (3.5).
var lengthOrder = [18]byte{1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15}

// complexCode reads the length of every symbol's code, itself coded.
func (d *decoder) complexCode(alphabet, skip int) (prefixCode, error) {
	var sizes [18]byte
	space, used := 32, 0
	for _, s := range lengthOrder[skip:] {
		sizes[s] = d.lengthOfLength()
		if sizes[s] != 0 {
			used++
			space -= 32 >> sizes[s]
		}
		if space <= 0 {
			break
		}
	}
	if space != 0 && used != 1 {
		return prefixCode{}, corrupt("code of code lengths")
	}
	began := len(d.arena)
	c := d.newCode(sizes[:])
	list, err := d.codeLengths(&c, alphabet)
	if err != nil {
		return prefixCode{}, err
	}
	d.arena = d.arena[:began]
	return d.newCode(list), nil
}

// lengthOfLength reads a length by the fixed code of 3.5.
func (d *decoder) lengthOfLength() byte {
	switch d.bits.take(2) {
	case 0:
		return 0
	case 1:
		return 4
	case 2:
		return 3
	}
	switch {
	case d.bits.take(1) == 0:
		return 2
	case d.bits.take(1) == 0:
		return 1
	}
	return 5
}

// codeLengths reads the lengths of an alphabet's codes, with runs of the last one (16) and of none (17).
func (d *decoder) codeLengths(c *prefixCode, alphabet int) ([]byte, error) {
	list, last := d.sizes[:0], byte(8)
	space := 1 << longest
	run, runOf := 0, 0
	for len(list) < alphabet && space > 0 {
		s, err := d.symbol(c)
		if err != nil {
			return nil, err
		}
		if s < 16 {
			run = 0
			list = append(list, byte(s))
			if s != 0 {
				last = byte(s)
				space -= 1 << (longest - s)
			}
			continue
		}
		if s != runOf {
			run, runOf = 0, s
		}
		size, n := last, uint(2)
		if s == 17 {
			size, n = 0, 3
		}
		before := run
		if run > 0 {
			run = (run - 2) << n
		}
		run += 3 + int(d.bits.take(n))
		more := run - before
		if more > alphabet-len(list) {
			return nil, corrupt("run of code lengths")
		}
		for range more {
			list = append(list, size)
		}
		if size != 0 {
			space -= more << (longest - size)
		}
	}
	if space != 0 {
		return nil, corrupt("code lengths")
	}
	return list, nil
}

// newCode makes a canonical code of lengths, by symbol; a single symbol needs no bits.
func (d *decoder) newCode(lengths []byte) (c prefixCode) {
	c.at = len(d.arena)
	var offset [longest + 2]int
	n, only := 0, 0
	for s, size := range lengths {
		if size != 0 {
			c.counts[size]++
			n, only = n+1, s
		}
	}
	if n == 1 {
		c = prefixCode{at: c.at}
		c.counts[0] = 1
		d.arena = append(d.arena, uint16(only))
		return c
	}
	for size := 1; size <= longest; size++ {
		offset[size+1] = offset[size] + int(c.counts[size])
	}
	d.arena = append(d.arena, make([]uint16, n)...)
	for s, size := range lengths {
		if size != 0 {
			d.arena[c.at+offset[size]] = uint16(s)
			offset[size]++
		}
	}
	return c
}
