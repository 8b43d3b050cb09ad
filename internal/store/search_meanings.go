package store

import (
	"sync"

	"github.com/catalogizer/catalogizerd/internal/store/words"
)

// meanings keeps what was found of words in all pages of the vocabulary, so that works and items, and the pages that
// follow each other, look for them once. The zero value is ready. Any goroutine may use it.
type meanings struct {
	mu   sync.Mutex // guards what follows
	made int64      // the feed's number up to which the pages were made that they are of
	of   map[meant]*words.Meaning
}

// meant is a word that others are looked for.
type meant struct {
	word string
	open bool
}

// meaningsKept bounds them: of each there are at most 32 words.
const meaningsKept = 64

// find gives a copy of what is known of a word; nil: nothing is.
func (k *meanings) find(made int64, of meant) *words.Meaning {
	if k == nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if m := k.of[of]; m != nil && k.made == made {
		return m.Clone()
	}
	return nil
}

// keep keeps what was found of a word.
func (k *meanings) keep(made int64, of meant, m *words.Meaning) {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.of == nil || k.made != made || len(k.of) >= meaningsKept {
		k.of, k.made = map[meant]*words.Meaning{}, made
	}
	k.of[of] = m.Clone()
}

// means looks for what is meant by the terms of a question that are spread. Pages of before stay until all are made
// anew; that of new words is looked at each time.
func (c *conn) means(t *textQuery) error {
	made, err := c.number("SELECT value FROM meta WHERE key = 'vocabulary'")
	if err != nil {
		return err
	}
	var fresh []int
	for i := range t.terms {
		if t.spread&(1<<i) == 0 {
			continue
		}
		term := &t.terms[i]
		if t.meanings[i] = c.known.find(made, meant{term.Word, term.Open}); t.meanings[i] == nil {
			t.meanings[i] = words.NewMeaning(term)
			fresh = append(fresh, i)
		}
	}
	if len(fresh) > 0 {
		err = c.each("SELECT words FROM vocabulary WHERE page > ?", func(r row) error {
			for _, i := range fresh {
				t.meanings[i].Look(r.bytes(0))
			}
			return nil
		}, int64(pageOfStarts))
	}
	for _, i := range fresh {
		if err == nil {
			c.known.keep(made, meant{t.terms[i].Word, t.terms[i].Open}, t.meanings[i])
		}
	}
	page, failed := c.vocabularyPage(pageOfNew)
	for _, m := range t.meanings {
		if m != nil && failed == nil {
			m.Look(page)
		}
	}
	if err == nil {
		err = failed
	}
	return err
}
