package scanner

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
)

const (
	gib    = int64(1) << 30
	third  = 4000 * gib // of the pool
	ashore = 3 * third
)

// inPool runs fn in the world of a pool of three disks, on each of which lie some films.
func inPool(t *testing.T, fn func(w *world)) {
	pool := tree.Volume{ID: "marker:1.0:fuse.mergerfs", FSType: "fuse.mergerfs", Remote: true, WeakIDs: true}
	inWorld(t, options{files: faketree.Options{Volume: pool}, idle: true}, func(w *world) {
		w.files.Resize(ashore)
		w.run("mkdir a\nmkdir b\nmkdir c\nmkdir c/d\nwrite a/1 1\nwrite a/2 2\nwrite b/3 3\nwrite c/4 4\nwrite c/d/5 5\nwrite 6 6\nmkdir away")
		w.roots(RootConfig{Name: "films", Kind: "local", Location: "/films", Tree: w.tree, Another: w.another, PollInterval: time.Minute, Exclude: []string{"/away"}})
		fn(w)
	})
}

// loses takes away what is on the pool's third disk, and its size. Where it is meanwhile is passed over: what is
// renamed keeps its identity, as what comes back does.
func (w *world) loses() {
	w.run("rename c away/c\nrename 6 away/6")
	w.files.Resize(2 * third)
}

func (w *world) isBackWhole() {
	w.run("rename away/c c\nrename away/6 6")
	w.files.Resize(ashore)
}

func TestAPoolThatLosesADiskForgetsNothing(t *testing.T) {
	inPool(t, func(w *world) {
		before := w.shows()
		w.loses()
		w.scan()
		w.pass(time.Hour)
		h := w.root("films").Held
		if h == nil || h.Count != 3 || !strings.Contains(h.Reason, "12 TiB") || !strings.Contains(h.Reason, "7.8 TiB") {
			t.Errorf("held: %+v", h)
		}
		w.isBackWhole()
		w.pass(2 * time.Minute)
		if now := w.shows(); !maps.Equal(now.present, before.present) || len(now.missing) > 0 {
			t.Errorf("it shows %+v, before it was away %+v", now, before)
		}
		if h := w.root("films").Held; h != nil {
			t.Errorf("held when all is back: %+v", h)
		}
		w.isTrue()
	})
}

func TestWhatIsDeletedFromAWholePoolIsForgotten(t *testing.T) {
	inPool(t, func(w *world) {
		w.run("remove a/1")
		w.scan()
		w.pass(time.Minute)
		w.counts("after the grace", 5, 0)
		w.isTrue()
	})
}

func TestWhatIsDeletedWhileADiskIsAwayIsForgottenWhenItIsBack(t *testing.T) {
	inPool(t, func(w *world) {
		w.loses()
		w.run("remove a/1")
		w.scan()
		w.pass(time.Minute)
		w.counts("while it is away", 2, 4)
		w.isBackWhole()
		w.pass(5 * time.Minute)
		w.counts("when it is back", 5, 0)
		w.isTrue()
	})
}

func TestAPoolThatGrewIsBelievedOnceAllWasFound(t *testing.T) {
	inPool(t, func(w *world) {
		w.files.Resize(4 * third)
		w.run("remove b")
		w.scan()
		w.pass(time.Minute)
		w.counts("at a size at which it was never whole", 5, 1)
		w.run("mkdir b\nwrite b/3 3") // another file
		w.pass(2 * time.Minute)
		w.run("remove a/1")
		w.pass(5 * time.Minute)
		w.counts("after it was", 5, 0)
		w.isTrue()
	})
}

func TestWhatIsAcceptedOfAPoolIsForgottenAndItsSizeIsTheOneToCome(t *testing.T) {
	inPool(t, func(w *world) {
		w.loses()
		w.pass(2 * time.Minute)
		if n, err := w.s.AcceptRemovals(t.Context(), "films"); n != 3 || err != nil {
			t.Fatalf("accepted %d, %v", n, err)
		}
		w.pass(2 * time.Minute)
		w.counts("accepted", 3, 0)
		w.run("remove a/1")
		w.pass(5 * time.Minute)
		w.counts("what is deleted then", 2, 0)
		w.files.Resize(third)
		w.run("remove b")
		w.pass(5 * time.Minute)
		w.counts("and when one more disk is away", 1, 1)
	})
}

// The size of a pool on ZFS is what is free and what is used of it: others write there too.
func TestASizeThatDriftsIsTheSame(t *testing.T) {
	inPool(t, func(w *world) {
		for i := range int64(20) {
			w.files.Resize(ashore - i*ashore/1500)
			w.pass(2 * time.Minute)
		}
		w.run("remove a/1")
		w.pass(5 * time.Minute)
		w.counts("after the grace", 5, 0)
		w.isTrue()
	})
}

func TestOneFileSystemThatListsAllOfItselfIsBelievedWhateverItsSize(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("write a 1\nwrite b 2")
		w.scan()
		w.run("remove a")
		w.scan()
		w.pass(time.Minute)
		w.counts("after the grace", 1, 0)
	})
}

// What was held of a whole disk is released some at a time, and by whoever comes next where a process ends in between.
func TestWhatIsReleasedIsReleasedInBatchesAndToItsEnd(t *testing.T) {
	inPool(t, func(w *world) {
		const gone = 2*reapBatch + 5
		w.many("c/many", 0, gone)
		w.scan()
		w.pass(time.Hour)
		w.loses()
		w.scan()
		w.pass(time.Hour)
		if h := w.root("films").Held; h == nil || h.Count != gone+3 {
			t.Fatalf("held: %+v", h)
		}
		r := w.s.runner("films")
		var volume, rows int64
		step := func(fn func(tx *store.Tx) error) {
			if err := w.st.Update(w.t.Context(), fn); err != nil {
				t.Fatal(err)
			}
		}
		step(func(tx *store.Tx) error {
			totals, err := tx.Totals(r.id)
			for _, of := range totals {
				if of.InDoubt() {
					volume = of.Volume
					_, err = r.settleTotal(tx, &of, of.Bytes, time.Now().UnixNano())
				}
			}
			return err
		})
		more := true
		for more {
			before := tallied(w, r.id)
			step(func(tx *store.Tx) (err error) {
				more, err = r.releaseBatch(tx, volume)
				return err
			})
			if rows = before - tallied(w, r.id); rows > reapBatch {
				t.Errorf("%d were released at once", rows)
			}
		}
		if n := tallied(w, r.id); n != 0 {
			t.Errorf("%d are not released", n)
		}
	})
}

// tallied is how many items of a root are held.
func tallied(w *world, root int64) int64 {
	h, err := w.st.Held(w.t.Context(), root)
	if err != nil {
		w.t.Fatal(err)
	}
	return h.Items
}
