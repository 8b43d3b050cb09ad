package scanner

import (
	"errors"
	"math"
	"sync/atomic"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// However many batches it takes: each one held makes those that are left fewer, and fewer than the limit.
func TestAllOfABurstIsHeldHoweverLargeItIs(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		const all, gone = 4000, 2*reapBatch + 500
		w.many("a", 0, gone)
		w.many("b", 0, all-gone)
		w.scan()
		before := w.shows()
		w.run("remove a")
		w.scan()
		if h := w.root("films").Held; h == nil || h.Count != gone {
			t.Fatalf("held once it is idle: %+v", h)
		}
		w.pass(time.Minute)
		w.counts("after the grace", all-gone, gone)

		w.pass(2 * time.Minute)
		w.run("remove b/3") // which is another matter
		w.scan()
		w.pass(15 * time.Second)
		w.counts("one more, later", all-gone-1, gone)
		if h := w.root("films").Held; h == nil || h.Count != gone {
			t.Errorf("held: %+v", h)
		}
		if _, kept := w.shows().missing["a/7"]; !kept || before.present["a/7"] == 0 {
			t.Error("a/7 is forgotten")
		}
	})
}

// A process that ends between two batches leaves some held and some missing: they are one burst still.
func TestABurstThatIsHeldInPartIsHeldWhole(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		const all, gone = 2 * reapBatch, reapBatch + 500
		w.many("a", 0, gone)
		w.many("b", 0, all-gone)
		w.scan()
		w.run("remove a")
		w.scan()
		w.release(300)
		w.run("remove b/1")
		w.scan()
		w.pass(time.Minute)
		w.counts("at last", all-gone-1, gone+1)
		if h := w.root("films").Held; h == nil || h.Count != gone+1 {
			t.Errorf("held: %+v", h)
		}
	})
}

// release makes held items what they were before they were held.
func (w *world) release(n int) {
	w.t.Helper()
	id, _ := w.s.RootID("films")
	err := w.st.Update(w.t.Context(), func(tx *store.Tx) error {
		items, err := tx.HeldItems(id, math.MaxInt64, n)
		for i := range items {
			old := items[i]
			items[i].State = store.Missing
			err = errors.Join(err, tx.SaveQuietly(&old, &items[i]))
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestARootTellsThatItsRemovalsAreHeldAndAccepted(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.many("a", 0, 150)
		w.scan()
		var told []*media.Held
		w.s.onRoot = func(name string) { told = append(told, w.root(name).Held) }
		w.run("remove a")
		w.scan()
		if len(told) == 0 || told[len(told)-1] == nil {
			t.Errorf("held: %v", told)
		}
		if _, err := w.s.AcceptRemovals(w.t.Context(), "films"); err != nil {
			t.Fatal(err)
		}
		if told[len(told)-1] != nil {
			t.Errorf("accepted: %v", told)
		}
	})
}

// waiting is a watcher with events that wait for their debounce.
type waiting struct {
	deaf
	events atomic.Int64
}

func (w *waiting) Pending() int { return int(w.events.Load()) }

func TestWhatIsGoneIsForgottenWhileAnotherFileIsWrittenToWithoutEnd(t *testing.T) {
	watch := &waiting{}
	inWorld(t, options{young: true, watch: watch}, func(w *world) {
		w.run("write f 1\nwrite gone 1")
		w.pass(time.Second)
		w.scan()
		w.run("remove gone")
		w.hint("gone")
		head := w.st.Head()
		watch.events.Store(1)
		write := func(d time.Duration) {
			for range d / (100 * time.Millisecond) {
				w.run("append f 2")
				w.hintAll("", "f")
				time.Sleep(100 * time.Millisecond)
			}
		}
		write(15 * time.Second)
		if w.deleted(head) != 0 {
			t.Error("forgotten while an event may wait that tells where it is")
		}
		if w.s.Idle() {
			t.Error("idle while a file may not be whole")
		}
		write(15 * time.Second) // longer than its grace, and twice as long as an event waits
		if w.deleted(head) != 1 {
			t.Error("not forgotten: a file that is written to keeps it for ever")
		}
		watch.events.Store(0)
	})
}

// What a person accepted is settled for every process that comes after, and so is what left with its root.
func TestWhatWasAcceptedOrDetachedCountsNoMoreAfterARestart(t *testing.T) {
	films := func(w *world) RootConfig {
		return RootConfig{Name: "films", Kind: "local", Location: "/films", Tree: w.tree}
	}
	inWorld(t, options{}, func(w *world) {
		w.many("a", 0, 150)
		w.many("b", 0, 120)
		w.scan()
		w.run("remove a")
		w.scan()
		if n, err := w.s.AcceptRemovals(w.t.Context(), "films"); err != nil || n != 150 {
			t.Fatalf("accepted %d, %v", n, err)
		}
		w.roots()
		w.roots(films(w)) // a new runner, which knows what the store does
		w.run("remove b/3")
		w.scan()
		w.pass(12 * time.Second)
		if h := w.root("films").Held; h != nil {
			t.Errorf("held: %+v", h)
		}
		w.counts("one more", 119, 0)
		w.isTrue()
	})
}
