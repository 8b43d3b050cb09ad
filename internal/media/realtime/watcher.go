package realtime

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/logs"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Mode is how changes in a root are noticed.
type Mode string

// Modes of roots.
const (
	ModeInotify Mode = "inotify" // by events, and by polling where a directory has no watch
	ModePoll    Mode = "poll"    // by listing all of it from time to time
	ModeNone    Mode = "none"    // not at all: the root is away, or not the Watcher's
)

// Root is a root to watch.
type Root struct {
	Name string
	// Path is the root's directory, absolute and clean, without symbolic links. Unused in ModePoll.
	Path string
	// Mode is ModeInotify, or ModePoll for what sends no events (tree.Volume.Remote).
	Mode Mode
	// Reason says to people why the Mode is not ModeInotify.
	Reason string
	// Ignore says that events of this path (relative to the root) are of no interest; dir says that it is
	// known to be a directory, which is then not watched on its events. It is called for every event: it
	// must be fast and safe for concurrent use. It must return false for files that steer what is
	// catalogued, such as ignore files. Nil ignores nothing.
	Ignore func(path string, dir bool) bool
}

// State is how a root is watched now.
type State struct {
	Mode        Mode
	Directories int // with a watch
	Polled      int // known directories without one
	// Reason says why anything is polled, and names the sysctl to raise where that helps; else empty.
	Reason string
}

// Stats counts since the start.
type Stats struct {
	Events    int64 // that the kernel sent
	Overflows int64 // of the kernel's queue or of a bound here: times at which events were lost
	Watches   int64 // held now
}

// Config holds what NewWatcher needs.
type Config struct {
	Debounce time.Duration // how long a name must be quiet
	MaxWait  time.Duration // how long it can be held back at most
	// MaxWatches is how many inotify watches all roots together may hold; 0 means four fifths of what the
	// kernel allows, read again from time to time.
	MaxWatches int
}

// ErrUnknownRoot says that no root of this name is watched (any more).
var ErrUnknownRoot = errors.New("root is not watched")

// errRunning says that Run was called twice.
var errRunning = errors.New("watcher has been run already")

// stopGrace is how long Run waits for goroutines that a hanging disk may hold in a system call.
const stopGrace = 3 * time.Second

// Watcher watches roots. See the package's documentation for what it guarantees.
type Watcher struct {
	hint    func(media.Hint)
	log     *zap.Logger
	pending *debouncer
	budget  *budget

	events, overflows atomic.Int64

	goroutines sync.WaitGroup // readers and keepers

	mu    sync.RWMutex // guards what follows
	roots map[string]*watchedRoot
	phase phase
}

type phase uint8

const (
	idle phase = iota
	running
	stopped
)

// NewWatcher checks the configuration. Nothing is watched before Run. hint is called with each hint, one at a time; while
// it waits, hints collect and merge.
func NewWatcher(cfg Config, hint func(media.Hint), log *zap.Logger) (*Watcher, error) {
	if err := checkTiming(cfg.Debounce, cfg.MaxWait); err != nil {
		return nil, err
	}
	if cfg.MaxWatches < 0 {
		return nil, fmt.Errorf("configure watcher: %d watches are less than none", cfg.MaxWatches)
	}
	return &Watcher{
		hint:    hint,
		log:     logs.Sparing(log),
		pending: newDebouncer(cfg.Debounce, cfg.MaxWait),
		budget:  newBudget(cfg.MaxWatches, WatchLimit),
		roots:   make(map[string]*watchedRoot),
	}, nil
}

func checkTiming(debounce, maxWait time.Duration) error {
	if debounce <= 0 || maxWait < debounce {
		return fmt.Errorf("configure watcher: debounce %v must be positive and at most the longest wait, %v",
			debounce, maxWait)
	}
	return nil
}

// SetTiming changes the debounce and its bound, also for what is pending.
func (w *Watcher) SetTiming(debounce, maxWait time.Duration) error {
	if err := checkTiming(debounce, maxWait); err != nil {
		return err
	}
	w.pending.setTiming(debounce, maxWait)
	return nil
}

// Run watches and sends hints until the context ends. It can be called once. What is pending then is
// dropped: the next start compares everything anyway. It returns an error if a goroutine is left behind
// because a disk does not answer.
func (w *Watcher) Run(ctx context.Context) error {
	w.mu.Lock()
	if w.phase != idle {
		w.mu.Unlock()
		return errRunning
	}
	w.phase = running
	for _, r := range w.roots {
		w.start(r)
	}
	w.mu.Unlock()

	w.pending.run(ctx, w.send)

	w.mu.Lock()
	w.phase = stopped
	roots := make([]*watchedRoot, 0, len(w.roots))
	for _, r := range w.roots {
		r.stop()
		roots = append(roots, r)
	}
	w.mu.Unlock()
	return w.wait(roots)
}

// wait waits for the goroutines, but not for ever.
func (w *Watcher) wait(roots []*watchedRoot) error {
	ended := make(chan struct{})
	go func() { // ends with the last goroutine it waits for
		w.goroutines.Wait()
		close(ended)
	}()
	timer := time.NewTimer(stopGrace)
	defer timer.Stop()
	select {
	case <-ended:
		return nil
	case <-timer.C:
	}
	var late []string
	for _, r := range roots {
		if !r.ended() {
			late = append(late, r.Name)
		}
	}
	return fmt.Errorf("stop watcher: a disk does not answer (roots: %s)", strings.Join(late, ", "))
}

// start starts a root's keeper, which starts the rest. The caller holds w.mu.
func (w *Watcher) start(r *watchedRoot) {
	if r.Mode == ModeInotify {
		w.goroutines.Go(r.keep)
	}
}

// send passes one hint on. A panic of who takes it costs this hint only.
func (w *Watcher) send(h media.Hint) {
	defer w.recovered("taking a hint")
	w.hint(h)
}

// recovered, deferred, turns a panic into a log entry.
func (w *Watcher) recovered(where string) {
	if v := recover(); v != nil {
		w.log.Error("panic", zap.String("in", where), zap.Any("panic", v), zap.StackSkip("stack", 1))
	}
}

// AddRoot begins to watch a root, in place of one of the same name. Its directories get their watches by
// Watch.
func (w *Watcher) AddRoot(root Root) error {
	switch root.Mode {
	case ModePoll:
	case ModeInotify:
		if !filepath.IsAbs(root.Path) || filepath.Clean(root.Path) != root.Path {
			return fmt.Errorf("watch root %q: path %q is not absolute and clean", root.Name, root.Path)
		}
	default:
		return fmt.Errorf("watch root %q: mode %q", root.Name, root.Mode)
	}
	r := newWatchedRoot(root, w)
	w.mu.Lock()
	defer w.mu.Unlock()
	if old := w.roots[root.Name]; old != nil {
		old.stop()
		if w.phase == running && old.Mode == ModeInotify {
			r.before = old.kept
		}
	}
	w.roots[root.Name] = r
	switch w.phase {
	case idle:
	case running:
		w.start(r)
	case stopped:
		r.stop()
	}
	return nil
}

// RemoveRoot stops watching a root (removed from the configuration, or away) and drops what is pending of
// it. It does not wait for a disk that hangs.
func (w *Watcher) RemoveRoot(name string) {
	w.mu.Lock()
	r := w.roots[name]
	delete(w.roots, name)
	w.mu.Unlock()
	if r != nil {
		r.stop()
		w.pending.forget(name)
	}
}

// Watch sees to it that a directory is watched, or known as one that must be polled. The scanner calls it
// before it lists a directory. It is cheap where the directory is watched already, under the same path and
// with the same identity; id may be zero where the scanner knows none. It fails only with ErrUnknownRoot
// or when the context ends: a directory that cannot be watched is no error of the caller's.
func (w *Watcher) Watch(ctx context.Context, root, dir string, id tree.FileID) error {
	r := w.root(root)
	if r == nil {
		return ErrUnknownRoot
	}
	if r.settled(dir, id) {
		return nil
	}
	return r.request(ctx, dir)
}

// Unwatch forgets a directory and all below it: gone, or excluded.
func (w *Watcher) Unwatch(root, dir string) {
	if r := w.root(root); r != nil && r.knows(dir) {
		r.todo.add(op{kind: opForget, dir: dir})
	}
}

// Rewatch drops every watch at and below a directory, whatever they seem to be worth, and asks for all of
// it to be looked at, which renews them. It is for changes of mounts: after an unmount a watch is deaf
// without an event or an error, and stays so when the same disk is mounted again.
func (w *Watcher) Rewatch(root, dir string) {
	if r := w.root(root); r != nil && r.Mode == ModeInotify {
		r.todo.add(op{kind: opRemount, dir: dir})
	}
}

// State returns how a root is watched.
func (w *Watcher) State(root string) State {
	r := w.root(root)
	if r == nil {
		return State{Mode: ModeNone}
	}
	s, short := r.state()
	if short {
		s.Reason = w.budget.explain(s.Polled, w.known())
	}
	return s
}

// known counts the directories that have or want a watch.
func (w *Watcher) known() int {
	sum := 0
	for _, r := range w.all() {
		s, _ := r.state()
		sum += s.Directories + s.Polled
	}
	return sum
}

// Polled returns the directories that send no events, sorted, or says that none of the root sends any.
func (w *Watcher) Polled(root string) (dirs []string, all bool) {
	if r := w.root(root); r != nil {
		return r.polled()
	}
	return nil, false
}

// Pending counts what has happened and has not yet been passed on as a hint.
func (w *Watcher) Pending() int {
	sum := w.pending.busy()
	for _, r := range w.all() {
		sum += r.unread()
	}
	return sum
}

// Stats returns the counters.
func (w *Watcher) Stats() Stats {
	return Stats{
		Events:    w.events.Load(),
		Overflows: w.overflows.Load(),
		Watches:   int64(w.budget.held()),
	}
}

func (w *Watcher) root(name string) *watchedRoot {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.roots[name]
}

func (w *Watcher) all() []*watchedRoot {
	w.mu.RLock()
	defer w.mu.RUnlock()
	roots := make([]*watchedRoot, 0, len(w.roots))
	for _, r := range w.roots {
		roots = append(roots, r)
	}
	return roots
}

// rivals returns every watched directory.
func (w *Watcher) rivals() []rival {
	var all []rival
	for _, r := range w.all() {
		all = r.appendRivals(all)
	}
	return all
}
