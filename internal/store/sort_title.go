package store

import (
	"bytes"
	"strings"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// sorter makes collation keys. It belongs to one goroutine.
type sorter struct {
	c   *collate.Collator
	buf collate.Buffer
}

func newSorter() *sorter {
	return &sorter{c: collate.New(language.Und, collate.Numeric, collate.IgnoreCase)}
}

// plainAccent is the weight of a letter without an accent, the least there is. Most keys end in one for each letter.
var plainAccent = []byte{0, 0x20}

// titleKey makes titles sort naturally: by Unicode collation, numbers by their value.
func (s *sorter) titleKey(title string) []byte {
	if len(title) > 512 {
		title = strings.ToValidUTF8(title[:512], "")
	}
	s.buf.Reset()
	k := s.c.KeyFromString(&s.buf, title)
	if len(k) > maxSortKey {
		k = k[:maxSortKey]
	} else {
		for bytes.HasSuffix(k, plainAccent) { // what is shorter comes first, as it would with these
			k = k[:len(k)-len(plainAccent)]
		}
	}
	return bytes.Clone(k)
}
