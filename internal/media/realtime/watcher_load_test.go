package realtime

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/realtime/inotify"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// The kernel's queue holds 16,384 events. The reader is held up until it has run over.
func TestOverflowHasEverythingLookedAt(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	sink := new(lister)
	r := start(t, scratch(t), Config{}, sink)
	for i := range 400 {
		must(t, os.Mkdir(r.path(fmt.Sprint("d", i)), 0o755))
	}
	held := make(chan struct{})
	release := sync.OnceFunc(func() { close(held) })
	t.Cleanup(release)
	r.add(inotify.Root{Name: testRoot, Path: r.dir, Mode: inotify.ModeInotify, Ignore: func(path string, dir bool) bool {
		<-held
		return r.ignoreMarks(path, dir)
	}})
	r.scan("")
	paths := make([]string, 40_000)
	for i := range paths {
		paths[i] = filepath.Join(fmt.Sprint("d", i/100), fmt.Sprint(i))
		write(t, r.path(paths[i]), "")
	}
	// What is not there any more in the end, and nobody is told: it must not keep a watch.
	must(t, os.RemoveAll(r.path("d399")))
	must(t, os.Rename(r.path("d398"), filepath.Join(scratch(t), "out")))
	must(t, os.Rename(r.path("d397"), r.path("renamed")))
	paths = paths[:39_700]
	release()
	eventually(t, "overflow noticed", func() bool { return r.Stats().Overflows > 0 })
	r.settle()
	if !slices.ContainsFunc(sink.all(), func(h media.Hint) bool { return h.Dir == "" && h.Recursive }) {
		t.Error("no recursive hint of the root")
	}
	if missing := sink.missing(paths); len(missing) > 0 {
		t.Errorf("%d of %d files were not found, the first %q", len(missing), len(paths), missing[0])
	}
	r.expectAllWatched(sink)
}

func TestManyFilesAtOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const files = 200_000
	sink := new(lister)
	r := watch(t, scratch(t), Config{Debounce: 500 * time.Millisecond, MaxWait: 5 * time.Second}, sink)
	var paths []string
	begin := time.Now()
	for i := range files {
		dir := fmt.Sprint("d", i%20)
		if i < 20 {
			must(t, os.Mkdir(r.path(dir), 0o755))
		}
		path := filepath.Join(dir, fmt.Sprint(i))
		f, err := os.Create(r.path(path))
		must(t, err)
		must(t, f.Close())
		paths = append(paths, path)
	}
	last := time.Now()
	eventually(t, "every file looked at", func() bool {
		time.Sleep(20 * time.Millisecond)
		return r.Pending() == 0 && len(sink.missing(paths)) == 0
	})
	t.Logf("%d files in %v; %v later all had been looked at, by hints for %d events, %d overflows",
		files, last.Sub(begin).Round(time.Millisecond), time.Since(last).Round(time.Millisecond),
		r.Stats().Events, r.Stats().Overflows)
}

// From the last write of a file to its hint: the debounce and very little. A busy machine may add to that, though not
// each time.
func TestHintIsPunctual(t *testing.T) {
	const within, rounds = 200 * time.Millisecond, 10 // some 6 ms on an idle machine
	for round := 1; ; round++ {
		switch p99 := hintsCome(t); {
		case p99 <= within:
			return
		case round == rounds:
			t.Fatalf("99 of 100 came within %v of their debounce, and not sooner in %d rounds", p99, rounds)
		}
	}
}

// hintsCome measures by how much more than the debounce after their writes 99 of 100 hints come.
func hintsCome(t *testing.T) time.Duration {
	t.Helper()
	const debounce, changes, every = 50 * time.Millisecond, 150, 20 * time.Millisecond
	dir := scratch(t)
	for i := range 100 {
		must(t, os.Mkdir(filepath.Join(dir, fmt.Sprint("d", i)), 0o755))
	}
	sink := new(recorder)
	r := watch(t, dir, Config{Debounce: debounce, MaxWait: time.Second}, sink)
	begun, written := make(map[string]time.Time), make(map[string]time.Time)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for i := range changes {
		path := filepath.Join(fmt.Sprint("d", i%100), fmt.Sprint("f", i))
		begun[path] = time.Now()
		write(t, r.path(path), "content")
		written[path] = time.Now()
		<-tick.C
	}
	r.settle()
	came := make(map[string]time.Time) // the last of each: a write that lasted for longer than the debounce has two
	for i, h := range sink.hints {
		for _, name := range h.Names {
			came[filepath.Join(h.Dir, name)] = sink.times[i]
		}
	}
	var late []time.Duration
	for path, at := range written {
		if came[path].IsZero() {
			t.Fatalf("no hint for %s", path)
		}
		if early := debounce - came[path].Sub(begun[path]); early > 5*time.Millisecond {
			t.Errorf("sent %v early", early)
		}
		late = append(late, came[path].Sub(at)-debounce)
	}
	slices.Sort(late)
	p50, p99 := late[len(late)/2], late[len(late)*99/100]
	t.Logf("later than the debounce: median %v, 99 of 100 within %v", p50, p99)
	return p99
}

// benchmarked starts a Watcher without a log.
func benchmarked(b *testing.B, dir string) *Watcher {
	b.Helper()
	w, err := NewWatcher(Config{Debounce: time.Second, MaxWait: time.Minute}, new(recorder).hint, zap.NewNop())
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	b.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			b.Error(err)
		}
	})
	if err := w.AddRoot(inotify.Root{Name: testRoot, Path: dir, Mode: inotify.ModeInotify}); err != nil {
		b.Fatal(err)
	}
	return w
}

func BenchmarkWatchAgain(b *testing.B) {
	dir := scratch(b)
	const deep = "Artist/Album with a usual name"
	if err := os.MkdirAll(filepath.Join(dir, deep), 0o755); err != nil {
		b.Fatal(err)
	}
	w := benchmarked(b, dir)
	id, err := identify(filepath.Join(dir, deep))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := w.Watch(b.Context(), testRoot, deep, id); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWatchAndUnwatchNew(b *testing.B) {
	dir := scratch(b)
	const count = 10_000
	for i := range count {
		if err := os.Mkdir(filepath.Join(dir, fmt.Sprint(i)), 0o755); err != nil {
			b.Fatal(err)
		}
	}
	w := benchmarked(b, dir)
	for i := 0; b.Loop(); i++ {
		if i%count == 0 {
			w.Unwatch(testRoot, "")
		}
		if err := w.Watch(b.Context(), testRoot, fmt.Sprint(i%count), tree.FileID{}); err != nil {
			b.Fatal(err)
		}
	}
}
