package local

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

const (
	// readChunk is how much one system call reads at most.
	readChunk = 256 << 10
	// closeGrace is how long Close waits for a network file system to take leave of a file.
	closeGrace = 250 * time.Millisecond
)

// chunks are buffers of readChunk bytes: a read that is abandoned must not go on writing into its
// caller's memory.
var chunks = sync.Pool{New: func() any { return new([readChunk]byte) }}

// Open implements tree.Tree. The path is looked at before it is opened: opening is not without effects on a
// FIFO (it lets a waiting writer go on) or a device. What was opened is looked at once more.
func (t *Tree) Open(ctx context.Context, path string) (tree.ReadFile, error) {
	open := func() (tree.ReadFile, error) { return t.open(ctx, path) }
	return callOn(ctx, t, "open", path, open, func(f tree.ReadFile) { f.Close() })
}

func (t *Tree) open(ctx context.Context, path string) (tree.ReadFile, error) {
	if path == "" {
		return nil, tree.ErrNotRegular
	}
	root, p, err := t.openRoot()
	if err != nil {
		return nil, err
	}
	defer unix.Close(root)
	return t.openFrom(ctx, root, path, p)
}

// Within opens a directory, and calls fn with what opens its files by their names, all in one call: what fn reads of
// them waits for nobody. start runs that call in a goroutine of its choice; nil: in a new one. Where ctx ends first
// Within returns its error, and fn goes on until its system call ends: it must touch nothing that its caller does then.
func (t *Tree) Within(
	ctx context.Context, start func(func()), dir string, fn func(open func(name string) (tree.ReadFile, error)),
) error {
	_, err := callBy(ctx, t.gate, start, func() (struct{}, error) {
		root, p, err := t.openRoot()
		if err != nil {
			return struct{}{}, err
		}
		defer unix.Close(root)
		d, err := t.openBeneath(root, dir, unix.O_PATH|unix.O_DIRECTORY)
		if err != nil {
			return struct{}{}, proves(err)
		}
		defer unix.Close(d)
		endless, until := context.WithoutCancel(ctx), ctx.Err
		fn(func(name string) (tree.ReadFile, error) {
			if !tree.ValidPath(name) || name == "" {
				return nil, unix.EINVAL
			}
			f, err := t.openFrom(endless, d, name, p)
			if err != nil {
				return nil, err
			}
			f.until = until
			return f, nil
		})
		return struct{}{}, nil
	}, nil)
	if err != nil {
		return fmt.Errorf("read %q: %w", dir, err)
	}
	return nil
}

// openFrom opens a path below a directory.
func (t *Tree) openFrom(ctx context.Context, root int, path string, p *proof) (*file, error) {
	// A glance: it may go through links, which opening does not.
	var st unix.Statx_t
	if err := statxAt(root, path, unix.STATX_TYPE, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
		if err := t.regular(root, path); err != nil {
			return nil, err
		}
	}
	fd, err := t.openUntouched(root, path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY)
	switch err {
	case nil:
	case unix.ELOOP, unix.ENXIO: // a link on the way, or replaced since: by a link, by a socket
		if err := t.regular(root, path); err != nil {
			return nil, err
		}
		return nil, tree.ErrNotRegular
	default:
		return nil, proves(err)
	}
	if err := statxFD(fd, entryMask, &st); err != nil {
		unix.Close(fd)
		return nil, err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		unix.Close(fd)
		return nil, tree.ErrNotRegular
	}
	_, name := tree.Split(path)
	f := &file{ctx: ctx, tree: t, fd: fd, name: name, slowClose: p.volume.Remote || t.crossMounts}
	f.opened.Name = name
	t.fill(&f.opened, &st)
	f.users.Store(1)
	return f, nil
}

// regular looks at a path properly and says what keeps it from being opened.
func (t *Tree) regular(root int, path string) error {
	var st unix.Statx_t
	if _, err := t.lookAt(root, path, &st); err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		return tree.ErrNotRegular
	}
	return nil
}

// file is an open file. Its descriptor is closed when Close was called and no system call uses it
// any more: a number closed under an abandoned read could be another file's by the time that it runs.
type file struct {
	ctx       context.Context
	until     func() error // why nothing more is read by who opened it within a call; nil: by anybody
	tree      *Tree
	fd        int
	name      string
	opened    tree.Entry
	slowClose bool // closing may have to wait for a server
	closed    atomic.Bool
	users     atomic.Int32
}

// use counts one more user of the descriptor, unless it is closed.
func (f *file) use() bool {
	for {
		n := f.users.Load()
		if n == 0 || f.closed.Load() {
			return false
		}
		if f.users.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

// release ends a use. The last one closes the descriptor.
func (f *file) release() {
	if f.users.Add(-1) == 0 {
		unix.Close(f.fd) // nothing was written: its error has no consequence
	}
}

// Close implements io.Closer.
func (f *file) Close() error {
	if f.closed.Swap(true) {
		return nil
	}
	if !f.slowClose {
		f.release()
		return nil
	}
	// The descriptor must go whatever became of the context, and however many calls are stuck.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(f.ctx), closeGrace)
	defer cancel()
	_, err := call(ctx, newGate(1), func() (struct{}, error) { f.release(); return struct{}{}, nil }, nil)
	if err != nil {
		return fmt.Errorf("close %q: %w", f.name, err)
	}
	return nil
}

// Opened is what Stat would have said when the file was opened: who compares it with a listing need not ask again.
func (f *file) Opened() tree.Entry { return f.opened }

// Stat implements tree.ReadFile.
func (f *file) Stat() (tree.Entry, error) {
	e, err := call(f.ctx, f.tree.gate, func() (tree.Entry, error) {
		if !f.use() {
			return tree.Entry{}, os.ErrClosed
		}
		defer f.release()
		var st unix.Statx_t
		if err := statxFD(f.fd, entryMask, &st); err != nil {
			return tree.Entry{}, err
		}
		e := tree.Entry{Name: f.name}
		f.tree.fill(&e, &st)
		return e, nil
	}, nil)
	if err != nil {
		return tree.Entry{}, fmt.Errorf("look at open file %q: %w", f.name, err)
	}
	return e, nil
}

// ReadAt implements io.ReaderAt.
func (f *file) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fmt.Errorf("read %q: negative offset %d", f.name, off)
	}
	done := 0
	for done < len(p) {
		n, err := f.readSome(p[done:], off+int64(done))
		done += n
		if err == io.EOF {
			return done, io.EOF
		}
		if err != nil {
			return done, fmt.Errorf("read %q at %d: %w", f.name, off+int64(done), err)
		}
	}
	return done, nil
}

// readSome reads at most readChunk bytes, at least one unless it fails.
func (f *file) readSome(p []byte, off int64) (int, error) {
	p = p[:min(len(p), readChunk)]
	if f.until != nil {
		if err := f.until(); err != nil {
			return 0, err
		}
	}
	if f.ctx.Done() == nil {
		return f.pread(p, off)
	}
	type chunk struct {
		buf *[readChunk]byte
		n   int
	}
	put := func(c chunk) { chunks.Put(c.buf) }
	want := len(p)
	c, err := call(f.ctx, f.tree.gate, func() (chunk, error) {
		buf := chunks.Get().(*[readChunk]byte)
		n, err := f.pread(buf[:want], off)
		if err != nil {
			chunks.Put(buf)
			return chunk{}, err
		}
		return chunk{buf, n}, nil
	}, put)
	if err != nil {
		return 0, err
	}
	copy(p, c.buf[:c.n])
	put(c)
	return c.n, nil
}

func (f *file) pread(p []byte, off int64) (int, error) {
	if !f.use() {
		return 0, os.ErrClosed
	}
	defer f.release()
	n, err := again(func() (int, error) { return unix.Pread(f.fd, p, off) })
	if err != nil {
		return 0, err
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}
