package inotify

import (
	"errors"
	"time"

	"github.com/fsnotify/fsnotify"
	"go.uber.org/zap"
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

// lost notes that events are missing, whatever the reason: the kernel's queue has overflowed, or one here.
func (m *Manager) lost(err error) {
	m.shared.Overflows.Add(1)
	if err != nil && !errors.Is(err, fsnotify.ErrEventOverflow) {
		m.shared.Log.Warn("inotify failed; the root will be compared whole", zap.String("root", m.Name), zap.Error(err))
	}
	if !m.verifying.Swap(true) {
		m.commands.add(command{kind: verifyWatches})
	}
	m.shared.Debounce.Dir(m.Name, "", true)
}

// record turns one event into what is pending, and into commands for the manager.
func (m *Manager) record(e fsnotify.Event) {
	path, ok := m.dirs.relative(e.Name)
	if !ok || m.stopped() {
		return
	}
	self, above := m.noteChange(path)
	gone := e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename)
	pending := m.shared.Debounce
	if path == "" {
		if gone {
			m.command(command{kind: renewWatches, dir: ""})
		}
		pending.Dir(m.Name, "", gone)
		return
	}
	if !self && !above {
		return // late news of a watch that has been dropped: whoever dropped it has seen to the rest
	}
	isDir := self
	if e.Has(fsnotify.Create) {
		// fsnotify does not pass on that the kernel says "directory". If it is gone again, so be it.
		found, err := stat(e.Name)
		isDir = err == nil && found.dir
	}
	if m.Ignore != nil && m.Ignore(path, isDir) {
		return
	}
	dir, name := tree.Split(path)
	switch {
	case gone && self:
		m.command(command{kind: renewWatches, dir: path})
		pending.Name(m.Name, dir, name)
	case e.Has(fsnotify.Create) && isDir:
		m.command(command{kind: watchIfThere, dir: path})
		pending.Dir(m.Name, path, true)
	case self:
		// Its permissions may have changed, and with them whether it can be watched and listed.
		m.command(command{kind: watchIfThere, dir: path})
		pending.Dir(m.Name, path, false)
	default:
		pending.Name(m.Name, dir, name)
	}
}

// noteChange notes that something happened at a path, and says whether it, and its directory, are known.
func (m *Manager) noteChange(path string) (self, above bool) {
	dir, _ := tree.Split(path)
	now := time.Now().UnixNano()
	m.mu.RLock()
	defer m.mu.RUnlock()
	n := m.dirs.byPath[path]
	p := m.dirs.byPath[dir]
	if p != nil {
		p.changed.Store(now)
	}
	return n != nil, p != nil
}

// command queues work for the manager. If there is too much of it, the events that ask for it count as lost: listing
// everything finds what they were about.
func (m *Manager) command(c command) {
	if !m.commands.addBounded(c) {
		m.lost(nil)
	}
}
