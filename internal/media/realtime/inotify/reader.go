package inotify

import (
	"errors"
	"time"

	"github.com/fsnotify/fsnotify"
	"golang.org/x/sys/unix"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// read records events until the instance is closed. It never waits for the manager or for a hint to be sent, so that
// the kernel's queue stays empty. For a new name it asks the disk whether that is a directory.
func (m *Manager) read(events *fsnotify.Watcher) {
	for closed := false; !closed; { // a panic costs the event that it came with
		m.safely("reader of events", func() {
			m.readEvents(events)
			closed = true
		})
	}
}

func (m *Manager) readEvents(events *fsnotify.Watcher) {
	for {
		select {
		case e, ok := <-events.Events:
			if !ok {
				return
			}
			m.shared.Events.Add(1)
			m.record(e)
		case err, ok := <-events.Errors:
			if !ok {
				return
			}
			if errors.Is(err, unix.EINVAL) {
				// fsnotify could not remove the watch of a directory that was moved, since it has been
				// removed meanwhile. Its event still comes.
				continue
			}
			m.lost(err)
		}
	}
}

// record turns one event into what is pending, and into commands for the manager. Until it has it is pending itself.
func (m *Manager) record(e fsnotify.Event) {
	m.recording.Add(1)
	defer m.recording.Add(-1)
	path, ok := m.dirs.relative(e.Name)
	if !ok || m.stopped() {
		return
	}
	self, above := m.noteChange(path)
	switch gone := e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename); {
	case path == "":
		m.recordRoot(gone)
	case self || above: // else late news of a watch that has been dropped: whoever dropped it has seen to the rest
		m.recordBelow(e, path, self, gone)
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
func (m *Manager) recordBelow(e fsnotify.Event, path string, known, gone bool) {
	created, isDir := e.Has(fsnotify.Create), known
	if created {
		// fsnotify does not pass on that the kernel says "directory". If it is gone again, so be it.
		found, err := stat(e.Name)
		isDir = err == nil && found.dir
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
	case e.Has(fsnotify.Remove):
		m.shared.Debounce.Removed(m.Name, dir, name)
	default:
		m.shared.Debounce.Name(m.Name, dir, name)
	}
}

// noteChange notes that something happened at a path, and says whether it, and its directory, are known.
func (m *Manager) noteChange(path string) (self, above bool) {
	dir, _ := tree.Split(path)
	now := time.Now().UnixNano()
	m.mu.RLock()
	defer m.mu.RUnlock()
	p := m.dirs.find(dir)
	if p != 0 {
		m.dirs.at(p).noteChange(now)
	}
	return m.dirs.find(path) != 0, p != 0
}

// command queues work for the manager. If there is too much of it, the events that ask for it count as lost: listing
// everything finds what they were about.
func (m *Manager) command(c command) {
	if !m.commands.addBounded(c) {
		m.lost(nil)
	}
}
