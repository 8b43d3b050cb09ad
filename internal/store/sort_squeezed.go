package store

import (
	"bytes"
	"slices"
	"sync"
)

// A title stands twice in the catalog, in the row that sorts it and in the index: so its collation key is squeezed. A
// key is a row of weights of two bytes, or three where the first is 0x80 or above, and most are those of a few signs:
// these become one byte, which is even. Any other becomes the odd byte between those of its neighbours among them, and
// itself. Behind all of these, where most scripts have their weights, the first byte of a weight is replaced by one of
// the bytes that are left. So what was in order is in order, no key is longer than it was by more than a few bytes, and
// no weight begins with a byte that is zero.

// oftenSorted are the signs whose weights become one byte.
const oftenSorted = " -.,:'!?&()0123456789abcdefghijklmnopqrstuvwxyz"

// oftenWeights are their weights in order, and what else is in most keys: the end of a level, the length of a number
// and an accent that is none.
var oftenWeights = sync.OnceValue(func() [][]byte {
	keys := newCollator()
	weights := [][]byte{{0, 0}, {0, 1}, {0, 2}, {0, 3}, {0, 4}, {0, 5}, plainAccent}
	for _, sign := range oftenSorted {
		for rest := keys.collationKey(string(sign)); len(rest) > 0; {
			var weight []byte
			weight, rest = nextWeight(rest)
			weights = append(weights, bytes.Clone(weight))
		}
	}
	slices.SortFunc(weights, bytes.Compare)
	return slices.CompactFunc(weights, bytes.Equal)
})

// weightCodes are the bytes that weights become, or begin with.
type weightCodes struct {
	often []byte // of weights of two bytes, up to the last that becomes one byte
	above int    // the code of weights behind these that begin as the last of them does
	top   int    // the first byte of that
}

var codesOfWeights = sync.OnceValue(func() weightCodes {
	often := oftenWeights()
	last := often[len(often)-1]
	c := weightCodes{often: make([]byte, int(last[0])<<8|int(last[1])+1), above: 2*len(often) + 1, top: int(last[0])}
	for w := range c.often {
		i, found := slices.BinarySearchFunc(often, []byte{byte(w >> 8), byte(w)}, bytes.Compare)
		if c.often[w] = byte(2*i + 1); found { //nolint:gosec // there are few
			c.often[w]++
		}
	}
	return c
})

// add appends what becomes of a weight.
func (c *weightCodes) add(out, weight []byte) []byte {
	if w := int(weight[0])<<8 | int(weight[1]); w < len(c.often) {
		if out = append(out, c.often[w]); c.often[w]%2 != 0 {
			out = append(out, weight...)
		}
		return out
	}
	const whole = 255 // before weights that begin too high for a code of their own
	if code := c.above + int(weight[0]) - c.top; code < whole {
		return append(append(out, byte(code)), weight[1:]...)
	}
	return append(append(out, whole), weight...)
}

// nextWeight splits off the first weight of a collation key; what was cut within one is none.
func nextWeight(key []byte) (weight, rest []byte) {
	n := 2
	if key[0] >= 0x80 {
		n = 3
	}
	if n > len(key) {
		return nil, nil
	}
	return key[:n:n], key[n:]
}

// squeeze makes a collation key short.
func squeeze(key []byte) []byte {
	codes := codesOfWeights()
	out := make([]byte, 0, len(key)/2+8)
	end := 0 // behind what is no end of a level
	for len(key) > 0 {
		var weight []byte
		if weight, key = nextWeight(key); weight == nil {
			break
		}
		out = codes.add(out, weight)
		if weight[0] != 0 || weight[1] != 0 {
			end = len(out)
		}
	}
	if end == 0 { // none of its signs sorts; but no key at all is that of no title
		return []byte{2}
	}
	return out[:end]
}
