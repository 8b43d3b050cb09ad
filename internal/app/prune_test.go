package app

import (
	"context"
	"fmt"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/librarian"
	"github.com/catalogizer/catalogizerd/internal/media/realtime"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/storetest"
)

// Much may go at once, as when many removals are accepted: however long that is, no end is forgotten before works and
// the search have heard of it, or they would hold for ever what is gone.
func TestNoEndIsForgottenBeforeWorksAndTheSearchHaveTakenItIn(t *testing.T) {
	st, closeStore := storetest.Open(t, store.Options{})
	defer closeStore()
	d := &Daemon{core: &core{store: st, log: zap.NewNop()}, bus: realtime.NewEventBus(st, zap.NewNop())}
	defer storetest.Start(t, "the event bus", atOnce(d.bus.Run))()
	const films = 30
	var items []store.Item
	update(t, st, func(tx *store.Tx) error {
		root := store.Root{Name: "films", Kind: "local", Location: "/films"}
		if err := tx.AddRoot(&root); err != nil {
			return err
		}
		for n := range films {
			dir, err := tx.EnsureDir(root.ID, fmt.Sprintf("Film %d (1994)", n), 1)
			if err != nil {
				return err
			}
			it := store.Item{Dir: dir.ID, Root: root.ID, Name: fmt.Sprintf("Film %d (1994).mkv", n), Volume: 1,
				Size: 1, Links: 1, Kind: media.KindMovie, Analysis: store.Done,
				Doc: fmt.Appendf(nil, `"title":"Film %d","year":1994`, n)}
			if err := tx.Insert(&it); err != nil {
				return err
			}
			items = append(items, it)
		}
		return nil
	})
	takeIn(t, st)
	if works, counted := holds(t, st); works != films || counted != films {
		t.Fatalf("%d works, and %d items are counted, of %d films", works, counted, films)
	}
	update(t, st, func(tx *store.Tx) error {
		for i := range items {
			if err := tx.Remove(&items[i]); err != nil {
				return err
			}
		}
		return nil
	})
	waitFor(t, "the bus to have all", func() bool { return d.bus.Oldest() == st.Head() })
	ended := st.Head()
	prune := func(want int64) {
		t.Helper()
		if _, err := d.pruneTurn(t.Context(), 0); err != nil || st.Floor() != want {
			t.Errorf("ends are forgotten up to %d, want %d: %v", st.Floor(), want, err)
		}
	}
	prune(ended - films)
	takeIn(t, st)
	if works, counted := holds(t, st); works != 0 || counted != 0 {
		t.Errorf("%d works are left of what is gone, and %d items are counted", works, counted)
	}
	waitFor(t, "the bus to have all", func() bool { return d.bus.Oldest() == st.Head() })
	prune(ended)
}

// atOnce is what runs as a component that is ready when it begins.
func atOnce(run func(context.Context) error) func(context.Context, func()) error {
	return func(ctx context.Context, ready func()) error {
		ready()
		return run(ctx)
	}
}

func update(t *testing.T, st *store.Store, fn func(*store.Tx) error) {
	t.Helper()
	if err := st.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// takeIn has works and the search take in all that has changed.
func takeIn(t *testing.T, st *store.Store) {
	t.Helper()
	if err := librarian.New(librarian.Config{}, st, zap.NewNop()).CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer storetest.Start(t, "the search index", atOnce(func(ctx context.Context) error {
		return st.Index(ctx, store.FirstPass{})
	}))()
	waitFor(t, "all to be found", st.Indexed)
}

// holds counts the works, and the items by what the search counts.
func holds(t *testing.T, st *store.Store) (works, counted int) {
	t.Helper()
	err := st.EachWork(t.Context(), nil, func([]byte) error { works++; return nil })
	if err != nil {
		t.Fatal(err)
	}
	f, err := st.ItemFacets(t.Context(), store.Query{}, []string{"year"})
	if err != nil {
		t.Fatal(err)
	}
	return works, int(f.Total.Count)
}

func waitFor(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Minute); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}
