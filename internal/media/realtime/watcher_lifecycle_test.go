package realtime

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/realtime/inotify"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

func TestConfigurationIsChecked(t *testing.T) {
	for _, c := range []struct {
		cfg  Config
		want string
	}{
		{Config{}, "must be positive"},
		{Config{Debounce: -1, MaxWait: 1}, "must be positive"},
		{Config{Debounce: 2, MaxWait: 1}, "at most the longest wait"},
	} {
		if _, err := NewWatcher(c.cfg, new(recorder).hint, zap.NewNop()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error is %v, want %q", c.cfg, err, c.want)
		}
	}
	r := start(t, scratch(t), Config{}, new(recorder))
	if err := r.SetTiming(2, 1); err == nil {
		t.Error("a debounce longer than the longest wait is taken")
	}
	for _, root := range []inotify.Root{
		{Name: "a", Path: "relative", Mode: inotify.ModeInotify},
		{Name: "a", Path: "/not/clean/", Mode: inotify.ModeInotify},
		{Name: "a", Path: "/a", Mode: inotify.ModeNone},
		{Name: "a", Path: "/a"},
	} {
		if err := r.AddRoot(root); err == nil {
			t.Errorf("root %+v is taken", root)
		}
	}
}

// To know what an event is of the disk is asked, which may take its time: whoever asks meanwhile whether anything is
// pending is not told that nothing is.
func TestAnEventThatIsBeingRecordedIsPending(t *testing.T) {
	r := watch(t, scratch(t), Config{}, &recorder{})
	came, goOn := make(chan struct{}), make(chan struct{})
	slow := func(string, bool) bool {
		close(came)
		<-goOn
		return true
	}
	r.add(inotify.Root{Name: testRoot, Path: r.dir, Mode: inotify.ModeInotify, Ignore: slow})
	r.scan("")
	eventually(t, "nothing pending", func() bool { return r.Pending() == 0 })
	must(t, os.Mkdir(r.path("a"), 0o755)) // is a single event
	<-came
	if r.Pending() == 0 {
		t.Error("nothing is pending while an event is recorded")
	}
	close(goOn)
	eventually(t, "nothing pending", func() bool { return r.Pending() == 0 })
}

func TestStopWithMuchPendingSendsNoMore(t *testing.T) {
	var stopped atomic.Bool
	sink := takerFunc(func(media.Hint) {
		if stopped.Load() {
			t.Error("a hint after the stop")
		}
	})
	r := watch(t, scratch(t), Config{Debounce: 30 * time.Millisecond, MaxWait: time.Second}, sink)
	more := 0
	eventually(t, "something pending", func() bool { // which on a busy machine may have been sent by now
		for _, name := range strings.Split("abcdefghijklmnopqrstuvwxyz", "") {
			must(t, os.MkdirAll(r.path(name), 0o755))
			write(t, r.path(name, fmt.Sprint(more)), "")
		}
		more++
		return r.Pending() > 0
	})
	r.stop()
	if err := <-r.done; err != nil {
		t.Fatal(err)
	}
	stopped.Store(true)
	r.done <- nil // for the cleanup

	// Whatever is called now returns, and starts nothing.
	if err := r.Watch(context.Background(), testRoot, "a", tree.FileID{}); !errors.Is(err, inotify.ErrStopped) {
		t.Errorf("Watch after the stop: %v", err)
	}
	r.add(inotify.Root{Name: "late", Path: r.dir, Mode: inotify.ModeInotify})
	if err := r.Watch(context.Background(), "late", "a", tree.FileID{}); !errors.Is(err, inotify.ErrStopped) {
		t.Errorf("Watch of a root added after the stop: %v", err)
	}
	r.Unwatch(testRoot, "a")
	r.Rewatch(testRoot, "")
	r.RemoveRoot(testRoot)
	if err := r.Run(context.Background()); err == nil {
		t.Error("Run can be called again")
	}
	if held := r.Stats().Watches; held != 0 {
		t.Errorf("%d watches are held", held)
	}
}

func TestRunBeforeAndAfterRootsComesToTheSame(t *testing.T) {
	dir := scratch(t)
	sink := new(recorder)
	w, err := NewWatcher(Config{Debounce: time.Millisecond, MaxWait: time.Second}, sink.hint, zaptest.NewLogger(t))
	must(t, err)
	must(t, w.AddRoot(inotify.Root{Name: testRoot, Path: dir, Mode: inotify.ModeInotify}))
	short, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := w.Watch(short, testRoot, "", tree.FileID{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Watch before Run: %v, want to wait", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- w.Run(ctx) }()
	must(t, w.Watch(t.Context(), testRoot, "", tree.FileID{}))
	write(t, filepath.Join(dir, "f"), "")
	eventually(t, "hint", func() bool { return covered(sink.all(), "f") })
	stop()
	must(t, <-done)
}

func TestAPanicWhileAHintIsTakenCostsThatHintOnly(t *testing.T) {
	good := new(recorder)
	var calls atomic.Int64
	sink := takerFunc(func(h media.Hint) {
		if calls.Add(1) == 1 {
			panic("cannot take it")
		}
		good.hint(h)
	})
	r := watch(t, scratch(t), Config{}, sink)
	for _, name := range []string{"first", "second"} {
		must(t, os.Mkdir(r.path(name), 0o755)) // is a single event, and so a single hint
		r.settle()
	}
	if hints := good.all(); calls.Load() != 2 || covered(hints, "first") || !covered(hints, "second") {
		t.Errorf("%d hints were sent, and those taken are %+v, want two, the second taken", calls.Load(), hints)
	}
}

func TestIgnoredPathsAreNeitherHintedNorWatched(t *testing.T) {
	sink := new(recorder)
	r := start(t, scratch(t), Config{}, sink)
	r.add(inotify.Root{Name: testRoot, Path: r.dir, Mode: inotify.ModeInotify, Ignore: func(path string, dir bool) bool {
		r.ignoreMarks(path, dir)
		return strings.HasPrefix(path, mark) || strings.HasSuffix(path, ".part") || dir && path == "cache"
	}})
	must(t, r.Watch(r.ctx, testRoot, "", tree.FileID{}))
	write(t, r.path("film.part"), "")
	must(t, os.Mkdir(r.path("cache"), 0o755))
	must(t, os.Mkdir(r.path("films"), 0o755))
	r.settle()
	write(t, r.path("cache", "f"), "")
	r.settle()
	for _, h := range sink.take() {
		if h.Dir != "films" {
			t.Errorf("unexpected %+v", h)
		}
	}
	if s := r.State(testRoot); s.Directories != 2 {
		t.Errorf("state is %+v, want 2 watched", s)
	}
	must(t, os.Rename(r.path("film.part"), r.path("film")))
	r.settle()
	if hints := sink.take(); !covered(hints, "film") || covered(hints, "film.part") {
		t.Errorf("hints are %+v, want one of film, none of film.part", hints)
	}
	// What turns out to be excluded later loses its watches.
	r.Unwatch(testRoot, "films")
	r.settle() // it is done some time later
	write(t, r.path("films", "f"), "")
	r.settle()
	if hints := sink.take(); len(hints) > 0 {
		t.Errorf("hints are %+v, want none of what is excluded", hints)
	}
}

func TestRemovedRootIsSilent(t *testing.T) {
	sink := new(recorder)
	r := watch(t, scratch(t), Config{Debounce: time.Hour, MaxWait: time.Hour}, sink)
	write(t, r.path("f"), "")
	eventually(t, "pending", func() bool { return r.Pending() > 0 })
	r.add(inotify.Root{Name: "other", Path: scratch(t), Mode: inotify.ModeInotify})
	must(t, r.Watch(r.ctx, "other", "", tree.FileID{}))
	r.RemoveRoot(testRoot)
	must(t, r.SetTiming(50*time.Millisecond, time.Second)) // what is left of it would be due
	write(t, r.path("g"), "")
	write(t, filepath.Join(r.root("other").Path, "later"), "")
	eventually(t, "a later hint of another root", func() bool { return covered(sink.all(), "later") })
	hints := sink.all()
	if slices.ContainsFunc(hints, func(h media.Hint) bool { return h.Root != "other" }) {
		t.Errorf("hints are %+v, want only the other root's", hints)
	}
	if err := r.Watch(r.ctx, testRoot, "", tree.FileID{}); !errors.Is(err, inotify.ErrStopped) {
		t.Errorf("Watch: %v", err)
	}
	eventually(t, "its watches given back", func() bool { return r.Stats().Watches == 1 })
}
