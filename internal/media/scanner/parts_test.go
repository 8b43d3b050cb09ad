package scanner

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"strings"
	"testing"
	"time"
	"weak"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// shownIn counts the items that the catalog has in a directory.
func (w *world) shownIn(dir string) (n int) {
	w.t.Helper()
	root, _ := w.s.RootID("films")
	err := w.st.Update(context.Background(), func(tx *store.Tx) error {
		d, found, err := tx.Dir(root, dir)
		if err != nil || !found {
			return err
		}
		items, err := tx.ItemsIn(d.ID)
		for i := range items {
			if items[i].State == store.Present {
				n++
			}
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// TestALargeDirectoryIsRenamedInPartsAndAStopBetweenThemLosesNoID stops the root while some of the files have moved, as
// often as a part is under way.
func TestALargeDirectoryIsRenamedInPartsAndAStopBetweenThemLosesNoID(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const files = 4 * reconcile.PartRows
	inWorld(t, options{}, func(w *world) {
		var script strings.Builder
		script.WriteString("mkdir a\n")
		for n := range files {
			fmt.Fprintf(&script, "write a/%05d.mkv x\n", n)
		}
		w.run(script.String())
		w.scan()
		ids := map[string]int64{}
		for p, id := range w.shows().present {
			ids[p[1:]] = id
		}
		if len(ids) != files {
			t.Fatalf("%d items, want %d", len(ids), files)
		}
		cfg := w.s.runner("films").cfg
		from, to, stopped := "a", "b", false
		for try := 0; try < 10 && !stopped; try++ {
			w.run("rename " + from + " " + to)
			w.s.Hint(media.Hint{Root: "films", Names: []string{from, to}})
			moved := 0
			for moved < files && !stopped {
				moved = w.shownIn(to) // waits for its turn with the store: between two parts
				stopped = moved > 0 && moved < files
			}
			cfg.Workers++ // so that it stops, and starts anew
			w.roots(cfg)
			w.pass(time.Minute)
			now := map[string]int64{}
			for p, id := range w.shows().present {
				now[strings.TrimPrefix(p, to)] = id
			}
			if !maps.Equal(now, ids) {
				t.Fatalf("after %d of %d files had moved their ids are others", moved, files)
			}
			from, to = to, from
		}
		if !stopped {
			t.Error("all files moved in one transaction")
		}
		w.isTrue()
	})
}

// TestALargeDirectoryVanishesInParts counts what is missing while a large directory goes.
func TestALargeDirectoryVanishesInParts(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const files = 4 * reconcile.PartRows
	inWorld(t, options{root: RootConfig{MaxRemovals: 1}}, func(w *world) {
		w.many("a", 0, files)
		w.scan()
		w.run("remove a")
		w.s.Hint(media.Hint{Root: "films", Names: []string{"a"}})
		inParts := false
		for left := files; left > 0; left = w.shownIn("a") {
			inParts = inParts || left < files
		}
		if !inParts {
			t.Error("all files vanished in one transaction")
		}
		w.pass(time.Minute)
		w.counts("gone", 0, 0)
		w.isTrue()
	})
}

func TestALargeDirectoryLosesAndExchangesFiles(t *testing.T) {
	const files = 2*reconcile.PartRows + 100
	inWorld(t, options{root: RootConfig{MaxRemovals: 1}}, func(w *world) {
		w.many("a", 0, files)
		w.scan()
		before := w.shows().present
		// Of the first part and of the last.
		w.run(fmt.Sprintf("swap a/0 a/%d\nremove a/1\nremove a/999\nwrite a/new x", files-1))
		w.scan()
		w.pass(time.Minute)
		now := w.shows().present
		if now["a/0"] != before[fmt.Sprintf("a/%d", files-1)] || now[fmt.Sprintf("a/%d", files-1)] != before["a/0"] {
			t.Error("two files that were exchanged have not kept their ids")
		}
		w.counts("two gone and one new", files-1, 0)
		w.isTrue()
	})
}

// TestALargeRenamedDirectoryIsSeenFromItsFirstPartOnAndHoldsNobodyUp: when the files of its third part are described,
// those of the first have moved; and meanwhile what changes elsewhere comes into the catalog.
func TestALargeRenamedDirectoryIsSeenFromItsFirstPartOnAndHoldsNobodyUp(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	inWorld(t, options{}, func(w *world) {
		w.many("a", 0, 4*reconcile.PartRows)
		w.run("mkdir other")
		w.scan()
		described, moved, others := 0, 0, 0
		w.setOdd(func(path string) {
			if !strings.HasPrefix(path, "b/") {
				return
			}
			if described++; described != 2*reconcile.PartRows+1 {
				return
			}
			moved = w.shownIn("b")
			w.run("write other/f x")
			w.s.Hint(media.Hint{Root: "films", Dir: "other", Names: []string{"f"}})
			for range 1000 {
				if others = w.shownIn("other"); others > 0 {
					return
				}
				time.Sleep(time.Millisecond)
			}
		})
		w.run("rename a b")
		w.scan()
		if moved < reconcile.PartRows {
			t.Errorf("%d files had moved when those of the third part were described, want %d", moved, reconcile.PartRows)
		}
		if others != 1 {
			t.Error("a new file elsewhere has waited for all of the renamed directory")
		}
		w.isTrue()
	})
}

// TestALargeDirectoryTakesMemoryForAFewOfItsPartsOnly: what is known ahead of a part is let go of once that is written,
// however many parts follow it.
func TestALargeDirectoryTakesMemoryForAFewOfItsPartsOnly(t *testing.T) {
	a := &aheadOf{}
	inWorldAhead(t, options{}, a, func(w *world) {
		var parts []weak.Pointer[store.Ahead]
		kept := 0
		a.out = func(out *store.Ahead) {
			parts = append(parts, weak.Make(out))
			runtime.GC()
			n := 0
			for _, p := range parts {
				if p.Value() != nil {
					n++
				}
			}
			kept = max(kept, n)
		}
		w.many("a", 0, 12*aheadFiles)
		w.films()
		if len(parts) != 12 {
			t.Fatalf("%d parts were analysed ahead, want 12", len(parts))
		}
		if kept > 4 { // one that is made, one that is written, and what the writer may still hold of those before
			t.Errorf("%d of them were kept at once", kept)
		}
		w.isTrue()
	})
}

// However large a directory is that waits for the writer, those of few files go on beside it; another large one waits.
func TestALargeDirectoryLeavesRoomForSmallOnes(t *testing.T) {
	for _, entries := range []int{largeDirectory, entriesInFlight, 10 * entriesInFlight} {
		inWorld(t, options{}, func(w *world) {
			w.run("mkdir other")
			w.scan()
			if err := w.s.admit(w.t.Context(), entries); err != nil {
				t.Fatal(err)
			}
			waiting, leave := context.WithTimeout(w.t.Context(), time.Hour)
			defer leave()
			second := make(chan error, 1) // its one answer
			go func() { second <- w.s.admit(waiting, entries) }()
			w.run("write other/f x")
			w.hint("other/f")
			if w.shownIn("other") != 1 {
				t.Errorf("a new file has waited for a directory of %d", entries)
			}
			leave()
			if err := <-second; !errors.Is(err, context.Canceled) {
				t.Errorf("two directories of %d at once: %v", entries, err)
			}
			w.s.dismiss(entries)
			if !w.s.inFlight.TryAcquire(entriesInFlight) || !w.s.large.TryAcquire(1) {
				t.Error("not all room was given back")
			}
		})
	}
}
