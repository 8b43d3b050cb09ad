package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
)

// atOnce is how many stretches are indexed in one request where nobody waits behind it: what the search is given in
// each request it has to merge.
const atOnce = 4

// stretchesAhead is how many stretches of the feed may be with the writer while the next one is read and taken apart,
// which costs half as much as to write it.
const stretchesAhead = 3

// indexStretch is a part of the feed on its way into what sorts and searches.
type indexStretch struct {
	entries     []indexEntry
	after, upto int64 // the feed's numbers that it is between
}

// errStretchMissing says that what comes before a stretch was not written. It is read once more.
var errStretchMissing = errors.New("stretch of the feed before it is not indexed")

// indexNews indexes all that the feed has beyond what is indexed, in steps that nobody waits for long.
func (s *Store) indexNews(ctx context.Context, keys *sorter) error {
	return s.indexInSteps(ctx, keys, 1, 0)
}

// indexInSteps indexes so many stretches in one request, until so many changes or fewer are behind them. It returns when
// all that it has handed to the writer is written, or has failed: then what is not indexed is read anew.
func (s *Store) indexInSteps(ctx context.Context, keys *sorter, stretches int, behind int64) (err error) {
	answers := make(chan error, stretchesAhead) // one for each stretch that is with the writer
	under := 0
	answer := func() error {
		under--
		return s.answered(answers)
	}
	defer func() {
		for under > 0 {
			err = errors.Join(err, answer())
		}
	}()
	for after := s.indexed.Load(); after < s.Head()-behind; {
		stretch := &indexStretch{after: after, upto: after}
		if many := s.Head() - after; many > indexBatch {
			stretch.entries = make([]indexEntry, 0, min(many, int64(stretches)*indexBatch))
		}
		err := s.toIndex(ctx, keys, stretch)
		for n := 1; err == nil && n < stretches && stretch.upto < s.Head(); n++ {
			err = s.toIndex(ctx, keys, stretch)
		}
		if err != nil {
			return err
		}
		if under == stretchesAhead {
			if err := answer(); err != nil {
				return err
			}
		}
		if err := s.enqueueStretch(ctx, stretch, answers); err != nil {
			return err
		}
		under++
		after = stretch.upto
	}
	return nil
}

// indexNext indexes the next stretch of the feed, and waits until it is written.
func (s *Store) indexNext(ctx context.Context, keys *sorter) error {
	at := s.indexed.Load()
	stretch := &indexStretch{after: at, upto: at}
	if err := s.toIndex(ctx, keys, stretch); err != nil {
		return err
	}
	answers := make(chan error, 1) // one answer
	if err := s.enqueueStretch(ctx, stretch, answers); err != nil {
		return err
	}
	return s.answered(answers)
}

// enqueueStretch hands a stretch to the writer, in the order of ids: so rows are put behind all others, and the search
// takes in what it is given at once, where a lower id would have it write out what it holds. What came of it goes to
// answers, which has room for it.
func (s *Store) enqueueStretch(ctx context.Context, stretch *indexStretch, answers chan<- error) error {
	stretch.sort()
	write := func(tx *Tx) error { return tx.index(stretch) }
	return s.Enqueue(ctx, write, func(err error) {
		if err == nil {
			s.indexed.Store(stretch.upto)
		}
		answers <- err // has room for each stretch that is with the writer
	})
}

// sort puts what is indexed into the order of ids, each as it was changed last: between the readings of a stretch what
// was read in one may have changed, and be in the next one too.
func (stretch *indexStretch) sort() {
	slices.SortFunc(stretch.entries, func(a, b indexEntry) int {
		return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(b.seq, a.seq))
	})
	stretch.entries = slices.CompactFunc(stretch.entries, func(a, b indexEntry) bool { return a.id == b.id })
}

// answered waits for the writer's answer.
func (s *Store) answered(answers <-chan error) error {
	select {
	case err := <-answers:
		return err
	case <-s.stopped:
		select {
		case err := <-answers:
			return err
		default:
			return ErrClosed
		}
	}
}

// index writes a stretch, if all before it is written.
func (tx *Tx) index(stretch *indexStretch) error {
	indexed, err := tx.c.number("SELECT value FROM meta WHERE key = 'indexed'")
	if err == nil && indexed != stretch.after {
		err = fmt.Errorf("index what follows %d in the feed: %w", stretch.after, errStretchMissing)
	}
	if err != nil {
		return err
	}
	highest, err := tx.c.number("SELECT coalesce(max(id), 0) FROM sort_keys")
	if err != nil {
		return err
	}
	cells, all := map[cellKey]int64{}, factSums{}
	tx.s.forgetFacts(stretch.after)
	tx.s.sortRows.drop() // what a request has left that failed
	tx.rows += len(stretch.entries)
	known := 0 // how many are not above all that are indexed
	for ; known < len(stretch.entries) && stretch.entries[known].id <= highest; known++ {
		if err := tx.indexOne(&stretch.entries[known], cells, all); err != nil {
			return err
		}
	}
	if err := tx.indexNew(stretch.entries[known:], cells, all); err != nil {
		return err
	}
	if err := errors.Join(tx.writeSums(all, tx.s.factNames), tx.addWords(stretch.entries)); err != nil {
		return err
	}
	tx.s.factNames.upto = stretch.upto
	return tx.c.setMeta("indexed", stretch.upto)
}
