package store

import (
	"errors"
	"fmt"
	"testing"
)

// films puts n of them into the catalog.
func (r *running) films(root int64, n int) {
	r.t.Helper()
	r.update(func(tx *Tx) error {
		for i := range n {
			if _, err := putIn(tx, root, fmt.Sprint("film ", i)); err != nil {
				return err
			}
		}
		return nil
	})
}

// TestWhatIsNotIndexedForWantOfRoomIsIndexedLater: stretches that are with the writer behind one that fails do not
// pass it over.
func TestWhatIsNotIndexedForWantOfRoomIsIndexedLater(t *testing.T) {
	r := runFresh(t, Options{})
	const n = 3*stretchesAhead*indexBatch + 50
	r.films(r.addRoot("films"), n)
	pages := func(pragma string) (n int64) {
		r.update(func(tx *Tx) (err error) { n, err = tx.c.number("PRAGMA " + pragma); return err })
		return n
	}
	pages(fmt.Sprint("max_page_count = ", pages("page_count")+40))
	if err := r.indexNews(t.Context(), newSorter()); !errors.Is(err, ErrUnwritten) {
		t.Fatalf("indexed without room: %v", err)
	}
	pages("max_page_count = 1000000")
	if n := r.numbers("SELECT coalesce(max(value), 0) FROM meta WHERE key = 'indexed'")[0]; n != r.indexed.Load() {
		t.Errorf("indexed up to %d, and taken for %d", n, r.indexed.Load())
	}
	if err := r.indexNews(t.Context(), newSorter()); err != nil || !r.Indexed() {
		t.Fatalf("not indexed with room: %v", err)
	}
	for _, table := range []string{"sort_keys", "search_docsize"} {
		if got := r.numbers("SELECT count(*) FROM " + table)[0]; got != n {
			t.Errorf("%s has %d of %d", table, got, n)
		}
	}
}

func TestAStretchIsWrittenOnlyBehindTheOneBeforeIt(t *testing.T) {
	r := runFresh(t, Options{})
	r.films(r.addRoot("films"), 2*indexBatch)
	first := &indexStretch{}
	if err := r.toIndex(t.Context(), newSorter(), first); err != nil {
		t.Fatal(err)
	}
	second := &indexStretch{after: first.upto, upto: first.upto}
	if err := r.toIndex(t.Context(), newSorter(), second); err != nil {
		t.Fatal(err)
	}
	write := func(s *indexStretch) error {
		answers := make(chan error, 1)
		if err := r.enqueueStretch(t.Context(), s, answers); err != nil {
			return err
		}
		return r.answered(answers)
	}
	if err := write(second); !errors.Is(err, errStretchMissing) {
		t.Errorf("the second was written before the first: %v", err)
	}
	if err := errors.Join(write(first), write(second)); err != nil {
		t.Error(err)
	}
	if n := r.numbers("SELECT count(*) FROM sort_keys")[0]; n != 2*indexBatch || !r.Indexed() {
		t.Errorf("%d of %d indexed", n, 2*indexBatch)
	}
}

// TestTheIndexForgetsInStretchesToo: however many are forgotten at once, a change that waits is behind a few of them.
func TestTheIndexForgetsInStretchesToo(t *testing.T) {
	r := runFresh(t, Options{})
	const n = 2*indexBatch + 50
	r.films(r.addRoot("films"), n)
	r.indexAll()
	r.update(func(tx *Tx) error {
		items, err := tx.items("id > 0")
		for i := range items {
			err = errors.Join(err, tx.Remove(&items[i]))
		}
		return err
	})
	left, after := n, r.indexed.Load()
	for after < r.Head() {
		st := &indexStretch{after: after, upto: after}
		err := r.toIndex(t.Context(), newSorter(), st)
		if err != nil || len(st.entries) == 0 || len(st.entries) > indexBatch {
			t.Fatalf("%d are forgotten at once, %v", len(st.entries), err)
		}
		left, after = left-len(st.entries), st.upto
	}
	r.indexAll()
	if rows := r.numbers("SELECT count(*) FROM sort_keys")[0]; left != 0 || rows != 0 {
		t.Errorf("%d are not forgotten, and %d rows left", left, rows)
	}
}

// TestWhatWordsAreHashedToStays: what an earlier version has written is not written anew.
func TestWhatWordsAreHashedToStays(t *testing.T) {
	const ofVersion2 = -1916588408980233153
	s := newSorter()
	for range 2 { // the second time in memory that was used
		if got := s.hashOf([]string{"Ночь.mkv", "", "The Night", "x"}); got != ofVersion2 {
			t.Errorf("hash %d, want %d", got, ofVersion2)
		}
	}
}
