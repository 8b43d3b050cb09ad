package inotify

import (
	"fmt"
	"slices"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Mode is how changes in a root are noticed.
type Mode string

// Modes of roots.
const (
	ModeInotify Mode = "inotify" // by events, and by polling where a directory has no watch
	ModePoll    Mode = "poll"    // by listing all of it from time to time
	ModeNone    Mode = "none"    // not at all: the root is away, or nobody's
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

// State returns how the root is watched, and whether it is short of watches: then Budget.Explain has the reason.
func (m *Manager) State() (s State, short bool) {
	if m.Mode == ModePoll {
		return State{Mode: ModePoll, Reason: m.Reason}, false
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.noInstance != "" {
		return State{Mode: ModePoll, Reason: m.noInstance}, false
	}
	s = State{Mode: ModeInotify, Directories: m.dirs.watched, Polled: m.dirs.polled()}
	unwatched := &m.dirs.unwatched
	switch {
	case unwatched[overBudget] > 0:
		return s, true
	case unwatched[denied] > 0:
		s.Reason = fmt.Sprintf("%d directories are polled, since they cannot be watched: %s",
			unwatched[denied], m.denial)
	case unwatched[sameInode] > 0:
		s.Reason = fmt.Sprintf("%d directories are polled, since each is the same as one under another path "+
			"(bind mounts)", unwatched[sameInode])
	}
	return s, false
}

// Polled returns the directories without a watch, sorted, or says that none of the root has any.
func (m *Manager) Polled() (dirs []string, all bool) {
	dirs, all = m.unwatched()
	slices.Sort(dirs)
	return dirs, all
}

func (m *Manager) unwatched() (dirs []string, all bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.Mode == ModePoll || m.noInstance != "" {
		return nil, true
	}
	if m.dirs.polled() == 0 {
		return nil, false
	}
	for s := overBudget; s < reasons; s++ {
		for id := range m.dirs.in(s) {
			dirs = append(dirs, m.dirs.dirOf(id))
		}
	}
	return dirs, false
}

// Pending counts the events that are read and not yet recorded, and what the manager has to do. Each is looked for in
// the order of its way, on which it may go on meanwhile.
func (m *Manager) Pending() (sum int) {
	if m.stopped() {
		return 0
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.events != nil {
		sum = len(m.events.Events)
	}
	sum += int(m.recording.Load())
	return sum + int(m.commands.open.Load())
}

// isWatched says that nothing needs to be done to watch a directory. The root's own is always looked at, since
// that is how a new mount in its place shows; and work that is queued may change what the registry says.
func (m *Manager) isWatched(dir string, id tree.FileID) bool {
	if m.Mode != ModeInotify {
		return true
	}
	if dir == "" || !m.commands.idle() {
		return false
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.noInstance != "" {
		return true
	}
	d := m.dirs.get(m.dirs.find(dir))
	return d.state == watched && (id == tree.FileID{} || d.identity == identityOf(id))
}

func (m *Manager) knows(dir string) bool { return m.known(dir).id != 0 }

// known returns what is known of a directory.
func (m *Manager) known(dir string) directory {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.dirs.get(m.dirs.find(dir))
}
