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
