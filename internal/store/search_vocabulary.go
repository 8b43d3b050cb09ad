package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store/words"
)

// The vocabulary is the words that others may be taken for, a few bytes an item, so that what is inside of words or
// misspelled is found by the words that have it. Its pages are made anew from the search index from time to time; what
// comes between stands in a page of its own.
const (
	pageOfStarts = 0  // beginnings of words that very many items have
	pageOfNew    = -1 // words since the other pages were made
)

const (
	vocabularyQuiet = 5 * time.Second // for which nothing is indexed then, where nobody asks whether all is
	commonItems     = words.CommonItems
	neverMade       = -1 << 40
)

// vocabularyDue reports whether the vocabulary is to be made anew.
func (s *Store) vocabularyDue() bool {
	return words.Due(s.indexed.Load()-s.vocabulary.Load(), s.ItemCounts().Items)
}

// addWords puts the words of entries into the page of those that are new; where it is full, all pages are due.
func (tx *Tx) addWords(entries []indexEntry) error {
	if tx.s.vocabularyDue() {
		return nil
	}
	page, err := tx.c.vocabularyPage(pageOfNew)
	if err != nil {
		return err
	}
	page, changed := words.AddNew(page, func(yield func(string) bool) {
		for i := range entries {
			for _, text := range entries[i].text {
				if !yield(text) {
					return
				}
			}
		}
	})
	if !changed {
		return nil
	}
	if len(page) > words.PageBytes {
		tx.s.vocabulary.Store(neverMade)
		return tx.c.setMeta("vocabulary", int64(neverMade))
	}
	return tx.c.savePage(pageOfNew, page)
}

func (c *conn) vocabularyPage(page int64) (words []byte, err error) {
	_, err = c.one("SELECT words FROM vocabulary WHERE page = ?", func(r row) { words = r.bytes(0) }, page)
	return words, err
}

func (c *conn) savePage(page int64, words []byte) error {
	notNull := append([]byte{}, words...)
	return c.exec("INSERT INTO vocabulary (page, words) VALUES (?, ?) "+
		"ON CONFLICT (page) DO UPDATE SET words = excluded.words", page, notNull)
}

// makeVocabulary makes all its pages anew.
func (s *Store) makeVocabulary(ctx context.Context) error {
	var pages [][]byte
	var upto int64
	err := s.read(ctx, func(c *conn) (err error) {
		if upto, err = c.number("SELECT value FROM meta WHERE key = 'indexed'"); err == nil {
			pages, err = readVocabulary(c)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("read the words of the search index: %w", err)
	}
	err = s.Update(ctx, func(tx *Tx) error {
		if err := tx.c.exec("DELETE FROM vocabulary"); err != nil {
			return err
		}
		for i, p := range pages {
			if err := tx.c.savePage(int64(i), p); err != nil {
				return err
			}
		}
		return tx.c.setMeta("vocabulary", upto)
	})
	if err == nil {
		s.vocabulary.Store(upto)
	}
	return err
}

// readVocabulary makes pages of the search index; the first is of beginnings. What begins with a digit is counted by
// its first signs only: numbers are many, and none is meant by another.
func readVocabulary(c *conn) ([][]byte, error) {
	starts := newStarts()
	err := c.eachNumbersStart(starts.add)
	if err != nil {
		return nil, err
	}
	pages := words.Pages{}
	err = c.each("SELECT term, doc FROM search_terms WHERE term >= ':'", func(r row) error {
		w, items := r.text(0), r.int(1)
		starts.add(w, items)
		pages.Add(w, items)
		return nil
	})
	return append([][]byte{starts.page()}, pages.All...), err
}

// eachNumbersStart calls fn with the first signs of the words that begin with a digit, in order, and how many items
// have words that begin so.
func (c *conn) eachNumbersStart(fn func(start string, items int64)) error { return c.eachStart("", fn) }

// eachStart is that for numbers that begin with some digits. SQLite sorts what it groups, in memory: so it is asked for
// those that begin with the same digits, of which there are a hundredth of all.
func (c *conn) eachStart(digits string, fn func(start string, items int64)) error {
	from := digits
	for digit := '0'; digit <= '9' && len(digits) < words.StartSigns; digit++ {
		if err := c.groupStarts(from, digits+string(digit), fn); err != nil {
			return err
		}
		if err := c.eachStart(digits+string(digit), fn); err != nil {
			return err
		}
		from = digits + string(digit+1) // ':' follows '9'
	}
	if digits == "" {
		return nil // behind these are the words
	}
	last := len(digits) - 1
	return c.groupStarts(from, digits[:last]+string(digits[last]+1), fn)
}

// groupStarts is that for the words from one on, up to another.
func (c *conn) groupStarts(from, upto string, fn func(start string, items int64)) error {
	return c.each("SELECT substr(term, 1, ?), sum(doc) FROM search_terms WHERE term >= ? AND term < ? GROUP BY 1",
		func(r row) error { fn(r.text(0), r.int(1)); return nil }, int64(words.StartSigns), from, upto)
}

// starts counts by beginnings of words, which come in order.
type starts struct {
	open   []int64 // by length: items of the words that begin as the last
	last   string
	common map[string]int64
}

func newStarts() *starts { return &starts{common: map[string]int64{}} }

// add takes in the next word.
func (s *starts) add(word string, items int64) {
	same := 0
	for same < min(len(word), len(s.last)) && word[same] == s.last[same] {
		same++
	}
	s.shut(same)
	for len(s.open) < len(word) {
		s.open = append(s.open, 0)
	}
	for i := range s.open {
		s.open[i] += items
	}
	s.last = word
}

// shut ends the beginnings longer than so many bytes.
func (s *starts) shut(length int) {
	for n := len(s.open); n > length; n-- {
		if s.open[n-1] >= commonItems {
			s.common[s.last[:n]] = s.open[n-1]
		}
	}
	s.open = s.open[:min(length, len(s.open))]
}

func (s *starts) page() (page []byte) {
	s.shut(0)
	for _, w := range slices.Sorted(maps.Keys(s.common)) {
		page = words.AppendWord(page, w, s.common[w])
	}
	return page
}

// isCommon reports whether very many items have words that begin so, as far as is known.
func (c *conn) isCommon(start string) (common bool, err error) {
	page, err := c.vocabularyPage(pageOfStarts)
	words.EachWord(page, func(w []byte, _ int) { common = common || string(w) == start })
	return common, err
}
