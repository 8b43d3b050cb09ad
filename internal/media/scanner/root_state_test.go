package scanner

import (
	"context"
	"errors"
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

func TestARootThatGoesAwayChangesNoItem(t *testing.T) {
	for name, c := range map[string]struct{ gone, back func(*faketree.Tree) }{
		"unreachable":       {func(f *faketree.Tree) { f.TakeAway("no route to host") }, (*faketree.Tree).BringBack},
		"empty mount point": {func(f *faketree.Tree) { f.PullOut(tree.Volume{}) }, (*faketree.Tree).PlugIn},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, options{}, func(w *world) {
				w.run("mkdir a\nwrite a/f 1\nwrite g 2")
				w.scan()
				before, head := w.shows(), w.st.Head()
				c.gone(w.files)
				w.pass(time.Minute)
				r := w.root("films")
				if r.State != media.Offline || r.Reason == "" || r.Items != 2 {
					t.Errorf("%+v", r)
				}
				if _, err := w.s.Scan(w.t.Context(), "films", "", false); !errors.Is(err, media.ErrOffline) {
					t.Errorf("a scan: %v", err)
				}
				if w.st.Head() != head {
					t.Errorf("the head moved from %d to %d", head, w.st.Head())
				}
				c.back(w.files)
				w.run("write new 3")
				w.pass(2 * time.Second)
				if r := w.root("films"); r.State != media.Online || r.Reason != "" {
					t.Errorf("%+v", r)
				}
				w.expect(before, "a/f<-a/f g<-g new<-")
				w.isTrue()
			})
		})
	}
}

func TestARootThatIsAwayAtTheStartComesWhenItComes(t *testing.T) {
	inWorld(t, options{idle: true}, func(w *world) {
		w.run("write f 1")
		w.files.TakeAway("not mounted yet")
		w.roots(RootConfig{Name: "films", Location: "/films", Tree: w.tree})
		w.pass(time.Hour)
		if r := w.root("films"); r.State != media.Offline || !strings.Contains(r.Reason, "not mounted yet") {
			t.Errorf("%+v", r)
		}
		w.files.BringBack()
		w.pass(2 * time.Second)
		w.counts("there", 1, 0)
	})
}

func TestAHangingRootStopsNoOther(t *testing.T) {
	inWorld(t, options{idle: true}, func(w *world) {
		w.run("mkdir one\nmkdir two\nwrite one/f 1\nwrite two/g 2")
		hanging := faketree.NewFaulty(below{w.files, "one"}, 1)
		hanging.Inject(faketree.Fault{Hang: true})
		err := w.s.SetRoots(context.Background(), []RootConfig{
			{Name: "one", Location: "/one", Tree: hanging, Workers: 1, MaxRemovals: 1},
			{Name: "two", Location: "/two", Tree: below{w.files, "two"}, Workers: 1, MaxRemovals: 1},
		})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		w.counts("while one hangs", 1, 0)
		w.pass(time.Minute)
		if r := w.root("one"); r.State != media.Offline {
			t.Errorf("%+v", r)
		}
	})
}
