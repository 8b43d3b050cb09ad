package inotify

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// read records events until the instance is closed. It never waits for the manager or for a hint to be sent, so that
// the kernel's queue stays empty.
func (m *Manager) read(events *instance) {
	for closed := false; !closed; {
		m.safely("reader of events", func() {
			err := events.read(func(e event) { m.record(events, e) })
			if closed = true; err != nil && !m.stopped() {
				m.lost(err)
				m.Rewatch("") // by another instance
			}
		})
		if !closed { // a panic: those that were read with its event are not passed on
			m.lost(nil)
		}
	}
}

// record turns one event into what is pending, and into commands for the manager.
func (m *Manager) record(events *instance, e event) {
	m.shared.Events.Add(1)
	switch {
	case e.mask&unix.IN_Q_OVERFLOW != 0:
		m.lost(errOverflow)
		return
	case e.mask&unix.IN_IGNORED != 0: // the last that is heard of a watch
		m.forgetEarly(e.watch)
		return
	case e.mask&unix.IN_UNMOUNT != 0 || m.stopped(): // whoever follows mounts sees to it
		return
	}
	path, known, found := m.noteChange(events, e)
	if !found {
		return
	}
	if gone := e.mask&vanished != 0; path == "" {
		m.recordRoot(gone)
	} else {
		m.recordBelow(e, path, known, gone)
	}
}

// recordRoot records an event of the root's own directory.
func (m *Manager) recordRoot(gone bool) {
	if gone {
		m.command(command{kind: renewWatches, dir: ""})
	}
	m.shared.Debounce.Dir(m.Name, "", gone)
}

// recordBelow records an event of a path below the root; known says that it is that of a known directory.
func (m *Manager) recordBelow(e event, path string, known, gone bool) {
	created, isDir := e.mask&appeared != 0, known || e.mask&unix.IN_ISDIR != 0
	if created {
		isDir = e.mask&unix.IN_ISDIR != 0 // a file may stand in a known directory's place by now
	}
	if m.Ignore != nil && m.Ignore(path, isDir) {
		return
	}
	dir, name := tree.Split(path)
	switch {
	case gone && known:
		m.command(command{kind: renewWatches, dir: path})
		m.shared.Debounce.Name(m.Name, dir, name)
	case created && isDir:
		m.command(command{kind: watchIfThere, dir: path})
		m.shared.Debounce.Dir(m.Name, path, true)
	case known:
		// Its permissions may have changed, and with them whether it can be watched and listed.
		m.command(command{kind: watchIfThere, dir: path})
		m.shared.Debounce.Dir(m.Name, path, false)
	default:
		m.shared.Debounce.Name(m.Name, dir, name)
	}
}

// noteChange notes that something happened, and gives the path that it happened at, relative to the root, and whether
// that is a known directory's. found is false for news of a watch that has been dropped, since whoever dropped it has
// seen to the rest, or that the registry does not have yet: whoever gives it a directory is told then.
func (m *Manager) noteChange(events *instance, e event) (path string, known, found bool) {
	now := time.Now().UnixNano()
	m.mu.Lock()
	defer m.mu.Unlock()
	id := m.dirs.watchOf(e.watch)
	switch {
	case m.events != events:
		return "", false, false
	case id == 0:
		m.early[e.watch] = struct{}{}
		return "", false, false
	}
	path = m.dirs.dirOf(id)
	if e.name != "" {
		m.dirs.at(id).noteChange(now)
		return tree.Join(path, e.name), m.dirs.below(id, e.name) != 0, true
	}
	if above := m.dirs.at(id).parent; above != 0 {
		m.dirs.at(above).noteChange(now)
	}
	return path, true, true
}

func (m *Manager) forgetEarly(w watchID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.early, w)
}

// command queues work for the manager. If there is too much of it, the events that ask for it count as lost: listing
// everything finds what they were about.
func (m *Manager) command(c command) {
	if !m.commands.addBounded(c) {
		m.lost(nil)
	}
}
