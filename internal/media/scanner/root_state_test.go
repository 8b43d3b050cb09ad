package scanner

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
)

// attached counts how often a root began to be watched.
type attached struct {
	deaf
	times atomic.Int64
}

func (a *attached) Attach(string, string, tree.Volume, func(string, bool) bool) { a.times.Add(1) }

// A link that leads elsewhere, or a directory above the root that is moved, is no event of the root's.
func TestAnotherDirectoryInTheRootsPlaceIsWatchedAndComparedWhole(t *testing.T) {
	watch := &attached{}
	inWorld(t, options{watch: watch}, func(w *world) {
		w.run("mkdir a\nwrite a/f 1\nwrite g 2")
		w.scan()
		w.replaced()
		w.run("mkdir a\nwrite a/f 1\nwrite h 2")
		w.pass(time.Minute)
		w.counts("of the other", 2, 0)
		if n := watch.times.Load(); n != 2 {
			t.Errorf("watched %d times", n)
		}
		w.isTrue()
	})
}

func TestTooManyOpenFilesTakeNoRootOffline(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir a\nwrite a/f 1")
		w.scan()
		mend := w.tree.Inject(faketree.Fault{Ops: faketree.Identify, Err: fmt.Errorf("open root: %w", syscall.EMFILE)})
		w.pass(2 * time.Minute)
		if r := w.root("films"); r.State != media.Online {
			t.Errorf("%+v", r)
		}
		n := w.tree.Hits()
		if n < 30 {
			t.Errorf("asked %d times", n)
		}
		mend()
		w.pass(2 * time.Minute)
		w.isTrue()
	})
}

// Local trees can be reached and not be listed where their own directory's permissions are taken away.
func TestARootThatCannotBeListedIsProvenAtOnce(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir a\nwrite a/f 1\nwrite g 2")
		w.scan()
		before := w.shows()
		w.tree.Inject(faketree.Fault{Ops: faketree.List, At: faketree.Exactly(""), Err: syscall.EACCES})
		w.tree.Inject(faketree.Fault{Ops: faketree.Identify, Err: fmt.Errorf("%w: may not be entered", tree.ErrAway)})
		w.hintAll("")
		w.pass(100 * time.Millisecond)
		if r := w.root("films"); r.State != media.Offline || !strings.Contains(r.Reason, "may not be entered") {
			t.Errorf("%+v", r)
		}
		w.expect(before, "a/f<-a/f g<-g")
		w.tree.Mend()
		w.pass(2 * time.Second)
		if r := w.root("films"); r.State != media.Online {
			t.Errorf("%+v", r)
		}
		w.isTrue()
	})
}

// What a look that flies while the root goes away asks for is not done when it is back: much may be different then.
func TestWhatWasAskedForBeforeTheRootWentAwayIsForgotten(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir a/b\nwrite a/b/f 1\nwrite g 2")
		w.tree.Inject(faketree.Fault{Ops: faketree.List, At: faketree.Exactly("a"), Latency: 3 * time.Second})
		if _, err := w.s.Scan(context.Background(), "films", "", false); err != nil {
			t.Fatal(err)
		}
		w.hintAll("a")
		synctest.Wait()
		mend := w.tree.Inject(faketree.Fault{Ops: faketree.Identify, Err: tree.ErrAway})
		if err := w.s.Prove(context.Background(), "films"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond)
		if r := w.root("films"); r.State != media.Offline {
			t.Fatalf("%+v", r)
		}
		w.run("write .catalogizerignore f")
		time.Sleep(5 * time.Second)
		mend()
		w.pass(10 * time.Second)
		c := w.shows()
		if len(c.missing) != 0 { // it was never to be catalogued
			t.Errorf("%+v", c)
		}
		w.expect(catalog{}, "g<-")
	})
}

// A catalog of an earlier version knows the file system of a share without its server.
func TestAShareTakesOverItsServerOnceAndThenKnowsIt(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir a\nwrite a/f 1\nwrite g 2")
		w.scan()
		id := w.item("g").ID
		for _, step := range []struct {
			server string
			online bool
		}{{"first", true}, {"second", false}, {"first", true}} {
			w.files.Called("uuid:fake@"+step.server, "uuid:fake")
			w.pass(2 * time.Minute)
			r := w.root("films")
			if online := r.State == media.Online; online != step.online {
				t.Errorf("on the %s server: %+v", step.server, r)
			}
			if !step.online && !strings.Contains(r.Reason, "another server answers in its place") {
				t.Errorf("reason %q", r.Reason)
			}
			w.counts("on the "+step.server+" server", 2, 0)
		}
		w.scan()
		w.isTrue()
		if got := w.item("g").ID; got != id {
			t.Errorf("item %d, want the same as before: %d", got, id)
		}
	})
}
