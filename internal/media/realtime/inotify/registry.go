package inotify

import (
	"sync/atomic"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// registry is what is known of the directories of one root: which are watched, under which path, and
// which directory of the disk that is. fsnotify keeps such a table too, but its is wrong after a rename
// (paths below it stay the old ones), does not know identities and cannot be asked what lies below a
// directory. It is not safe for concurrent use; the fields of a node that say so are.
//
// A directory costs some 200 bytes here, and some 90 in fsnotify, which shares the string of its path.
type registry struct {
	path      string // the root's, absolute
	cut       int    // how much of an absolute path below the root is not the relative one
	byPath    map[string]*node
	byInode   map[inode]*node // watched directories only
	watched   int
	unwatched [reasons]int // directories without a watch, by why
}

// inode identifies a directory while it exists, as the kernel does that attaches a watch to it.
type inode struct {
	ino uint64
	dev uint32
}

// node is one directory.
type node struct {
	parent, child, next, prev *node
	path                      string // absolute
	id                        tree.FileID
	changed                   atomic.Int64 // when it last changed, Unix nanoseconds; safe for concurrent use
	dev                       uint32
	watch                     atomic.Uint32 // a watchState; safe for concurrent use
}

// watchState is whether a directory has a watch, or why not.
type watchState uint32

const (
	intermediate watchState = iota // known only because something below it is
	watched
	overBudget // no watch was left
	sameInode  // the same directory as another path (a bind mount), which has the one watch there can be
	denied     // the system refused: no permission, path too long, ...
	reasons    // how many there are
)

func (n *node) state() watchState { return watchState(n.watch.Load()) }

func newRegistry(path string) *registry {
	g := &registry{path: path, cut: len(path) + 1}
	if path == "/" {
		g.cut = 1
	}
	g.clear()
	return g
}

func (g *registry) clear() {
	g.byPath = make(map[string]*node)
	g.byInode = make(map[inode]*node)
	g.watched = 0
	g.unwatched = [reasons]int{}
}

// absolute returns the absolute path of a directory.
func (g *registry) absolute(dir string) string {
	if dir == "" {
		return g.path
	}
	return g.path[:g.cut-1] + "/" + dir
}

// relative returns the path below the root of an absolute one.
func (g *registry) relative(path string) (string, bool) {
	if path == g.path {
		return "", true
	}
	if len(path) <= g.cut || path[g.cut-1] != '/' || path[:g.cut-1] != g.path[:g.cut-1] {
		return "", false
	}
	return path[g.cut:], true
}

// dirOf returns a node's path below the root.
func (g *registry) dirOf(n *node) string {
	if len(n.path) <= g.cut {
		return ""
	}
	return n.path[g.cut:]
}

// put returns the node of a directory, made with those above it where there is none.
func (g *registry) put(dir string) *node {
	if n := g.byPath[dir]; n != nil {
		return n
	}
	n := &node{path: g.absolute(dir)}
	g.byPath[g.dirOf(n)] = n
	if dir != "" {
		above, _ := tree.Split(dir)
		p := g.put(above)
		n.parent, n.next = p, p.child
		if p.child != nil {
			p.child.prev = n
		}
		p.child = n
	}
	return n
}

// setWatched notes that a directory is watched and which one it is.
func (g *registry) setWatched(n *node, id tree.FileID, dev uint32) {
	g.leave(n)
	n.id, n.dev = id, dev
	g.byInode[inode{id.Inode, dev}] = n
	g.watched++
	n.watch.Store(uint32(watched))
}

// setUnwatched notes that a directory has no watch and why.
func (g *registry) setUnwatched(n *node, why watchState) {
	g.leave(n)
	g.unwatched[why]++
	n.watch.Store(uint32(why))
}

// leave undoes what setWatched or setUnwatched noted.
func (g *registry) leave(n *node) {
	switch s := n.state(); s {
	case intermediate:
	case watched:
		g.watched--
		if key := (inode{n.id.Inode, n.dev}); g.byInode[key] == n {
			delete(g.byInode, key)
		}
	default:
		g.unwatched[s]--
	}
	n.watch.Store(uint32(intermediate))
}

// remove forgets a directory and all below it, and returns the absolute paths of those that were watched.
func (g *registry) remove(dir string) []string {
	top := g.byPath[dir]
	if top == nil {
		return nil
	}
	if top.prev != nil {
		top.prev.next = top.next
	} else if top.parent != nil {
		top.parent.child = top.next
	}
	if top.next != nil {
		top.next.prev = top.prev
	}
	top.parent, top.next, top.prev = nil, nil, nil

	var paths []string
	for n := top; n != nil; {
		if n.child != nil { // deepest first, so that nothing below is lost
			n = n.child
			continue
		}
		if n.state() == watched {
			paths = append(paths, n.path)
		}
		g.leave(n)
		delete(g.byPath, g.dirOf(n))
		up := n.parent
		if up != nil {
			up.child = n.next
		}
		n = up
	}
	return paths
}

// all returns every directory, those above before those below.
func (g *registry) all() []string {
	dirs := make([]string, 0, len(g.byPath))
	for n := g.byPath[""]; n != nil; {
		dirs = append(dirs, g.dirOf(n))
		if n.child != nil {
			n = n.child
			continue
		}
		for n != nil && n.next == nil {
			n = n.parent
		}
		if n != nil {
			n = n.next
		}
	}
	return dirs
}

// polled counts the directories without a watch.
func (g *registry) polled() int {
	sum := 0
	for _, count := range g.unwatched {
		sum += count
	}
	return sum
}
