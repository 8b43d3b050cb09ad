package scanner

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
)

func TestPassesAreQueuedMergedAndCancelled(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir a\nmkdir b\nwrite a/f 1\nwrite b/g 2")
		w.scan()
		mend := w.tree.Inject(faketree.Fault{Ops: faketree.List, Latency: time.Second})
		ask := func(path string) media.Scan {
			s, err := w.s.Scan(context.Background(), "films", path, false)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		state := func(id int64) string {
			synctest.Wait()
			s, err := w.s.ScanByID(id)
			if err != nil {
				t.Fatal(err)
			}
			return s.State
		}
		running := ask("")
		if state(running.ID) != media.ScanRunning || !w.root("films").Scanning {
			t.Errorf("%+v", running)
		}
		queued := ask("")
		if state(queued.ID) != media.ScanQueued || queued.ID == running.ID {
			t.Errorf("%+v", queued)
		}
		if again := ask(""); again.ID != queued.ID {
			t.Errorf("a scan that waits already is queued twice: %+v", again)
		}
		part := ask("b")
		if err := w.s.CancelScan(context.Background(), queued.ID); err != nil || state(queued.ID) != media.ScanCancelled {
			t.Errorf("cancelled while it waits: %v, %s", err, state(queued.ID))
		}
		time.Sleep(time.Millisecond)
		if err := w.s.CancelScan(context.Background(), running.ID); err != nil || state(running.ID) != media.ScanCancelled {
			t.Errorf("cancelled while it runs: %v, %s", err, state(running.ID))
		}
		w.rest()
		if state(running.ID) != media.ScanCancelled || state(part.ID) != media.ScanDone {
			t.Errorf("in the end: %s, %s", state(running.ID), state(part.ID))
		}
		mend()
		if err := w.s.CancelScan(context.Background(), part.ID); err != nil {
			t.Errorf("one that is over: %v", err)
		}
		if err := w.s.CancelScan(context.Background(), 999); !errors.Is(err, media.ErrNoScan) {
			t.Errorf("one that is none: %v", err)
		}
		if _, err := w.s.Scan(context.Background(), "nowhere", "", false); !errors.Is(err, media.ErrNoRoot) {
			t.Errorf("of no root: %v", err)
		}
		w.isTrue()
	})
}

// A file that was written to a moment ago is recorded when it is quiet, and counted by the walk that saw it.
func TestAPassCountsAChangeThatIsRecordedLater(t *testing.T) {
	inWorld(t, options{young: true}, func(w *world) {
		w.run("write f 1\nwrite g 1\nwrite h 1")
		w.scan()
		w.pass(time.Minute)
		w.run("append f 2\nremove g\nwrite g 22")
		if s := w.scan(); s.Changed != 2 || s.Added != 0 || s.Removed != 0 {
			t.Errorf("%+v", s)
		}
		w.pass(time.Minute)
		if s := w.scan(); s.Changed != 0 {
			t.Errorf("counted again: %+v", s)
		}
		w.isTrue()
	})
}

func TestAPassOfAPathLooksBelowItOnly(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir a/s\nmkdir b")
		w.scan()
		w.run("write a/f 1\nwrite a/s/g 2\nwrite b/h 3")
		s, err := w.s.Scan(context.Background(), "films", "a", false)
		if err != nil {
			t.Fatal(err)
		}
		w.rest()
		if s, err = w.s.ScanByID(s.ID); err != nil || s.State != media.ScanDone || s.Path != "a" || s.Added != 2 || s.Files != 2 || s.Directories != 2 {
			t.Errorf("%+v, %v", s, err)
		}
		w.expect(catalog{}, "a/f<- a/s/g<-")
	})
}

func TestAPassTellsWhatItDid(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir a\nwrite a/f 1\nwrite a/g 2\nwrite a/h 3\nwrite a/i 4")
		w.scan()
		w.run("append a/f 1\nrename a/g g\nremove a/h\nwrite new 5")
		s := w.scan()
		if s.State != media.ScanDone || s.Directories != 2 || s.Files != 4 || s.Added != 1 || s.Changed != 1 || s.Moved != 1 || s.Removed != 1 || s.Errors != 0 {
			t.Errorf("%+v", s)
		}
		if last := w.root("films").LastScan; last == nil || last.ID != s.ID {
			t.Errorf("last scan %+v", last)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		if n := len(w.told); n == 0 || w.told[n-1].ID != s.ID || w.told[n-1].State != media.ScanDone {
			t.Errorf("told %+v", w.told)
		}
	})
}

func TestRootsAreComparedWholeFromTimeToTime(t *testing.T) {
	cfg := Config{Debounce: 500 * time.Millisecond, MaxWait: 5 * time.Second, Grace: 10 * time.Second, RescanInterval: 24 * time.Hour}
	inWorld(t, options{cfg: cfg}, func(w *world) {
		w.run("write f 1")
		w.pass(21 * time.Hour)
		w.counts("too early", 0, 0)
		w.pass(6 * time.Hour)
		w.counts("after a day", 1, 0)
	})
}

// nightly is from two to three o'clock, UTC.
type nightly struct{}

func (nightly) Next(t time.Time) time.Time {
	opens := t.Truncate(24 * time.Hour).Add(2 * time.Hour)
	if !t.Before(opens.Add(time.Hour)) {
		opens = opens.Add(24 * time.Hour)
	}
	return t.Add(max(0, opens.Sub(t)))
}

func TestAComparisonThatIsDueWaitsForItsHours(t *testing.T) {
	cfg := Config{Debounce: 500 * time.Millisecond, MaxWait: 5 * time.Second, Grace: 10 * time.Second}
	cfg.RescanInterval, cfg.Window = 24*time.Hour, nightly{}
	inWorld(t, options{cfg: cfg}, func(w *world) { // it is midnight
		w.run("write f 1")
		w.pass(25*time.Hour + 50*time.Minute)
		w.counts("due for hours, but outside of its own", 0, 0)
		w.pass(time.Hour)
		w.counts("within them", 1, 0)
		for day := range 3 {
			w.run(fmt.Sprintf("write f%d 1", day))
			w.pass(24 * time.Hour)
			w.counts("a day later", day+2, 0)
		}
	})
}
