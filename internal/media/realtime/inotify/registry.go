package inotify

import (
	"hash/maphash"
	"iter"
	"math"
	"strings"
	"sync/atomic"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// registry is what is known of the directories of one root: which are watched, and which directory of the disk each
// is. fsnotify keeps such a table too, but its is wrong after a rename (paths below it stay the old ones), does not
// know identities and cannot be asked what lies below a directory. It is not safe for concurrent use; the fields of a
// node that say so are.
//
// Libraries have a hundred thousand directories, so each is a name below another one, in memory without a pointer,
// which the collector passes over. BenchmarkBytesADirectory tells what one costs.
type registry struct {
	path      string   // the root's, absolute
	cut       int      // how much of an absolute path below the root is not the relative one
	blocks    []*block // of nodes; they never move
	used      int      // how many nodes were ever in use, the one that stands for none included
	free      nodeID   // the first that is not in use any more, and by its next all others
	root      nodeID
	names     names
	byName    table
	byInode   table // watched directories only
	seed      maphash.Seed
	devices   []uint32 // device numbers, which nodes name by their place here
	watched   int
	unwatched [reasons]int // directories without a watch, by why
}

// nodeID is the place of a node; 0 stands for none.
type nodeID uint32

const blockNodes = 256

type block [blockNodes]node

// node is one directory.
type node struct {
	identity uint64 // tells which directory of its device it is, while it is watched
	parent   nodeID
	child    nodeID        // the first of those right below it
	next     nodeID        // the next of those right below its parent
	sameName nodeID        // the next in its bucket of byName
	sameNode nodeID        // the next in its bucket of byInode
	name     uint32        // its place in names
	changed  atomic.Uint32 // when it last changed, in seconds since 1970; safe for concurrent use
	status   atomic.Uint32 // a watchState, and above it the place of its device; safe for concurrent use
}

// watchState is whether a directory has a watch, or why not.
type watchState uint32

const (
	intermediate watchState = iota // known only because something below it is, or not known
	watched
	overBudget // no watch was left
	sameInode  // the same directory as another path (a bind mount), which has the one watch there can be
	denied     // the system refused: no permission, path too long, ...
	reasons    // how many there are
)

const stateBits = 8

func (n *node) state() watchState { return watchState(n.status.Load() & (1<<stateBits - 1)) }

// noteChange notes when a directory changed, in Unix nanoseconds, unless it changed later.
func (n *node) noteChange(at int64) { n.changed.Store(max(n.changed.Load(), seconds(at))) }

// seconds is a time in Unix nanoseconds as a node has it.
func seconds(at int64) uint32 { return uint32(min(max(at/int64(time.Second), 0), math.MaxUint32)) }

// identityOf tells directories of one device apart. That two have the same is as likely as a disk that lies.
func identityOf(id tree.FileID) uint64 {
	h := id.Inode*0x9e3779b97f4a7c15 ^ uint64(id.Birth)
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9 // the mixing of SplitMix64
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

func newRegistry(path string) *registry {
	g := &registry{path: path, cut: len(path) + 1, seed: maphash.MakeSeed()}
	if path == "/" {
		g.cut = 1
	}
	g.clear()
	return g
}

// clear forgets everything.
func (g *registry) clear() {
	for id := nodeID(1); int(id) < g.used; id++ {
		g.at(id).status.Store(uint32(intermediate)) // some may still be candidates for eviction
	}
	g.blocks, g.used, g.free, g.root = nil, 1, 0, 0
	g.names, g.byName, g.byInode = names{}, table{}, table{}
	g.devices, g.watched, g.unwatched = nil, 0, [reasons]int{}
}

func (g *registry) at(id nodeID) *node { return &g.blocks[id/blockNodes][id%blockNodes] }

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

// dirOf returns a directory's path below the root.
func (g *registry) dirOf(id nodeID) string {
	length := -1
	for up := id; up != g.root && up != 0; up = g.at(up).parent {
		length += 1 + len(g.names.at(g.at(up).name))
	}
	if length < 0 {
		return ""
	}
	path := make([]byte, length)
	for up := id; up != g.root; up = g.at(up).parent {
		name := g.names.at(g.at(up).name)
		length -= copy(path[length-len(name):], name)
		if length > 0 {
			length--
			path[length] = '/'
		}
	}
	return string(path)
}

// find returns the node of a directory, if it has one.
func (g *registry) find(dir string) nodeID {
	id := g.root
	for more := dir != ""; more && id != 0; {
		var name string
		name, dir, more = strings.Cut(dir, "/")
		id = g.below(id, name)
	}
	return id
}

// below returns the node of a name in a directory, if it has one.
func (g *registry) below(parent nodeID, name string) nodeID {
	id := g.byName.first(g.hash(parent, []byte(name)))
	for ; id != 0; id = g.at(id).sameName {
		if n := g.at(id); n.parent == parent && string(g.names.at(n.name)) == name {
			break
		}
	}
	return id
}

func (g *registry) hash(parent nodeID, name []byte) uint64 {
	return maphash.Bytes(g.seed, name) + uint64(parent)*0x9e3779b97f4a7c15
}

// put returns the node of a directory, made with those above it where there is none.
func (g *registry) put(dir string) nodeID {
	if id := g.find(dir); id != 0 {
		return id
	}
	id := g.take()
	if dir == "" {
		g.root = id
		return id
	}
	above, name := tree.Split(dir)
	parent := g.put(above)
	n, p := g.at(id), g.at(parent)
	n.name = g.names.add(name)
	n.parent, n.next, p.child = parent, p.child, id
	g.byName.link(g.nameLink, id)
	return id
}

// take returns a node that is not in use.
func (g *registry) take() nodeID {
	if id := g.free; id != 0 {
		g.free = g.at(id).next
		return id
	}
	if g.used >= len(g.blocks)*blockNodes {
		g.blocks = append(g.blocks, new(block))
	}
	g.used++
	return nodeID(g.used - 1)
}

// nameLink and inodeLink are how the tables hold nodes.
func (g *registry) nameLink(id nodeID) (hash uint64, next *nodeID) {
	n := g.at(id)
	return g.hash(n.parent, g.names.at(n.name)), &n.sameName
}

func (g *registry) inodeLink(id nodeID) (hash uint64, next *nodeID) {
	n := g.at(id)
	return n.identity, &n.sameNode
}

// deviceOf returns the number of the device that a watched directory is on.
func (g *registry) deviceOf(id nodeID) uint32 { return g.devices[g.at(id).status.Load()>>stateBits] }

// directory is what the registry says of one at a time.
type directory struct {
	id       nodeID // 0: nothing
	state    watchState
	identity uint64 // of one that is watched
	dev      uint32
}

// get returns what is known of a directory.
func (g *registry) get(id nodeID) (d directory) {
	if id == 0 {
		return d
	}
	d.id, d.state = id, g.at(id).state()
	if d.state == watched {
		d.identity, d.dev = g.at(id).identity, g.deviceOf(id)
	}
	return d
}

// setStatus notes how a directory is watched, and on which device it is.
func (g *registry) setStatus(id nodeID, s watchState, device int) {
	g.at(id).status.Store(uint32(s) | uint32(device)<<stateBits)
}

// setWatched notes that a directory is watched and which one it is.
func (g *registry) setWatched(id nodeID, file tree.FileID, dev uint32) {
	g.leave(id)
	device := 0
	for device < len(g.devices) && g.devices[device] != dev {
		device++
	}
	if device == len(g.devices) {
		g.devices = append(g.devices, dev)
	}
	g.at(id).identity = identityOf(file)
	g.byInode.link(g.inodeLink, id)
	g.watched++
	g.setStatus(id, watched, device)
}

// setUnwatched notes that a directory has no watch and why.
func (g *registry) setUnwatched(id nodeID, why watchState) {
	g.leave(id)
	g.unwatched[why]++
	g.setStatus(id, why, 0)
}

// leave undoes what setWatched or setUnwatched noted.
func (g *registry) leave(id nodeID) {
	switch s := g.at(id).state(); s {
	case intermediate:
	case watched:
		g.watched--
		g.byInode.unlink(g.inodeLink, id)
	default:
		g.unwatched[s]--
	}
	g.setStatus(id, intermediate, 0)
}

// watchedAs returns the directory that is watched and the same as one that was found.
func (g *registry) watchedAs(found statResult) nodeID {
	identity := identityOf(found.id)
	id := g.byInode.first(identity)
	for ; id != 0; id = g.at(id).sameNode {
		if g.at(id).identity == identity && g.deviceOf(id) == found.dev {
			break
		}
	}
	return id
}

// remove forgets a directory and all below it, and returns the absolute paths of those that were watched.
func (g *registry) remove(dir string) (paths []string) {
	top := g.find(dir)
	if top == 0 {
		return nil
	}
	for at := top; at != 0; {
		if child := g.at(at).child; child != 0 { // deepest first, so that nothing below is lost
			at = child
			continue
		}
		if g.at(at).state() == watched {
			paths = append(paths, g.absolute(g.dirOf(at)))
		}
		up := g.at(at).parent
		g.forget(at)
		if at == top {
			break
		}
		at = up
	}
	g.names.compact(g)
	return paths
}

// forget takes a node without any below it out of use.
func (g *registry) forget(id nodeID) {
	g.leave(id)
	n := g.at(id)
	if id == g.root {
		g.root = 0
	} else {
		at := &g.at(n.parent).child
		for *at != id {
			at = &g.at(*at).next
		}
		*at = n.next
		g.byName.unlink(g.nameLink, id)
		g.names.drop(n.name)
	}
	n.parent, n.child, n.next = 0, 0, g.free
	g.free = id
}

// in returns the directories in a state.
func (g *registry) in(s watchState) iter.Seq[nodeID] {
	return func(yield func(nodeID) bool) {
		for id := nodeID(1); int(id) < g.used; id++ {
			if g.at(id).state() == s && !yield(id) {
				return
			}
		}
	}
}

// polled counts the directories without a watch.
func (g *registry) polled() int {
	sum := 0
	for _, count := range g.unwatched {
		sum += count
	}
	return sum
}
