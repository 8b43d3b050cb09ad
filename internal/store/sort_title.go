package store

import (
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

// titleKey makes titles sort naturally: by Unicode collation, numbers by their value.
func (s *sorter) titleKey(title string) []byte {
	if len(title) > 512 {
		title = strings.ToValidUTF8(title[:512], "")
	}
	s.buf.Reset()
	k := s.c.KeyFromString(&s.buf, title)
	return append([]byte(nil), k[:min(len(k), maxSortKey)]...)
}
