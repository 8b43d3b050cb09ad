package local

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/moby/sys/mountinfo"
	"golang.org/x/sync/singleflight"
	"golang.org/x/sys/unix"
)

// Place is where a directory lies, whatever symbolic links and bind mounts its path goes through.
type Place struct {
	path  string // without symbolic links
	up    []inode
	mount *mountinfo.Info // nil where the system does not say
}

// inode is a directory, as long as its file system is mounted.
type inode struct{ dev, ino uint64 }

// locating are the paths that are being looked up: one that hangs holds one thread, however often it is asked for.
var locating singleflight.Group

// Locate finds out where a directory lies, which must exist. A disk that hangs is left behind when ctx ends.
func Locate(ctx context.Context, path string) (*Place, error) {
	select {
	case r := <-locating.DoChan(path, func() (any, error) { return locate(path) }):
		p, _ := r.Val.(*Place) // nil with an error
		return p, r.Err
	case <-ctx.Done():
		return nil, fmt.Errorf("look at %s: %w", path, ctx.Err())
	}
}

func locate(path string) (*Place, error) {
	at, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, fmt.Errorf("resolve %s: %w", path, err)
	}
	p := &Place{path: at}
	for dir := at; ; dir = filepath.Dir(dir) {
		var st unix.Stat_t
		if err := unix.Stat(dir, &st); err != nil {
			return nil, fmt.Errorf("look at %s: %w", dir, err)
		}
		p.up = append(p.up, inode{st.Dev, st.Ino})
		if dir == "/" {
			break
		}
	}
	p.mount, err = mountHolding(at)
	return p, err
}

// SameOrInside says whether the directory is another one or lies somewhere inside it.
func (p *Place) SameOrInside(other *Place) bool {
	for _, above := range p.up {
		if above == other.up[0] {
			return true
		}
	}
	// A bind mount of a directory inside the other is inside it, though no directory above its mount point is.
	a, b := p.mount, other.mount
	return a != nil && b != nil && a.Major == b.Major && a.Minor == b.Minor &&
		isBelow(withinFilesystem(a, p.path), withinFilesystem(b, other.path))
}

// Rel is the path of the directory from another one; "" where it does not lie below it by its path, as by a bind mount.
func (p *Place) Rel(other *Place) string {
	if p.path == other.path || !isBelow(p.path, other.path) {
		return ""
	}
	return strings.TrimPrefix(strings.TrimPrefix(p.path, other.path), "/")
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
