package librarian

import (
	"fmt"
	"reflect"
	"testing"
	"time"
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
	if err := s.lib.next(t.Context()); err != nil {
		t.Fatal(err)
	}
	l, head := &s.lib.large, s.Head()
	if want := (large{int64(n), read, head, l.took}); *l != want || l.took <= 0 || head < read+int64(n) {
		t.Fatalf("remembered is %+v, with the feed at %d, and not %+v", *l, head, want)
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
	if *l != (large{}) {
		t.Errorf("small folders rest for %v", l.took.Round(time.Microsecond))
	}
}

// What has been taken in with it is passed without a wait, and not by a quiet time for each batch.
func TestWhatWasTakenInWithALargeFolderWaitsForNoQuiet(t *testing.T) {
	s := newShelf(t, "films")
	s.putAll(manyFilms(5 * batchItems))
	if err := s.lib.next(t.Context()); err != nil {
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

// Where roots change their group, all is derived anew, also what had been taken in ahead of its changes.
func TestWhatWasTakenInAheadIsDerivedAnewInAnotherGroup(t *testing.T) {
	s := newShelf(t, "films")
	s.putAll(manyFilms(5 * batchItems))
	if err := s.lib.next(t.Context()); err != nil {
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

// manyFilms are n films in one folder.
func manyFilms(n int) (out []file) {
	for i := range n {
		out = append(out, file{root: "films", path: fmt.Sprintf("All/The Film Number %d (1994).mkv", i), kind: "movie"})
	}
	return out
}
