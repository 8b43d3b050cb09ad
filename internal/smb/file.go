package smb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// readChunk is how much is asked for at a time: four credits' worth, so that a reader with a large buffer
// leaves room for others.
const readChunk = 4 * creditUnit

// file is an open file. It outlives the session that it was opened on: where that has ended, the next
// call opens the path again and goes on if it still is the same file, unchanged.
type file struct {
	share *Share
	path  string
	ctx   context.Context // of the call that opened it

	mu     sync.Mutex
	open   *opened
	first  tree.Entry // as it was when it was opened
	size   int64      // as last seen
	closed bool
}

// opened is a handle with the session it belongs to, and what it showed when it was opened.
type opened struct {
	session *session
	handle  handle
	info    info
}

var _ tree.ReadFile = (*file)(nil)

// openFile opens a path on whatever disk it is on, if it is a regular file.
func (s *Share) openFile(ctx context.Context, path string) (*file, error) {
	f := &file{share: s, path: path}
	o, err := withSession(ctx, s, func(ses *session) (*opened, error) { return f.openOn(ctx, ses) })
	if err != nil {
		return nil, err
	}
	f.open, f.first, f.size = o, o.info.entry(tree.Base(path)), o.info.size
	return f, nil
}

// openOn opens the file on a session.
func (f *file) openOn(ctx context.Context, ses *session) (*opened, error) {
	h, err := f.share.openOn(ctx, ses, f.share.sharePath(f.path))
	if err != nil {
		return nil, asRegular(err)
	}
	i, err := statHandle(ctx, ses, h)
	if err == nil && (i.isDir() || i.isLink()) {
		err = tree.ErrNotRegular
	}
	if err != nil {
		f.share.closeLater(ses, h)
		return nil, err
	}
	return &opened{ses, h, i}, nil
}

// asRegular is the error of opening a path that should be a regular file.
func asRegular(err error) error {
	var status *statusError
	if errors.As(err, &status) && (status.code == statusStoppedOnSymlink || status.code == statusFileIsADirectory) {
		return fmt.Errorf("%w: %w", tree.ErrNotRegular, err)
	}
	return err
}

// ReadAt implements io.ReaderAt.
func (f *file) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fmt.Errorf("read %q: negative offset", f.path)
	}
	n := 0
	for n < len(p) {
		// Read into memory of its own: when ctx ends first, the answer may still come, and p is the caller's.
		want, at := min(len(p)-n, readChunk), off+int64(n)
		read := func(ctx context.Context) ([]byte, error) { return f.read(ctx, want, at) }
		b, err := perform(f.ctx, f.share, retryDenied(f.share, read), nil)
		n += copy(p[n:], b)
		if err != nil {
			return n, fmt.Errorf("read %q: %w", f.path, err)
		}
		if len(b) == 0 || len(b) < want && at+int64(len(b)) >= f.knownSize() {
			return n, io.EOF
		}
	}
	return n, nil
}

// read reads up to n bytes; none at the end of the file.
func (f *file) read(ctx context.Context, n int, off int64) ([]byte, error) {
	b, weight := make([]byte, n), int64((n+creditUnit-1)/creditUnit)
	got, err := use(ctx, f, true, func(o *opened) (int, error) {
		return asked(ctx, o.session, weight, func() (int, error) {
			got, err := o.handle.readAt(b, off)
			if err == io.EOF {
				err = nil
			}
			return got, err
		})
	})
	return b[:got], err
}

// Stat implements tree.ReadFile.
func (f *file) Stat() (tree.Entry, error) {
	e, err := perform(f.ctx, f.share, retryDenied(f.share, func(ctx context.Context) (tree.Entry, error) {
		i, err := use(ctx, f, false, func(o *opened) (info, error) { return statHandle(ctx, o.session, o.handle) })
		if err != nil {
			return tree.Entry{}, err
		}
		f.setSize(i.size)
		return i.entry(tree.Base(f.path)), nil
	}), nil)
	if err != nil {
		return tree.Entry{}, fmt.Errorf("stat open file %q: %w", f.path, err)
	}
	return e, nil
}

// use runs op on the handle, and once more on a new one where the session was cut off.
func use[T any](ctx context.Context, f *file, unchanged bool, op func(*opened) (T, error)) (T, error) {
	for again := true; ; again = false {
		o, err := f.current(ctx, unchanged)
		if err != nil {
			return *new(T), f.unlessAway(ctx, err)
		}
		v, err := op(o)
		if err = f.unlessAway(ctx, err); !again || !cutOff(err) || ctx.Err() != nil {
			return v, err
		}
	}
}

// unlessAway returns err, unless it says that a file which could be opened is denied or not there, and the root
// turns out to be away.
func (f *file) unlessAway(ctx context.Context, err error) error {
	if classify(err) == thisEntry && (errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist)) {
		if _, away := f.share.prover.join().waitExpected(ctx); away != nil {
			return away
		}
	}
	return err
}

// current is the handle, on a session that lives. unchanged wants a file that is opened again to be as it
// was, not only the same.
func (f *file) current(ctx context.Context, unchanged bool) (*opened, error) {
	o, closed := f.state()
	if closed {
		return nil, fs.ErrClosed
	}
	if !o.session.gone() {
		return o, nil
	}
	o, err := withSession(ctx, f.share, func(ses *session) (*opened, error) { return f.openOn(ctx, ses) })
	if err != nil {
		return nil, fmt.Errorf("open again after the connection was lost: %w", err)
	}
	if now := o.info.entry(f.first.Name); now.ID != f.first.ID || unchanged && now != f.first {
		f.share.closeLater(o.session, o.handle)
		return nil, errors.New("the file changed while the connection was lost")
	}
	return f.replace(o)
}

// replace takes a handle that was opened again into use, unless another call was faster.
func (f *file) replace(o *opened) (*opened, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.closed:
		f.share.closeLater(o.session, o.handle)
		return nil, fs.ErrClosed
	case !f.open.session.gone():
		f.share.closeLater(o.session, o.handle)
	default:
		f.open = o
	}
	return f.open, nil
}

// state is the handle that is in use, and whether the file is closed.
func (f *file) state() (o *opened, closed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.open, f.closed
}

// setSize notes the file's size.
func (f *file) setSize(size int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.size = size
}

func (f *file) knownSize() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.size
}

// Close implements io.Closer. It does not wait for the server.
func (f *file) Close() error {
	f.drop()
	return nil
}

func (f *file) drop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.closed {
		f.closed = true
		f.share.closeLater(f.open.session, f.open.handle)
	}
}
