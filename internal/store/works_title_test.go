package store

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"testing"
)

// Titles stand in the order of their collation keys, and take half of what these do.
func TestTitlesOfWorksSortAsTheirCollationKeys(t *testing.T) {
	keys := newSorter()
	if n := len(oftenWeights()); n < 40 || n > 126 {
		t.Fatalf("%d weights become one byte", n)
	}
	signs := []rune("aabbz zAZ09123 -.:'!éÉÅßøłΣД한字𠀀ー\u0301#~\x00")
	r := rand.New(rand.NewPCG(1, 5)) //nolint:gosec // any will do
	invented := func() string {
		title := []rune{}
		for range r.IntN(12) {
			title = append(title, signs[r.IntN(len(signs))])
		}
		return string(title)
	}
	for range 100_000 {
		a, b := invented(), invented()
		if r.IntN(2) == 0 {
			b = a + b
		}
		want := bytes.Compare(keys.titleKey(a), keys.titleKey(b))
		if is := bytes.Compare(keys.workTitleKey(a), keys.workTitleKey(b)); is != want {
			t.Fatalf("%q and %q: %x and %x are %d, and %x and %x are %d", a, b, keys.titleKey(a), keys.titleKey(b), want,
				keys.workTitleKey(a), keys.workTitleKey(b), is)
		}
	}
	long, squeezed := 0, 0
	for i := range 1000 {
		title := fmt.Sprint("Collection ", i, " of the moths")
		long, squeezed = long+len(keys.titleKey(title)), squeezed+len(keys.workTitleKey(title))
	}
	if cmp.Compare(squeezed*100, long*55) > 0 {
		t.Errorf("keys of %d bytes became %d", long, squeezed)
	}
}
