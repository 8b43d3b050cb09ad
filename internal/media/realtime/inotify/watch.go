package inotify

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// attempts is how often a directory is looked up and watched until both find the same one.
const attempts = 4

// result is how an attempt to watch a directory went.
type result uint8

const (
	settled result = iota // it is watched, or it is known why not
	changed               // it was not the same any more: try again
	noSpace               // the kernel had no watch left (ENOSPC)
)

// watchIfThere watches a directory that an event told of, if it is there. One on another file system than its
// parent is left to the scanner, which knows whether mounts are to be crossed.
func (m *Manager) watchIfThere(dir string) bool {
	p := m.node(tree.Parent(dir))
	found, err := stat(m.dirs.absolute(dir))
	if err == nil && found.dir && dir != "" && (p == nil || p.state() == watched && p.dev != found.dev) {
		return true
	}
	return m.ensure(dir)
}

// ensure watches a directory or notes why it has no watch. It returns whether there is a directory.
func (m *Manager) ensure(dir string) bool {
	path := m.dirs.absolute(dir)
	last := settled
	for range attempts {
		found, err := stat(path)
		switch {
		case err == nil && found.dir:
			if last = m.attach(dir, path, found); last == settled {
				return true
			}
		case err == nil || absent(err):
			m.drop(dir)
			return false
		default:
			m.poll(dir, denied, err)
			return true
		}
	}
	if last == noSpace {
		m.poll(dir, overBudget, nil)
	} else {
		m.poll(dir, denied, errors.New("changes faster than it can be watched"))
	}
	return true
}

// attach watches the directory that was just found at a path.
func (m *Manager) attach(dir, path string, found statResult) result {
	if dir == "" && !m.checkMount(found) {
		return settled
	}
	n, same := m.lookUp(dir, found)
	known := n != nil && n.state() == watched
	if known && found.shows(n) {
		return settled
	}
	dropped := 0
	if known { // another directory stood here
		dropped += m.drop(dir) - 1
	}
	if same != nil && same != n {
		if now, err := stat(same.path); err == nil && now.same(found) {
			m.poll(dir, sameInode, nil)
			return settled
		}
		// It was moved here and the event has not been read. The kernel goes on reporting it, and all below
		// it, under the old paths until those watches are removed.
		dropped += m.drop(m.dirs.dirOf(same)) - 1
	}
	if dropped > 0 {
		m.shared.Debounce.Dir(m.Name, dir, true)
	}
	return m.add(dir, path, found)
}

// lookUp returns what is known of a directory, and of the watched one with the inode that was found there.
func (m *Manager) lookUp(dir string, found statResult) (n, same *node) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.dirs.byPath[dir], m.dirs.byInode[inode{found.id.Inode, found.dev}]
}

// add takes a watch from the budget and gives it to a directory.
func (m *Manager) add(dir, path string, found statResult) result {
	if !m.acquire(found.mtime) {
		m.poll(dir, overBudget, nil)
		return settled
	}
	if err := m.events.AddWith(path, allChanges); err != nil {
		m.shared.Budget.release(1)
		switch {
		case errors.Is(err, unix.ENOSPC):
			m.evictSome()
			return noSpace
		case absent(err):
			return changed
		}
		m.poll(dir, denied, err)
		return settled
	}
	// The path may have come to show another directory in between.
	if now, err := stat(path); err != nil || !now.same(found) {
		m.removeWatch(path)
		return changed
	}
	n := m.noteWatched(dir, found)
	m.shared.Budget.addCandidate(candidate{changed: n.changed.Load(), node: n, manager: m})
	m.verifyChildren(n)
	return settled
}

func (m *Manager) noteWatched(dir string, found statResult) *node {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.dirs.put(dir)
	m.dirs.setWatched(n, found.id, found.dev)
	n.changed.Store(max(n.changed.Load(), found.mtime))
	return n
}

// verifyChildren drops the directories right below one that has just been watched, if they are gone. What
// the kernel said of the removal of one before then, fsnotify holds back as soon as the directory above is
// watched, taking it that its event tells the same; but that directory's watch came too late for that.
func (m *Manager) verifyChildren(n *node) {
	for _, c := range m.watchedChildren(n) {
		m.verifyNode(c)
	}
}

func (m *Manager) watchedChildren(n *node) (children []*node) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for c := n.child; c != nil; c = c.next {
		if c.state() == watched {
			children = append(children, c)
		}
	}
	return children
}

// verifyNode drops a directory that is not where it was.
func (m *Manager) verifyNode(n *node) {
	found, err := stat(n.path)
	if err == nil && !found.shows(n) || err != nil && absent(err) {
		m.drop(m.dirs.dirOf(n))
	}
}

// drop removes the watches at and below a directory and forgets them all. It returns how many there were.
func (m *Manager) drop(dir string) int {
	paths := m.forget(dir)
	for _, path := range paths {
		m.removeWatch(path)
	}
	return len(paths)
}

func (m *Manager) forget(dir string) (watched []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dirs.remove(dir)
}

// poll notes that a directory has no watch and why, and removes the one it may have had.
func (m *Manager) poll(dir string, why watchState, err error) {
	if path, held := m.noteUnwatched(dir, why, err); held {
		m.removeWatch(path)
	}
}

func (m *Manager) noteUnwatched(dir string, why watchState, err error) (path string, held bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.dirs.put(dir)
	held = n.state() == watched
	m.dirs.setUnwatched(n, why)
	if err != nil {
		m.denial = fmt.Sprintf("%s: %v", readable(n.path), err)
	}
	return n.path, held
}

// readable makes a path fit to be read by people: valid text, and not longer than a line or two.
func readable(path string) string {
	const most = 160
	if len(path) > most {
		path = "…" + path[len(path)-most:]
	}
	return strings.ToValidUTF8(path, "\uFFFD")
}

// removeWatch removes one watch and gives it back to the budget.
func (m *Manager) removeWatch(path string) {
	// An error says that the kernel or fsnotify has removed it already, which is what is wanted.
	_ = m.events.Remove(path)
	m.shared.Budget.release(1)
}

// checkMount drops all watches when the root is on another mount than it was: they are deaf, and where the
// same disk was mounted again nothing else would show it. False means that there is no instance any more.
func (m *Manager) checkMount(found statResult) bool {
	if found.mount != 0 && m.mount != 0 && found.mount != m.mount {
		m.remount("")
	}
	m.mount = found.mount
	return m.events != nil
}
