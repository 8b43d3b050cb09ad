package scanner

import (
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
)

// replaced puts an empty directory of the same file system in the place of the root's, as it shows where a bind
// mount is undone or a library is moved aside.
func (w *world) replaced() {
	w.t.Helper()
	v, err := w.files.Identify(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	w.files.PullOut(tree.Volume{ID: v.ID})
}

func TestAnEmptyDirectoryInTheRootsPlaceProvesNothing(t *testing.T) {
	for name, notice := range map[string]func(w *world){
		"identified":         func(w *world) { _ = w.s.Prove(w.t.Context(), "films") },
		"scanned":            func(w *world) { _, _ = w.s.Scan(w.t.Context(), "films", "", true) },
		"hint of a file":     func(w *world) { w.hint("g") },
		"hint of one deeper": func(w *world) { w.hint("a/f") },
		"directory scanned":  func(w *world) { _, _ = w.s.Scan(w.t.Context(), "films", "a", false) },
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, options{}, func(w *world) {
				w.run("mkdir a\nwrite a/f 1\nwrite g 2")
				w.scan()
				before, head := w.shows(), w.st.Head()
				w.replaced()
				w.run("write .hidden x") // is no sign of life
				notice(w)
				w.pass(2 * time.Minute)
				if r := w.root("films"); r.State != media.Offline || !strings.Contains(r.Reason, "empty directory") || r.Items != 2 {
					t.Errorf("%+v", r)
				}
				if w.st.Head() != head {
					t.Errorf("the head moved from %d to %d", head, w.st.Head())
				}
				w.files.PlugIn()
				w.run("write new 3")
				w.pass(2 * time.Second)
				w.expect(before, "a/f<-a/f g<-g new<-")
				w.isTrue()
			})
		})
	}
}

func TestARootThatIsReplacedWhileNamesAreAskedForLosesNone(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("write f 1\nwrite g 2")
		w.scan()
		before, head := w.shows(), w.st.Head()
		w.tree.Inject(faketree.Fault{Ops: faketree.Stat, At: faketree.Exactly("f"), Times: 1, Before: func(string) { w.replaced() }})
		w.hint("f", "g")
		w.pass(time.Minute)
		if r := w.root("films"); r.State != media.Offline || w.st.Head() != head {
			t.Errorf("%+v, the head moved from %d to %d", r, head, w.st.Head())
		}
		w.files.PlugIn()
		w.pass(2 * time.Second)
		w.expect(before, "f<-f g<-g")
	})
}

func TestARootIsAwayAtTheStartBehindAnEmptyDirectory(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir a\nwrite a/f 1")
		w.scan()
		before := w.shows()
		w.roots()
		w.replaced()
		w.roots(RootConfig{Name: "films", Kind: "local", Location: "/films", Tree: w.tree})
		w.pass(time.Minute)
		if r := w.root("films"); r.State != media.Offline {
			t.Errorf("%+v", r)
		}
		w.files.PlugIn()
		w.pass(2 * time.Second)
		w.expect(before, "a/f<-a/f")
	})
}

// A directory with something in it is what the root is now.
func TestAnotherDirectoryInTheRootsPlaceIsBelievedOnceItHoldsAnything(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir a\nwrite a/f 1\nwrite g 2")
		w.scan()
		w.replaced()
		w.scanAway()
		w.run("write h 3")
		w.pass(time.Minute)
		if c := w.shows(); len(c.present) != 1 || len(c.missing) != 0 || c.present["h"] == 0 {
			t.Errorf("%+v", c)
		}
		w.run("remove h") // and may be emptied like any other
		w.hint("h")
		w.pass(time.Minute)
		if r := w.root("films"); r.State != media.Online || r.Items != 0 {
			t.Errorf("%+v", r)
		}
	})
}

// scanAway has the root found to be away.
func (w *world) scanAway() {
	w.t.Helper()
	_ = w.s.Prove(w.t.Context(), "films")
	w.pass(2 * time.Second)
	if r := w.root("films"); r.State != media.Offline {
		w.t.Fatalf("%+v", r)
	}
}
