package store

import (
	"bytes"
	"slices"
	"sync"
)

// A work's title stands twice in the catalog, in its row and in the index that sorts by it: so its collation key is
// squeezed. A key is a row of weights of two bytes, or three where the first is 0x80 or above, and most are those of a
// few signs: these become one byte. Any other becomes the byte between those of its neighbours among them, and itself.
// So what was in order is in order.

// oftenSorted are the signs whose weights become one byte.
const oftenSorted = " -.,:'!?&()0123456789abcdefghijklmnopqrstuvwxyz"

// oftenWeights are their weights in order, and what else is in most keys: the end of a level, the length of a number
// and an accent that is none.
var oftenWeights = sync.OnceValue(func() [][]byte {
	keys := newSorter()
	weights := [][]byte{{0, 0}, {0, 1}, {0, 2}, {0, 3}, {0, 4}, {0, 5}, plainAccent}
	for _, sign := range oftenSorted {
		for rest := keys.titleKey(string(sign)); len(rest) > 0; {
			var weight []byte
			weight, rest = nextWeight(rest)
			weights = append(weights, weight)
		}
	}
	slices.SortFunc(weights, bytes.Compare)
	return slices.CompactFunc(weights, bytes.Equal)
})

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

// workTitleKey is the key that sorts works by a title.
func (s *sorter) workTitleKey(title string) []byte {
	often := oftenWeights()
	key := s.titleKey(title)
	out := make([]byte, 0, len(key)/2+8)
	end := 0 // behind what is no end of a level
	for len(key) > 0 {
		var weight []byte
		if weight, key = nextWeight(key); weight == nil {
			break
		}
		i, found := slices.BinarySearchFunc(often, weight, bytes.Compare)
		if found {
			out = append(out, byte(2*i+2))
		} else {
			out = append(append(out, byte(2*i+1)), weight...)
		}
		if weight[0] != 0 || weight[1] != 0 {
			end = len(out)
		}
	}
	if end == 0 { // none of its signs sorts; but no key at all is that of no title
		return []byte{2}
	}
	return out[:min(end, maxWorkSortKey)]
}
