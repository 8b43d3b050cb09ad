package local

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sys/unix"
)

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

// RealRel is the path of the directory a from b without symbolic links; "" where it does not lie inside,
// as by a bind mount.
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
