package realtime

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/logs"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/realtime/inotify"
	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Config holds what NewWatcher needs.
type Config struct {
	Debounce time.Duration // how long a name must be quiet
	MaxWait  time.Duration // how long it can be held back at most
}

// Stats counts since the start.
type Stats struct {
	Events    int64 // that the kernel sent
	Overflows int64 // of the kernel's queue or of a bound here: times at which events were lost
	Watches   int64 // held now
	Limit     int64 // of Watches, by what the kernel allows and other programs leave
}

// errRunning says that Run was called twice.
var errRunning = errors.New("watcher has been run already")

// stopGrace is how long Run waits for goroutines that a hanging disk may hold in a system call.
const stopGrace = 3 * time.Second

// Watcher watches roots. See the package's documentation for what it guarantees.
type Watcher struct {
	hint   func(media.Hint)
	shared *inotify.Shared

	mu      sync.RWMutex // guards what follows
	roots   map[string]*inotify.Manager
	group   *run.Group // of the readers and managers, once Run has begun
	stopped bool
}

// NewWatcher checks the configuration. Nothing is watched before Run. hint is called with each hint, one at a time;
// while it waits, hints collect and merge.
func NewWatcher(cfg Config, hint func(media.Hint), log *zap.Logger) (*Watcher, error) {
	if err := checkTiming(cfg.Debounce, cfg.MaxWait); err != nil {
		return nil, err
	}
	w := &Watcher{hint: hint, roots: make(map[string]*inotify.Manager)}
	w.shared = &inotify.Shared{
		Debounce: inotify.NewDebouncer(cfg.Debounce, cfg.MaxWait),
		Budget:   inotify.NewBudget(inotify.WatchLimit),
		Log:      logs.Sparing(log),
		Managers: w.all,
	}
	return w, nil
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
	w.shared.Debounce.SetTiming(debounce, maxWait)
	return nil
}

// Run watches and sends hints until the context ends. It can be called once. What is pending then is
// dropped: the next start compares everything anyway. It returns an error if a goroutine is left behind
// because a disk does not answer.
func (w *Watcher) Run(ctx context.Context) error {
	g, err := w.start(ctx)
	if err != nil {
		return err
	}
	w.shared.Debounce.Run(g.Context(), w.send) // ends with ctx, or with a goroutine that failed
	w.stop()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
	defer cancel()
	late, err := g.WaitFor(ctx)
	if len(late) > 0 {
		return fmt.Errorf("stop watcher: a disk does not answer (%s)", strings.Join(late, ", "))
	}
	return err
}

func (w *Watcher) start(ctx context.Context) (*run.Group, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.group != nil {
		return nil, errRunning
	}
	w.group = run.NewGroup(ctx, w.shared.Log)
	for _, m := range w.roots {
		m.Start(w.group)
	}
	return w.group, nil
}

func (w *Watcher) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	for _, m := range w.roots {
		m.Stop()
	}
}

// send passes one hint on. A panic of who takes it costs this hint only.
func (w *Watcher) send(h media.Hint) {
	_ = run.Safely(w.shared.Log, "taking a hint", func() error { w.hint(h); return nil }) // which logs it
}

// AddRoot begins to watch a root, in place of one of the same name. Its directories get their watches by
// Watch.
func (w *Watcher) AddRoot(root inotify.Root) error {
	switch root.Mode {
	case inotify.ModePoll:
	case inotify.ModeInotify:
		if !filepath.IsAbs(root.Path) || filepath.Clean(root.Path) != root.Path {
			return fmt.Errorf("watch root %q: path %q is not absolute and clean", root.Name, root.Path)
		}
	default:
		return fmt.Errorf("watch root %q: mode %q", root.Name, root.Mode)
	}
	m := inotify.NewManager(root, w.shared)
	w.mu.Lock()
	defer w.mu.Unlock()
	if old := w.roots[root.Name]; old != nil {
		m.Replace(old)
	}
	w.roots[root.Name] = m
	switch {
	case w.stopped:
		m.Stop()
	case w.group != nil:
		m.Start(w.group)
	}
	return nil
}

// RemoveRoot stops watching a root (removed from the configuration, or away) and drops what is pending of
// it. It does not wait for a disk that hangs.
func (w *Watcher) RemoveRoot(name string) {
	if m := w.remove(name); m != nil {
		m.Stop()
		w.shared.Debounce.Forget(name)
	}
}

func (w *Watcher) remove(name string) *inotify.Manager {
	w.mu.Lock()
	defer w.mu.Unlock()
	m := w.roots[name]
	delete(w.roots, name)
	return m
}

// Watch sees to it that a directory is watched, or known as one that must be polled. The scanner calls it
// before it lists a directory. It is cheap where the directory is watched already, under the same path and
// with the same identity; id may be zero where the scanner knows none. It fails only with inotify.ErrStopped
// or when the context ends: a directory that cannot be watched is no error of the caller's.
func (w *Watcher) Watch(ctx context.Context, root, dir string, id tree.FileID) error {
	if m := w.root(root); m != nil {
		return m.Watch(ctx, dir, id)
	}
	return inotify.ErrStopped
}

// WatchBelow has directories watched ahead that the listing of the one above has just shown: the Watch of each, by
// which the scanner waits for it, then finds it done. It does not wait itself.
func (w *Watcher) WatchBelow(root, dir string, below []tree.Entry) {
	if m := w.root(root); m != nil {
		m.WatchBelow(dir, below)
	}
}

// Unwatch forgets a directory and all below it: gone, or excluded.
func (w *Watcher) Unwatch(root, dir string) {
	if m := w.root(root); m != nil {
		m.Unwatch(dir)
	}
}

// Rewatch drops every watch at and below a directory, whatever they seem to be worth, and asks for all of
// it to be listed, which renews them. It is for changes of mounts: after an unmount a watch is deaf
// without an event or an error, and stays so when the same disk is mounted again.
func (w *Watcher) Rewatch(root, dir string) {
	if m := w.root(root); m != nil {
		m.Rewatch(dir)
	}
}

// State returns how a root is watched.
func (w *Watcher) State(root string) inotify.State {
	m := w.root(root)
	if m == nil {
		return inotify.State{Mode: inotify.ModeNone}
	}
	s, short := m.State()
	if short {
		s.Reason = w.shared.Budget.Explain(s.Polled, w.known())
	}
	return s
}

// known counts the directories that have or want a watch.
func (w *Watcher) known() int {
	sum := 0
	for _, m := range w.all() {
		s, _ := m.State()
		sum += s.Directories + s.Polled
	}
	return sum
}

// Polled returns the directories that send no events, sorted, or says that none of the root sends any.
func (w *Watcher) Polled(root string) (dirs []string, all bool) {
	if m := w.root(root); m != nil {
		return m.Polled()
	}
	return nil, false
}

// Pending counts what has happened and has not yet been passed on as a hint.
func (w *Watcher) Pending() (sum int) {
	for _, m := range w.all() {
		sum += m.Pending()
	}
	return sum + w.shared.Debounce.Pending() // behind those from whom it has what it holds
}

// Stats returns the counters.
func (w *Watcher) Stats() Stats {
	return Stats{
		Events:    w.shared.Events.Load(),
		Overflows: w.shared.Overflows.Load(),
		Watches:   int64(w.shared.Budget.Held()),
		Limit:     int64(w.shared.Budget.Allowed()),
	}
}

func (w *Watcher) root(name string) *inotify.Manager {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.roots[name]
}

func (w *Watcher) all() []*inotify.Manager {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return slices.Collect(maps.Values(w.roots))
}
