package inotify

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fsnotify/fsnotify"
	"go.uber.org/zap"
	"golang.org/x/sys/unix"

	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// eventsAhead is how many events fsnotify may read ahead of the reader. The kernel holds 16,384 more; its
// own buffer, read at once, holds some 2,000.
const eventsAhead = 4096

// ErrStopped says that a root is not watched any more.
var ErrStopped = errors.New("root is not watched")

// Shared is what the roots of a watcher have in common.
type Shared struct {
	Debounce *Debouncer
	Budget   *Budget
	Log      *zap.Logger
	Managers func() []*Manager // of all roots

	Events    atomic.Int64 // that the kernel sent
	Overflows atomic.Int64 // of the kernel's queue or of a bound here: times at which events were lost
}

// Manager watches one root: it alone adds and removes the root's watches, one at a time and in the order asked. So
// what the registry says and what fsnotify does cannot drift apart.
type Manager struct {
	Root
	shared   *Shared
	commands *commandQueue
	requests chan request // unbuffered: whoever asks waits
	stop     chan struct{}
	stopOnce sync.Once
	ended    chan struct{} // closed when run has returned
	before   chan struct{} // ended of the manager that this one replaces, or nil
	group    *run.Group    // set by Start

	verifying atomic.Bool  // verifyWatches is queued
	recording atomic.Int64 // events that are being recorded: one, or one more of an instance that is closed

	// mount is the mount that the root was on when it was first watched. The manager's own.
	mount uint64

	mu         sync.RWMutex // guards what follows; written by run only
	events     *fsnotify.Watcher
	dirs       *registry
	noInstance string // why there is no inotify instance; "": there is one, or none was asked for yet
	denial     string // why a directory was refused a watch, as an example
}

// request asks the manager to watch a directory.
type request struct {
	dir  string
	id   tree.FileID   // as a listing showed it, or zero
	done chan struct{} // closed by the manager
}

// NewManager returns the manager of a root's watches. Nothing is watched before Start.
func NewManager(root Root, shared *Shared) *Manager {
	return &Manager{
		Root:     root,
		shared:   shared,
		commands: newCommandQueue(),
		requests: make(chan request),
		stop:     make(chan struct{}),
		ended:    make(chan struct{}),
		dirs:     newRegistry(root.Path),
	}
}

// Start starts the root's goroutines, which end with Stop.
func (m *Manager) Start(g *run.Group) {
	if m.Mode != ModeInotify {
		return
	}
	m.group = g
	g.Go("watch manager of "+m.Name, m.run)
}

// Replace stops another manager of the same root, which is given the time to return its watches before this one,
// which is started afterwards, takes any.
func (m *Manager) Replace(old *Manager) {
	old.Stop()
	if old.group != nil {
		m.before = old.ended
	}
}

// Stop makes the root's goroutines end; it does not wait.
func (m *Manager) Stop() { m.stopOnce.Do(func() { close(m.stop) }) }

func (m *Manager) stopped() bool {
	select {
	case <-m.stop:
		return true
	default:
		return false
	}
}

// Watch sees to it that a directory is watched, or known as one that must be polled. It fails only with ErrStopped
// or when the context ends.
func (m *Manager) Watch(ctx context.Context, dir string, id tree.FileID) error {
	if m.isWatched(dir, id) {
		return nil
	}
	q := request{dir: dir, id: id, done: make(chan struct{})}
	select {
	case m.requests <- q:
	case <-m.stop:
		return ErrStopped
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-q.done:
		return nil
	case <-m.ended:
		return ErrStopped
	case <-ctx.Done():
		return ctx.Err()
	}
}

// WatchBelow has directories watched that the listing of the one above has just shown, without waiting for it.
func (m *Manager) WatchBelow(dir string, below []tree.Entry) {
	if m.Mode == ModeInotify && !m.stopped() {
		m.commands.add(command{kind: watchBelow, dir: dir, below: below})
	}
}

// Unwatch forgets a directory and all below it.
func (m *Manager) Unwatch(dir string) {
	if m.knows(dir) {
		m.commands.add(command{kind: forgetDir, dir: dir})
	}
}

// Rewatch drops every watch at and below a directory and has all of it listed, which renews them.
func (m *Manager) Rewatch(dir string) {
	if m.Mode == ModeInotify {
		m.commands.add(command{kind: remountDir, dir: dir})
	}
}

// run does what is asked until the root is stopped.
func (m *Manager) run(context.Context) error {
	defer close(m.ended)
	defer m.closeInstance()
	m.awaitPredecessor()
	m.openInstance()
	for {
		select {
		case <-m.stop:
			return nil
		case <-m.commands.ready:
			m.performQueued()
		case q := <-m.requests:
			// What events say of renames comes before what is asked now: watches under old paths must be
			// gone before any under new ones is added.
			m.performQueued()
			m.answer(q)
		}
	}
}

// awaitPredecessor gives a manager of the same root, which this one replaces, the time to return its watches.
func (m *Manager) awaitPredecessor() {
	if m.before == nil {
		return
	}
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	select {
	case <-m.before:
	case <-m.stop:
	case <-timer.C: // its disk hangs
	}
}

func (m *Manager) performQueued() {
	for _, c := range m.commands.take() {
		if m.stopped() {
			return
		}
		m.safely("watch manager", func() { m.perform(c) })
	}
}

// safely calls fn, a panic of which costs only what it does.
func (m *Manager) safely(where string, fn func()) {
	_ = run.Safely(m.shared.Log, where+" of "+m.Name, func() error { fn(); return nil }) // which logs it
}

func (m *Manager) answer(q request) {
	defer close(q.done)
	m.safely("watch manager", func() {
		if m.events == nil {
			m.openInstance() // it failed before, and may have been mended
		}
		if m.events != nil {
			m.watchListed(q.dir, q.id)
		}
	})
}

func (m *Manager) perform(c command) {
	defer m.commands.done(c)
	if m.events == nil {
		return
	}
	switch c.kind {
	case watchIfThere:
		m.watchIfThere(c.dir)
	case renewWatches:
		m.drop(c.dir)
		if m.watchIfThere(c.dir) {
			m.shared.Debounce.Dir(m.Name, c.dir, true)
		}
	case forgetDir:
		m.drop(c.dir)
	case remountDir:
		m.remount(c.dir)
	case evictWatch:
		m.evictNode(c.node)
	case watchBelow:
		m.watchBelow(c.dir, c.below)
	case verifyWatches:
		m.verifying.Store(false)
		m.verifyAll()
	}
}

// verifyAll checks every watched directory and drops the watches of those that are not there any more. It follows a
// loss of events, some of which may have told of that.
func (m *Manager) verifyAll() {
	for id := nodeID(1); id < m.nodes() && !m.stopped(); id++ {
		m.verify(id)
	}
}

// nodes is the first node that has never been in use.
func (m *Manager) nodes() nodeID {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return nodeID(m.dirs.used)
}

// openInstance makes the inotify instance and starts its reader.
func (m *Manager) openInstance() {
	events, err := fsnotify.NewBufferedWatcher(eventsAhead)
	if err == nil {
		m.setInstance(events, "")
		m.group.Go("reader of events of "+m.Name, func(context.Context) error { m.read(events); return nil })
		return
	}
	if why := instanceRefusal(err); m.setInstance(nil, why) {
		m.shared.Log.Warn("root is polled: no inotify instance", zap.String("root", m.Name), zap.String("reason", why))
	}
}

// setInstance reports whether there is another reason now for there being none.
func (m *Manager) setInstance(events *fsnotify.Watcher, noInstance string) (news bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	news = m.noInstance != noInstance
	m.events, m.noInstance = events, noInstance
	return news
}

// instanceRefusal explains to people why there is no inotify instance.
func instanceRefusal(err error) string {
	if !errors.Is(err, unix.EMFILE) {
		return fmt.Sprintf("polled: %v", err)
	}
	// One error number stands for two bounds (inotify_init(2)): of instances, and of open files.
	probe, openErr := os.Open(os.DevNull)
	if openErr != nil {
		return "polled: too many open files; raise LimitNOFILE"
	}
	_ = probe.Close() // nothing was written
	limit := InstanceLimit()
	if limit.Sysctl == "" {
		limit.Sysctl = sysctlInstances
	}
	return fmt.Sprintf("polled: out of inotify instances (%s is %d); raise it to %d",
		limit.Sysctl, limit.Value, max(2*limit.Value, 512))
}

// closeInstance closes the instance, which removes its watches, and forgets all directories.
func (m *Manager) closeInstance() {
	events, held := m.forgetInstance()
	if events != nil {
		_ = events.Close() // the kernel has nothing to say about closing an inotify descriptor
	}
	m.shared.Budget.release(held)
	m.mount = 0
}

func (m *Manager) forgetInstance() (events *fsnotify.Watcher, held int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	events, held = m.events, m.dirs.watched
	m.events, m.noInstance = nil, ""
	m.dirs.clear()
	return events, held
}

// remount drops the watches at and below a directory, whose file system is another or was mounted anew.
func (m *Manager) remount(dir string) {
	if dir == "" {
		m.closeInstance()
		m.openInstance()
	} else {
		m.drop(dir)
	}
	m.shared.Debounce.DirAtOnce(m.Name, dir, true)
}
