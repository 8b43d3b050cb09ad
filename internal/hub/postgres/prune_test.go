package postgres

import (
	"math"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
)

func TestOldEndsAreForgottenAndWhoMissedThemIsToldSo(t *testing.T) {
	s := open(t)
	c := begin(t, s, "attic", "i1")
	say(t, c, "a", item(1, "a"), item(2, "b"), item(3, "c"))
	f := follow(t, s)
	say(t, c, "b", without(1))
	old := s.Head()
	const ago = `INSERT INTO moments VALUES ($1, now() - interval '2 days')
		ON CONFLICT (seq) DO UPDATE SET at = excluded.at` // where it took a second to come here there is one already
	if _, err := s.pool.Exec(t.Context(), ago, old); err != nil {
		t.Fatal(err)
	}
	say(t, c, "c", without(2))
	takeIn(t, s)
	if n, err := s.Prune(t.Context(), 24*time.Hour, old-1); err != nil || n != 0 {
		t.Errorf("%d went that somebody still reads, %v", n, err)
	}
	if n, err := s.Prune(t.Context(), 24*time.Hour, math.MaxInt64); err != nil || n != 0 {
		t.Errorf("%d went that works have not heard of, %v", n, err)
	}
	derive(t, s)
	if n, err := s.Prune(t.Context(), 24*time.Hour, math.MaxInt64); err != nil || n != 1 {
		t.Errorf("%d went, %v", n, err)
	}
	if floor := s.FloorOf(store.Sorts{Items: true}); floor != old || f.at.Reaches(floor) {
		t.Errorf("who was told up to %d only goes on, though ends up to %d are forgotten", f.at.Seq, floor)
	}
	say(t, c, "d", item(1, "a"))
	if p := follow(t, s).paths(); len(p) != 2 || p["attic~films/a"] != 1 {
		t.Errorf("%v", p)
	}
}

// A work that is gone comes back under its id for as long as ends are remembered, and then no more.
func TestWorksThatAreGoneForLongAreForgotten(t *testing.T) {
	s := open(t)
	c := begin(t, s, "attic", "i1")
	film := func() Change { return item(1, "Velm (1999)/Velm.mkv", `"title":"Velm"`, `"year":1999`) }
	say(t, c, "a", film())
	derive(t, s)
	one := func() (id int64) {
		t.Helper()
		for id = range shelved(t, s) {
		}
		return id
	}
	was := one()
	say(t, c, "b", without(1))
	derive(t, s)
	if n := len(shelved(t, s)); n != 0 {
		t.Errorf("%d works are left of nothing", n)
	}
	prune := func(none int64) (left int) {
		t.Helper()
		if _, err := s.Prune(t.Context(), 24*time.Hour, none); err != nil {
			t.Fatal(err)
		}
		const rows = "SELECT (SELECT count(*) FROM works) + (SELECT count(*) FROM members)"
		if err := s.pool.QueryRow(t.Context(), rows).Scan(&left); err != nil {
			t.Fatal(err)
		}
		return left
	}
	prune(math.MaxInt64)
	say(t, c, "c", film())
	derive(t, s)
	if is := one(); is != was {
		t.Errorf("work %d came back as %d", was, is)
	}
	say(t, c, "d", without(1))
	derive(t, s)
	if _, err := s.pool.Exec(t.Context(), "UPDATE works SET gone = gone - $1", 48*time.Hour.Nanoseconds()); err != nil {
		t.Fatal(err)
	}
	if prune(math.MaxInt64) == 0 {
		t.Error("an end was forgotten before the search has taken it in")
	}
	takeIn(t, s)
	if prune(s.Head()-1) == 0 {
		t.Error("an end was forgotten that somebody still reads")
	}
	if n := prune(math.MaxInt64); n != 0 {
		t.Errorf("%d rows are left of a work that was gone for long", n)
	}
	say(t, c, "e", film())
	derive(t, s)
	if is := one(); is == was {
		t.Errorf("work %d came back though it was forgotten", was)
	}
}

// Who reads the feed behind works that have been forgotten is told so, at each hub, whether or not it has heard of that.
func TestWhoMissedTheEndsOfWorksIsToldSoAtOnce(t *testing.T) {
	at := shared.Database(t)
	first, second := openAt(t, at), another(t, at)
	c := begin(t, first, "attic", "i1")
	say(t, c, "a", item(1, "Velm (1999)/Velm.mkv", `"title":"Velm"`, `"year":1999`))
	derive(t, first)
	old := first.Cursor(first.Head())
	say(t, c, "b", without(1))
	derive(t, first)
	takeIn(t, first)
	if _, err := first.pool.Exec(t.Context(), "UPDATE works SET gone = gone - $1", 48*time.Hour.Nanoseconds()); err != nil {
		t.Fatal(err)
	}
	if err := second.readHead(t.Context()); err != nil {
		t.Fatal(err)
	}
	both := store.Sorts{Items: true, Works: true}
	if !old.Reaches(second.FloorOf(both)) {
		t.Fatal("it is behind what is forgotten before anything is")
	}
	if _, err := first.Prune(t.Context(), 24*time.Hour, math.MaxInt64); err != nil {
		t.Fatal(err)
	}
	for i, s := range []*Store{first, second} {
		p, err := s.ChangesOf(t.Context(), both, old.Seq, s.Head(), store.Bounds{})
		if err != nil {
			t.Fatal(err)
		}
		for _, ch := range p.Changes {
			if ch.Work {
				t.Errorf("at hub %d the end of the work is still there", i)
			}
		}
		if old.Reaches(s.FloorOf(both)) {
			t.Errorf("at hub %d a reader goes on who missed the end of a work", i)
		}
	}
}
