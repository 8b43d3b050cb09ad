package scanner

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
)

// many makes n files in a directory.
func (w *world) many(dir string, from, to int) {
	w.t.Helper()
	w.run("mkdir " + dir)
	for i := from; i < to; i++ {
		w.run(fmt.Sprintf("write %s/%d x", dir, i))
	}
}

func (w *world) removeMany(dir string, from, to int) {
	w.t.Helper()
	for i := from; i < to; i++ {
		w.run(fmt.Sprintf("remove %s/%d", dir, i))
	}
}

func (w *world) counts(what string, present, missing int) {
	w.t.Helper()
	if c := w.shows(); len(c.present) != present || len(c.missing) != missing {
		w.t.Errorf("%s: %d present and %d missing, want %d and %d", what, len(c.present), len(c.missing), present, missing)
	}
}

func TestWhatVanishesIsMissingAtOnceAndForgottenAfterItsGrace(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.many("a", 0, 10)
		w.scan()
		w.removeMany("a", 0, 4)
		if s := w.scan(); s.Removed != 4 {
			t.Errorf("%+v", s)
		}
		w.counts("at once", 6, 4)
		w.pass(9 * time.Second)
		w.counts("within the grace", 6, 4)
		w.pass(2 * time.Second)
		w.counts("after it", 6, 0)
		if n := w.st.Counters().Removed.Load(); n != 4 {
			t.Errorf("%d forgotten", n)
		}
	})
}

func TestTooManyRemovalsAreHeldUntilTheyAreAccepted(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.many("a", 0, 150)
		w.many("b", 0, 5)
		w.scan()
		before := w.shows()
		w.run("remove a")
		w.scan()
		w.pass(15 * time.Second)
		if h := w.root("films").Held; h == nil || h.Count != 150 {
			t.Fatalf("held: %+v", h)
		}
		w.counts("held", 5, 150)

		w.run("write b/new x\nappend b/1 y\nrename b/2 c") // everything else goes on
		w.scan()
		w.counts("held, with a new file", 6, 150)
		if w.shows().present["c"] != before.present["b/2"] {
			t.Error("a move is not followed while removals are held")
		}

		w.run("mkdir a\nwrite a/new x")
		w.scan()
		w.counts("held, with a file in the directory that is back", 7, 150)

		n, err := w.s.AcceptRemovals(w.t.Context(), "films")
		if err != nil || n != 150 {
			t.Errorf("accepted %d, %v", n, err)
		}
		w.counts("accepted", 7, 0)
		if h := w.root("films").Held; h != nil {
			t.Errorf("still held: %+v", h)
		}
		if _, err := w.s.AcceptRemovals(w.t.Context(), "films"); !errors.Is(err, media.ErrNotHeld) {
			t.Errorf("again: %v", err)
		}
		w.run("remove b/3") // what was accepted counts no more
		w.scan()
		w.pass(12 * time.Second)
		w.counts("one more", 6, 0)
		w.isTrue()
	})
}

func TestHeldItemsComeBackAsTheyWere(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.many("a", 0, 150)
		w.scan()
		before := w.shows()
		w.run("rename a .a")
		w.scan()
		w.pass(15 * time.Second)
		w.counts("held", 0, 150)
		w.run("rename .a a")
		w.scan()
		for p, id := range before.present {
			if got := w.shows().present[p]; got != id {
				t.Fatalf("%s has the id %d, and had %d", p, got, id)
			}
		}
		if h := w.root("films").Held; h != nil {
			t.Errorf("still held: %+v", h)
		}
		w.isTrue()
	})
}

func TestAHundredRemovalsAreNeverHeldNorAreFewOfMany(t *testing.T) {
	for name, c := range map[string]struct {
		all, gone int
		share     float64
		held      bool
	}{
		"a hundred of a hundred":  {100, 100, 0.5, false},
		"a hundred and one of it": {101, 101, 0.5, true},
		"half of many":            {300, 150, 0.5, false},
		"more than half of many":  {300, 151, 0.5, true},
		"all, where all may go":   {150, 150, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, options{root: RootConfig{MaxRemovals: c.share}}, func(w *world) {
				w.many("a", 0, c.all)
				w.scan()
				w.removeMany("a", 0, c.gone)
				w.scan()
				w.pass(15 * time.Second)
				if h := w.root("films").Held; (h != nil) != c.held {
					t.Errorf("held: %+v", h)
				}
			})
		})
	}
}

func TestWhatVanishesWithinAMinuteVanishesAtOnce(t *testing.T) {
	for _, c := range []struct {
		after time.Duration
		held  bool
	}{{15 * time.Second, true}, {90 * time.Second, false}} {
		inWorld(t, options{}, func(w *world) {
			w.many("a", 0, 160)
			w.scan()
			w.removeMany("a", 0, 70)
			w.scan()
			w.pass(c.after)
			w.counts("the first", 90, 0)
			w.removeMany("a", 70, 140)
			w.scan()
			w.pass(15 * time.Second)
			if h := w.root("films").Held; (h != nil) != c.held {
				t.Errorf("after %v held: %+v", c.after, h)
			}
		})
	}
}

// TestNothingIsRemovedOnAGuess shows the looks that prove nothing: each fault hides files, and takes none.
func TestNothingIsRemovedOnAGuess(t *testing.T) {
	at := faketree.Exactly
	for name, c := range map[string]struct {
		fault faketree.Fault
		heal  time.Duration
	}{
		"directory denied":         {faketree.Fault{Ops: faketree.List, At: at("a"), Err: syscall.EACCES}, 15 * time.Minute},
		"too many open files":      {faketree.Fault{Ops: faketree.List, At: at("a"), Err: syscall.EMFILE}, 15 * time.Minute},
		"listing failed half-way":  {faketree.Fault{Ops: faketree.List, At: at("a"), Err: syscall.EIO, Halfway: true}, 15 * time.Minute},
		"entry not looked at":      {faketree.Fault{Ops: faketree.List, At: at("a"), Break: func(n string) bool { return n == "f" }}, 0},
		"directory not looked at":  {faketree.Fault{Ops: faketree.List, At: at(""), Break: func(n string) bool { return n == "a" }}, 0},
		"listing cut short":        {faketree.Fault{Ops: faketree.List, At: at("a"), Drop: func(n string) bool { return n == "f" }}, 0},
		"directory cut off":        {faketree.Fault{Ops: faketree.List, At: at(""), Drop: func(n string) bool { return n == "a" }}, 0},
		"root away":                {faketree.Fault{Err: tree.ErrAway}, 5 * time.Second},
		"root away in mid-scan":    {faketree.Fault{Ops: faketree.List, At: at("a"), Err: tree.ErrAway}, 5 * time.Second},
		"another file system":      {faketree.Fault{Volume: &tree.Volume{ID: "uuid:other"}}, 5 * time.Second},
		"another in one directory": {faketree.Fault{Ops: faketree.List, At: at("a"), Err: tree.ErrOtherVolume}, 0},
		"no answer":                {faketree.Fault{Ops: faketree.List, At: at("a"), Hang: true}, 15 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := Config{Debounce: 500 * time.Millisecond, MaxWait: 5 * time.Second, Grace: 10 * time.Second, DirScanLimit: time.Minute}
			inWorld(t, options{cfg: cfg}, func(w *world) {
				w.run("mkdir a/s\nmkdir b\nwrite a/f 1\nwrite a/g 2\nwrite a/s/h 3\nwrite b/i 4")
				w.scan()
				before := w.shows()
				w.run("append b/i more")
				w.tree.Inject(c.fault)
				_ = w.s.Prove(w.t.Context(), "films")
				_, _ = w.s.Scan(w.t.Context(), "films", "", false)
				w.pass(2 * time.Minute)
				if w.tree.Hits() == 0 {
					t.Fatal("the fault was never met")
				}
				w.expect(before, "a/f<-a/f a/g<-a/g a/s/h<-a/s/h b/i<-b/i")
				w.tree.Mend()
				w.pass(c.heal)
				if w.root("films").State != media.Online {
					t.Fatalf("%+v", w.root("films"))
				}
				w.scan()
				w.expect(before, "a/f<-a/f a/g<-a/g a/s/h<-a/s/h b/i<-b/i")
				if n := w.st.Counters().Removed.Load(); n != 0 {
					t.Errorf("%d items were forgotten", n)
				}
				w.isTrue()
			})
		})
	}
}

func TestADirectoryThatCannotBeListedIsTriedAgainAndCostsOnlyItself(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir a\nmkdir b\nwrite a/f 1\nwrite b/g 2")
		w.scan()
		mend := w.tree.Inject(faketree.Fault{Ops: faketree.List, At: faketree.Exactly("a"), Err: syscall.EIO})
		w.run("write a/new 1\nwrite b/new 2")
		if s := w.scan(); s.State != media.ScanDone || s.Errors != 1 || s.Added != 1 || !strings.Contains(s.Error, `"a"`) {
			t.Errorf("%+v", s)
		}
		mend()
		w.pass(time.Minute)
		if _, ok := w.shows().present["a/new"]; !ok {
			t.Error("not looked at again")
		}
	})
}

func TestAProvisionalListingIsBelievedNameByName(t *testing.T) {
	inWorld(t, options{files: faketree.Options{Provisional: true}}, func(w *world) {
		w.run("mkdir a/s\nwrite a/f 1\nwrite a/g 2\nwrite a/s/h 3")
		w.scan()
		before := w.shows()
		w.run("remove a/f\nremove a/s\nrename a/g a/g2")
		w.scan()
		w.expect(before, "!a/f !a/s/h a/g2<-a/g")
	})
}

// What is passed over is there, and answers when it is asked for by name.
func TestWhatAProvisionalListingShowsAndIsPassedOverGoes(t *testing.T) {
	inWorld(t, options{files: faketree.Options{Provisional: true}}, func(w *world) {
		w.run("mkdir a/s\nwrite a/f.txt 1\nwrite a/g 2\nwrite a/s/h 3")
		w.scan()
		before := w.shows()
		w.run("write .catalogizerignore *.txt\nwrite a/.catalogizerignore s/")
		w.scan()
		w.expect(before, "!a/f.txt !a/s/h a/g<-a/g")
	})
}

func TestADiskBelowThatGoesAwayKeepsItsPart(t *testing.T) {
	inWorld(t, options{files: faketree.Options{CrossMounts: true}, root: RootConfig{CrossMounts: true}}, func(w *world) {
		w.run("mkdir a\nmkdir b\nwrite a/f 1")
		if err := w.files.Mount("b", tree.Volume{ID: "uuid:usb"}); err != nil {
			t.Fatal(err)
		}
		w.run("write b/g 2\nmkdir b/s\nwrite b/s/h 3")
		w.scan()
		before := w.shows()
		w.counts("mounted", 3, 0)
		if err := w.files.Unmount("b"); err != nil {
			t.Fatal(err)
		}
		w.run("append a/f more\nwrite b/under x")
		w.scan()
		w.pass(time.Minute)
		w.expect(before, "a/f<-a/f b/g<-b/g b/s/h<-b/s/h b/under<-")
	})
}

func TestWhatAMountCoversIsHeldAndComesBack(t *testing.T) {
	for name, cross := range map[string]bool{"followed": true, "not followed": false} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, options{files: faketree.Options{CrossMounts: cross}, root: RootConfig{CrossMounts: cross}}, func(w *world) {
				w.run("mkdir b\nwrite b/f 1\nmkdir b/s\nwrite b/s/h 3\nmkdir c\nwrite c/k 4\nwrite g 2")
				w.scan()
				before := w.shows()
				w.mount("b")
				w.run("write b/new 5")
				w.scan()
				w.pass(time.Minute)
				now := "!b/f !b/s/h c/k<-c/k g<-g"
				if cross {
					now += " b/new<-"
				}
				w.expect(before, now)
				if h := w.root("films").Held; h == nil || h.Count != 2 {
					t.Errorf("held: %+v, want both that are covered", h)
				}
				w.writesNothing()
				if err := w.files.Unmount("b"); err != nil {
					t.Fatal(err)
				}
				w.scan()
				now = "b/f<-b/f b/s/h<-b/s/h c/k<-c/k g<-g"
				if cross {
					now += " b/new<-" // its disk is not mounted
				}
				w.expect(before, now)
				if h := w.root("films").Held; h != nil {
					t.Errorf("still held: %+v", h)
				}
			})
		})
	}
}

func TestAFolderThatMovedToADiskOfItsOwnKeepsItsIds(t *testing.T) {
	inWorld(t, options{files: faketree.Options{CrossMounts: true}, root: RootConfig{CrossMounts: true}}, func(w *world) {
		w.run("mkdir b\nwrite b/f 1\nmkdir b/s\nwrite b/s/h 3\nwrite b/left 4")
		w.scan()
		before := w.shows()
		w.mount("b")
		w.run("write b/f 1\nmkdir b/s\nwrite b/s/h 3")
		w.scan()
		w.pass(time.Minute)
		w.expect(before, "b/f<-b/f b/s/h<-b/s/h !b/left")
		w.scan()
		w.writesNothing()
	})
}

// A directory with 200,000 files is forgotten once its grace is over, and not a thousand of them a second.
func TestHoweverManyItemsAreForgottenOnceTheirGraceIsOver(t *testing.T) {
	inWorld(t, options{root: RootConfig{MaxRemovals: 1}}, func(w *world) {
		w.many("a", 0, 4*reapBatch+1)
		w.scan()
		w.run("remove a")
		w.scan()
		w.pass(w.s.timing.Load().Grace + 500*time.Millisecond)
		w.counts("half a second after their grace", 0, 0)
	})
}

// As the command scan makes it: what vanished is forgotten with the last directory that may still find it, and not when
// it is next looked at whether that has been listed.
func TestASinglePassEndsWithItsLastDirectory(t *testing.T) {
	noGrace := Config{Debounce: 500 * time.Millisecond, MaxWait: 5 * time.Second}
	inWorld(t, options{cfg: noGrace}, func(w *world) {
		w.many("a", 0, 4)
		w.scan()
		w.run("remove a/1")
		const listing = 33 * time.Millisecond // of the root, and of a in it
		w.tree.Inject(faketree.Fault{Ops: faketree.List, Latency: listing})
		began := time.Now()
		if _, err := w.s.Scan(context.Background(), "films", "", false); err != nil {
			t.Fatal(err)
		}
		for synctest.Wait(); !w.s.Idle(); synctest.Wait() {
			time.Sleep(time.Millisecond)
		}
		if took := time.Since(began); took < 2*listing || took > 2*listing+5*time.Millisecond {
			t.Errorf("idle after %v, of which two listings took %v each", took, listing)
		}
		w.counts("then", 3, 0)
	})
}
