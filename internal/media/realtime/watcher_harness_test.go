package realtime

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap/zaptest"
	"golang.org/x/sys/unix"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/realtime/inotify"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// recorder keeps the hints it gets, with their times.
type recorder struct {
	mu    sync.Mutex
	hints []media.Hint
	times []time.Time
}

func (r *recorder) hint(h media.Hint) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hints = append(r.hints, h)
	r.times = append(r.times, time.Now())
}

func (r *recorder) all() []media.Hint {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.hints)
}

// take returns the hints so far and forgets them.
func (r *recorder) take() []media.Hint {
	r.mu.Lock()
	defer r.mu.Unlock()
	hints := r.hints
	r.hints, r.times = nil, nil
	return hints
}

// once gives hints without those that repeat an earlier one: a write has two where a busy machine stops for longer than
// the debounce between its events.
func once(hints []media.Hint) (out []media.Hint) {
	for _, h := range hints {
		if !slices.ContainsFunc(out, func(before media.Hint) bool { return reflect.DeepEqual(before, h) }) {
			out = append(out, h)
		}
	}
	return out
}

// taker takes hints.
type taker interface{ hint(h media.Hint) }

// takerFunc is a function as a taker.
type takerFunc func(media.Hint)

func (f takerFunc) hint(h media.Hint) { f(h) }

// covers says whether a hint asks for a path to be looked at.
func covers(h media.Hint, path string) bool {
	dir, name := tree.Split(path)
	if h.Recursive {
		return h.Dir == "" || path == h.Dir || strings.HasPrefix(path, h.Dir+"/")
	}
	return dir == h.Dir && (h.Names == nil || slices.Contains(h.Names, name))
}

func covered(hints []media.Hint, path string) bool {
	return slices.ContainsFunc(hints, func(h media.Hint) bool { return covers(h, path) })
}

// watching is a Watcher that runs on a directory of the test's own.
type watching struct {
	*Watcher
	t     *testing.T
	dir   string
	ctx   context.Context
	stop  context.CancelFunc
	done  chan error
	made  int          // marks made by settle
	marks atomic.Int64 // the last of which there was an event
}

const testRoot = "films"

// watch starts a Watcher of one root, whose directories are watched as a scanner does.
func watch(t *testing.T, dir string, cfg Config, sink taker) *watching {
	t.Helper()
	r := start(t, dir, cfg, sink)
	r.scan("")
	return r
}

// start starts a Watcher of one root, none of whose directories is watched.
func start(t *testing.T, dir string, cfg Config, sink taker) *watching {
	t.Helper()
	return startWithin(t, 0, dir, cfg, sink)
}

// startWithin is start with a number of watches that the kernel leaves to the Watcher; 0: what it really does.
func startWithin(t *testing.T, watches int, dir string, cfg Config, sink taker) *watching {
	t.Helper()
	if cfg.Debounce == 0 {
		cfg.Debounce, cfg.MaxWait = 20*time.Millisecond, 200*time.Millisecond
	}
	w, err := NewWatcher(cfg, sink.hint, zaptest.NewLogger(t))
	if err != nil {
		t.Fatal(err)
	}
	if watches > 0 {
		limit := watches
		for inotify.WatchBudget(limit) < watches {
			limit++
		}
		w.shared.Budget = inotify.NewBudget(func() inotify.Limit { return inotify.Limit{Sysctl: "test", Value: limit} })
	}
	ctx, stop := context.WithCancel(t.Context())
	if l, ok := sink.(*lister); ok {
		l.w, l.root, l.ctx, l.found = w, dir, ctx, make(map[string]bool)
	}
	r := &watching{Watcher: w, t: t, dir: dir, ctx: ctx, stop: stop, done: make(chan error, 1)}
	go func() { r.done <- w.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-r.done; err != nil {
			t.Error(err)
		}
	})
	r.add(inotify.Root{Name: testRoot, Path: dir, Mode: inotify.ModeInotify, Ignore: r.ignoreMarks})
	return r
}

func (r *watching) add(root inotify.Root) {
	r.t.Helper()
	if err := r.AddRoot(root); err != nil {
		r.t.Fatal(err)
	}
}

// scan does what the scanner does with a subtree: watch each directory, list it, have those in it watched ahead.
func (r *watching) scan(dir string) {
	scanTree(r.ctx, r.Watcher, testRoot, r.dir, dir, func(string) {})
}

// scanTree watches and lists a subtree, and calls found for each path in it that is no directory.
func scanTree(ctx context.Context, w *Watcher, root, path, dir string, found func(string)) {
	id := tree.FileID{}
	if found, err := identify(filepath.Join(path, dir)); err == nil {
		id = found
	}
	if err := w.Watch(ctx, root, dir, id); err != nil {
		return
	}
	entries, err := os.ReadDir(filepath.Join(path, dir))
	if errors.Is(err, fs.ErrNotExist) {
		w.Unwatch(root, dir)
		return
	}
	w.WatchBelow(root, dir, directoriesIn(filepath.Join(path, dir), entries))
	for _, e := range entries {
		below := filepath.Join(dir, e.Name())
		if e.IsDir() {
			scanTree(ctx, w, root, path, below, found)
		} else {
			found(below)
		}
	}
}

// directoriesIn returns the directories of a listing as the scanner has them.
func directoriesIn(path string, entries []fs.DirEntry) (dirs []tree.Entry) {
	for _, e := range entries {
		if id, err := identify(filepath.Join(path, e.Name())); err == nil && e.IsDir() {
			dirs = append(dirs, tree.Entry{Name: e.Name(), Type: tree.Dir, ID: id})
		}
	}
	return dirs
}

func listing(t *testing.T, path string) []tree.Entry {
	t.Helper()
	entries, err := os.ReadDir(path)
	must(t, err)
	return directoriesIn(path, entries)
}

// lister does what hints ask for, as the scanner does: watch, then list.
type lister struct {
	recorder
	root string
	w    *Watcher
	ctx  context.Context

	seen  sync.Mutex // guards found
	found map[string]bool
}

func (l *lister) hint(h media.Hint) {
	l.recorder.hint(h)
	if h.Recursive {
		scanTree(l.ctx, l.w, h.Root, l.root, h.Dir, l.see)
		return
	}
	if err := l.w.Watch(l.ctx, h.Root, h.Dir, tree.FileID{}); err != nil {
		return
	}
	entries, _ := os.ReadDir(filepath.Join(l.root, h.Dir)) // it may be gone
	for _, e := range entries {
		if !e.IsDir() {
			l.see(filepath.Join(h.Dir, e.Name()))
		}
	}
}

func (l *lister) see(path string) {
	l.seen.Lock()
	defer l.seen.Unlock()
	l.found[path] = true
}

func (l *lister) missing(paths []string) []string {
	l.seen.Lock()
	defer l.seen.Unlock()
	return slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return l.found[path] })
}

// settle waits until everything that has happened so far has been hinted. A file made last, whose event
// is ignored, shows that the events before it have been read.
func (r *watching) settle() {
	r.t.Helper()
	r.made++
	write(r.t, r.path(mark+strconv.Itoa(r.made)), "")
	eventually(r.t, "last event read", func() bool { return r.marks.Load() >= int64(r.made) })
	eventually(r.t, "everything hinted", func() bool { return r.Pending() == 0 })
}

const mark = ".mark-"

// ignoreMarks ignores the files of settle, and notes that their events have come.
func (r *watching) ignoreMarks(path string, _ bool) bool {
	n, isMark := strings.CutPrefix(path, mark)
	if isMark {
		number, _ := strconv.Atoi(n)
		r.marks.Store(int64(number))
	}
	return isMark
}

// eventually waits for something to become true.
func eventually(t *testing.T, what string, cond func() bool) {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); !cond(); {
		if time.Now().After(deadline) {
			t.Fatalf("after three minutes not yet: %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

// scratch returns a new directory, in memory where there is such a place: what is tested here is not disks.
func scratch(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "realtime-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// path joins names to the root's path.
func (r *watching) path(names ...string) string {
	return filepath.Join(append([]string{r.dir}, names...)...)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	must(t, os.WriteFile(path, []byte(content), 0o644))
}

func idOf(t *testing.T, path string) tree.FileID {
	t.Helper()
	id, err := identify(path)
	must(t, err)
	return id
}

func identify(path string) (tree.FileID, error) {
	var st unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, path, unix.AT_SYMLINK_NOFOLLOW, unix.STATX_INO|unix.STATX_BTIME, &st)
	return tree.FileID{Inode: st.Ino, Birth: st.Btime.Sec*1e9 + int64(st.Btime.Nsec)}, err
}
