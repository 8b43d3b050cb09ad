package words

import "sync"

// Meanings keeps what was found of words in all pages of a vocabulary, so that works and items, and the pages that
// follow each other, look for them once. The zero value is ready. Any goroutine may use it.
type Meanings struct {
	mu   sync.Mutex // guards what follows
	made int64      // the feed's number up to which the pages were made that they are of
	of   map[looked]*Meaning
}

// looked is a word that others are looked for.
type looked struct {
	word string
	open bool
}

// meaningsKept bounds them: of each there are at most 32 words.
const meaningsKept = 64

// find gives a copy of what is known of a word; nil: nothing is.
func (k *Meanings) find(made int64, of looked) *Meaning {
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
func (k *Meanings) keep(made int64, of looked, m *Meaning) {
	if k == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.of == nil || k.made != made || len(k.of) >= meaningsKept {
		k.of, k.made = map[looked]*Meaning{}, made
	}
	k.of[of] = m.Clone()
}

// Mean finds the Meanings of a question's terms that are spread, in a vocabulary that was made up to a number of the
// feed: each calls fn with its pages, which stay until all are made anew, and fresh is the page of new words, which is
// looked at each time. known keeps what is found; it may be nil.
func (q *Question) Mean(known *Meanings, made int64, each func(fn func(page []byte)) error, fresh []byte) error {
	var others []int
	for i := range q.Terms {
		if q.Spread&(1<<i) == 0 {
			continue
		}
		term := &q.Terms[i]
		if q.Meanings[i] = known.find(made, looked{term.Word, term.Open}); q.Meanings[i] == nil {
			q.Meanings[i] = NewMeaning(term)
			others = append(others, i)
		}
	}
	if len(others) > 0 {
		err := each(func(page []byte) {
			for _, i := range others {
				q.Meanings[i].Look(page)
			}
		})
		if err != nil {
			return err
		}
	}
	for _, i := range others {
		known.keep(made, looked{q.Terms[i].Word, q.Terms[i].Open}, q.Meanings[i])
	}
	for _, m := range q.Meanings {
		if m != nil {
			m.Look(fresh)
		}
	}
	return nil
}
