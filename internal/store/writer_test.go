package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

// block occupies the writer until the returned function, so that what is queued meanwhile is one group.
func (r *running) block() (release func()) {
	r.t.Helper()
	began, gate := make(chan struct{}), make(chan struct{})
	if err := r.Enqueue(context.Background(), func(*Tx) error { close(began); <-gate; return nil }, func(error) {}); err != nil {
		r.t.Fatal(err)
	}
	<-began
	return func() { close(gate) }
}

// queue hands a request to the writer and returns where its outcome will come.
func (r *running) queue(fn func(tx *Tx) error) <-chan error {
	r.t.Helper()
	ch := make(chan error, 1)
	if err := r.Enqueue(context.Background(), fn, func(err error) { ch <- err }); err != nil {
		r.t.Fatal(err)
	}
	return ch
}

func TestRequestsThatWaitTogetherAreCommittedTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // a group ends by its time too
		r := runFresh(t, Options{})
		root := r.addRoot("films")
		before := r.Counters().Commits.Load()
		release := r.block()
		var outcomes []<-chan error
		for i := range 20 {
			outcomes = append(outcomes, r.queue(func(tx *Tx) error { _, err := putIn(tx, root, fmt.Sprint(i)); return err }))
		}
		if q := r.Counters().Queue.Load(); q != 21 {
			t.Errorf("%d requests wait or run", q)
		}
		release()
		for _, ch := range outcomes {
			if err := <-ch; err != nil {
				t.Error(err)
			}
		}
		// The request that occupied the writer for longer than a group may take is a group of its own at most.
		if n := r.Counters().Commits.Load() - before; n > 2 {
			t.Errorf("21 requests took %d commits", n)
		}
		if q := r.Counters().Queue.Load(); q != 0 {
			t.Errorf("%d requests still counted", q)
		}
	})
}

func TestAGroupEndsWithinItsTimeAndItsRows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // a group ends by its time too
		r := runFresh(t, Options{})
		root := r.addRoot("films")
		before := r.Counters().Commits.Load()
		release := r.block()
		slow := r.queue(func(*Tx) error { time.Sleep(groupTime + 10*time.Millisecond); return nil })
		many := r.queue(func(tx *Tx) error {
			for i := range groupRows {
				if _, err := putIn(tx, root, fmt.Sprint("many ", i)); err != nil {
					return err
				}
			}
			return nil
		})
		last := r.queue(func(*Tx) error { return nil })
		release()
		for _, ch := range []<-chan error{slow, many, last} {
			if err := <-ch; err != nil {
				t.Fatal(err)
			}
		}
		if n := r.Counters().Commits.Load() - before; n != 3 {
			t.Errorf("%d commits, want one up to the slow request, one up to the large one, one for the rest", n)
		}
	})
}

func TestARequestThatFailsOrPanicsIsUndoneAloneInItsGroup(t *testing.T) {
	core, log := observer.New(zap.InfoLevel)
	r := runFresh(t, Options{Log: zap.New(core)})
	root := r.addRoot("films")
	base := r.put(root, "base")
	release := r.block()
	good1 := r.queue(func(tx *Tx) error { _, err := putIn(tx, root, "good 1"); return err })
	failed := r.queue(func(tx *Tx) error {
		if _, err := putIn(tx, root, "failed"); err != nil {
			return err
		}
		if err := tx.Remove(&base); err != nil {
			return err
		}
		return errUndone
	})
	panicked := r.queue(func(tx *Tx) error {
		if _, err := putIn(tx, root, "panicked/deep"); err != nil {
			return err
		}
		panic("odd")
	})
	good2 := r.queue(func(tx *Tx) error { _, err := putIn(tx, root, "good 2"); return err })
	release()
	if err := <-failed; !errors.Is(err, errUndone) {
		t.Errorf("failed: %v", err)
	}
	if err := <-panicked; err == nil || !strings.Contains(err.Error(), "odd") || strings.Contains(err.Error(), "writer_test.go") {
		t.Errorf("a panic's error names it, and has no stack: %v", err)
	}
	if lines := log.All(); len(lines) != 1 || !strings.Contains(fmt.Sprint(lines[0].ContextMap()["stack"]), "writer_test.go") {
		t.Errorf("the log has %v, not the panic with its stack", lines)
	}
	if err := errors.Join(<-good1, <-good2); err != nil {
		t.Error(err)
	}
	var paths []string
	if err := r.Walk(t.Context(), Position{}, func(v *View) error { paths = append(paths, v.Path); return nil }); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(paths, ","); got != "base,good 1,good 2" {
		t.Errorf("the catalog holds %s", got)
	}
	if n := r.RootItems(root); n != 3 {
		t.Errorf("%d items counted", n)
	}
	if dirs := r.numbers("SELECT count(*) FROM dirs"); dirs[0] != 1 {
		t.Errorf("%d directories", dirs[0])
	}
}

func TestTheFirstRequestOfAGroupIsUndoneAloneToo(t *testing.T) {
	for _, wrong := range []func() error{func() error { return errUndone }, func() error { panic("odd") }} {
		r := runFresh(t, Options{Log: zap.NewNop()})
		root := r.addRoot("films")
		base := r.put(root, "base")
		began, gate := make(chan struct{}), make(chan struct{})
		first := r.queue(func(tx *Tx) error {
			close(began)
			<-gate
			if _, err := putIn(tx, root, "failed"); err != nil {
				return err
			}
			if err := tx.Remove(&base); err != nil {
				return err
			}
			return wrong()
		})
		<-began
		good := r.queue(func(tx *Tx) error { _, err := putIn(tx, root, "good"); return err })
		close(gate)
		if err := <-first; err == nil {
			t.Error("what failed was said to be written")
		}
		if err := <-good; err != nil {
			t.Errorf("behind one that failed: %v", err)
		}
		var paths []string
		err := r.Walk(t.Context(), Position{}, func(v *View) error { paths = append(paths, v.Path); return nil })
		if got := strings.Join(paths, ","); err != nil || got != "base,good" {
			t.Errorf("the catalog holds %s, %v", got, err)
		}
		if n := r.RootItems(root); n != 2 {
			t.Errorf("%d items counted", n)
		}
	}
}

func TestAChangeThatChangesNothingWritesNothing(t *testing.T) {
	r := runFresh(t, Options{})
	r.addRoot("films")
	wal := func() int64 {
		fi, err := os.Stat(r.Path() + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		return fi.Size()
	}
	size, changed, rows := wal(), r.Counters().Changed.Load(), r.Counters().Rows.Load()
	r.update(func(tx *Tx) error { _, err := tx.Roots(); return err })
	if wal() != size || r.Counters().Changed.Load() != changed || r.Counters().Rows.Load() != rows {
		t.Error("reading wrote")
	}
}

func TestAFullQueueMakesProducersWait(t *testing.T) {
	r := runFresh(t, Options{})
	release := r.block()
	defer release()
	for range requestQueue {
		r.queue(func(*Tx) error { return nil })
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err := r.Enqueue(ctx, func(*Tx) error { t.Error("ran"); return nil }, func(error) { t.Error("answered") })
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsQueuedWhenTheWriterStopsIsStillWritten(t *testing.T) {
	dir := t.TempDir()
	r := runAt(t, dir, Options{})
	root := r.addRoot("films")
	release := r.block()
	var outcomes []<-chan error
	for i := range 10 {
		outcomes = append(outcomes, r.queue(func(tx *Tx) error { _, err := putIn(tx, root, fmt.Sprint(i)); return err }))
	}
	go release()
	r.stop()
	for _, ch := range outcomes {
		if err := <-ch; err != nil {
			t.Error(err)
		}
	}
	if err := r.Update(t.Context(), func(*Tx) error { t.Error("ran"); return nil }); !errors.Is(err, ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
	r = runAt(t, dir, Options{})
	defer r.stop()
	if n := r.RootItems(root); n != 10 {
		t.Errorf("%d items", n)
	}
}

// TestAFullDiskUndoesTheGroupAndNothingElse has SQLite itself give up the transaction in the middle of a
// group, as it does when the disk is full: no later request may slip into the catalog without its number.
func TestAFullDiskUndoesTheGroupAndNothingElse(t *testing.T) {
	dir := t.TempDir()
	r := runAt(t, dir, Options{})
	defer func() { r.stop() }()
	root := r.addRoot("films")
	r.put(root, "before")
	head := r.Head()

	limit := func(pages string) { // on the writer's own connection, outside its transactions
		r.update(func(tx *Tx) error { return tx.c.script("PRAGMA max_page_count = " + pages) })
	}
	limit(fmt.Sprint(r.numbers("PRAGMA page_count")[0] + 2))
	release := r.block()
	small1 := r.queue(func(tx *Tx) error { _, err := putIn(tx, root, "small 1"); return err })
	large := r.queue(func(tx *Tx) error {
		for i := range 2000 {
			if _, err := putIn(tx, root, fmt.Sprint("large ", i, strings.Repeat("x", 200))); err != nil {
				return err
			}
		}
		return nil
	})
	small2 := r.queue(func(tx *Tx) error { _, err := putIn(tx, root, "small 2"); return err })
	release()
	if err := <-large; !errors.Is(err, ErrUnwritten) || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("large: %v", err)
	}
	first, second := <-small1, <-small2
	if !errors.Is(first, errLost) || second != nil {
		t.Errorf("a request before the large one: %v; one behind it: %v", first, second)
	}
	paths := map[string]bool{}
	for _, json := range r.contents(nil) {
		for _, p := range []string{"before", "small 1", "small 2", "large"} {
			if strings.Contains(json, `"path":"`+p) {
				paths[p] = true
			}
		}
	}
	if !paths["before"] || paths["large"] || paths["small 1"] != (first == nil) || paths["small 2"] != (second == nil) {
		t.Errorf("there: %v; small requests were told %v, %v", paths, first, second)
	}
	if max := r.numbers("SELECT max(seq) FROM items")[0]; max != r.Head() || r.Head() < head {
		t.Errorf("the head is %d, the newest change %d", r.Head(), max)
	}

	limit("1000000") // the disk has room again
	r.put(root, "after")
	if r.Failure() != nil {
		t.Errorf("still failing: %v", r.Failure())
	}
	if n := r.RootItems(root); n != int64(len(r.contents(nil))) {
		t.Errorf("%d items counted, %d there", n, len(r.contents(nil)))
	}
}

func TestErrorsNameTheFileAndTheMend(t *testing.T) {
	if err := explain("/data/catalog.db", syscall.ENOENT); !errors.Is(err, syscall.ENOENT) {
		t.Errorf("an error that is none of SQLite's: %v", err)
	}
	if explain("/data/catalog.db", nil) != nil {
		t.Error("no error became one")
	}
}

func TestEveryWakeUpReachesEverySubscriber(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	feed, unsubscribe := r.Subscribe()
	work, unsubscribeWork := r.SubscribeWork()
	defer unsubscribeWork()
	got := func(ch <-chan struct{}) bool {
		select {
		case <-ch:
			return true
		default:
			return false
		}
	}
	r.put(root, "a")
	if !got(feed) || got(work) {
		t.Error("a change without work wakes those who read the feed, and nobody else")
	}
	gen := r.WorkGeneration()
	r.put(root, "b", func(it *Item) { it.Work = Analyse })
	r.put(root, "c", func(it *Item) { it.Work = Analyse })
	if !got(feed) || got(feed) || !got(work) || got(work) {
		t.Error("two changes before a look are one wake-up")
	}
	if r.WorkGeneration() != gen+2 {
		t.Errorf("work generation %d, was %d", r.WorkGeneration(), gen)
	}
	r.update(func(tx *Tx) error { _, err := tx.Roots(); return err })
	if got(feed) {
		t.Error("woken by nothing")
	}
	unsubscribe()
	r.put(root, "d")
	if got(feed) {
		t.Error("woken after the end of the subscription")
	}
}

func TestAWriterWithNothingToDoGivesItsMemoryBackOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := runAt(t, t.TempDir(), Options{})
		defer r.stop()
		root := r.addRoot("films")
		for i, want := range []int64{1, 2} {
			r.put(root, fmt.Sprint(i))
			time.Sleep(writerRest - time.Millisecond)
			synctest.Wait()
			if n := r.Counters().Rests.Load(); n != want-1 {
				t.Errorf("given back %d times shortly after a change, want %d", n, want-1)
			}
			time.Sleep(10 * writerRest)
			synctest.Wait()
			if n := r.Counters().Rests.Load(); n != want {
				t.Errorf("given back %d times after %d changes", n, want)
			}
		}
		if it := r.put(root, "afterwards"); r.item(it.ID).Name != "afterwards" {
			t.Error("what was written afterwards is not there")
		}
	})
}
