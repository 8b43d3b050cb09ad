package librarian

import (
	"reflect"
	"testing"
)

// Of a library whose folders have changed all at the same time, a file after the other, every batch meets all folders:
// what is remembered of those is bounded, and the works are right all the same.
func TestWhatIsKnownOfLaterChangesIsBounded(t *testing.T) {
	s := newShelf(t, "music", "films", "series")
	var folders [][]file
	for n := range 3 * batchItems / 17 {
		folders = append(folders, madeFolders(n))
	}
	for at := range 30 {
		var some []file
		for _, files := range folders {
			if at < len(files) {
				some = append(some, files[at])
			}
		}
		s.putAll(some)
	}
	s.lib.mostKnown = 100
	for s.Worked() < s.Head() {
		if err := s.lib.next(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		if n := len(s.lib.known); n > s.lib.mostKnown {
			t.Fatalf("%d folders are known", n)
		}
	}
	s.catchUp()
	if got, want := plain(s.kept()), plain(s.anew()); !reflect.DeepEqual(got, want) {
		t.Error(difference(got, want))
	}
}
