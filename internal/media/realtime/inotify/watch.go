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
	above := m.known(tree.Parent(dir))
	found, err := stat(m.dirs.absolute(dir))
	if err == nil && found.dir && dir != "" && (above.id == 0 || above.state == watched && above.dev != found.dev) {
		return true
	}
	return m.ensure(dir)
}

// watchListed watches a directory that a listing has just shown. Where nothing stands in the way it is looked at once,
// after it got its watch: what it was before, the listing says.
func (m *Manager) watchListed(dir string, id tree.FileID) {
	if dir == "" || id == (tree.FileID{}) || !m.addListed(dir, id) {
		m.ensure(dir)
	}
}

// addListed reports whether it has watched a directory, and else has left everything as it was.
func (m *Manager) addListed(dir string, id tree.FileID) bool {
	if m.known(dir).state == watched || !m.shared.Budget.acquire() {
		return false
	}
	path := m.dirs.absolute(dir)
	if err := m.events.AddWith(path, allChanges); err != nil {
		m.shared.Budget.release(1)
		return false
	}
	found, err := stat(path)
	if err != nil || !found.dir || found.id != id || m.watchedAs(found) != 0 {
		m.removeWatch(path)
		return false
	}
	m.noteWatched(dir, found)
	return true
}

// watchBelow watches directories that the listing of the one above has just shown.
func (m *Manager) watchBelow(dir string, below []tree.Entry) {
	for i := range below {
		if m.stopped() || m.events == nil {
			return
		}
		path := tree.Join(dir, below[i].Name)
		if d := m.known(path); d.state != watched || d.identity != identityOf(below[i].ID) {
			m.watchListed(path, below[i].ID)
		}
	}
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
	known, same := m.known(dir), m.watchedAs(found)
	if found.shows(known) {
		return settled
	}
	dropped := 0
	if known.state == watched { // another directory stood here
		dropped += m.drop(dir) - 1
		same = m.watchedAs(found) // below that one it is forgotten too
	}
	if same != 0 && same != known.id {
		other := m.pathOf(same)
		if now, err := stat(m.dirs.absolute(other)); err == nil && now.same(found) {
			m.poll(dir, sameInode, nil)
			return settled
		}
		// It was moved here and the event has not been read. The kernel goes on reporting it, and all below
		// it, under the old paths until those watches are removed.
		dropped += m.drop(other) - 1
	}
	if dropped > 0 {
		m.shared.Debounce.Dir(m.Name, dir, true)
	}
	return m.add(dir, path, found)
}

// watchedAs returns the directory that is watched and the same as one that was found.
func (m *Manager) watchedAs(found statResult) nodeID {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.dirs.watchedAs(found)
}

func (m *Manager) pathOf(id nodeID) string {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.dirs.dirOf(id)
}

// add takes a watch from the budget and gives it to a directory.
func (m *Manager) add(dir, path string, found statResult) result {
	if !m.acquire(seconds(found.mtime)) {
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
	m.noteWatched(dir, found)
	return settled
}

// noteWatched notes that a directory has got its watch. It drops the directories right below it that are gone: what
// the kernel said of the removal of one before then, fsnotify holds back as soon as the directory above is watched,
// taking it that its event tells the same; but that directory's watch came too late for that.
func (m *Manager) noteWatched(dir string, found statResult) {
	c, below := m.setWatched(dir, found)
	m.shared.Budget.addCandidate(c)
	for _, d := range below {
		m.verify(d)
	}
}

func (m *Manager) setWatched(dir string, found statResult) (c candidate, below []nodeID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	id := m.dirs.put(dir)
	m.dirs.setWatched(id, found.id, found.dev)
	m.dirs.at(id).noteChange(found.mtime)
	for child := m.dirs.at(id).child; child != 0; child = m.dirs.at(child).next {
		if m.dirs.at(child).state() == watched {
			below = append(below, child)
		}
	}
	return m.candidate(id), below
}

// verify drops a directory that has a watch and is not where it was.
func (m *Manager) verify(id nodeID) {
	dir, known := m.watchedDir(id)
	if known.id == 0 {
		return
	}
	found, err := stat(m.dirs.absolute(dir))
	if err == nil && !found.shows(known) || err != nil && absent(err) {
		m.drop(dir)
	}
}

func (m *Manager) watchedDir(id nodeID) (dir string, known directory) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if known = m.dirs.get(id); known.state != watched {
		return "", directory{}
	}
	return m.dirs.dirOf(id), known
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
	id := m.dirs.put(dir)
	held = m.dirs.at(id).state() == watched
	m.dirs.setUnwatched(id, why)
	path = m.dirs.absolute(dir)
	if err != nil {
		m.denial = fmt.Sprintf("%s: %v", readable(path), err)
	}
	return path, held
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
