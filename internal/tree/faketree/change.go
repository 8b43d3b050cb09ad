package faketree

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// change runs f under the lock for a change of a path, whose parent directory it hands on. Changes are
// made to what the root shows, whatever a reader may be told of it.
func (t *Tree) change(what, path string, f func(dir *node, d *disk, name string) error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	dir, d, name, err := t.parent(path)
	if err == nil {
		err = f(dir, d, name)
	}
	if err != nil {
		return fmt.Errorf("%s %q: %w", what, path, err)
	}
	return nil
}

func (t *Tree) parent(path string) (dir *node, d *disk, name string, err error) {
	if path == "" || !tree.ValidPath(path) {
		return nil, nil, "", syscall.EINVAL
	}
	dir, d = t.disk.root, t.disk
	names := strings.Split(path, "/")
	for _, name := range names[:len(names)-1] {
		dir = dir.children[name]
		if dir == nil {
			return nil, nil, "", syscall.ENOENT
		}
		if dir.mounted != nil {
			dir, d = dir.mounted.root, dir.mounted
		}
	}
	if dir.typ != tree.Dir {
		return nil, nil, "", syscall.ENOTDIR
	}
	return dir, d, names[len(names)-1], nil
}

// add makes a new node of a name.
func (t *Tree) add(what, path string, typ tree.Type, content []byte) error {
	return t.change(what, path, func(dir *node, d *disk, name string) error {
		if dir.children[name] != nil {
			return syscall.EEXIST
		}
		n := t.newNode(d, typ)
		n.content = content
		dir.children[name] = n
		t.touched(dir)
		return nil
	})
}

// touched moves both stamps of a node: its content changed.
func (t *Tree) touched(n *node) { n.mtime = t.stamp(); n.ctime = n.mtime }

// Mkdir implements Writer of package treetest.
func (t *Tree) Mkdir(path string) error { return t.add("make directory", path, tree.Dir, nil) }

// Symlink implements Writer of package treetest.
func (t *Tree) Symlink(target, path string) error {
	return t.add("link", path, tree.Link, []byte(target))
}

// Mkfifo implements Writer of package treetest.
func (t *Tree) Mkfifo(path string) error { return t.add("make FIFO", path, tree.Other, nil) }

// Write implements Writer of package treetest.
func (t *Tree) Write(path string, content []byte) error {
	return t.edit("write", path, true, func([]byte) []byte { return content })
}

// Append implements Writer of package treetest.
func (t *Tree) Append(path string, content []byte) error {
	return t.edit("append to", path, false, func(old []byte) []byte { return append(slices.Clip(old), content...) })
}

func (t *Tree) edit(what, path string, create bool, to func(old []byte) []byte) error {
	return t.change(what, path, func(dir *node, d *disk, name string) error {
		n := dir.children[name]
		switch {
		case n == nil && !create:
			return syscall.ENOENT
		case n == nil:
			n = t.newNode(d, tree.File)
			dir.children[name] = n
			t.touched(dir)
		case n.typ == tree.Dir:
			return syscall.EISDIR
		case !n.typ.Taken():
			return syscall.EINVAL
		}
		n.content = slices.Clone(to(n.content))
		t.touched(n)
		return nil
	})
}

// SetTime sets a file's modification time, as restoring a backup does. The change time is now.
func (t *Tree) SetTime(path string, mtime time.Time) error {
	return t.change("set time of", path, func(dir *node, _ *disk, name string) error {
		n := dir.children[name]
		if n == nil {
			return syscall.ENOENT
		}
		n.mtime, n.ctime = mtime.UnixNano(), t.stamp()
		return nil
	})
}

// Link implements Writer of package treetest.
func (t *Tree) Link(from, to string) error {
	return t.change("link", from, func(dir *node, d *disk, name string) error {
		n := dir.children[name]
		target, targetDisk, targetName, err := t.parent(to)
		switch {
		case err != nil:
			return err
		case n == nil:
			return syscall.ENOENT
		case n.typ == tree.Dir:
			return syscall.EPERM
		case d != targetDisk:
			return syscall.EXDEV
		case target.children[targetName] != nil:
			return syscall.EEXIST
		}
		target.children[targetName] = n
		n.links++
		n.ctime = t.stamp()
		t.touched(target)
		return nil
	})
}

// Rename implements Writer of package treetest.
func (t *Tree) Rename(from, to string) error {
	if from == to {
		return nil
	}
	if strings.HasPrefix(to, from+"/") {
		return fmt.Errorf("rename %q into itself: %w", from, syscall.EINVAL)
	}
	return t.change("rename", from, func(dir *node, d *disk, name string) error {
		n := dir.children[name]
		target, targetDisk, targetName, err := t.parent(to)
		switch {
		case err != nil:
			return err
		case n == nil:
			return syscall.ENOENT
		case d != targetDisk:
			return syscall.EXDEV
		}
		if old := target.children[targetName]; old != nil {
			switch {
			case old == n: // two links to one file: rename(2) does nothing
				return nil
			case len(old.children) > 0:
				return syscall.ENOTEMPTY
			case old.typ == tree.Dir && n.typ != tree.Dir:
				return syscall.EISDIR
			case old.typ != tree.Dir && n.typ == tree.Dir:
				return syscall.ENOTDIR
			}
			t.drop(target, targetDisk, targetName)
		}
		delete(dir.children, name)
		target.children[targetName] = n
		n.ctime = t.stamp()
		t.touched(dir)
		t.touched(target)
		return nil
	})
}

// Swap exchanges two names, as renameat2(2) with RENAME_EXCHANGE does.
func (t *Tree) Swap(a, b string) error {
	return t.change("swap", a, func(dirA *node, diskA *disk, nameA string) error {
		dirB, diskB, nameB, err := t.parent(b)
		switch {
		case err != nil:
			return err
		case dirA.children[nameA] == nil || dirB.children[nameB] == nil:
			return syscall.ENOENT
		case diskA != diskB:
			return syscall.EXDEV
		case strings.HasPrefix(a, b+"/") || strings.HasPrefix(b, a+"/"):
			return syscall.EINVAL
		}
		dirA.children[nameA], dirB.children[nameB] = dirB.children[nameB], dirA.children[nameA]
		dirA.children[nameA].ctime = t.stamp()
		dirB.children[nameB].ctime = t.stamp()
		t.touched(dirA)
		t.touched(dirB)
		return nil
	})
}

// Remove implements Writer of package treetest.
func (t *Tree) Remove(path string) error {
	return t.change("remove", path, func(dir *node, d *disk, name string) error {
		switch n := dir.children[name]; {
		case n == nil:
			return syscall.ENOENT
		case n.mounted != nil:
			return syscall.EBUSY
		case len(n.children) > 0:
			return syscall.ENOTEMPTY
		}
		t.drop(dir, d, name)
		return nil
	})
}

// RemoveAll removes a path with everything below it; that it is not there is no error.
func (t *Tree) RemoveAll(path string) error {
	return t.change("remove", path, func(dir *node, d *disk, name string) error {
		if n := dir.children[name]; n != nil {
			t.dropAll(n, d)
			t.drop(dir, d, name)
		}
		return nil
	})
}

func (t *Tree) dropAll(n *node, d *disk) {
	for name, child := range n.children {
		t.dropAll(child, d)
		t.drop(n, d, name)
	}
}

// drop removes one name.
func (t *Tree) drop(dir *node, d *disk, name string) {
	n := dir.children[name]
	delete(dir.children, name)
	t.touched(dir)
	n.links--
	n.ctime = t.stamp()
	d.reuse(n)
}

// Advance moves the clock of time stamps.
func (t *Tree) Advance(by time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ahead += by
}

// Renumber deals the inode numbers of all that is below the root out anew, as a remount does where numbers are made
// up: each is another's now.
func (t *Tree) Renumber() {
	t.mu.Lock()
	defer t.mu.Unlock()
	var nodes []*node
	seen := map[*node]bool{}
	var collect func(n *node)
	collect = func(n *node) {
		for _, name := range slices.Sorted(maps.Keys(n.children)) {
			if c := n.children[name]; !seen[c] {
				seen[c] = true
				nodes = append(nodes, c)
				collect(c)
			}
		}
	}
	collect(t.disk.root)
	for i := 1; i < len(nodes); i++ {
		nodes[i].id.Inode, nodes[i-1].id.Inode = nodes[i-1].id.Inode, nodes[i].id.Inode
	}
}

// TakeAway makes every call fail with tree.ErrAway for this reason, until BringBack.
func (t *Tree) TakeAway(reason string) { t.setAway(reason) }

// BringBack ends TakeAway.
func (t *Tree) BringBack() { t.setAway("") }

func (t *Tree) setAway(reason string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.away = reason
}

// PullOut leaves the root an empty directory of another volume, as an unmount does: proven absent is all
// that was there, to those that do not ask for the volume. PlugIn puts the disk back.
func (t *Tree) PullOut(mountPoint tree.Volume) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.pulled == nil {
		t.pulled = t.disk
	}
	if mountPoint.ID == "" {
		mountPoint.ID = "uuid:mount-point"
	}
	t.disk = t.newDisk(mountPoint)
}

// PlugIn ends PullOut.
func (t *Tree) PlugIn() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.pulled != nil {
		t.disk, t.pulled = t.pulled, nil
	}
}

// Resize makes the root's disk one whose listings are no proof by themselves, of so many bytes.
func (t *Tree) Resize(bytes int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.disk.size = bytes
}

// Called gives the disk another id, and the one that it had in earlier versions.
func (t *Tree) Called(id, former string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.disk.volume.ID, t.disk.volume.Former = id, former
}

// Exchange puts an empty disk in the place of the root's.
func (t *Tree) Exchange(v tree.Volume) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.disk = t.newDisk(v)
}

// Mount covers a directory with an empty disk.
func (t *Tree) Mount(path string, v tree.Volume) error {
	return t.change("mount", path, func(dir *node, _ *disk, name string) error {
		n := dir.children[name]
		switch {
		case n == nil:
			return syscall.ENOENT
		case n.typ != tree.Dir:
			return syscall.ENOTDIR
		case n.mounted != nil:
			return syscall.EBUSY
		}
		n.mounted = t.newDisk(v)
		return nil
	})
}

// Unmount uncovers a directory. The disk is gone with everything on it.
func (t *Tree) Unmount(path string) error {
	return t.change("unmount", path, func(dir *node, _ *disk, name string) error {
		n := dir.children[name]
		if n == nil || n.mounted == nil {
			return syscall.EINVAL
		}
		n.mounted = nil
		return nil
	})
}
