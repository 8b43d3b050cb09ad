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

// What could not be taken in is tried again, but not while a load says whether it is still there.
func TestPoisonIsReconsideredUnlessALoadTellsOfIt(t *testing.T) {
	s := open(t)
	c := begin(t, s, "attic", "i1")
	many := make([]Change, 2*littleRows)
	for i := range many {
		many[i] = Change{ID: int64(i + 2), Item: []byte(`{}`)}
	}
	say(t, c, "a", append(many, item(1, "1"))...)
	complete(t, c)
	const mend = `UPDATE poison SET item = convert_to(replace($1, '"id":7,', '"id":' || (id & 1099511627775) || ','), 'UTF8')
		WHERE id & 1 = 0`
	if _, err := s.pool.Exec(t.Context(), mend, string(item(7, "made sense of").Item)); err != nil {
		t.Fatal(err)
	}
	c = begin(t, s, "attic", "i1")
	say(t, c, "b", item(1, "1"))
	if n, err := c.Reconsider(t.Context()); n != 0 || err != nil {
		t.Errorf("%d items are taken in of which nobody knows whether they are there, %v", n, err)
	}
	say(t, c, "c", many...)
	complete(t, c)
	if _, err := s.pool.Exec(t.Context(), mend, string(item(7, "made sense of").Item)); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Reconsider(t.Context()); n != littleRows || err != nil {
		t.Errorf("%d items are taken in that make sense, %v", n, err)
	}
	of, err := s.Poison(t.Context())
	if n := len(listed(t, s)); n != littleRows+1 || of["attic"] != littleRows || err != nil {
		t.Errorf("%d items, and %d that cannot be taken in, %v", n, of["attic"], err)
	}
	if n, err := c.Reconsider(t.Context()); n != 0 || err != nil || c.Cursor != "c" {
		t.Errorf("%d items are taken in again, %v", n, err)
	}
}
