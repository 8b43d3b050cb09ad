package hub_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// An item that the database does not take keeps nothing else out, is counted, and is well again when it changes, or when a
// hub begins that can take it in, as one of a later version may.
func TestAPoisonItemOfASourceKeepsNothingElseOut(t *testing.T) {
	t.Parallel()
	a := startDaemon(t, "attic", "a.mkv", "poison.mkv", "b.mkv")
	at := shared.Database(t)
	first := startHub(t, at) // makes the tables
	first.stop()
	c, err := pgx.Connect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	if _, err := c.Exec(t.Context(), "ALTER TABLE items ADD CHECK (path <> 'poison.mkv')"); err != nil {
		t.Fatal(err)
	}
	var h *running
	poison := func(want int64) bool {
		of, err := h.Daemons(t.Context())
		return err == nil && of[0].Poison == want && !of[0].Loading
	}
	isPoisoned := func(items int64) {
		t.Helper()
		if !apptest.Within(patience, func() bool { return poison(1) && h.store.ItemCounts().Items == items }) {
			t.Fatalf("%d items, %+v", h.store.ItemCounts().Items, h.States())
		}
	}
	isWell := func() {
		t.Helper()
		h.becomes(t, a)
		if !apptest.Within(patience, func() bool { return poison(0) }) {
			t.Error("an item that is well again is poison")
		}
	}
	h = startHub(t, at, a)
	isPoisoned(2)
	a.move(t, "poison.mkv", "well.mkv")
	isWell()
	a.write(t, "poison.mkv")
	isPoisoned(3)
	h.stop()
	h = startHub(t, at, a) // which can do no more
	isPoisoned(3)
	h.stop()
	if _, err := c.Exec(t.Context(), "ALTER TABLE items DROP CONSTRAINT items_path_check"); err != nil {
		t.Fatal(err)
	}
	h = startHub(t, at, a)
	isWell()
}

// Clocks of sources differ from each other's and from the hub's, which compares none of them.
func TestClocksApartChangeNothing(t *testing.T) {
	t.Parallel()
	a, b := startDaemon(t, "attic", "a.mkv"), startDaemon(t, "cellar", "b.mkv")
	for _, d := range []*daemon{a, b} {
		for i, years := range []int{-40, 40} {
			name := fmt.Sprintf("%d.mkv", i)
			d.write(t, name)
			when := time.Now().AddDate(years, 0, 0)
			if err := os.Chtimes(d.dir+"/"+name, when, when); err != nil {
				t.Fatal(err)
			}
		}
	}
	h := startHub(t, shared.Database(t), a, b)
	h.becomes(t, a, b)
	f := follow(t, h)
	b.write(t, "0.mkv") // as it is now: older than what says it is of the future
	b.move(t, "1.mkv", "c.mkv")
	h.becomes(t, a, b)
	var seqs []int64
	f.read(t, nil)
	for _, ch := range f.held {
		seqs = append(seqs, ch.Seq)
	}
	slices.Sort(seqs)
	if len(slices.Compact(seqs)) != 6 {
		t.Errorf("numbers %v", seqs)
	}
}

// A source that forgot what the hub missed is loaded again over what is held.
func TestASourceThatForgotWhatWasMissedIsLoadedAgain(t *testing.T) {
	t.Parallel()
	a := startDaemon(t, "attic", "a.mkv", "b.mkv", "c.mkv")
	at := shared.Database(t)
	h := startHub(t, at, a)
	h.becomes(t, a)
	ids := map[string]int64{}
	for _, ch := range follow(t, h).held {
		ids[ch.Was.Path] = ch.ID
	}
	h.stop()
	a.remove(t, "b.mkv")
	if !apptest.Within(patience, func() bool { return a.Status(t).Counts.Items == 2 }) {
		t.Fatal("the film is not forgotten")
	}
	a.Stop(t)
	apptest.Prune(t, a.DataDir())
	a.Daemon.Start(t)
	h = startHub(t, at, a)
	h.becomes(t, a)
	f := follow(t, h)
	if len(f.held) != 2 || f.held[ids["a.mkv"]].Seq == 0 || f.held[ids["c.mkv"]].Seq == 0 {
		t.Errorf("other items under %v: %v", ids, f.held)
	}
}

// A first load of a source ends though a disk of it is away, and what lies there comes once it is back.
func TestAFirstLoadWaitsForNoDisk(t *testing.T) {
	t.Parallel()
	a := &daemon{name: "attic", dir: t.TempDir(), stock: filepath.Join(t.TempDir(), "away")}
	a.write(t, "a.mkv")
	a.serve(t)
	a.WaitIdle(t, patience)
	h := startHub(t, shared.Database(t), a)
	loaded := func() bool { st := h.States()[0]; return st.Online && !st.Loading && st.Idle }
	if !apptest.Within(patience, loaded) {
		t.Fatalf("%+v", h.States())
	}
	if err := errors.Join(os.Mkdir(a.stock, 0o755), os.WriteFile(a.stock+"/b.mkv", []byte("b"), 0o644)); err != nil {
		t.Fatal(err)
	}
	if !apptest.Within(patience, func() bool { return h.store.ItemCounts().Items == 2 }) {
		t.Errorf("%d items, want that of the disk that came, too", h.store.ItemCounts().Items)
	}
}
