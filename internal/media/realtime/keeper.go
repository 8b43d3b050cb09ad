package realtime

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/fsnotify/fsnotify"
	"go.uber.org/zap"
	"golang.org/x/sys/unix"
)

// attempts is how often a directory is looked at and watched until both see the same one.
const attempts = 4

// outcome is how an attempt to watch a directory went.
type outcome uint8

const (
	settled outcome = iota // it is watched, or it is known why not
	moved                  // it was not the same any more: look again
	full                   // the kernel had no watch left
)

// keep adds and removes the root's watches, one at a time and in the order asked, until the root is
// stopped. Nothing else does, so what the registry says and what fsnotify does cannot drift apart.
func (r *watchedRoot) keep() {
	defer close(r.kept)
	defer r.w.recovered("keeper of watches")
	defer r.shut()
	r.awaitPredecessor()
	r.open()
	for {
		select {
		case <-r.quit:
			return
		case <-r.todo.ready:
			r.catchUp()
		case q := <-r.requests:
			// What events say of renames comes before what is asked now: watches under old paths must be
			// gone before any under new ones is added.
			r.catchUp()
			r.serve(q)
		}
	}
}

// awaitPredecessor gives a root of the same name, which this one replaces, the time to return its watches.
func (r *watchedRoot) awaitPredecessor() {
	if r.before == nil {
		return
	}
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	select {
	case <-r.before:
	case <-r.quit:
	case <-timer.C: // its disk hangs
	}
}

func (r *watchedRoot) catchUp() {
	for _, o := range r.todo.take() {
		if r.stopping() {
			return
		}
		r.do(o)
	}
}

func (r *watchedRoot) serve(q request) {
	defer close(q.done)
	defer r.w.recovered("keeper of watches")
	if r.events == nil {
		r.open() // it failed before, and may have been mended
	}
	if r.events != nil {
		r.ensure(q.dir)
	}
}

func (r *watchedRoot) do(o op) {
	defer r.todo.done()
	defer r.w.recovered("keeper of watches")
	if r.events == nil {
		return
	}
	switch o.kind {
	case opLook:
		r.lookAt(o.dir)
	case opRenew:
		r.drop(o.dir)
		if r.lookAt(o.dir) {
			r.w.pending.dir(r.Name, o.dir, true)
		}
	case opForget:
		r.drop(o.dir)
	case opRemount:
		r.remount(o.dir)
	case opEvict:
		r.evict(o.node)
	case opVerify:
		r.verifying.Store(false)
		r.verify()
	}
}

// verify looks at every watched directory and drops the watches of those that are not there any more. It
// follows a loss of events, some of which may have told of that.
func (r *watchedRoot) verify() {
	r.mu.RLock()
	dirs := r.dirs.all()
	r.mu.RUnlock()
	for _, dir := range dirs {
		if r.stopping() {
			return
		}
		r.mu.RLock()
		n := r.dirs.byPath[dir]
		r.mu.RUnlock()
		if n == nil || n.standing() != watched {
			continue
		}
		r.verifyOne(n)
	}
}

// open makes the inotify instance and starts its reader.
func (r *watchedRoot) open() {
	events, err := fsnotify.NewBufferedWatcher(eventsAhead)
	why := ""
	if err != nil {
		why = instanceRefusal(err)
	}
	r.mu.Lock()
	again := r.why == why
	r.events, r.why = events, why
	r.mu.Unlock()
	if err != nil {
		if !again {
			r.w.log.Warn("root is polled: no inotify instance", zap.String("root", r.Name), zap.String("reason", why))
		}
		return
	}
	r.w.goroutines.Go(func() { r.read(events) })
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

// shut closes the instance, which removes its watches, and forgets all directories.
func (r *watchedRoot) shut() {
	r.mu.Lock()
	events := r.events
	r.events, r.why = nil, ""
	held := r.dirs.watched
	r.dirs.clear()
	r.mu.Unlock()
	if events != nil {
		_ = events.Close() // the kernel has nothing to say about closing an inotify descriptor
	}
	r.w.budget.give(held)
	r.mount = 0
}

// remount drops the watches at and below a directory, whose file system is another or was mounted anew.
func (r *watchedRoot) remount(dir string) {
	if dir == "" {
		r.shut()
		r.open()
	} else {
		r.drop(dir)
	}
	r.w.pending.dirAtOnce(r.Name, dir, true)
}

// drop removes the watches at and below a directory and forgets them all.
func (r *watchedRoot) drop(dir string) int {
	r.mu.Lock()
	paths := r.dirs.remove(dir)
	r.mu.Unlock()
	for _, path := range paths {
		r.unhook(path)
	}
	return len(paths)
}

// lookAt watches a directory that an event told of, if it is there. One on another file system than its
// parent is left to the scanner, which knows whether mounts are to be crossed.
func (r *watchedRoot) lookAt(dir string) bool {
	above, _ := tree.Split(dir)
	r.mu.RLock()
	p := r.dirs.byPath[above]
	r.mu.RUnlock()
	seen, err := look(r.dirs.absolute(dir))
	if err == nil && seen.dir && dir != "" && (p == nil || p.standing() == watched && p.dev != seen.dev) {
		return true
	}
	return r.ensure(dir)
}

// ensure watches a directory or notes why it has no watch. It returns whether there is a directory.
func (r *watchedRoot) ensure(dir string) bool {
	path := r.dirs.absolute(dir)
	last := settled
	for range attempts {
		seen, err := look(path)
		switch {
		case err == nil && seen.dir:
			if last = r.attach(dir, path, seen); last == settled {
				return true
			}
		case err == nil || absent(err):
			r.drop(dir)
			return false
		default:
			r.refuse(dir, denied, err)
			return true
		}
	}
	if last == full {
		r.refuse(dir, overBudget, nil)
	} else {
		r.refuse(dir, denied, errors.New("changes faster than it can be watched"))
	}
	return true
}

// attach watches the directory that was just seen at a path.
func (r *watchedRoot) attach(dir, path string, seen sight) outcome {
	if dir == "" && !r.onMount(seen) {
		return settled
	}
	r.mu.RLock()
	n := r.dirs.byPath[dir]
	known := n != nil && n.standing() == watched
	if known && seen.shows(n) {
		r.mu.RUnlock()
		return settled
	}
	twin := r.dirs.byInode[inode{seen.id.Inode, seen.dev}]
	r.mu.RUnlock()

	dropped := 0
	if known { // another directory stood here
		dropped += r.drop(dir) - 1
	}
	if twin != nil && twin != n {
		if now, err := look(twin.path); err == nil && now.same(seen) {
			r.refuse(dir, shared, nil)
			return settled
		}
		// It was moved here and the event has not been seen. The kernel goes on reporting it, and all below
		// it, under the old paths until those watches are removed.
		dropped += r.drop(r.dirs.dirOf(twin)) - 1
	}
	if dropped > 0 {
		r.w.pending.dir(r.Name, dir, true)
	}
	return r.add(dir, path, seen)
}

// add takes a watch from the budget and gives it to a directory.
func (r *watchedRoot) add(dir, path string, seen sight) outcome {
	if !r.claim(seen.mtime) {
		r.refuse(dir, overBudget, nil)
		return settled
	}
	if err := r.events.AddWith(path, allChanges); err != nil {
		r.w.budget.give(1)
		switch {
		case errors.Is(err, unix.ENOSPC):
			r.shed()
			return full
		case absent(err):
			return moved
		}
		r.refuse(dir, denied, err)
		return settled
	}
	// The path may have come to show another directory in between.
	if now, err := look(path); err != nil || !now.same(seen) {
		r.unhook(path)
		return moved
	}
	r.mu.Lock()
	n := r.dirs.put(dir)
	r.dirs.setWatched(n, seen.id, seen.dev)
	n.changed.Store(max(n.changed.Load(), seen.mtime))
	r.mu.Unlock()
	r.w.budget.enter(rival{changed: n.changed.Load(), node: n, root: r})
	r.verifyChildren(n)
	return settled
}

// verifyChildren drops the directories right below one that has just been watched, if they are gone. What
// the kernel said of the removal of one before then, fsnotify holds back as soon as the directory above is
// watched, taking it that its event tells the same; but that directory's watch came too late for that.
func (r *watchedRoot) verifyChildren(n *node) {
	r.mu.RLock()
	var children []*node
	for c := n.child; c != nil; c = c.next {
		if c.standing() == watched {
			children = append(children, c)
		}
	}
	r.mu.RUnlock()
	for _, c := range children {
		r.verifyOne(c)
	}
}

// verifyOne drops a directory that is not where it was.
func (r *watchedRoot) verifyOne(n *node) {
	seen, err := look(n.path)
	if err == nil && !seen.shows(n) || err != nil && absent(err) {
		r.drop(r.dirs.dirOf(n))
	}
}

// refuse notes that a directory has no watch, and removes the one it may have had.
func (r *watchedRoot) refuse(dir string, why standing, err error) {
	r.mu.Lock()
	n := r.dirs.put(dir)
	held := n.standing() == watched
	r.dirs.setUnwatched(n, why)
	if err != nil {
		r.refusal = fmt.Sprintf("%s: %v", readable(n.path), err)
	}
	r.mu.Unlock()
	if held {
		r.unhook(n.path)
	}
}

// readable makes a path fit to be read by people: valid text, and not longer than a line or two.
func readable(path string) string {
	const most = 160
	if len(path) > most {
		path = "…" + path[len(path)-most:]
	}
	return strings.ToValidUTF8(path, "\uFFFD")
}

// unhook removes one watch and gives it back to the budget.
func (r *watchedRoot) unhook(path string) {
	// An error says that the kernel or fsnotify has removed it already, which is what is wanted.
	_ = r.events.Remove(path)
	r.w.budget.give(1)
}

// onMount drops all watches when the root is on another mount than it was: they are deaf, and where the
// same disk was mounted again nothing else would show it. False means that there is no instance any more.
func (r *watchedRoot) onMount(seen sight) bool {
	if seen.mount != 0 && r.mount != 0 && seen.mount != r.mount {
		r.remount("")
	}
	r.mount = seen.mount
	return r.events != nil
}
