package local

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

const (
	// listTries is how often a directory is read anew that changed while it was read.
	listTries = 3
	// listBuffer is for one getdents64, some 1,500 names of common length.
	listBuffer = 64 << 10
	// coarsest is the largest step of time stamps that file systems have (FAT: 2 s).
	coarsest = 2 * time.Second
)

// reader is the memory of one listing, kept for the next.
type reader struct {
	buf     [listBuffer]byte
	names   []byte // of all entries, one after the other
	lengths []int32
	entries []tree.Entry
	broken  []string
	st      unix.Statx_t
}

var readers = sync.Pool{New: func() any { return new(reader) }}

// keep gives the reader back, unless a directory of unusual size blew it up (some 2 MB).
func (r *reader) keep() {
	if cap(r.entries) <= 16384 && cap(r.names) <= 1<<20 {
		clear(r.entries)
		r.broken = nil
		readers.Put(r)
	}
}

// List implements tree.Tree. The names of a listing share one allocation: keeping one keeps all.
//
// A listing is tied to its path: after reading, the path must still lead to the directory that was read,
// and the directory must not have changed (getdents64 can miss or repeat an entry that is renamed while
// it runs). Where it changed it is read again, and where it goes on changing the listing is Provisional:
// all that is in it was seen, but a missing name proves nothing. Where the path leads elsewhere time and
// again, the error is ErrUnsettled.
func (t *Tree) List(ctx context.Context, dir string) (*tree.Listing, error) {
	return callOn(ctx, t, "list", dir, func() (*tree.Listing, error) { return t.list(ctx, dir) }, nil)
}

// outcome is what one reading of a directory came to.
type outcome int

const (
	settled outcome = iota
	changed
	moved
)

func (t *Tree) list(ctx context.Context, dir string) (*tree.Listing, error) {
	r := readers.Get().(*reader)
	defer r.keep()
	for try := 1; ; try++ {
		l, how, err := t.listOnce(ctx, r, dir)
		switch {
		case err != nil:
			return nil, err
		case how == settled:
			return l, nil
		case try < listTries:
		case how == changed:
			l.Provisional = true
			l.Entries = unique(l.Entries)
			return l, nil
		default:
			return nil, tree.ErrUnsettled
		}
	}
}

func (t *Tree) listOnce(ctx context.Context, r *reader, dir string) (*tree.Listing, outcome, error) {
	root, p, err := t.openRoot()
	if err != nil {
		return nil, 0, err
	}
	defer unix.Close(root)
	fd, err := t.openDir(root, dir)
	if err != nil {
		return nil, 0, err
	}
	defer unix.Close(fd)
	var before unix.Statx_t
	if err := statxFD(fd, t.mask, &before); err != nil {
		return nil, 0, err
	}
	fresh, err := t.awaitTick(ctx, fd, &before)
	if err != nil {
		return nil, 0, err
	}
	l := &tree.Listing{}
	if l.Volume, err = t.volumeAt(root, p, dir, fd, &before); err != nil {
		return nil, 0, err
	}
	t.fill(&l.Self, &before)
	switch err := r.read(ctx, t, fd, &before); err {
	case nil:
	case unix.ENOENT: // removed: what is at the path now is for the next try to find
		return nil, moved, nil
	default:
		return nil, 0, err
	}
	l.Entries, l.Broken = r.result()
	how, err := t.check(root, dir, &before)
	if how == settled && fresh {
		how = changed
	}
	return l, how, err
}

// openDir opens a directory for reading, and says which of the two it is when that is not possible: no
// directory, or not there.
func (t *Tree) openDir(root int, dir string) (int, error) {
	const flags = unix.O_RDONLY | unix.O_DIRECTORY
	fd, err := t.openUntouched(root, dir, flags)
	switch err {
	case unix.ENOTDIR, unix.ELOOP:
		var st unix.Statx_t
		if _, err := t.lookAt(root, dir, &st); err != nil {
			return -1, err
		}
		return -1, tree.ErrNotDir
	case nil:
		return fd, nil
	}
	return -1, proves(err)
}

// openUntouched opens without changing the access time, where the system grants that.
func (t *Tree) openUntouched(root int, path string, flags int) (int, error) {
	if t.noatime.Load() {
		fd, err := t.openBeneath(root, path, flags|unix.O_NOATIME)
		if err != unix.EPERM {
			return fd, err
		}
		t.noatime.Store(false)
	}
	return t.openBeneath(root, path, flags)
}

// check looks where the path of a directory leads after it was read.
func (t *Tree) check(root int, dir string, before *unix.Statx_t) (outcome, error) {
	var after unix.Statx_t
	var fd int
	var err error
	if dir == "" { // the root has no path beneath itself
		if fd, _, err = t.openRoot(); err != nil {
			return 0, err
		}
	} else if fd, err = t.openBeneath(root, dir, unix.O_PATH|unix.O_DIRECTORY); err != nil {
		switch err {
		case unix.ENOENT, unix.ENOTDIR, unix.ELOOP, unix.EXDEV:
			return moved, nil
		}
		return 0, err
	}
	defer unix.Close(fd)
	if err := statxFD(fd, t.mask, &after); err != nil {
		return 0, err
	}
	switch {
	case keyOf(&after) != keyOf(before) || fileID(&after) != fileID(before):
		return moved, nil
	case after.Mtime != before.Mtime || after.Ctime != before.Ctime:
		// The same directory, changed; or one that took its inode number where there is no birth time.
		return changed, nil
	}
	return settled, nil
}

// awaitTick waits, if need be, until a change of the directory from now on must show in its time stamps,
// and renews st. They advance in steps: those of the kernel's coarse clock (4 ms at 250 Hz) or of the
// file system. A directory that changed within the running step could change again without a trace.
// It waits once; fresh says that the directory changed meanwhile, so that its stamps still prove nothing.
func (t *Tree) awaitTick(ctx context.Context, fd int, st *unix.Statx_t) (fresh bool, err error) {
	wait, err := stepLeft(st)
	if wait == 0 || err != nil {
		return false, err
	}
	for wait > 0 {
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(wait):
		}
		if wait, err = stepLeft(st); err != nil {
			return false, err
		}
	}
	if err := statxFD(fd, t.mask, st); err != nil {
		return false, err
	}
	wait, err = stepLeft(st)
	return wait > 0, err
}

// stepLeft returns how long to wait before asking again whether the clock has left the step in which st
// last changed; 0 if it has.
func stepLeft(st *unix.Statx_t) (time.Duration, error) {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_REALTIME_COARSE, &now); err != nil {
		return 0, err
	}
	var step time.Duration
	if st.Mtime.Nsec == 0 && st.Ctime.Nsec == 0 {
		step = coarsest
	}
	ahead := time.Duration(max(clamped(st.Mtime), clamped(st.Ctime))-now.Nano()) + step
	if ahead < 0 || ahead > step+time.Second { // a step ago, or by a clock that is not ours
		return 0, nil
	}
	return ahead + time.Millisecond, nil
}

// Offsets in struct linux_dirent64, see getdents64(2).
const (
	direntReclen = 16
	direntType   = 18
	direntName   = 19
)

// read reads the open directory fd to its end and looks at every entry.
func (r *reader) read(ctx context.Context, t *Tree, fd int, dir *unix.Statx_t) error {
	r.names, r.lengths, r.entries, r.broken = r.names[:0], r.lengths[:0], r.entries[:0], nil
	for {
		n, err := again(func() (int, error) { return unix.Getdents(fd, r.buf[:]) })
		if err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		for rest := r.buf[:n]; len(rest) > direntName; {
			size := int(binary.NativeEndian.Uint16(rest[direntReclen:]))
			if size <= direntName || size > len(rest) {
				return fmt.Errorf("read directory: %w", unix.EIO) // never seen; an endless loop otherwise
			}
			if err := r.look(t, fd, rest[direntName:size], dir); err != nil {
				return err
			}
			rest = rest[size:]
		}
	}
}

// look adds the entry whose NUL-terminated name is padded to the length of raw. The kernel reads the
// name from the buffer where it put it.
func (r *reader) look(t *Tree, fd int, raw []byte, dir *unix.Statx_t) error {
	n := 0
	for n < len(raw) && raw[n] != 0 {
		n++
	}
	if name := raw[:n]; n == 0 || n == len(raw) || string(name) == "." || string(name) == ".." {
		return nil
	}
	switch err := statx(fd, (*byte)(unsafe.Pointer(&raw[0])), 0, t.mask, &r.st); err {
	case nil:
	case unix.ENOENT:
		return nil // vanished since getdents64
	case unix.ENOMEM, unix.EMFILE, unix.ENFILE:
		return err // of this process, not of the entry
	default:
		r.broken = append(r.broken, string(raw[:n]))
		return nil
	}
	r.entries = append(r.entries, tree.Entry{Mount: crosses(dir, &r.st)})
	e := &r.entries[len(r.entries)-1]
	t.fill(e, &r.st)
	if e.Mount {
		markMount(e, t.crossMounts)
	}
	r.names = append(r.names, raw[:n]...)
	r.lengths = append(r.lengths, int32(n))
	return nil
}

// result copies what was read into memory of the caller's own: one string for all names, one slice.
func (r *reader) result() ([]tree.Entry, []string) {
	names := string(r.names)
	entries := make([]tree.Entry, len(r.entries))
	copy(entries, r.entries)
	at := 0
	for i := range entries {
		end := at + int(r.lengths[i])
		entries[i].Name = names[at:end]
		at = end
	}
	return entries, r.broken
}

// unique drops all but the last of the entries of one name, of which a changing directory can show two.
func unique(entries []tree.Entry) []tree.Entry {
	last := make(map[string]int, len(entries))
	for i := range entries {
		last[entries[i].Name] = i
	}
	kept := entries[:0]
	for i := range entries {
		if last[entries[i].Name] == i {
			kept = append(kept, entries[i])
		}
	}
	return kept
}
