// Package faketree has trees for tests: one in memory that keeps the contract of tree.Tree, and a wrapper
// that makes any tree fail in the ways that disks and servers do.
//
// The tree in memory is as harsh as a real file system may be: it gives a removed file's inode number to
// the next file, lists a directory in no order, and moves the time stamps that POSIX lets move.
package faketree

import (
	"context"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Options of a tree in memory. The zero value is a well-behaved local disk.
type Options struct {
	// Now is the clock of time stamps; nil means time.Now.
	Now func() time.Time
	// Step is the granularity of time stamps, 2 s on FAT; 0 means nanoseconds.
	Step time.Duration
	// NoBirth leaves out birth times, which makes the volume one of WeakIDs.
	NoBirth bool
	// NoLinks leaves out how many names a file has.
	NoLinks bool
	// FoldCase finds names whatever their case, and keeps the case that they were given: FAT, NTFS, and most shares.
	FoldCase bool
	// FoldForms finds names however their letters are composed: APFS, and ZFS where it is told to.
	FoldForms bool
	// SpellingIDs gives what is found by another spelling than its own a number of that spelling's: FUSE.
	SpellingIDs bool
	// OwnSpelling does not show what is looked at by another spelling than its own: a share that knows how its directory
	// lists it. Through a directory in another spelling it is found all the same.
	OwnSpelling bool
	// CrossMounts goes into what Mount mounts.
	CrossMounts bool
	// Volume is the volume's id and type; empty means "uuid:fake" and "fake".
	Volume tree.Volume
	// Provisional marks every listing so.
	Provisional bool
}

// Tree is files in memory. All methods are safe for concurrent use.
type Tree struct {
	*place
	expected tree.Volume
}

// place is what all trees of one place see.
type place struct {
	opts Options

	mu     sync.Mutex
	disk   *disk // what the root shows
	pulled *disk // what it showed before PullOut
	away   string
	ahead  time.Duration // of the clock, by Advance
	last   int64         // stamp given last: no two changes have the same
}

// Another gives one more tree of the same place, which expects what it is told itself.
func (t *Tree) Another() *Tree { return &Tree{place: t.place} }

// disk is one file system.
type disk struct {
	volume tree.Volume
	root   *node
	size   int64    // bytes; 0: of a kind whose listings are proof
	free   []uint64 // inode numbers of removed files
	next   uint64
}

// node is a file, directory or other thing. Its names are in its parents.
type node struct {
	typ          tree.Type
	id           tree.FileID
	content      []byte
	children     map[string]*node // of a directory
	mtime, ctime int64
	links        uint32
	opened       int   // files that are open on it
	mounted      *disk // what covers the directory
}

var _ tree.Tree = (*Tree)(nil)

// New returns an empty tree.
func New(opts Options) *Tree {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	v := opts.Volume
	if v.ID == "" {
		v.ID = "uuid:fake"
	}
	t := &Tree{place: &place{opts: opts}}
	t.disk = t.newDisk(v)
	return t
}

func (t *Tree) newDisk(v tree.Volume) *disk {
	d := &disk{next: 2}
	d.root = t.newNode(d, tree.Dir)
	if v.FSType == "" {
		v.FSType = "fake"
	}
	v.WeakIDs = v.WeakIDs || t.opts.NoBirth
	v.Root = d.root.id
	d.volume = v
	return d
}

// newNode makes a node with an inode number that was used before, where there is one.
func (t *Tree) newNode(d *disk, typ tree.Type) *node {
	now := t.stamp()
	n := &node{typ: typ, mtime: now, ctime: now, links: 1}
	if len(d.free) > 0 {
		n.id.Inode, d.free = d.free[len(d.free)-1], d.free[:len(d.free)-1]
	} else {
		n.id.Inode = d.next
		d.next++
	}
	if !t.opts.NoBirth {
		n.id.Birth = now
	}
	if typ == tree.Dir {
		n.children = make(map[string]*node)
	}
	return n
}

// reuse gives the inode number of a node that has neither a name nor an open file to the next.
func (d *disk) reuse(n *node) {
	if n.links == 0 && n.opened == 0 {
		d.free = append(d.free, n.id.Inode)
	}
}

// stamp is the time of a change, later than that of the one before if the step allows.
func (t *Tree) stamp() int64 {
	now := t.opts.Now().Add(t.ahead).UnixNano()
	if t.opts.Step > 0 {
		return now - now%int64(t.opts.Step)
	}
	t.last = max(now, t.last+1)
	return t.last
}

func (t *Tree) entry(n *node, name string) tree.Entry {
	e := tree.Entry{
		Name: name, Type: n.typ, ID: n.id, Size: int64(len(n.content)), MTime: n.mtime, CTime: n.ctime, Links: n.links,
	}
	if n.mounted != nil {
		e = t.entry(n.mounted.root, name)
		e.Mount = true
	}
	if t.opts.NoLinks {
		e.Links = 0
	}
	return e
}

// reach checks what every call checks first. The caller holds the lock.
func (t *Tree) reach() error {
	switch {
	case t.away != "":
		return fmt.Errorf("%w: %s", tree.ErrAway, t.away)
	case t.expected != tree.Volume{} && t.expected.ID != t.disk.volume.ID:
		return fmt.Errorf("%w: it is %s, not %s", tree.ErrAway, t.disk.volume.ID, t.expected.ID)
	}
	return nil
}

// find follows path from the root, into mounts as well if the tree crosses them. The node found may
// itself be covered by a mount; the disk is the one that it is on.
func (t *Tree) find(path string) (*node, *disk, error) {
	n, d := t.disk.root, t.disk
	for rest, more := path, path != ""; more; {
		var name string
		name, rest, more = strings.Cut(rest, "/")
		if n.mounted != nil {
			if !t.opts.CrossMounts {
				return nil, nil, tree.ErrOtherVolume
			}
			n, d = n.mounted.root, n.mounted
		}
		child, ok := n.children[t.named(n, name)] // that of a file is nil
		if !ok {
			return nil, nil, tree.ErrNotExist
		}
		n = child
	}
	return n, d, nil
}

// named is the name in a directory that a lookup of name finds; name itself where it finds none.
func (t *Tree) named(dir *node, name string) string {
	if _, ok := dir.children[name]; ok {
		return name
	}
	for other := range dir.children {
		if t.opts.FoldCase && strings.EqualFold(other, name) || t.opts.FoldForms && norm.NFC.String(other) == norm.NFC.String(name) {
			return other
		}
	}
	return name
}

// spelled gives an entry as it is by the name by which it was looked up.
func (t *Tree) spelled(e tree.Entry, path string) (tree.Entry, error) {
	dir, name := tree.Split(path)
	above, _, err := t.find(dir)
	if err != nil || t.named(above, name) == name {
		return e, err
	}
	if t.opts.OwnSpelling {
		return tree.Entry{}, tree.ErrNotExist
	}
	if t.opts.SpellingIDs {
		e.ID.Inode ^= uint64(crc32.ChecksumIEEE([]byte(name))) << 32
	}
	return e, nil
}

// look runs f under the lock for a call of this name on a path.
func (t *Tree) look(ctx context.Context, call, path string, f func() error) error {
	err := ctx.Err()
	if err == nil && !tree.ValidPath(path) {
		err = syscall.EINVAL
	}
	if err == nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		if err = t.reach(); err == nil {
			err = f()
		}
	}
	if err != nil {
		return fmt.Errorf("%s %q: %w", call, path, err)
	}
	return nil
}

// Identify implements tree.Tree.
func (t *Tree) Identify(ctx context.Context) (tree.Volume, error) {
	if err := ctx.Err(); err != nil {
		return tree.Volume{}, fmt.Errorf("identify: %w", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.away != "" {
		return tree.Volume{}, fmt.Errorf("identify: %w: %s", tree.ErrAway, t.away)
	}
	return t.disk.volume, nil
}

// Expect implements tree.Tree.
func (t *Tree) Expect(v tree.Volume) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.expected = v
}

// List implements tree.Tree.
func (t *Tree) List(ctx context.Context, dir string) (*tree.Listing, error) {
	var l *tree.Listing
	err := t.look(ctx, "list", dir, func() error {
		n, d, err := t.find(dir)
		if err != nil {
			return err
		}
		if n.typ != tree.Dir {
			return tree.ErrNotDir
		}
		if n.mounted != nil {
			if !t.opts.CrossMounts {
				return tree.ErrOtherVolume
			}
			n, d = n.mounted.root, n.mounted
		}
		l = &tree.Listing{Volume: d.volume, Self: t.entry(n, ""), Provisional: t.opts.Provisional}
		for name, child := range n.children { // in Go's random order
			l.Entries = append(l.Entries, t.entry(child, name))
		}
		return nil
	})
	return l, err
}

// Total implements tree.Tree. A disk has the size that Resize gave it.
func (t *Tree) Total(ctx context.Context, dir string) (n int64, err error) {
	err = t.look(ctx, "measure", dir, func() error {
		_, d, err := t.find(dir)
		if err == nil {
			n = d.size
		}
		return err
	})
	return n, err
}

// Stat implements tree.Tree.
func (t *Tree) Stat(ctx context.Context, path string) (tree.Entry, error) {
	var e tree.Entry
	err := t.look(ctx, "look at", path, func() error {
		n, _, err := t.find(path)
		if err == nil {
			e, err = t.spelled(t.entry(n, tree.Base(path)), path)
		}
		return err
	})
	return e, err
}

// Open implements tree.Tree.
func (t *Tree) Open(ctx context.Context, path string) (tree.ReadFile, error) {
	var f *file
	err := t.look(ctx, "open", path, func() error {
		n, d, err := t.find(path)
		if err == nil && n.typ != tree.File {
			err = tree.ErrNotRegular
		}
		if err == nil {
			n.opened++
			f = &file{ctx: ctx, tree: t, disk: d, node: n, name: tree.Base(path)}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return f, nil
}

// file is an open file. The node stays what it is when its names go.
type file struct {
	ctx    context.Context
	tree   *Tree
	disk   *disk
	node   *node
	name   string
	closed bool // guarded by the tree's lock
}

func (f *file) check() error {
	if f.closed {
		return os.ErrClosed
	}
	return f.ctx.Err()
}

// ReadAt implements io.ReaderAt.
func (f *file) ReadAt(p []byte, off int64) (int, error) {
	f.tree.mu.Lock()
	defer f.tree.mu.Unlock()
	if err := f.check(); err != nil {
		return 0, fmt.Errorf("read %q: %w", f.name, err)
	}
	if off < 0 {
		return 0, fmt.Errorf("read %q: negative offset %d", f.name, off)
	}
	n := 0
	if size := int64(len(f.node.content)); off < size {
		n = copy(p, f.node.content[off:])
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Stat implements tree.ReadFile.
func (f *file) Stat() (tree.Entry, error) {
	f.tree.mu.Lock()
	defer f.tree.mu.Unlock()
	if err := f.check(); err != nil {
		return tree.Entry{}, fmt.Errorf("look at open file %q: %w", f.name, err)
	}
	return f.tree.entry(f.node, f.name), nil
}

// Close implements io.Closer.
func (f *file) Close() error {
	f.tree.mu.Lock()
	defer f.tree.mu.Unlock()
	if !f.closed {
		f.closed = true
		f.node.opened--
		f.disk.reuse(f.node)
	}
	return nil
}
