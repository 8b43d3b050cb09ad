package store

import (
	"bytes"
	"strings"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// collator makes collation keys. It belongs to one goroutine.
type collator struct {
	c   *collate.Collator
	buf collate.Buffer
}

func newCollator() *collator {
	return &collator{c: collate.New(language.Und, collate.Numeric, collate.IgnoreCase)}
}

// sorter makes keys by which SQLite sorts titles. It belongs to one goroutine.
type sorter struct {
	collator
	made [8]struct { // for texts that many in a row have: an album, its artist, a series
		text string
		key  []byte
	}
	next   int    // of made, to be replaced
	joined []byte // texts that are hashed
	texts  textRoom
}

func newSorter() *sorter { return &sorter{collator: *newCollator()} }

// plainAccent is the weight of a letter without an accent, the least there is. Most keys end in one for each letter.
var plainAccent = []byte{0, 0x20}

// collationKey makes texts sort naturally: by Unicode collation, numbers by their value. It is good until the next
// call.
func (s *collator) collationKey(text string) []byte {
	if len(text) > 512 {
		text = strings.ToValidUTF8(text[:512], "")
	}
	s.buf.Reset()
	k := s.c.KeyFromString(&s.buf, text)
	if len(k) > maxSortKey {
		return k[:maxSortKey]
	}
	for bytes.HasSuffix(k, plainAccent) { // what is shorter comes first, as it would with these
		k = k[:len(k)-len(plainAccent)]
	}
	return k
}

// titleKey is the key of an item's title.
func (s *sorter) titleKey(title string) []byte { return squeeze(s.collationKey(title)) }

// workTitleKey is the key of a work's title.
func (s *sorter) workTitleKey(title string) []byte {
	key := s.titleKey(title)
	return key[:min(len(key), maxWorkSortKey)]
}

// partKey is titleKey for a text that is a part of a key, and probably that of the next item too. It is not to be
// changed.
func (s *sorter) partKey(text string) []byte {
	for i := range s.made {
		if m := &s.made[i]; m.key != nil && m.text == text {
			return m.key
		}
	}
	m := &s.made[s.next]
	s.next = (s.next + 1) % len(s.made)
	m.text, m.key = strings.Clone(text), s.titleKey(text)
	return m.key
}
