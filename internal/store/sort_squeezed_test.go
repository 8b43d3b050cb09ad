package store

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"testing"
)

// Titles stand in the order of their collation keys, and take half of what these do.
func TestTitlesSortAsTheirCollationKeys(t *testing.T) {
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
		longA, longB := bytes.Clone(keys.collationKey(a)), bytes.Clone(keys.collationKey(b))
		shortA, shortB := keys.titleKey(a), keys.titleKey(b)
		want := bytes.Compare(longA, longB)
		if is := bytes.Compare(shortA, shortB); is != want {
			t.Fatalf("%q and %q: %x and %x are %d, and %x and %x are %d", a, b, longA, longB, want, shortA, shortB, is)
		}
	}
	long, squeezed := 0, 0
	for i := range 1000 {
		title := fmt.Sprint("Collection ", i, " of the moths")
		long, squeezed = long+len(keys.collationKey(title)), squeezed+len(keys.titleKey(title))
	}
	if cmp.Compare(squeezed*100, long*55) > 0 {
		t.Errorf("keys of %d bytes became %d", long, squeezed)
	}
}

// Scripts that have no weights of one byte take no more than they did.
func TestTitlesOfAnyScriptAreNotMadeLonger(t *testing.T) {
	keys := newSorter()
	for _, title := range []string{
		"Война и мир", "Ο Ζορμπάς", "千と千尋の神隠し", "기생충", "عمر المختار",
		"शोले", "夢 2", "Œuvres de l’été",
	} {
		long, squeezed := len(keys.collationKey(title)), len(keys.titleKey(title))
		if squeezed > long {
			t.Errorf("%q: a key of %d bytes became %d", title, long, squeezed)
		}
	}
}
