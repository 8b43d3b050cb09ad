package realtime

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fsnotify/fsnotify"
	"go.uber.org/zap"
	"golang.org/x/sys/unix"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// eventsAhead is how many events fsnotify may read ahead of the reader. The kernel holds 16,384 more; its
// own buffer, read at once, holds some 2,000.
const eventsAhead = 4096

// watchedRoot is a root and its watches.
type watchedRoot struct {
	Root
	w        *Watcher
	todo     *opQueue
	requests chan request // unbuffered: whoever asks waits
	quit     chan struct{}
	stopOnce sync.Once
	kept     chan struct{} // closed when the keeper has ended
	before   chan struct{} // kept of the root that this one replaces, or nil

	verifying atomic.Bool // opVerify is queued

	// mount is the mount that the root was on when it was first watched. The keeper's own.
	mount uint64

	mu      sync.RWMutex // guards what follows; written by the keeper only
	events  *fsnotify.Watcher
	dirs    *registry
	why     string // why there is no inotify instance
	refusal string // why a directory was refused a watch, as an example
}

// request asks the keeper to watch a directory.
type request struct {
	dir  string
	done chan struct{} // closed by the keeper
}

func newWatchedRoot(root Root, w *Watcher) *watchedRoot {
	return &watchedRoot{
		Root:     root,
		w:        w,
		todo:     newOpQueue(),
		requests: make(chan request),
		quit:     make(chan struct{}),
		kept:     make(chan struct{}),
		dirs:     newRegistry(root.Path),
	}
}

// stop makes the root's goroutines end; it does not wait.
func (r *watchedRoot) stop() { r.stopOnce.Do(func() { close(r.quit) }) }

func (r *watchedRoot) stopping() bool {
	select {
	case <-r.quit:
		return true
	default:
		return false
	}
}

// ended says that the keeper is not running any more.
func (r *watchedRoot) ended() bool {
	select {
	case <-r.kept:
		return true
	default:
		return r.Mode != ModeInotify
	}
}

// settled says that nothing needs to be done to watch a directory. The root's own is always looked at, since
// that is how a new mount in its place shows; and work that is queued may change what the registry says.
func (r *watchedRoot) settled(dir string, id tree.FileID) bool {
	if r.Mode != ModeInotify {
		return true
	}
	if dir == "" || !r.todo.idle() {
		return false
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.events == nil && r.why != "" {
		return true
	}
	n := r.dirs.byPath[dir]
	return n != nil && n.standing() == watched && (n.id == id || id == tree.FileID{})
}

// request has the keeper watch a directory and waits for it.
func (r *watchedRoot) request(ctx context.Context, dir string) error {
	q := request{dir: dir, done: make(chan struct{})}
	select {
	case r.requests <- q:
	case <-r.quit:
		return ErrUnknownRoot
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-q.done:
		return nil
	case <-r.kept:
		return ErrUnknownRoot
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *watchedRoot) knows(dir string) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.dirs.byPath[dir] != nil
}

// state returns how the root is watched, and whether it is short of watches.
func (r *watchedRoot) state() (State, bool) {
	if r.Mode == ModePoll {
		return State{Mode: ModePoll, Reason: r.Reason}, false
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.events == nil && r.why != "" {
		return State{Mode: ModePoll, Reason: r.why}, false
	}
	s := State{Mode: ModeInotify, Directories: r.dirs.watched, Polled: r.dirs.polled()}
	switch {
	case r.dirs.refused[overBudget] > 0:
		return s, true
	case r.dirs.refused[denied] > 0:
		s.Reason = fmt.Sprintf("%d directories are polled, since they cannot be watched: %s",
			r.dirs.refused[denied], r.refusal)
	case r.dirs.refused[shared] > 0:
		s.Reason = fmt.Sprintf("%d directories are polled, since each is the same as one under another path (bind mounts)",
			r.dirs.refused[shared])
	}
	return s, false
}

// polled returns the directories without a watch, sorted, or that none of the root has any.
func (r *watchedRoot) polled() (dirs []string, all bool) {
	dirs, all = r.unwatched()
	slices.Sort(dirs)
	return dirs, all
}

func (r *watchedRoot) unwatched() (dirs []string, all bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.Mode == ModePoll || r.events == nil && r.why != "" {
		return nil, true
	}
	if r.dirs.polled() == 0 {
		return nil, false
	}
	for dir, n := range r.dirs.byPath {
		if s := n.standing(); s != watched && s != passing {
			dirs = append(dirs, dir)
		}
	}
	return dirs, false
}

func (r *watchedRoot) appendRivals(all []rival) []rival {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, n := range r.dirs.byPath {
		if n.standing() == watched {
			all = append(all, rival{changed: n.changed.Load(), node: n, root: r})
		}
	}
	return all
}

// unread counts the events that are read and not yet recorded, and what the keeper has to do.
func (r *watchedRoot) unread() int {
	if r.stopping() {
		return 0
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	sum := int(r.todo.open.Load())
	if r.events != nil {
		sum += len(r.events.Events)
	}
	return sum
}

// read records events until the instance is closed. It never waits for the keeper or for a hint to be
// sent, so that the kernel's queue stays empty.
func (r *watchedRoot) read(events *fsnotify.Watcher) {
	for {
		select {
		case e, ok := <-events.Events:
			if !ok {
				return
			}
			r.w.events.Add(1)
			r.record(e)
		case err, ok := <-events.Errors:
			if !ok {
				return
			}
			if errors.Is(err, unix.EINVAL) {
				// fsnotify could not remove the watch of a directory that was moved, since it has been
				// removed meanwhile. Its event still comes.
				continue
			}
			r.lost(err)
		}
	}
}

// lost notes that events are missing, whatever the reason.
func (r *watchedRoot) lost(err error) {
	r.w.overflows.Add(1)
	if err != nil && !errors.Is(err, fsnotify.ErrEventOverflow) {
		r.w.log.Warn("inotify failed; the root will be compared whole", zap.String("root", r.Name), zap.Error(err))
	}
	if !r.verifying.Swap(true) {
		r.todo.add(op{kind: opVerify})
	}
	r.w.pending.dir(r.Name, "", true)
}

// record turns one event into what is pending, and into work for the keeper.
func (r *watchedRoot) record(e fsnotify.Event) {
	defer r.w.recovered("reader of events")
	path, ok := r.dirs.relative(e.Name)
	if !ok || r.stopping() {
		return
	}
	self, above := r.touch(path)
	gone := e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename)
	if path == "" {
		r.recordRoot(gone)
		return
	}
	dir, name := tree.Split(path)
	if !self && !above {
		return // late news of a watch that has been dropped: whoever dropped it has seen to the rest
	}
	isDir := self
	if e.Has(fsnotify.Create) {
		// fsnotify does not pass on that the kernel says "directory". If it is gone again, so be it.
		seen, err := look(e.Name)
		isDir = err == nil && seen.dir
	}
	if r.Ignore != nil && r.Ignore(path, isDir) {
		return
	}
	switch {
	case gone && self:
		r.later(op{kind: opRenew, dir: path})
		r.w.pending.name(r.Name, dir, name)
	case e.Has(fsnotify.Create) && isDir:
		r.later(op{kind: opLook, dir: path})
		r.w.pending.dir(r.Name, path, true)
	case self:
		// Its permissions may have changed, and with them whether it can be watched and listed.
		r.later(op{kind: opLook, dir: path})
		r.w.pending.dir(r.Name, path, false)
	default:
		r.w.pending.name(r.Name, dir, name)
	}
}

// recordRoot records an event of the root's own directory.
func (r *watchedRoot) recordRoot(gone bool) {
	if gone {
		r.later(op{kind: opRenew, dir: ""})
		r.w.pending.dir(r.Name, "", true)
		return
	}
	r.w.pending.dir(r.Name, "", false)
}

// touch notes that something happened at a path, and says whether it, and its directory, are known.
func (r *watchedRoot) touch(path string) (self, above bool) {
	dir, _ := tree.Split(path)
	now := time.Now().UnixNano()
	r.mu.RLock()
	defer r.mu.RUnlock()
	n := r.dirs.byPath[path]
	p := r.dirs.byPath[dir]
	if p != nil {
		p.changed.Store(now)
	}
	return n != nil, p != nil
}

// later queues work for the keeper. If there is too much of it, the events that ask for it count as lost:
// a look at everything finds what they were about.
func (r *watchedRoot) later(o op) {
	if !r.todo.addBounded(o) {
		r.lost(nil)
	}
}
