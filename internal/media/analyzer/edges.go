package analyzer

import (
	"errors"
	"io"
	"sync"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/fingerprint"
)

// edge is what the fingerprint needs of each end of a file.
const edge = 64 << 10

// edges is a file whose two ends are in memory: the fingerprint needs them whole, and most of what a
// header says stands there too, so each is read once for both.
type edges struct {
	src     io.ReaderAt
	size    int64
	head    []byte
	tail    []byte
	tailOff int64
	buf     *edgeBuffers
}

// edgeBuffers holds both ends, one behind the other: a file shorter than both lies whole in it.
type edgeBuffers struct {
	of    edges
	bytes [2 * edge]byte
}

var edgePool = sync.Pool{New: func() any { return new(edgeBuffers) }}

// readEdges reads both ends of a file.
func readEdges(src io.ReaderAt, size int64) (*edges, error) {
	buf := edgePool.Get().(*edgeBuffers)
	e := &buf.of
	*e = edges{src: src, size: size, buf: buf}
	e.head = buf.bytes[:min(size, edge)]
	if err := readFull(src, e.head, 0); err != nil {
		e.release()
		return nil, err
	}
	e.tailOff = max(size-edge, int64(len(e.head)))
	e.tail = buf.bytes[edge : edge+size-e.tailOff]
	if len(e.tail) > 0 {
		if err := readFull(src, e.tail, e.tailOff); err != nil {
			e.release()
			return nil, err
		}
	}
	return e, nil
}

func readFull(src io.ReaderAt, b []byte, off int64) error {
	n, err := src.ReadAt(b, off)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// release gives the memory back, once, and e with it.
func (e *edges) release() {
	buf := e.buf
	*e = edges{} // which keeps nothing of the file
	edgePool.Put(buf)
}

// fingerprint is the file's, of which only its ends count.
func (e *edges) fingerprint() fingerprint.Hash {
	n := fingerprint.End(e.size)
	tail := e.tail
	if e.size <= 2*edge { // it lies whole in the memory
		tail = e.buf.bytes[:e.size]
	}
	return fingerprint.Of(e.size, e.head[:n], tail[len(tail)-n:])
}

// Held gives the head, for who would else copy it.
func (e *edges) Held() []byte { return e.head }

// ReadAt serves what it can from the ends.
func (e *edges) ReadAt(p []byte, off int64) (int, error) {
	if off >= 0 && off+int64(len(p)) <= int64(len(e.head)) {
		return copy(p, e.head[off:]), nil
	}
	if off >= 0 && off+int64(len(p)) <= e.size && e.size <= 2*edge {
		return copy(p, e.buf.bytes[off:e.size]), nil
	}
	if off >= e.tailOff && off+int64(len(p)) <= e.size {
		return copy(p, e.tail[off-e.tailOff:]), nil
	}
	return e.src.ReadAt(p, off)
}
