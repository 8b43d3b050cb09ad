package tree

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// ErrUnsettled says that a directory kept moving while it was listed, so that no listing of it could be
// tied to its path. Nothing can be concluded; a later try may succeed.
var ErrUnsettled = errors.New("directory does not stay where it is")

// LocalOptions are the choices of a local tree.
type LocalOptions struct {
	// CrossMounts goes into file systems that are mounted below the root.
	CrossMounts bool
}

// Local is a directory of this machine as a Tree.
//
// Every call opens the root afresh, proves that it is on the expected volume, and goes on from that one
// descriptor: what happens to the root's path meanwhile (an unmount, another disk in its place) cannot
// mix two file systems in one answer. The proof is cheap: device, mount number and root directory are
// compared with those for which the volume was last established; only where they differ is it
// established anew.
type Local struct {
	path        string
	crossMounts bool
	openat2     bool
	mask        int // of statx, see entryMask
	gate        gate
	// noatime is cleared when the system first refuses O_NOATIME, which it grants to a file's owner only.
	noatime  atomic.Bool
	expected atomic.Pointer[Volume]
	proven   atomic.Pointer[proof]
	where    atomic.Pointer[string] // see Where
	first    atomic.Pointer[Mounts] // see FirstMounts
	nested   nestedVolumes
	births   atomic.Bool // a file's time of birth lasts as long as the file
}

// proof is a root directory for which a volume has been established.
type proof struct {
	mount  mountKey
	root   FileID
	volume Volume
}

// NewLocal returns the tree of the directory path, which must be absolute. The directory need not be
// there: the tree is away until it is. Symbolic links in path itself are followed, at each call.
func NewLocal(path string, opts LocalOptions) (*Local, error) {
	if !filepath.IsAbs(path) {
		return nil, fmt.Errorf("open tree %q: path is not absolute", path)
	}
	t := &Local{path: filepath.Clean(path), crossMounts: opts.CrossMounts, openat2: haveOpenat2(), mask: entryMask}
	t.gate.limit = stuckLimit
	t.noatime.Store(true)
	return t, nil
}

var _ Tree = (*Local)(nil)

// Path returns the root directory's path.
func (t *Local) Path() string { return t.path }

// Stuck returns how many abandoned calls wait in the operating system. At 64 the tree counts as away.
func (t *Local) Stuck() int64 { return t.gate.stuck.Load() }

// Expect implements Tree.
func (t *Local) Expect(v Volume) {
	if v == (Volume{}) {
		t.expected.Store(nil)
		return
	}
	t.expected.Store(&v)
}

// Identify implements Tree. It establishes the volume anew, whatever was known.
func (t *Local) Identify(ctx context.Context) (Volume, error) { return t.identify(ctx, true) }

// Glance is Identify for those who ask often: what is known of the volume stands while the path leads to the same
// directory of the same mount.
func (t *Local) Glance(ctx context.Context) (Volume, error) { return t.identify(ctx, false) }

func (t *Local) identify(ctx context.Context, anew bool) (Volume, error) {
	v, err := call(ctx, &t.gate, func() (Volume, error) {
		root, err := t.openRootPath()
		if err != nil {
			return Volume{}, err
		}
		defer unix.Close(root)
		before := t.proven.Load()
		p, err := t.prove(root, anew)
		if err != nil {
			return Volume{}, err
		}
		if p == before {
			return p.volume, nil
		}
		where, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", root)) // proc(5)
		if err != nil {
			return Volume{}, err
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
		return Volume{}, fmt.Errorf("identify %s: %w", t.path, err)
	}
	return v, nil
}

// Where is the path of the root without symbolic links, as it was when it was identified last; empty before. It asks no
// disk.
func (t *Local) Where() string {
	if p := t.where.Load(); p != nil {
		return *p
	}
	return ""
}

// FirstMounts are the mounts at and below the root as they were when it was identified for the first time; nil before. No
// listing is older, so what is mounted otherwise by now has been so for less than all listings.
func (t *Local) FirstMounts() *Mounts { return t.first.Load() }

// Stat implements Tree. The entry is the same as List has for the name: a directory on which something
// is mounted is shown, whether or not the tree goes into it.
func (t *Local) Stat(ctx context.Context, path string) (Entry, error) {
	if !ValidPath(path) {
		return Entry{}, fmt.Errorf("look at %q: %w", path, unix.EINVAL)
	}
	e, err := call(ctx, &t.gate, func() (Entry, error) { return t.stat(path) }, nil)
	if err != nil {
		return Entry{}, fmt.Errorf("look at %q: %w", path, err)
	}
	return e, nil
}

func (t *Local) stat(path string) (Entry, error) {
	root, _, err := t.openRoot()
	if err != nil {
		return Entry{}, err
	}
	defer unix.Close(root)
	var e Entry
	var st unix.Statx_t
	if path == "" {
		if err := statxFD(root, t.mask, &st); err != nil {
			return Entry{}, err
		}
		t.fill(&e, &st)
		return e, nil
	}
	e.Mount, err = t.lookAt(root, path, &st)
	if err != nil {
		return Entry{}, err
	}
	t.fill(&e, &st)
	_, e.Name = split(path)
	if e.Mount {
		e.markMount(t.crossMounts)
	}
	return e, nil
}

// lookAt fills st with what path (not "") is, seen from its directory, and says whether it is on another
// mount than that.
func (t *Local) lookAt(root int, path string, st *unix.Statx_t) (mounted bool, err error) {
	dir, name := split(path)
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
		return ErrNotExist
	case unix.EXDEV:
		return ErrOtherVolume
	}
	return err
}

// markMount marks the entry as what another mount covers. A file that is covered by a mounted file has
// its identity on a volume that no listing names, so it carries none.
func (e *Entry) markMount(crossMounts bool) {
	if e.Type == Dir {
		return
	}
	e.ID = FileID{}
	if e.Mount = !crossMounts; e.Mount {
		e.Type = Other
	}
}

// openRoot opens the root, proves that it is on the expected volume, and returns its descriptor with
// the proof. The caller closes the descriptor.
func (t *Local) openRoot() (int, *proof, error) {
	root, err := t.openRootPath()
	if err != nil {
		return -1, nil, err
	}
	p, err := t.prove(root, false)
	if err == nil {
		if want := t.expected.Load(); want != nil && want.ID != p.volume.ID {
			err = fmt.Errorf("%w: %s is on the %s file system %s, not on %s as before: is its disk mounted?",
				ErrAway, t.path, p.volume.FSType, p.volume.ID, want.ID)
		}
	}
	if err != nil {
		unix.Close(root)
		return -1, nil, err
	}
	return root, p, nil
}

func (t *Local) openRootPath() (int, error) {
	fd, err := again(func() (int, error) {
		return unix.Open(t.path, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return -1, rootError(t.path, err)
	}
	return fd, nil
}

// prove returns the volume of the open root, from the last proof where that is for this very mount and
// directory and anew is not asked for.
func (t *Local) prove(root int, anew bool) (*proof, error) {
	var st unix.Statx_t
	if err := statxFD(root, t.mask, &st); err != nil {
		return nil, rootError(t.path, err)
	}
	now := proof{mount: mountOf(root, &st), root: fileID(&st)}
	if p := t.proven.Load(); p != nil && !anew && p.mount == now.mount && p.root == now.root {
		return p, nil
	}
	v, err := volumeOf(root, now.root)
	if err != nil {
		return nil, rootError(t.path, err)
	}
	now.volume = v
	t.births.Store(!traitsOf(v.FSType).reborn)
	t.proven.Store(&now)
	return &now, nil
}

// fill makes an entry of what statx saw. The name is the caller's to set.
func (t *Local) fill(e *Entry, st *unix.Statx_t) {
	e.fill(st)
	if !t.births.Load() {
		e.ID.Birth = 0
	}
}

// rootError says what an error of the root itself means: it is away, unless this process ran out of
// something, which says nothing about the root.
func rootError(path string, err error) error {
	is := func(e syscall.Errno) bool { return errors.Is(err, e) }
	switch {
	case is(unix.EMFILE), is(unix.ENFILE), is(unix.ENOMEM):
		return fmt.Errorf("open root %s: %w", path, err)
	case is(unix.ENOENT):
		return fmt.Errorf("%w: %s does not exist", ErrAway, path)
	case is(unix.ENOTDIR):
		return fmt.Errorf("%w: %s is not a directory", ErrAway, path)
	case is(unix.EACCES), is(unix.EPERM):
		return fmt.Errorf("%w: %s may not be listed or entered by user %d (%w): give the user read and search permission (rx) on it, and search permission (x) above",
			ErrAway, path, unix.Geteuid(), err)
	}
	return fmt.Errorf("%w: %s: %w", ErrAway, path, err)
}
