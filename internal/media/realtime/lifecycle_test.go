package realtime

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// sinkFunc is a function as a Sink.
type sinkFunc func(context.Context, Hint) error

func (f sinkFunc) Hint(ctx context.Context, h Hint) error { return f(ctx, h) }

func TestConfigurationIsChecked(t *testing.T) {
	for _, c := range []struct {
		cfg  Config
		sink Sink
		want string
	}{
		{Config{}, new(recorder), "must be positive"},
		{Config{Debounce: -1, MaxWait: 1}, new(recorder), "must be positive"},
		{Config{Debounce: 2, MaxWait: 1}, new(recorder), "at most the longest wait"},
		{Config{Debounce: 1, MaxWait: 1, MaxWatches: -1}, new(recorder), "less than none"},
		{Config{Debounce: 1, MaxWait: 1}, nil, "no sink"},
	} {
		if _, err := NewWatcher(c.cfg, c.sink, zap.NewNop()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error is %v, want %q", c.cfg, err, c.want)
		}
	}
	r := start(t, scratch(t), Config{}, new(recorder))
	if err := r.SetTiming(2, 1); err == nil {
		t.Error("a debounce longer than the longest wait is taken")
	}
	for _, root := range []Root{
		{Name: "a", Path: "relative", Mode: ModeInotify},
		{Name: "a", Path: "/not/clean/", Mode: ModeInotify},
		{Name: "a", Path: "/a", Mode: ModeNone},
		{Name: "a", Path: "/a"},
	} {
		if err := r.AddRoot(root); err == nil {
			t.Errorf("root %+v is taken", root)
		}
	}
}

func TestStopWithMuchPendingSendsNoMore(t *testing.T) {
	var stopped atomic.Bool
	sink := sinkFunc(func(context.Context, Hint) error {
		if stopped.Load() {
			t.Error("a hint after the stop")
		}
		return nil
	})
	r := run(t, scratch(t), Config{Debounce: 30 * time.Millisecond, MaxWait: time.Second}, sink)
	for _, name := range strings.Split("abcdefghijklmnopqrstuvwxyz", "") {
		must(t, os.Mkdir(r.path(name), 0o755))
		write(t, r.path(name, name), "")
	}
	eventually(t, "something pending", func() bool { return r.Busy() > 0 })
	r.stop()
	if err := <-r.done; err != nil {
		t.Fatal(err)
	}
	stopped.Store(true)
	r.done <- nil // for the cleanup
	time.Sleep(60 * time.Millisecond)

	// Whatever is called now returns, and starts nothing.
	if err := r.Watch(context.Background(), testRoot, "a", tree.FileID{}); !errors.Is(err, ErrUnknownRoot) {
		t.Errorf("Watch after the stop: %v", err)
	}
	r.add(Root{Name: "late", Path: r.dir, Mode: ModeInotify})
	if err := r.Watch(context.Background(), "late", "a", tree.FileID{}); !errors.Is(err, ErrUnknownRoot) {
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

func TestStopWhileTheSinkWaits(t *testing.T) {
	waits := make(chan struct{})
	var once atomic.Bool
	sink := sinkFunc(func(ctx context.Context, _ Hint) error {
		if !once.Swap(true) {
			close(waits)
		}
		<-ctx.Done()
		return ctx.Err()
	})
	r := run(t, scratch(t), Config{}, sink)
	write(t, r.path("f"), "")
	<-waits
	if r.Busy() == 0 {
		t.Error("idle while a hint is not delivered")
	}
	r.stop()
	r.done <- <-r.done
}

func TestRunBeforeAndAfterRootsComesToTheSame(t *testing.T) {
	dir := scratch(t)
	sink := new(recorder)
	w, err := NewWatcher(Config{Debounce: time.Millisecond, MaxWait: time.Second}, sink, zaptest.NewLogger(t))
	must(t, err)
	must(t, w.AddRoot(Root{Name: testRoot, Path: dir, Mode: ModeInotify}))
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

func TestSinkThatPanicsOrFailsCostsItsHintOnly(t *testing.T) {
	good := new(recorder)
	var calls atomic.Int64
	sink := sinkFunc(func(ctx context.Context, h Hint) error {
		switch calls.Add(1) {
		case 1:
			panic("cannot take it")
		case 2:
			return errors.New("not now")
		}
		return good.Hint(ctx, h)
	})
	r := run(t, scratch(t), Config{}, sink)
	for _, name := range []string{"first", "second", "third"} {
		write(t, r.path(name), "")
		r.settle()
	}
	if !covered(good.all(), "third") || covered(good.all(), "second") {
		t.Errorf("hints are %+v", good.all())
	}
	if s := r.Stats(); s.Hints != 3 || s.Refused != 1 {
		t.Errorf("stats are %+v", s)
	}
}

func TestIgnoredPathsAreNeitherHintedNorWatched(t *testing.T) {
	sink := new(recorder)
	r := start(t, scratch(t), Config{}, sink)
	r.add(Root{Name: testRoot, Path: r.dir, Mode: ModeInotify, Ignore: func(path string, dir bool) bool {
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
		t.Errorf("state is %+v", s)
	}
	must(t, os.Rename(r.path("film.part"), r.path("film")))
	r.settle()
	if hints := sink.take(); !covered(hints, "film") || covered(hints, "film.part") {
		t.Errorf("hints are %+v", hints)
	}
	// What turns out to be excluded later loses its watches.
	r.Unwatch(testRoot, "films")
	r.settle() // it is done some time later
	write(t, r.path("films", "f"), "")
	r.settle()
	if hints := sink.take(); len(hints) > 0 {
		t.Errorf("hints are %+v", hints)
	}
}

func TestRemovedRootIsSilent(t *testing.T) {
	sink := new(recorder)
	r := run(t, scratch(t), Config{Debounce: 50 * time.Millisecond, MaxWait: time.Second}, sink)
	write(t, r.path("f"), "")
	eventually(t, "pending", func() bool { return r.Busy() > 0 })
	r.RemoveRoot(testRoot)
	write(t, r.path("g"), "")
	time.Sleep(150 * time.Millisecond)
	if hints := sink.all(); len(hints) > 0 {
		t.Errorf("hints are %+v", hints)
	}
	if err := r.Watch(r.ctx, testRoot, "", tree.FileID{}); !errors.Is(err, ErrUnknownRoot) {
		t.Errorf("Watch: %v", err)
	}
	eventually(t, "watches given back", func() bool { return r.Stats().Watches == 0 })
}
