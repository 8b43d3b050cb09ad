package local

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/catalogizer/catalogizerd/internal/tree"
	"golang.org/x/sys/unix"
)

// proof is a root directory for which a volume has been established.
type proof struct {
	mount  mountKey
	root   tree.FileID
	volume tree.Volume
}

// openRoot opens the root, proves that it is on the expected volume, and returns its descriptor with
// the proof. The caller closes the descriptor.
func (t *Tree) openRoot() (int, *proof, error) {
	root, err := t.openRootPath()
	if err != nil {
		return -1, nil, err
	}
	p, err := t.prove(root, false)
	if err == nil {
		if want := t.expected.Load(); want != nil && want.ID != p.volume.ID {
			err = fmt.Errorf("%w: %s is on the %s file system %s, not on %s as before: is its disk mounted?",
				tree.ErrAway, t.path, p.volume.FSType, p.volume.ID, want.ID)
		}
	}
	if err != nil {
		unix.Close(root)
		return -1, nil, err
	}
	return root, p, nil
}

func (t *Tree) openRootPath() (int, error) {
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
func (t *Tree) prove(root int, anew bool) (*proof, error) {
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

// rootError says what an error of the root itself means: it is away, unless this process ran out of
// something, which says nothing about the root.
func rootError(path string, err error) error {
	is := func(e syscall.Errno) bool { return errors.Is(err, e) }
	switch {
	case is(unix.EMFILE), is(unix.ENFILE), is(unix.ENOMEM):
		return fmt.Errorf("open root %s: %w", path, err)
	case is(unix.ENOENT):
		return fmt.Errorf("%w: %s does not exist", tree.ErrAway, path)
	case is(unix.ENOTDIR):
		return fmt.Errorf("%w: %s is not a directory", tree.ErrAway, path)
	case is(unix.EACCES), is(unix.EPERM):
		return fmt.Errorf("%w: %s may not be listed or entered by user %d (%w): "+
			"give the user read and search permission (rx) on it, and search permission (x) above",
			tree.ErrAway, path, unix.Geteuid(), err)
	}
	return fmt.Errorf("%w: %s: %w", tree.ErrAway, path, err)
}
