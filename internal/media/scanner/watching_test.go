package scanner

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
)

func TestAGrowingFileIsVisibleWithTheSizeFirstSeenAndAnalysedWhenItIsQuiet(t *testing.T) {
	inWorld(t, options{young: true}, func(w *world) {
		ask := func() {
			t.Helper()
			w.s.Hint(media.Hint{Root: "films", Names: []string{"f"}})
			synctest.Wait()
		}
		w.run("write f 1")
		time.Sleep(time.Millisecond)
		ask()
		it := w.item("f")
		if it.Size != 1 || it.Work != store.NoWork || it.Analysis != store.Pending {
			t.Errorf("at first: %+v", it)
		}
		if w.s.Idle() {
			t.Error("idle, and a file may not be whole")
		}
		for range 20 { // written to for ten seconds
			time.Sleep(250 * time.Millisecond)
			w.run("append f 234")
			time.Sleep(time.Millisecond)
			ask()
			if now := w.item("f"); now.Seq != it.Seq || now.Work != store.NoWork {
				t.Fatalf("while it grows: %+v", now)
			}
		}
		last := time.Now()
		w.rest()
		it = w.item("f")
		if it.Size != 61 || it.Work != store.Analyse {
			t.Errorf("when it is quiet: %+v", it)
		}
		if took := time.Since(last); took > 6*time.Second {
			t.Errorf("it was looked at only %v after its last write", took)
		}
	})
}

func TestADirectoryWithAYoungFileIsLookedAtOnceMore(t *testing.T) {
	inWorld(t, options{young: true}, func(w *world) {
		w.run("mkdir a\nwrite a/f 1")
		w.pass(time.Second)
		w.scan()
		w.pass(time.Second)
		if err := w.files.Write("a/f", []byte("through a memory map: no event tells")); err != nil {
			t.Fatal(err)
		}
		w.pass(9 * time.Minute)
		if it := w.item("a/f"); it.Size != 1 {
			t.Errorf("nobody asked, and it has size %d", it.Size)
		}
		w.pass(3 * time.Minute)
		if it := w.item("a/f"); it.Size == 1 {
			t.Error("never looked at again")
		}
	})
}

func TestATimeInTheFutureIsNoReasonToWait(t *testing.T) {
	inWorld(t, options{files: faketree.Options{Now: func() time.Time { return time.Now().Add(time.Hour) }}, young: true}, func(w *world) {
		w.run("write f 1")
		w.scan()
		if it := w.item("f"); it.Work != store.Analyse {
			t.Errorf("%+v", it)
		}
	})
}

// listed counts the listings of each directory while fn runs.
func (w *world) listed(fn func()) (dirs []string) {
	w.t.Helper()
	ch := make(chan string, 1000)
	mend := w.tree.Inject(faketree.Fault{Ops: faketree.List, Before: func(p string) { ch <- p }})
	fn()
	mend()
	close(ch)
	for p := range ch {
		dirs = append(dirs, p)
	}
	slices.Sort(dirs)
	return dirs
}

var polled = RootConfig{Poll: true, PollInterval: time.Minute}

func TestAPollPassesOverLeavesWhoseStampsStand(t *testing.T) {
	inWorld(t, options{root: polled}, func(w *world) {
		w.run("mkdir a/leaf\nmkdir b\nwrite a/leaf/f 1\nwrite b/g 2")
		w.scan()
		w.scan()
		dirs := w.listed(func() { w.pass(70 * time.Second) })
		if want := []string{"", "a"}; !slices.Equal(dirs, want) {
			t.Errorf("listed %q, want %q", dirs, want)
		}
		w.run("write b/new 3\nremove a/leaf/f")
		dirs = w.listed(func() { w.pass(80 * time.Second) }) // and the grace, however late it is polled
		if want := []string{"", "a", "a/leaf", "b"}; !slices.Equal(dirs, want) {
			t.Errorf("listed %q, want %q", dirs, want)
		}
		w.counts("after a poll", 2, 0)
		if len(w.s.Scans()) != 3 {
			t.Errorf("a poll is shown as a scan: %+v", w.s.Scans())
		}
	})
}

// A server's clock may be behind, and its times may be whole seconds: what is made in the second of a listing, and after
// it, has the time that the listing showed.
func TestAStampOfACoarseClockThatIsBehindProvesNothingAtOnce(t *testing.T) {
	for _, step := range []time.Duration{time.Second, 2 * time.Second} {
		behind := faketree.Options{Step: step, Now: func() time.Time { return time.Now().Add(-10 * time.Second) }}
		inWorld(t, options{root: polled, files: behind}, func(w *world) {
			w.run("mkdir a/leaf\nwrite a/leaf/f 1")
			w.scan()
			w.run("write a/leaf/g 2")
			w.pass(70 * time.Second)
			w.counts("after a poll", 2, 0)
			w.pass(70 * time.Second)
			dirs := w.listed(func() { w.pass(70 * time.Second) })
			if want := []string{"", "a"}; !slices.Equal(dirs, want) {
				t.Errorf("listed %q, want %q", dirs, want)
			}
			w.writesNothing()
		})
	}
}

func TestStampsThatLieAreBelievedNoMore(t *testing.T) {
	inWorld(t, options{root: polled}, func(w *world) {
		w.run("mkdir a\nwrite a/f 1")
		w.scan()
		stamp := func() time.Time {
			e, err := w.files.Stat(context.Background(), "a")
			if err != nil {
				t.Fatal(err)
			}
			return time.Unix(0, e.MTime)
		}
		was := stamp()
		w.run("write a/new 2")
		if err := w.files.SetTime("a", was); err != nil {
			t.Fatal(err)
		}
		w.pass(70 * time.Second)
		w.counts("after a poll that a stamp misled", 1, 0)
		w.scan()
		w.counts("after a full pass", 2, 0)
		w.pass(time.Second) // what was learned of the root is written with what comes next
		rows, err := w.st.Roots(context.Background())
		if err != nil || !rows[0].FullPolls {
			t.Errorf("%+v, %v", rows, err)
		}
		was = stamp()
		w.run("write a/third 3")
		if err := w.files.SetTime("a", was); err != nil {
			t.Fatal(err)
		}
		w.pass(70 * time.Second)
		w.counts("after a poll that believes no stamp", 3, 0)
	})
}

func TestIgnoreFilesSayWhatIsCatalogued(t *testing.T) {
	inWorld(t, options{root: RootConfig{Exclude: []string{"**/Extras/**"}}}, func(w *world) {
		w.run("mkdir a/b\nmkdir a/Extras\nwrite a/f.mkv 1\nwrite a/f.txt 2\nwrite a/b/g.txt 3\nwrite a/Extras/x 4\nwrite h.txt 5")
		w.scan()
		before := w.shows()
		w.expect(catalog{}, "a/f.mkv<- a/f.txt<- a/b/g.txt<- h.txt<-")
		w.run("write a/.catalogizerignore *.txt")
		w.hint("a/.catalogizerignore")
		w.expect(before, "a/f.mkv<-a/f.mkv !a/f.txt !a/b/g.txt h.txt<-h.txt")
		w.hint("a/b/g.txt", "a/f.txt")
		w.expect(before, "a/f.mkv<-a/f.mkv !a/f.txt !a/b/g.txt h.txt<-h.txt")
		w.run("remove a/.catalogizerignore")
		w.hint("a/.catalogizerignore")
		w.expect(before, "a/f.mkv<-a/f.mkv a/f.txt<-a/f.txt a/b/g.txt<-a/b/g.txt h.txt<-h.txt")
		w.run("write .catalogizerignore a/")
		w.scan()
		w.expect(before, "h.txt<-h.txt !a/f.mkv !a/f.txt !a/b/g.txt")
		w.hint("a/b/new")
		w.pass(15 * time.Second)
		w.expect(before, "h.txt<-h.txt")
	})
}

// A hint of an ignore file concerns all that is below, whatever else is to be looked at in its directory.
func TestAnIgnoreFileIsNotOverlookedAmongOtherHints(t *testing.T) {
	for name, hint := range map[string]func(w *world){
		"by itself":                func(w *world) { w.hint("a/.catalogizerignore") },
		"among names":              func(w *world) { w.hintAll("a", "-gone", ".catalogizerignore", "x") },
		"behind its directory":     func(w *world) { w.hintAll("a"); w.hintAll("a", ".catalogizerignore"); w.rest() },
		"before its directory":     func(w *world) { w.hintAll("a", ".catalogizerignore"); w.hintAll("a"); w.rest() },
		"among more than a few":    func(w *world) { w.hintAll("a", append(w.names(2*maxNames), ".catalogizerignore")...) },
		"behind more than a few":   func(w *world) { w.hintAll("a", w.names(maxNames)...); w.hintAll("a", ".catalogizerignore") },
		"all below, by no name":    func(w *world) { w.s.Hint(media.Hint{Root: "films", Recursive: true}) },
		"with a removed directory": func(w *world) { w.hint("a/-gone/f"); w.hintAll("a", ".catalogizerignore") },
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, options{}, func(w *world) {
				w.run("mkdir a/b\nmkdir a/-gone\nwrite a/-gone/f 0\nwrite a/f.mkv 1\nwrite a/b/g.txt 3")
				w.scan()
				before := w.shows()
				w.run("remove a/-gone\nwrite a/.catalogizerignore *.txt")
				// So that they meet.
				w.tree.Inject(faketree.Fault{Ops: faketree.Identify | faketree.List, Latency: 10 * time.Millisecond})
				hint(w)
				w.pass(time.Second)
				if now := w.shows(); now.present["a/b/g.txt"] != 0 || now.present["a/f.mkv"] != before.present["a/f.mkv"] {
					t.Errorf("%+v", now)
				}
			})
		})
	}
}

// hintAll hints at names of a directory at once, and does not wait; at the directory itself where there are none.
func (w *world) hintAll(dir string, names ...string) {
	w.t.Helper()
	slices.Sort(names)
	w.s.Hint(media.Hint{Root: "films", Dir: dir, Names: names})
}

func (w *world) names(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprintf("name %d", i))
	}
	return names
}

func TestAPanicInALookCostsThatLookOnly(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir a\nmkdir b\nwrite a/f 1\nwrite b/g 2")
		for _, how := range []string{"on a worker", "in the writer's transaction"} {
			var n atomic.Int64 // two workers look at once
			w.setOdd(func(p string) {
				if p == "a/f" || p == "a/new" {
					if n.Add(1) <= 2 {
						panic("odd name")
					}
				}
			})
			if how == "on a worker" {
				if s := w.scan(); s.Errors != 1 || s.Added != 1 {
					t.Errorf("%s: %+v", how, s)
				}
			} else {
				w.run("write a/new 3\nwrite b/new 4")
				w.hint("a/new", "b/new")
			}
			if _, ok := w.shows().present["a/new"]; ok || n.Load() == 0 {
				t.Errorf("%s: no panic", how)
			}
			w.pass(time.Minute)
			w.setOdd(nil)
			w.isTrue()
		}
	})
}

func TestAFileThatWasReportedAndIsGoneCostsNothing(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir a\nwrite a/f 1")
		w.scan()
		head := w.st.Head()
		w.hint("a/never", "nowhere/f", "a/f/g")
		w.expect(w.shows(), "a/f<-a/f")
		if w.st.Head() != head {
			t.Error("something changed")
		}
		w.s.Hint(media.Hint{Root: "nowhere", Dir: "a"})
	})
}

func TestAHintOfADirectoryThatIsNewBringsAllBelow(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir a/b/c/d\nwrite a/b/c/d/f 1")
		w.hint("a")
		w.expect(catalog{}, "a/b/c/d/f<-")
		w.run("remove a/b")
		w.hint("a/b/c/d/f") // the deepest event of a removal comes first
		w.counts("the directory is gone", 0, 1)
	})
}
