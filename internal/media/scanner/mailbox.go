package scanner

import (
	"sync"
)

// Bounds of a mailbox: beyond them it says only that everything is to be looked at.
const (
	mailDirs  = 4096
	mailNames = 65536
)

// mailbox holds what others ask a root's runner to scan until it takes that in. Putting something in never waits:
// one root that hangs holds nobody up who has something to tell of others. What is said of one directory is kept once,
// and what is too much becomes a scan of everything.
type mailbox struct {
	wake chan struct{} // capacity one: there is mail

	mu    sync.Mutex // guards what follows
	dirs  map[string]*letter
	order []string
	names int
}

// letter is what is to be looked at in one directory.
type letter struct {
	names     []string
	seen      map[string]struct{}
	all       bool // every name
	recursive bool // and everything below
}

func newMailbox() *mailbox { return &mailbox{wake: make(chan struct{}, 1), dirs: map[string]*letter{}} }

// put asks for a scan of some names of a directory (nil: all), or of everything below. It reports whether the box was
// empty before.
func (m *mailbox) put(dir string, names []string, recursive bool) (first bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	first = len(m.dirs) == 0
	m.add(dir, names, recursive)
	if len(m.dirs) > mailDirs || m.names > mailNames {
		m.clear()
		m.add("", nil, true)
	}
	select {
	case m.wake <- struct{}{}:
	default:
	}
	return first
}

func (m *mailbox) add(dir string, names []string, recursive bool) {
	l := m.dirs[dir]
	if l == nil {
		l = &letter{seen: map[string]struct{}{}}
		m.dirs[dir] = l
		m.order = append(m.order, dir)
	}
	l.recursive = l.recursive || recursive
	l.all = l.all || names == nil || recursive
	for _, name := range names {
		if _, known := l.seen[name]; !known {
			l.seen[name] = struct{}{}
			l.names = append(l.names, name)
			m.names++
		}
	}
}

func (m *mailbox) clear() {
	m.dirs, m.order, m.names = map[string]*letter{}, nil, 0
}

// take empties the box, in the order in which directories came.
func (m *mailbox) take() (jobs []*job) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, dir := range m.order {
		jobs = append(jobs, m.dirs[dir].job(dir))
	}
	m.clear()
	return jobs
}
