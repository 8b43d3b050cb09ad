// Package local is a directory of this machine as a tree.Tree, and what Linux says of mounts.
package local

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Options are the choices of a local tree.
type Options struct {
	// CrossMounts goes into file systems that are mounted below the root.
	CrossMounts bool
}

// Tree is a directory of this machine as a tree.Tree.
//
// Every call opens the root afresh, proves that it is on the expected volume, and goes on from that one
// descriptor: what happens to the root's path meanwhile (an unmount, another disk in its place) cannot
// mix two file systems in one answer. The proof is cheap: device, mount number and root directory are
// compared with those for which the volume was last established; only where they differ is it
// established anew.
type Tree struct {
	path        string
	crossMounts bool
	openat2     bool
	mask        int // of statx, see entryMask
	gate        *gate
	// noatime is cleared when the system first refuses O_NOATIME, which it grants to a file's owner only.
	noatime  atomic.Bool
	expected atomic.Pointer[tree.Volume]
	proven   atomic.Pointer[proof]
	where    atomic.Pointer[string] // see Where
	first    atomic.Pointer[Mounts] // see FirstMounts
	nested   nestedVolumes
	births   atomic.Bool // a file's time of birth lasts as long as the file
}

// New returns the tree of the directory path, which must be absolute. The directory need not be
// there: the tree is away until it is. Symbolic links in path itself are followed, at each call.
func New(path string, opts Options) (*Tree, error) {
	if !filepath.IsAbs(path) {
		return nil, fmt.Errorf("open tree %q: path is not absolute", path)
	}
	t := &Tree{path: filepath.Clean(path), crossMounts: opts.CrossMounts, openat2: haveOpenat2(), mask: entryMask,
		gate: newGate(callLimit)}
	t.noatime.Store(true)
	return t, nil
}

var _ tree.Tree = (*Tree)(nil)

// Path returns the root directory's path.
func (t *Tree) Path() string { return t.path }

// Expect implements tree.Tree.
func (t *Tree) Expect(v tree.Volume) {
	if v == (tree.Volume{}) {
		t.expected.Store(nil)
		return
	}
	t.expected.Store(&v)
}

// Identify implements tree.Tree. It establishes the volume anew, whatever was known.
func (t *Tree) Identify(ctx context.Context) (tree.Volume, error) { return t.identify(ctx, true) }

// Glance is Identify for those who ask often: what is known of the volume stands while the path leads to the same
// directory of the same mount.
func (t *Tree) Glance(ctx context.Context) (tree.Volume, error) { return t.identify(ctx, false) }

func (t *Tree) identify(ctx context.Context, anew bool) (tree.Volume, error) {
	v, err := call(ctx, t.gate, func() (tree.Volume, error) {
		root, err := t.openRootPath()
		if err != nil {
			return tree.Volume{}, err
		}
		defer unix.Close(root)
		before := t.proven.Load()
		p, err := t.prove(root, anew)
		if err != nil {
			return tree.Volume{}, err
		}
		if p == before {
			return p.volume, nil
		}
		where, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", root)) // proc(5)
		if err != nil {
			return tree.Volume{}, err
		}
		t.where.Store(&where)
		if t.first.Load() == nil {
			if m, err := MountsAt(where); err == nil {
				t.first.CompareAndSwap(nil, &m)
			}
		}
		return p.volume, nil
	}, nil)
	if err != nil {
		return tree.Volume{}, fmt.Errorf("identify %s: %w", t.path, err)
	}
	return v, nil
}

// Where is the path of the root without symbolic links, as it was when it was identified last; empty before. It asks no
// disk.
func (t *Tree) Where() string {
	if p := t.where.Load(); p != nil {
		return *p
	}
	return ""
}

// FirstMounts are the mounts at and below the root as they were when it was identified for the first time; nil before.
// No listing is older, so what is mounted otherwise by now has been so for less than all listings.
func (t *Tree) FirstMounts() *Mounts { return t.first.Load() }

// Stat implements tree.Tree. The entry is the same as List has for the name: a directory on which something
// is mounted is shown, whether or not the tree goes into it.
func (t *Tree) Stat(ctx context.Context, path string) (tree.Entry, error) {
	return callOn(ctx, t, "look at", path, func() (tree.Entry, error) { return t.stat(path) }, nil)
}

func (t *Tree) stat(path string) (tree.Entry, error) {
	root, _, err := t.openRoot()
	if err != nil {
		return tree.Entry{}, err
	}
	defer unix.Close(root)
	var e tree.Entry
	var st unix.Statx_t
	if path == "" {
		if err := statxFD(root, t.mask, &st); err != nil {
			return tree.Entry{}, err
		}
		t.fill(&e, &st)
		return e, nil
	}
	e.Mount, err = t.lookAt(root, path, &st)
	if err != nil {
		return tree.Entry{}, err
	}
	t.fill(&e, &st)
	_, e.Name = tree.Split(path)
	if e.Mount {
		markMount(&e, t.crossMounts)
	}
	return e, nil
}

// lookAt fills st with what path (not "") is, seen from its directory, and says whether it is on another
// mount than that.
func (t *Tree) lookAt(root int, path string, st *unix.Statx_t) (mounted bool, err error) {
	dir, name := tree.Split(path)
	parent := root
	if dir != "" {
		if parent, err = t.openBeneath(root, dir, unix.O_PATH|unix.O_DIRECTORY); err != nil {
			return false, proves(err)
		}
		defer unix.Close(parent)
	}
	if err := statxAt(parent, name, t.mask, st); err != nil {
		return false, proves(err)
	}
	if st.Attributes_mask&unix.STATX_ATTR_MOUNT_ROOT != 0 { // Linux 5.8
		return st.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0, nil
	}
	var above unix.Statx_t
	if err := statxFD(parent, t.mask, &above); err != nil {
		return false, err
	}
	return crosses(&above, st), nil
}

// proves turns the system's error for a path into what it proves of the path.
func proves(err error) error {
	switch err {
	case unix.ENOENT, unix.ENOTDIR, unix.ELOOP:
		// ENOTDIR and ELOOP: something above it is no directory, so nothing is below that.
		return tree.ErrNotExist
	case unix.EXDEV:
		return tree.ErrOtherVolume
	}
	return err
}

// markMount marks the entry as what another mount covers. A file that is covered by a mounted file has
// its identity on a volume that no listing names, so it carries none.
func markMount(e *tree.Entry, crossMounts bool) {
	if e.Type == tree.Dir {
		return
	}
	e.ID = tree.FileID{}
	if e.Mount = !crossMounts; e.Mount {
		e.Type = tree.Other
	}
}

// fill makes an entry of what statx saw. The name is the caller's to set.
func (t *Tree) fill(e *tree.Entry, st *unix.Statx_t) {
	fillEntry(e, st)
	if !t.births.Load() {
		e.ID.Birth = 0
	}
}
