package words

import (
	"maps"
	"slices"
	"strings"
)

// Pages collects a vocabulary, whose words come in order.
type Pages struct{ All [][]byte }

// Add adds a word that so many items have, if it is one of a vocabulary.
func (p *Pages) Add(word string, items int64) {
	if !Kept(word) {
		return
	}
	last := len(p.All) - 1
	if last < 0 || len(p.All[last])+len(word) >= PageBytes {
		p.All, last = append(p.All, make([]byte, 0, PageBytes)), last+1
	}
	p.All[last] = AppendWord(p.All[last], word, items)
}

// AddNew adds the words of texts, as Of gives them, to a page of new ones; changed is false where it has them all. A
// page that is longer than PageBytes is full: then the vocabulary is due to be made anew.
func AddNew(page []byte, texts func(yield func(text string) bool)) (_ []byte, changed bool) {
	fresh := map[string]bool{}
	EachWord(page, func(w []byte, _ int) { fresh[string(w)] = true })
	before := len(fresh)
	for text := range texts {
		for w := range strings.SplitSeq(text, " ") {
			if !fresh[w] && Kept(w) {
				fresh[w] = true
			}
		}
	}
	if len(fresh) == before {
		return page, false
	}
	page = page[:0]
	for _, w := range slices.Sorted(maps.Keys(fresh)) {
		page = AppendWord(page, w, 1)
	}
	return page, true
}

// When a vocabulary is made anew.
const (
	renewedAfter = 20_000 // changes since it was made,
	renewedPart  = 4      // or as many as one of so many items
)

// Due reports whether a vocabulary is to be made anew, so many changes after it was, of so many items.
func Due(changes, items int64) bool { return changes >= renewedAfter && changes >= items/renewedPart }

// CommonItems are so many that have a beginning of which an index does not list them all at once.
const CommonItems = 200_000

// StartSigns is how many signs count of a word that begins with a digit: numbers are many, and none is meant by
// another.
const StartSigns = 3
