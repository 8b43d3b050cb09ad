package scanner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// hang is a command that takes until a channel is closed.
type hang struct{ until chan struct{} }

func (c hang) answer(*runner) (none struct{}, err error) {
	<-c.until
	return none, nil
}

// occupy keeps a root's runner from everything until release is called.
func (w *world) occupy(root string) (release func()) {
	held, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		_, err := ask(context.Background(), w.s, root, hang{held})
		if err != nil {
			w.t.Error(err)
		}
	}()
	synctest.Wait()
	return func() { close(held); <-ended }
}

// In a bubble a call that waits for the runner would wait for ever, and fail the test.
func TestARootThatHangsHoldsUpNobodyWhoTellsOfIt(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir a\nwrite a/1.mkv 1")
		w.scan()
		release := w.occupy("films")
		for i := range 1000 {
			w.s.Hint(media.Hint{Root: "films", Dir: fmt.Sprint(i)})
		}
		w.run("write a/2.mkv 2")
		for range 100 {
			w.s.Hint(media.Hint{Root: "films", Dir: "a", Names: []string{"2.mkv"}})
			if err := w.s.Prove(w.t.Context(), ""); err != nil {
				t.Fatal(err)
			}
		}
		if w.s.Idle() {
			t.Error("idle, though there are hints that nobody has taken in")
		}
		release()
		w.rest()
		if _, there := w.shows().present["a/2.mkv"]; !there {
			t.Error("what was told of meanwhile was not looked at")
		}
	})
}

// The race detector sees an answer that is written when who asked has gone.
func TestWhoAsksMayLeaveAtAnyMoment(t *testing.T) {
	w := newWorld(t, options{real: true})
	defer w.end()
	for range 200 {
		ctx, leave := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(leave)
		scan, err := w.s.Scan(ctx, "films", "", false)
		if err == nil && scan.Root != "films" {
			t.Errorf("the answer is %+v, want a scan of films", scan)
		}
		wg.Wait()
	}
}

func TestAcceptedRemovalsAreForgottenWhoeverLeaves(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		const all, gone = 4000, 2*reapBatch + 500
		w.many("a", 0, gone)
		w.many("b", 0, all-gone)
		w.scan()
		w.run("remove a")
		w.scan()
		ctx, leave := context.WithCancel(w.t.Context())
		leave()
		if n, err := w.s.AcceptRemovals(ctx, "films"); n != gone || err != nil {
			t.Errorf("%d forgotten, %v; want all %d, though their client has left", n, err, gone)
		}
		w.rest()
		w.counts("then", all-gone, 0)
		if _, err := w.s.AcceptRemovals(w.t.Context(), "films"); !errors.Is(err, media.ErrNotHeld) {
			t.Errorf("accepted again: %v, want %v", err, media.ErrNotHeld)
		}
	})
}

// Between two batches the root goes on, and more may be held.
func TestOnlyWhatWasHeldIsAccepted(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.many("a", 0, 2600)
		w.many("b", 0, 2300)
		w.many("c", 0, 100)
		w.scan()
		w.run("remove a")
		w.scan()
		held := func() []int64 {
			ids, err := ask(w.t.Context(), w.s, "films", listHeld{w.t.Context()})
			if err != nil {
				t.Fatal(err)
			}
			return ids
		}
		accepted := held()
		w.run("remove b")
		w.scan()
		forgotten := int64(0)
		for batch := range slices.Chunk(accepted, reapBatch) {
			n, err := ask(w.t.Context(), w.s, "films", forgetHeld{w.t.Context(), batch})
			if err != nil {
				t.Fatal(err)
			}
			forgotten += n
		}
		w.rest()
		if later := len(held()); forgotten != 2600 || later != 2300 {
			t.Errorf("%d forgotten and %d held, want the 2,600 that were held when they were accepted, and 2,300", forgotten, later)
		}
	})
}
