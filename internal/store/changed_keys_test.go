package store

import (
	"slices"
	"testing"
)

func TestKeysThatDifferAreTold(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ old, is, gone, put []int64 }{
		{},
		{old: []int64{3, 1, 3}, gone: []int64{1, 3}},
		{is: []int64{3, -1, 3}, put: []int64{-1, 3}},
		{old: []int64{5, 1, 2, 2}, is: []int64{2, 7, 0, 5}, gone: []int64{1}, put: []int64{0, 7}},
		{old: []int64{1, 2}, is: []int64{2, 1, 1}},
		{old: []int64{1, 2, 4}, is: []int64{2, 3, 4, 5}, gone: []int64{1}, put: []int64{3, 5}},
	} {
		old, is := slices.Clone(test.old), slices.Clone(test.is)
		var went, came []int64
		EachChangedKey(test.old, test.is, func(key int64, gone bool) {
			if gone {
				went = append(went, key)
			} else {
				came = append(came, key)
			}
		})
		if !slices.Equal(went, test.gone) || !slices.Equal(came, test.put) {
			t.Errorf("from %v to %v %v go and %v come", old, is, went, came)
		}
		if !slices.Equal(test.old, old) || !slices.Equal(test.is, is) {
			t.Errorf("lists of others are changed: %v %v, and were %v %v", test.old, test.is, old, is)
		}
	}
}

// BenchmarkKeysOfALargeFolder is of a folder of 50,000 files of which one is another.
func BenchmarkKeysOfALargeFolder(b *testing.B) {
	old := make([]int64, 100_000)
	for i := range old {
		old[i] = int64(i) * 3
	}
	is := slices.Clone(old)
	is[50_000]++
	for b.Loop() {
		n := 0
		if EachChangedKey(old, is, func(int64, bool) { n++ }); n != 2 {
			b.Fatalf("%d keys differ", n)
		}
	}
}
