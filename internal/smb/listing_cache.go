package smb

import (
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Bounds of what is remembered.
const (
	dirsRemembered    = 4096    // directories by path, in each of two generations
	entriesRemembered = 1 << 15 // of listings, in each of two generations
	rootRemembered    = 256     // entries of the root
)

// listingCache is what recent listings have shown, where a single answer of the server does not tell enough:
// which directories stand above one (a loop of links), how a name is really written (servers ignore case
// when they look one up), what the root held (another disk). It is bounded; what has been forgotten is
// asked again or goes unnoticed, and is never taken for known.
type listingCache struct {
	epoch    int // counts what was forgotten
	mu       sync.Mutex
	dirs     twoGenerations[place]
	listings twoGenerations[[]spelling]
	root     []spelling // of the last listing of the root that was proven
	stamp    info       // of the root when its volume was last looked at
	size     uint64     // of that volume, bytes; 0 is unknown
}

// place is a directory that was seen somewhere.
type place struct {
	info
	proven bool // on the expected volume
}

// spelling is how a directory writes the name of a file.
type spelling struct {
	name string
	id   uint64
}

func spellings(entries []tree.Entry) []spelling {
	all := make([]spelling, len(entries))
	for i, e := range entries {
		all[i] = spelling{e.Name, e.ID.Inode}
	}
	return all
}

// twoGenerations is a map that forgets: what was not used while limit others were is gone.
type twoGenerations[T any] struct {
	limit, weight int
	young, old    map[string]T
}

func (g *twoGenerations[T]) get(key string) (T, bool) {
	if v, ok := g.young[key]; ok {
		return v, true
	}
	v, ok := g.old[key]
	return v, ok
}

func (g *twoGenerations[T]) put(key string, v T, weight int) {
	if g.weight += weight; g.weight > g.limit || g.young == nil {
		g.old, g.young, g.weight = g.young, make(map[string]T), weight
	}
	g.young[key] = v
}

func newListingCache() *listingCache {
	m := &listingCache{}
	m.dirs.limit, m.listings.limit = dirsRemembered, entriesRemembered
	return m
}

// now is what a call that remembers something later has to say of when it began.
func (m *listingCache) now() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.epoch
}

// forget forgets everything, also what calls under way have yet to remember.
func (m *listingCache) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.epoch++
	m.dirs.young, m.dirs.old, m.listings.young, m.listings.old = nil, nil, nil, nil
	m.root, m.stamp, m.size = nil, info{}, 0
}

// listed remembers a listing of the expected volume: the directory, and those that were found in it.
func (m *listingCache) listed(epoch int, dir string, self info, found []info, entries []tree.Entry) {
	names := spellings(entries)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.epoch != epoch {
		return
	}
	m.dirs.put(dir, place{self, true}, 1)
	for _, i := range found {
		if i.isDir() {
			m.dirs.put(tree.Join(dir, i.name), place{i, true}, 1)
		}
	}
	m.listings.put(dir, names, len(names)+1)
	if dir == "" {
		m.root = names[:min(len(names), rootRemembered)]
	}
}

// names is how a directory was last seen to write its names.
func (m *listingCache) names(dir string) []spelling {
	m.mu.Lock()
	defer m.mu.Unlock()
	names, _ := m.listings.get(dir)
	return names
}

// inRoot is what the last proven listing of the root showed.
func (m *listingCache) inRoot() []spelling {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.root
}

// volume is the root when its volume was last looked at, and the size of that.
func (m *listingCache) volume() (root info, size uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.stamp, m.size
}

// measured remembers the size of the volume of a root.
func (m *listingCache) measured(root info, size uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stamp, m.size = root, size
}

// dir is the directory at path as it was last seen.
func (m *listingCache) dir(path string) (place, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dirs.get(path)
}

// passed remembers a directory that was seen on the way, on whatever volume it is.
func (m *listingCache) passed(path string, i info) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dirs.put(path, place{i, false}, 1)
}

// spelledOtherwise reports whether the entry e, which the server opened under path, is in the directory's
// last listing under a name that differs from path's in nothing but case or how letters are composed (which
// APFS ignores, and ZFS where it is told to), while path's own is not. Servers prefer the exact name, so it is
// not there.
func (m *listingCache) spelledOtherwise(path string, e tree.Entry) bool {
	names := m.names(tree.Parent(path))
	other := false
	for _, n := range names {
		if n.name == e.Name {
			return false
		}
		other = other || n.id == e.ID.Inode && strings.EqualFold(norm.NFC.String(n.name), norm.NFC.String(e.Name))
	}
	return other
}
