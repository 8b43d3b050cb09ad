package window

import (
	"errors"
	"io"
)

// Extend lets b, which was unpacked from the file, follow where the file ends, and returns where that is.
func (w *Window) Extend(b []byte) (at int64) {
	at = w.size
	w.src, w.size = &extendedSource{w.src, at, b}, at+int64(len(b))
	return at
}

// extendedSource is a file behind which a part of it lies, unpacked.
type extendedSource struct {
	io.ReaderAt
	size int64
	more []byte
}

func (u *extendedSource) ReadAt(b []byte, off int64) (n int, err error) {
	if off < u.size {
		if n, err = u.ReaderAt.ReadAt(b[:min(int64(len(b)), u.size-off)], off); err != nil && !errors.Is(err, io.EOF) {
			return n, err
		}
	}
	if n < len(b) && off+int64(n) >= u.size {
		n += copy(b[n:], u.more[min(off+int64(n)-u.size, int64(len(u.more))):])
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}
