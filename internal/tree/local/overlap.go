package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"
)

// CheckRoot says what stands in the way of using path as a local root, and how to mend it; nil if nothing
// does. The error wraps the system's.
func CheckRoot(path string) error {
	if !filepath.IsAbs(path) {
		return fmt.Errorf("root %s: the path is not absolute: give it from / on", path)
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("root %s does not exist: create the directory, mount its disk, or correct the path: %w", path, err)
	case errors.Is(err, unix.ENOTDIR):
		return fmt.Errorf("root %s does not exist, since something above it is not a directory: correct the path: %w", path, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("root %s cannot be reached by user %d: give the user search permission (x) on every directory above it: %w",
			path, os.Geteuid(), err)
	case errors.Is(err, unix.ENOTCONN):
		return fmt.Errorf("root %s is a mount whose server or FUSE process is gone: mount it anew: %w", path, err)
	case err != nil:
		return fmt.Errorf("root %s cannot be looked at: check its disk and mount: %w", path, err)
	case !info.IsDir():
		return fmt.Errorf("root %s is not a directory: name the directory that holds the files: %w", path, unix.ENOTDIR)
	}
	fd, err := again(func() (int, error) { return unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0) })
	if err == nil {
		unix.Close(fd)
		// Listing needs r, looking at what is listed needs x.
		err = unix.Faccessat(unix.AT_FDCWD, path, unix.R_OK|unix.X_OK, unix.AT_EACCESS)
	}
	switch err {
	case nil:
		return nil
	case unix.EACCES, unix.EPERM:
		return fmt.Errorf("root %s cannot be read by user %d: give the user read and search permission (rx) on it: %w", path, os.Geteuid(), err)
	}
	return fmt.Errorf("root %s cannot be opened: check its disk and mount: %w", path, err)
}

// SameOrInside says whether the directory a is the directory b or lies somewhere inside it, whatever
// symbolic links and bind mounts their paths go through. Both must exist.
func SameOrInside(a, b string) (bool, error) {
	realA, realB, err := realPaths(a, b)
	if err != nil {
		return false, err
	}
	var target unix.Stat_t
	if err := unix.Stat(realB, &target); err != nil {
		return false, fmt.Errorf("look at %s: %w", realB, err)
	}
	for dir := realA; ; dir = filepath.Dir(dir) {
		var st unix.Stat_t
		if err := unix.Stat(dir, &st); err != nil {
			return false, fmt.Errorf("look at %s: %w", dir, err)
		}
		if st.Dev == target.Dev && st.Ino == target.Ino {
			return true, nil
		}
		if dir == "/" {
			break
		}
	}
	return insideByBind(realA, realB)
}

// RealRel is the path of the directory a from b without symbolic links; "" where it does not lie inside, as by a bind mount.
func RealRel(a, b string) (string, error) {
	realA, realB, err := realPaths(a, b)
	if err != nil || realA == realB || !isBelow(realA, realB) {
		return "", err
	}
	return strings.TrimPrefix(strings.TrimPrefix(realA, realB), "/"), nil
}

func realPaths(a, b string) (string, string, error) {
	realA, err := filepath.EvalSymlinks(a)
	if err != nil {
		return "", "", fmt.Errorf("resolve %s: %w", a, err)
	}
	realB, err := filepath.EvalSymlinks(b)
	if err != nil {
		return "", "", fmt.Errorf("resolve %s: %w", b, err)
	}
	return realA, realB, nil
}

// insideByBind compares where two real paths are inside their file systems: a bind mount of a directory
// inside b is inside b, though no directory above its mount point is.
func insideByBind(a, b string) (bool, error) {
	ma, err := mountHolding(a)
	if err != nil {
		return false, err
	}
	mb, err := mountHolding(b)
	if err != nil {
		return false, err
	}
	if ma == nil || mb == nil || ma.Major != mb.Major || ma.Minor != mb.Minor {
		return false, nil
	}
	return isBelow(withinFilesystem(ma, a), withinFilesystem(mb, b)), nil
}

// mountHolding is the mount that shows at path.
func mountHolding(path string) (*mountinfo.Info, error) {
	fd, err := again(func() (int, error) { return unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0) })
	if err != nil {
		return nil, fmt.Errorf("look at %s: %w", path, err)
	}
	defer unix.Close(fd)
	return mountOfFD(fd)
}

func withinFilesystem(m *mountinfo.Info, path string) string {
	return filepath.Join(m.Root, strings.TrimPrefix(path, m.Mountpoint))
}

// isBelow says whether the clean absolute path is dir or lexically below it.
func isBelow(path, dir string) bool {
	return path == dir || dir == "/" || strings.HasPrefix(path, dir) && path[len(dir)] == '/'
}
