package local

import (
	"math"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// entryMask is what is asked of the file system for an entry, and nothing more: a network file system
// may have to ask its server for every field. STATX_MNT_ID_UNIQUE (Linux 6.8) numbers mounts without
// ever using a number again; older kernels ignore it and fill in the plain number.
const entryMask = unix.STATX_TYPE | unix.STATX_SIZE | unix.STATX_MTIME | unix.STATX_CTIME | unix.STATX_INO |
	unix.STATX_BTIME | unix.STATX_NLINK | unix.STATX_MNT_ID | unix.STATX_MNT_ID_UNIQUE

// statx looks at the NUL-terminated name in the directory dirfd, following nothing and mounting nothing.
// It is written out because unix.Statx copies the name for each call.
func statx(dirfd int, name *byte, flags, mask int, st *unix.Statx_t) error {
	for {
		_, _, e := unix.Syscall6(unix.SYS_STATX, uintptr(dirfd), uintptr(unsafe.Pointer(name)),
			uintptr(flags|unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT), uintptr(mask), uintptr(unsafe.Pointer(st)), 0)
		if e == 0 {
			return nil
		}
		if e != unix.EINTR {
			return e
		}
	}
}

// noName is the empty name that, with AT_EMPTY_PATH, stands for the descriptor itself.
var noName [1]byte

// statxFD looks at an open file.
func statxFD(fd, mask int, st *unix.Statx_t) error {
	return statx(fd, &noName[0], unix.AT_EMPTY_PATH, mask, st)
}

// statxAt looks at one name in the directory dirfd.
func statxAt(dirfd int, name string, mask int, st *unix.Statx_t) error {
	p, err := unix.BytePtrFromString(name)
	if err != nil {
		return err
	}
	return statx(dirfd, p, 0, mask, st)
}

// again repeats f while a signal interrupts it: FUSE and NFS calls return EINTR even where the handler
// was installed with SA_RESTART (golang.org/issue/38836).
func again(f func() (int, error)) (int, error) {
	for {
		n, err := f()
		if err != unix.EINTR {
			return n, err
		}
	}
}

// fillEntry makes an entry of what statx saw. The name is the caller's to set.
func fillEntry(e *tree.Entry, st *unix.Statx_t) {
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		e.Type = tree.File
	case unix.S_IFDIR:
		e.Type = tree.Dir
	case unix.S_IFLNK:
		e.Type = tree.Link
	default:
		e.Type = tree.Other
	}
	e.ID = fileID(st)
	e.Size = int64(st.Size)
	e.MTime = clamped(st.Mtime)
	e.CTime = 0
	if st.Mask&unix.STATX_CTIME != 0 {
		e.CTime = clamped(st.Ctime)
	}
	e.Links = st.Nlink
}

func fileID(st *unix.Statx_t) tree.FileID {
	id := tree.FileID{Inode: st.Ino}
	if st.Mask&unix.STATX_BTIME != 0 {
		id.Birth = wrapped(st.Btime)
	}
	return id
}

// wrapped wraps around outside the years 1678 to 2262, like time.Time.UnixNano: such times still compare as
// different, which is all that times of birth are used for.
func wrapped(ts unix.StatxTimestamp) int64 { return ts.Sec*int64(time.Second) + int64(ts.Nsec) }

// clamped is the nearest time that can be told, where a file says one outside of the years 1678 to 2262. Such times
// are shown, and wrapped around they would be invented.
func clamped(ts unix.StatxTimestamp) int64 {
	const last = math.MaxInt64 / int64(time.Second)
	switch {
	case ts.Sec >= last:
		return tree.Latest
	case ts.Sec <= -last:
		return tree.Earliest
	}
	return wrapped(ts)
}

// mountKey tells mounts apart while they last. It must never leave the process: device and mount numbers
// change with every boot.
type mountKey struct {
	dev  uint64
	id   uint64
	fsid unix.Fsid // only where the kernel may use mount numbers again
}

func keyOf(st *unix.Statx_t) mountKey {
	return mountKey{dev: unix.Mkdev(st.Dev_major, st.Dev_minor), id: st.Mnt_id}
}

// crosses says whether the entry st is on another mount than the directory dir that holds it. A nested
// btrfs subvolume has a device number of its own, but is not mounted.
func crosses(dir, st *unix.Statx_t) bool {
	if dir.Mask&(unix.STATX_MNT_ID|unix.STATX_MNT_ID_UNIQUE) != 0 {
		return st.Mnt_id != dir.Mnt_id
	}
	return st.Dev_major != dir.Dev_major || st.Dev_minor != dir.Dev_minor // Linux before 5.8
}
