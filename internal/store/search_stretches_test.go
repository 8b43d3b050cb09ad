package store

import (
	"errors"
	"fmt"
	"strings"
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
	if failure := r.Failure(); failure == nil || !strings.Contains(failure.Error(), r.Path()) {
		t.Errorf("whoever asks how the catalog is hears of %v", failure)
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

// TestWhatChangesBetweenTwoReadingsOfAStretchIsIndexedAsItIsThen: a stretch is read in several goes, and so may hold an
// item twice, or one that is forgotten meanwhile.
func TestWhatChangesBetweenTwoReadingsOfAStretchIsIndexedAsItIsThen(t *testing.T) {
	for _, known := range []bool{false, true} {
		r := runFresh(t, Options{})
		const n = 100
		root := r.addRoot("films")
		r.films(root, n)
		if known { // all of it once, and again
			r.indexAll()
			r.update(func(tx *Tx) error { return resize(tx, 5) })
		}
		stretch := &indexStretch{after: r.indexed.Load(), upto: r.indexed.Load()}
		read := func() {
			t.Helper()
			if err := r.toIndex(t.Context(), newSorter(), stretch); err != nil {
				t.Fatal(err)
			}
		}
		read()
		r.update(func(tx *Tx) error { return resize(tx, 7) })
		gone := r.numbers("SELECT id FROM items ORDER BY id LIMIT 1 OFFSET 50")[0]
		r.update(func(tx *Tx) error {
			it, _, err := tx.Item(gone)
			return errors.Join(err, tx.Remove(&it))
		})
		read()
		answers := make(chan error, 1)
		err := r.enqueueStretch(t.Context(), stretch, answers)
		if err := errors.Join(err, r.answered(answers)); err != nil {
			t.Fatal(err)
		}
		const asItIs = "SELECT count(*) FROM items i JOIN sort_keys k ON k.id = i.id AND k.size = i.size"
		if got, rows := r.numbers(asItIs)[0], r.numbers("SELECT count(*) FROM sort_keys")[0]; got != n-1 || rows != n-1 {
			t.Errorf("known %v: %d rows, %d of %d as they are", known, rows, got, n-1)
		}
	}
}

// resize has all files be another size.
func resize(tx *Tx, by int64) error {
	items, err := tx.items("id > 0")
	for i := range items {
		old := items[i]
		items[i].Size += by
		err = errors.Join(err, tx.Save(&old, &items[i]))
	}
	return err
}

// TestTheWordsOfAStretchAreOneSegment: what the search writes out in pieces it has to merge.
func TestTheWordsOfAStretchAreOneSegment(t *testing.T) {
	r := runFresh(t, Options{})
	for stretches, root := range []int64{r.addRoot("films"), r.addRoot("more")} {
		r.films(root, 10*rowsAtOnce+1)
		if err := r.indexNext(t.Context(), newSorter()); err != nil {
			t.Fatal(err)
		}
		if n := r.numbers("SELECT count(DISTINCT segid) FROM search_idx")[0]; n != int64(stretches)+1 {
			t.Errorf("the words of %d stretches are %d segments", stretches+1, n)
		}
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
