package inotify

import (
	"errors"

	"golang.org/x/sys/unix"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// statResult is what was found at a path.
type statResult struct {
	id    tree.FileID
	dev   uint32
	dir   bool
	mtime int64  // Unix nanoseconds
	mount uint64 // the mount it lies on, never used again for another; 0 where the kernel does not tell
}

// stat says what is at a path, without following a link at its end.
func stat(path string) (statResult, error) {
	const mask = unix.STATX_TYPE | unix.STATX_INO | unix.STATX_MTIME | unix.STATX_BTIME | unix.STATX_MNT_ID_UNIQUE
	var st unix.Statx_t
	for {
		err := unix.Statx(unix.AT_FDCWD, path, unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT, mask, &st)
		if err == nil {
			break
		}
		if !errors.Is(err, unix.EINTR) {
			return statResult{}, err
		}
	}
	s := statResult{
		id:    tree.FileID{Inode: st.Ino},
		dev:   st.Dev_major<<20 | st.Dev_minor, // 12 and 20 bits, as in the kernel's dev_t
		dir:   st.Mode&unix.S_IFMT == unix.S_IFDIR,
		mtime: st.Mtime.Sec*1e9 + int64(st.Mtime.Nsec),
	}
	if st.Mask&unix.STATX_BTIME != 0 {
		s.id.Birth = st.Btime.Sec*1e9 + int64(st.Btime.Nsec)
	}
	if st.Mask&unix.STATX_MNT_ID_UNIQUE != 0 {
		s.mount = st.Mnt_id
	}
	return s, nil
}

// same says that one directory was found twice.
func (s statResult) same(t statResult) bool { return s.id == t.id && s.dev == t.dev && s.dir && t.dir }

// shows says that the directory found is one that is watched.
func (s statResult) shows(d directory) bool {
	return s.dir && d.state == watched && identityOf(s.id) == d.identity && s.dev == d.dev
}

// absent says that an error proves that there is no directory at the path.
func absent(err error) bool { return errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) }
