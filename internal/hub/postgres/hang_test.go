package postgres

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/hub/pgtest"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// Where nothing comes of the database any more, and no connection ends, as where its machine was switched off, whoever
// waits for it is told that it is away before long, and who comes then at once; when it goes on they are answered.
func TestWhoAsksADatabaseThatHangsIsToldThatItIsAway(t *testing.T) {
	t.Parallel()
	line, at := pgtest.Between(t, shared.Database(t))
	s := openAt(t, at)
	say(t, begin(t, s, "attic", "i1"), "a", item(1, "a"), item(2, "b"))
	ctx, end := context.WithCancel(t.Context())
	var runs sync.WaitGroup
	runs.Go(func() { _ = s.Run(ctx) })
	defer runs.Wait()
	defer end()
	all := reads(t, s)
	names := slices.Sorted(maps.Keys(all))
	answers := func() bool { return s.Health() == nil && all["items"]() == nil }
	eventually(t, "it answers", answers)

	goOn := line.Hang()
	defer goOn()
	var asked sync.WaitGroup
	for _, what := range names {
		asked.Go(func() {
			if err := all[what](); !errors.Is(err, store.ErrAway) {
				t.Errorf("%s, when the database hangs: %v", what, err)
			}
		})
	}
	asked.Wait()
	if s.Health() == nil {
		t.Error("it is said to be well")
	}
	for _, what := range names { // again and again, which nobody finds out anew
		for range 100 {
			if err := all[what](); !errors.Is(err, store.ErrAway) {
				t.Fatalf("%s, while the database hangs: %v", what, err)
			}
		}
	}
	goOn()
	eventually(t, "it answers again", answers)
	for _, what := range names {
		if err := all[what](); err != nil {
			t.Errorf("%s, when the database goes on: %v", what, err)
		}
	}
	eventually(t, "lines that were cut are forgotten", func() bool { return len(s.lines.all()) <= connections })
}
