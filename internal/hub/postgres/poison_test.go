package postgres

import "testing"

// What could not be taken in is counted for as long as its source has it, and no longer: it may have been removed while
// nobody heard of it, with another catalog in the source's place, or by somebody who removed the source.
func TestPoisonIsForgottenWithWhatItIsOf(t *testing.T) {
	s := open(t)
	poisoned := func() int64 {
		t.Helper()
		of, err := s.Poison(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return of["attic"]
	}
	bad := func(id int64) Change { return Change{ID: id, Item: []byte(`{}`)} }
	load := func(instance string, changes ...Change) {
		t.Helper()
		c := begin(t, s, "attic", instance)
		say(t, c, "a", changes...)
		complete(t, c)
	}
	load("i1", item(1, "a"), bad(2), bad(3))
	if n := poisoned(); n != 2 {
		t.Fatalf("%d items could not be taken in", n)
	}
	load("i1", item(1, "a"), bad(3))
	if n := poisoned(); n != 1 {
		t.Errorf("of two items of which one is gone by a load, %d could not be taken in", n)
	}
	load("i2", item(1, "a"), bad(5))
	if n := poisoned(); n != 1 {
		t.Errorf("of two catalogs, %d items could not be taken in", n)
	}
	if err := s.Leave(t.Context(), []string{"cellar"}); err != nil {
		t.Fatal(err)
	}
	if n := poisoned(); n != 0 {
		t.Errorf("of a source that has left, %d items could not be taken in", n)
	}
	load("i2", bad(5))
	if n := poisoned(); n != 1 {
		t.Errorf("of a source that is back, %d items could not be taken in", n)
	}
	load("i2")
	if n := poisoned(); n != 0 {
		t.Errorf("of a source that has nothing, %d items could not be taken in", n)
	}
}
