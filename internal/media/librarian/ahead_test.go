package librarian

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// A folder of many files is taken in once, however many batches its changes come in: what is remembered of it is how
// far it was taken in, and not which files it has.
func TestALargeFolderIsDerivedOnceForAllThatIsThere(t *testing.T) {
	s := newShelf(t, "films")
	s.putAll(manyFilms(5 * batchItems))
	s.lib.mostKnown = 3
	s.catchUp()
	if n := s.lib.Counters().Derived.Load(); n != 1 {
		t.Errorf("it was derived %d times", n)
	}
	if n := s.lib.Counters().Items.Load(); n < batchItems || n > 2*batchItems {
		t.Errorf("%d changes were taken in by themselves", n)
	}
	if got, want := plain(s.kept()), plain(s.anew()); !reflect.DeepEqual(got, want) {
		t.Error(difference(got, want))
	}
}

// While its files are still coming it rests until as many have come as it had.
func TestALargeFolderRestsUntilItHasGrownAsMuch(t *testing.T) {
	s := newShelf(t, "films")
	n := 5 * batchItems
	s.putAll(manyFilms(n))
	read := s.Head()
	if err := s.lib.next(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	l, head := &s.lib.large, s.Head()
	if l.items != int64(n) || l.upto != read || l.since != head || len(l.units) != 1 || l.took <= 0 ||
		head < read+int64(n) {
		t.Fatalf("remembered is %+v, with the feed at %d and then at %d", *l, read, head)
	}
	for more, want := range map[int64]bool{1: true, int64(n) - 1: true, int64(n): false} {
		if l.rests(read, head+more, batchItems) != want {
			t.Errorf("with %d changes more it rests: %v", more, !want)
		}
	}
	if l.rests(read-batchItems, head+1, batchItems) {
		t.Error("it rests from changes that have been taken in")
	}
	s.catchUp()
	s.putAll([]file{{root: "films", path: "Another (1994)/Another (1994).mkv", kind: "movie"}})
	s.catchUp()
	if l.items != 0 {
		t.Errorf("small folders rest for %v", l.took.Round(time.Microsecond))
	}
}

// What has been taken in with it is passed without a wait, and not by a quiet time for each batch.
func TestWhatWasTakenInWithALargeFolderWaitsForNoQuiet(t *testing.T) {
	s := newShelf(t, "films")
	s.putAll(manyFilms(5 * batchItems))
	if err := s.lib.next(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	s.lib.cfg = Config{Quiet: time.Hour, MaxWait: time.Hour}
	wake, unsubscribe := s.Subscribe()
	defer unsubscribe()
	if !s.lib.large.covers(s.Worked(), batchItems) || !s.lib.calm(t.Context(), wake) {
		t.Error("a batch of what is known waits")
	}
	s.lib.cfg = Config{}
	s.catchUp()
}

// While a large folder rests what changes in others is taken in, and what moves out of it waits with it.
func TestOthersAreTakenInBesideALargeFolderThatRests(t *testing.T) {
	s := newShelf(t, "films")
	place, derived := s.deriveLarge(), int64(1)
	beside := func() {
		t.Helper()
		if err := s.lib.next(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	}
	made := func(title string) bool {
		t.Helper()
		for _, w := range s.kept() {
			if w.Title == title {
				return true
			}
		}
		return false
	}

	s.put(film("Velm", "Velm"))
	beside()
	if !made("Velm") || s.Worked() <= place || s.lib.Counters().Derived.Load() != derived+1 {
		t.Error("what changed elsewhere alone is not all that was derived, or the feed is not done with")
	}
	place = s.Worked()
	var more []file
	for i := range 2 * batchItems {
		more = append(more, film("All", fmt.Sprint("Another ", i)))
	}
	s.putAll(more)
	leaves := s.put(film("All", "One that leaves"))
	s.put(film("Orra", "Orra"))
	for range 2 {
		beside()
		if !made("Orra") || made("Another 1") || s.Worked() != place || s.lib.Counters().Derived.Load() != derived+2 {
			t.Fatal("a folder beside the large one is not all that was derived, or the place is another")
		}
	}
	s.change(leaves, film("Left", "One that leaves"))
	s.put(film("Tarn", "Tarn"))
	if beside(); !made("Tarn") || s.Worked() != place {
		t.Error("a later folder is not derived beside the large one")
	}
	s.catchUp()
	if got, want := plain(s.kept()), plain(s.anew()); !reflect.DeepEqual(got, want) {
		t.Error(difference(got, want))
	}
}

// The rest of a large folder, however long it is, holds nobody up.
func TestNobodyWaitsForTheRestOfALargeFolder(t *testing.T) {
	s := newShelf(t, "films")
	place := s.deriveLarge()
	s.lib.cfg = Config{Quiet: time.Millisecond, MaxWait: time.Millisecond}
	s.lib.large.took = time.Hour
	s.putAll([]file{film("All", "One that waits"), film("Velm", "Velm")})
	ctx, stop := context.WithCancel(t.Context())
	wake, unsubscribe := s.Subscribe()
	defer unsubscribe()
	ended := make(chan error, 1)
	go func() { ended <- s.lib.takeIn(ctx, wake) }()
	for deadline := time.Now().Add(5 * time.Minute); ; {
		found := false
		for _, w := range s.kept() {
			found = found || w.Title == "Velm"
		}
		if found || time.Now().After(deadline) {
			break
		}
		time.Sleep(time.Millisecond)
	}
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v, and not when it was told to", err)
	}
	if s.Worked() != place {
		t.Error("the large folder has not rested")
	}
	s.lib.cfg = Config{}
	s.catchUp()
}

// deriveLarge has a large folder derived, which rests then, and gives the place behind it.
func (s *shelf) deriveLarge() int64 {
	s.t.Helper()
	s.putAll(manyFilms(5 * batchItems))
	for beside := false; s.Worked() < s.Head(); beside = true {
		if err := s.lib.next(s.t.Context(), beside); err != nil {
			s.t.Fatal(err)
		}
	}
	if n := s.lib.Counters().Derived.Load(); len(s.lib.large.units) != 1 || n != 1 {
		s.t.Fatalf("%d large folders rest, and %d were derived", len(s.lib.large.units), n)
	}
	return s.Worked()
}

func film(dir, title string) file {
	return file{"films", dir + "/" + title + " (1994).mkv", media.KindMovie, media.Description{Title: title, Year: 1994}}
}

// Where roots change their group, all is derived anew, also what had been taken in ahead of its changes.
func TestWhatWasTakenInAheadIsDerivedAnewInAnotherGroup(t *testing.T) {
	s := newShelf(t, "films")
	s.catchUp() // what has no rules yet is begun anew all the same
	s.putAll(manyFilms(5 * batchItems))
	if err := s.lib.next(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	if len(s.lib.known) != 1 {
		t.Fatalf("%d folders are taken in ahead", len(s.lib.known))
	}
	if err := s.SetParties(t.Context(), map[string]string{"films": "attic"}); err != nil {
		t.Fatal(err)
	}
	s.catchUp()
	if n := s.lib.Counters().Derived.Load(); n != 2 {
		t.Errorf("it was derived %d times", n)
	}
}

// They may do so at any moment: also when a batch is about to read what it is to be derived from.
func TestAGroupThatChangesWhileABatchBeginsHasNothingLeftAsItWas(t *testing.T) {
	s := newShelf(t, "films")
	s.catchUp() // what has no rules yet is begun anew all the same
	s.putAll(manyFilms(5 * batchItems))
	if err := s.lib.next(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	s.lib.store = &interrupted{Catalog: s.lib.store, before: func() {
		if err := s.SetParties(t.Context(), map[string]string{"films": "attic"}); err != nil {
			t.Error(err)
		}
	}}
	s.catchUp()
	if n := s.lib.Counters().Derived.Load(); n != 2 {
		t.Errorf("it was derived %d times", n)
	}
	if got, want := plain(s.kept()), plain(s.anew()); !reflect.DeepEqual(got, want) {
		t.Error(difference(got, want))
	}
}

// interrupted is a catalog in which something happens before it is read next.
type interrupted struct {
	Catalog
	before func() // nil: it has happened
}

func (c *interrupted) ReadUnits(ctx context.Context, fn func(Reader) error) error {
	if before := c.before; before != nil {
		c.before = nil
		before()
	}
	return c.Catalog.ReadUnits(ctx, fn)
}

// manyFilms are n films in one folder.
func manyFilms(n int) (out []file) {
	for i := range n {
		out = append(out, file{root: "films", path: fmt.Sprintf("All/The Film Number %d (1994).mkv", i), kind: "movie"})
	}
	return out
}
