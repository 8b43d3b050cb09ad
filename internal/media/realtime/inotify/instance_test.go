package inotify

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// heard keeps what an instance tells.
type heard struct {
	mu     sync.Mutex
	events []event
}

func (h *heard) hear(e event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, e)
}

// has reports whether it was told of a name by a watch, with a bit of the mask.
func (h *heard) has(w watchID, name string, bit uint32) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range h.events {
		if e.watch == w && e.name == name && e.mask&bit != 0 {
			return true
		}
	}
	return false
}

func TestAnInstanceTellsOfItsWatchesUntilItIsClosed(t *testing.T) {
	dir := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(dir, "a"), 0o755))
	must(t, os.Symlink(filepath.Join(dir, "a"), filepath.Join(dir, "link")))
	i, err := newInstance()
	must(t, err)
	var h heard
	ended := make(chan error, 1)
	go func() { ended <- i.read(h.hear) }()
	top, err := i.add(dir)
	must(t, err)
	below, err := i.add(filepath.Join(dir, "a"))
	must(t, err)
	if again, err := i.add(filepath.Join(dir, "a")); again != below || err != nil {
		t.Errorf("one directory has watches %d and %d: %v", below, again, err)
	}
	write(t, filepath.Join(dir, "a", "with a long name, padded by the kernel"), "x")
	for _, other := range []string{"a/with a long name, padded by the kernel", "link"} {
		if _, err := i.add(filepath.Join(dir, other)); !errors.Is(err, unix.ENOTDIR) {
			t.Errorf("watching %s, which is no directory: %v", other, err)
		}
	}
	must(t, os.Mkdir(filepath.Join(dir, "b"), 0o755))
	i.remove(below)
	eventually(t, "a file, a directory and the end of a watch are told of", func() bool {
		return h.has(below, "with a long name, padded by the kernel", unix.IN_CLOSE_WRITE) &&
			h.has(top, "b", unix.IN_ISDIR) && h.has(below, "", unix.IN_IGNORED) && i.pending() == 0
	})
	i.close()
	if err := <-ended; err != nil {
		t.Errorf("reading ended with %v", err)
	}
}

// idleManager is one whose goroutines do not run.
func idleManager(t *testing.T, dir string) *Manager {
	t.Helper()
	i, err := newInstance()
	must(t, err)
	t.Cleanup(i.close)
	shared := &Shared{Debounce: NewDebouncer(0, 0), Budget: NewBudget(WatchLimit)}
	m := NewManager(Root{Name: "films", Path: dir, Mode: ModeInotify}, shared)
	m.setInstance(i, "")
	return m
}

// The reader meets what a directory's watch tells before the manager has come to note whose it is.
func TestWhatAWatchTellsBeforeItIsKnownIsLookedFor(t *testing.T) {
	m := idleManager(t, t.TempDir())
	m.record(m.events, event{7, unix.IN_CREATE, "f"})
	if n := m.shared.Debounce.Pending(); n != 0 {
		t.Errorf("%d are held back of a directory that nobody knows", n)
	}
	m.noteWatched("a", statResult{id: tree.FileID{Inode: 1}, dir: true}, 7)
	if n := m.shared.Debounce.Pending(); n != 1 {
		t.Errorf("%d are held back, want the directory", n)
	}
	m.record(m.events, event{8, unix.IN_CREATE, "f"}) // late, of one that was removed
	m.record(m.events, event{8, unix.IN_IGNORED, ""})
	if len(m.early) != 0 {
		t.Errorf("%d watches are remembered that there are not", len(m.early))
	}
}

// A directory that a listing shows at a second path (a bind mount) has the watch of the first, which stays.
func TestAWatchThatAnotherPathHasIsLeftToIt(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, "a"), 0o755))
	m := idleManager(t, dir)
	if !m.ensure("a") {
		t.Fatal("a is not there")
	}
	w, err := m.events.add(filepath.Join(dir, "a"))
	must(t, err)
	m.shared.Budget.acquire()
	m.giveBack(w)
	var h heard
	ended := make(chan error, 1)
	go func() { ended <- m.events.read(h.hear) }()
	write(t, filepath.Join(dir, "a", "f"), "x")
	eventually(t, "the first path is told of", func() bool { return h.has(w, "f", unix.IN_CREATE) })
	m.events.close()
	must(t, <-ended)
	if n := m.shared.Budget.Held(); n != 1 {
		t.Errorf("%d watches are held, want 1", n)
	}
}
