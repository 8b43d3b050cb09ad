package local

import (
	"strings"

	"golang.org/x/sys/unix"
)

// pathChunk is how long a path may be for one openat2. The kernel takes PATH_MAX (4,096 bytes with its
// NUL); trees can be deeper than that.
const pathChunk = 4000

// haveOpenat2 asks the kernel once: openat2 needs Linux 5.6, and container runtimes of that time answer
// EPERM for it by seccomp.
func haveOpenat2() bool {
	how := unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC, Resolve: unix.RESOLVE_NO_SYMLINKS}
	fd, err := unix.Openat2(unix.AT_FDCWD, "/", &how)
	if err != nil {
		return false
	}
	unix.Close(fd)
	return true
}

// openBeneath opens path below the directory root. It follows no symbolic link anywhere in the path
// (ELOOP or ENOTDIR), never leaves root, and does not cross into another mount (EXDEV) unless the tree
// does. The path "" is root itself.
func (t *Tree) openBeneath(root int, path string, flags int) (int, error) {
	if path == "" {
		path = "."
	}
	flags |= unix.O_CLOEXEC | unix.O_NOFOLLOW
	dir := root
	for len(path) > pathChunk {
		cut := strings.LastIndexByte(path[:pathChunk], '/')
		if cut < 0 {
			return -1, unix.ENAMETOOLONG
		}
		next, err := t.openat(dir, path[:cut], unix.O_PATH|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC)
		if dir != root {
			unix.Close(dir)
		}
		if err != nil {
			return -1, err
		}
		dir, path = next, path[cut+1:]
	}
	fd, err := t.openat(dir, path, flags)
	if dir != root {
		unix.Close(dir)
	}
	return fd, err
}

// openat opens a path of at most pathChunk bytes.
func (t *Tree) openat(dir int, path string, flags int) (int, error) {
	if !t.openat2 {
		return t.openByName(dir, path, flags)
	}
	const below = unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS
	how := unix.OpenHow{Flags: uint64(flags), Resolve: below}
	if !t.crossMounts {
		how.Resolve |= unix.RESOLVE_NO_XDEV
	}
	return again(func() (int, error) { return unix.Openat2(dir, path, &how) })
}

// openByName is openat where there is no openat2: one name at a time, each proven to be no link.
func (t *Tree) openByName(dir int, path string, flags int) (int, error) {
	at := dir
	for {
		name, rest, more := strings.Cut(path, "/")
		step := flags
		if more {
			step = unix.O_PATH | unix.O_DIRECTORY | unix.O_NOFOLLOW | unix.O_CLOEXEC
		}
		fd, err := again(func() (int, error) { return unix.Openat(at, name, step, 0) })
		if err == nil && !t.crossMounts {
			if err = sameMount(at, fd); err != nil {
				unix.Close(fd)
			}
		}
		if at != dir {
			unix.Close(at)
		}
		if err != nil {
			return -1, err
		}
		if !more {
			return fd, nil
		}
		at, path = fd, rest
	}
}

// sameMount fails with EXDEV where the open files a and b are on different mounts.
func sameMount(a, b int) error {
	var sa, sb unix.Statx_t
	if err := statxFD(a, entryMask, &sa); err != nil {
		return err
	}
	if err := statxFD(b, entryMask, &sb); err != nil {
		return err
	}
	if crosses(&sa, &sb) {
		return unix.EXDEV
	}
	return nil
}
