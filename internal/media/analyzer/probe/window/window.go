// Package window reads a file through two buffers, within budgets that hold whatever its bytes claim.
package window

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"sync"
	"time"
)

// HeadSize is how many bytes the first read of every file takes. It holds all that most formats need.
const HeadSize = 32 << 10

// Size is what the floating window beside the head holds.
const Size = 32 << 10 // the floating window beside the head

// Budget bounds the work on one file. The zero value of a field means none of it.
type Budget struct {
	Reads    int           // calls to the source
	Bytes    int64         // bytes read from the source
	Elements int           // boxes, chunks, tags, entries, streams visited
	Depth    int           // nesting
	Alloc    int64         // bytes asked for by sizes that the file states
	Time     time.Duration // by the monotonic clock, checked at every read and every 256 elements
}

// DefaultBudget is what Probe works under. A two-hour film of any container needs at most 9 reads and
// 160 KB of it; the rest is room for odd, but honest files, and for recordings that begin anywhere.
var DefaultBudget = Budget{Reads: 64, Bytes: 2 << 20, Elements: 65536, Depth: 16, Alloc: 4 << 20, Time: 5 * time.Second}

// Window reads a file through two buffers: its head, kept for the whole probe, and one that floats.
// Every method that reads or counts fails once a budget is spent, with an error that wraps ErrBudget.
type Window struct {
	ctx      context.Context
	src      io.ReaderAt
	size     int64
	left     Budget
	began    Budget
	allowed  int // reads beyond it that a prober asked for
	deadline time.Time
	buf      *buffers
	head     []byte
	headErr  error
	headRead bool
	floatOff int64
	floatLen int
	ahead    int   // bytes that a miss of the floating window reads
	failed   error // the first error of a budget, the context or the source: sticky
	lent     []*[]byte
}

// buffers are what a window needs, and itself: each file that is read has one.
type buffers struct {
	window Window
	leave  func() // a level of nesting
	head   [HeadSize]byte
	float  [Size]byte
}

var bufferPool = sync.Pool{New: func() any {
	b := new(buffers)
	b.leave = func() { b.window.left.Depth++ }
	return b
}}

// New returns a window over src under DefaultBudget.
func New(ctx context.Context, src io.ReaderAt, size int64) *Window {
	return NewBudget(ctx, src, size, DefaultBudget)
}

// NewBudget returns a window over src under a budget of one's own.
func NewBudget(ctx context.Context, src io.ReaderAt, size int64, b Budget) *Window {
	buf := bufferPool.Get().(*buffers)
	buf.window = Window{
		ctx: ctx, src: src, size: size, left: b, began: b, deadline: time.Now().Add(b.Time), buf: buf, ahead: Size,
	}
	return &buf.window
}

// lendPools keep memory of the sizes that are powers of two, by their exponent.
var lendPools [lendMost + 1]sync.Pool

const (
	lendLeast = 12
	lendMost  = 21
)

// Lend returns memory of at least n bytes that is the prober's until the window is released. What it holds
// is whatever was left there.
func (w *Window) Lend(n int) []byte {
	class := max(bits.Len(uint(max(n, 1)-1)), lendLeast)
	if class > lendMost {
		return make([]byte, n)
	}
	b, _ := lendPools[class].Get().(*[]byte)
	if b == nil {
		fresh := make([]byte, 1<<class)
		b = &fresh
	}
	w.lent = append(w.lent, b)
	return *b
}

// Release gives the buffers back, once. Neither the window nor a slice that it handed out may be used afterwards.
func (w *Window) Release() {
	for _, b := range w.lent {
		lendPools[bits.Len(uint(cap(*b)-1))].Put(b)
	}
	buf := w.buf
	*w = Window{} // which keeps nothing of the file
	bufferPool.Put(buf)
}

// Size is the file's size in bytes.
func (w *Window) Size() int64 { return w.size }

// Err is the first error of a budget, the context or the source, after which every method fails; nil while there is
// none.
func (w *Window) Err() error { return w.failed }

// Ahead sets how many bytes the floating window takes in at once, where more is not asked for; it begins
// with all it holds. A prober that hops between small structures makes it smaller, and reads less.
func (w *Window) Ahead(n int) { w.ahead = min(max(n, 512), Size) }

// KeepAhead returns what sets back the bytes that the floating window takes in to what they are now.
func (w *Window) KeepAhead() (restore func()) {
	n := w.ahead
	return func() { w.ahead = n }
}

// Nested returns a window over what lies packed in the file, of size bytes, under a budget of its own and the same
// context.
func (w *Window) Nested(src io.ReaderAt, size int64) *Window { return New(w.ctx, src, size) }

// Head returns the first bytes of the file, at most HeadSize. They stay valid for the whole probe. Of a source that has
// them in memory and gives them by its method Held, they are its own, and no copy.
func (w *Window) Head() ([]byte, error) {
	if !w.headRead {
		w.headRead = true
		w.head, w.headErr = w.readHead(int(min(w.size, HeadSize)))
	}
	return w.head, w.headErr
}

func (w *Window) readHead(n int) ([]byte, error) {
	if src, ok := w.src.(interface{ Held() []byte }); ok {
		if held := src.Held(); len(held) >= n {
			if err := w.count(n); err != nil {
				return nil, err
			}
			return held[:n:n], nil
		}
	}
	got, err := w.read(w.buf.head[:n], 0)
	return w.buf.head[:got], err
}

// Bytes returns n bytes at off, valid until the next call of Bytes or ReadFull. n may be at most the
// window's size (32 KiB). A range that ends past the file's end gives ErrTruncated.
func (w *Window) Bytes(off int64, n int) ([]byte, error) {
	if off < 0 || n < 0 || n > Size {
		return nil, fmt.Errorf("%w: %d bytes at %d", ErrMalformed, n, off)
	}
	if off > w.size || int64(n) > w.size-off {
		return nil, fmt.Errorf("%w: %d bytes at %d of %d", ErrTruncated, n, off, w.size)
	}
	head, err := w.Head()
	if err != nil {
		return nil, err
	}
	if end := off + int64(n); end <= int64(len(head)) {
		return head[off:end], nil
	}
	if off >= w.floatOff && off+int64(n) <= w.floatOff+int64(w.floatLen) {
		i := int(off - w.floatOff)
		return w.buf.float[i : i+n], nil
	}
	want := int(min(int64(max(n, w.ahead)), w.size-off))
	w.floatOff, w.floatLen = off, 0
	got, err := w.read(w.buf.float[:want], off)
	w.floatLen = got
	if err != nil {
		return nil, err
	}
	if got < n {
		return nil, fmt.Errorf("%w: %d bytes at %d", ErrTruncated, n, off)
	}
	return w.buf.float[:n], nil
}

// Peek returns n bytes at off as Bytes does, and as briefly, but reads no more than them where they are
// not at hand: for walks that hop over what they do not need.
func (w *Window) Peek(off int64, n int) ([]byte, error) {
	held := w.floatOff <= off && off-w.floatOff < int64(w.floatLen) || off < HeadSize
	if held || off < 0 || n < 0 || n > Size || off > w.size || int64(n) > w.size-off {
		return w.Bytes(off, n)
	}
	w.floatOff, w.floatLen = off, 0
	got, err := w.read(w.buf.float[:n], off)
	w.floatLen = got
	if err == nil && got < n {
		err = fmt.Errorf("%w: %d bytes at %d", ErrTruncated, n, off)
	}
	if err != nil {
		return nil, err
	}
	return w.buf.float[:n], nil
}

// AllowReads adds n reads to the budget: for formats without a table of contents, whose honest files
// need a small read for every entry (Peek). Bytes, elements and time stay as they are.
func (w *Window) AllowReads(n int) {
	w.left.Reads += n
	w.allowed += n
}

// Tail returns the last n bytes of the file (fewer where it is shorter) and the offset they begin at.
func (w *Window) Tail(n int) ([]byte, int64, error) {
	n = int(min(int64(min(n, Size)), w.size))
	off := w.size - int64(n)
	b, err := w.Bytes(off, n)
	return b, off, err
}

// ReadFull reads n bytes at off into memory that other reads leave alone, for what is larger than the
// window or needed beside it. It is lent until the probe's end. ReadFull takes n from the budget of
// allocation first.
func (w *Window) ReadFull(off int64, n int64) ([]byte, error) {
	if off < 0 || n < 0 {
		return nil, fmt.Errorf("%w: %d bytes at %d", ErrMalformed, n, off)
	}
	if off > w.size || n > w.size-off {
		return nil, fmt.Errorf("%w: %d bytes at %d of %d", ErrTruncated, n, off, w.size)
	}
	if err := w.Alloc(n); err != nil {
		return nil, err
	}
	head, err := w.Head()
	if err != nil {
		return nil, err
	}
	b := w.Lend(int(n))[:n]
	if off+n <= int64(len(head)) {
		copy(b, head[off:])
		return b, nil
	}
	got, err := w.read(b, off)
	if err == nil && int64(got) < n {
		err = fmt.Errorf("%w: %d bytes at %d", ErrTruncated, n, off)
	}
	return b[:got], err
}

// Part returns n bytes at off: as Bytes does where they fit into the window, else as ReadFull does.
func (w *Window) Part(off, n int64) ([]byte, error) {
	if n <= Size {
		return w.Bytes(off, int(n))
	}
	return w.ReadFull(off, n)
}

// ReadAt reads as io.ReaderAt does, within the budgets: for libraries that take one. Small reads are
// served from the window.
func (w *Window) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fmt.Errorf("%w: read at %d", ErrMalformed, off)
	}
	if off >= w.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), w.size-off))
	var err error
	if n <= Size {
		var b []byte
		if b, err = w.Bytes(off, n); err == nil {
			copy(p, b)
		} else {
			return 0, err
		}
	} else if n, err = w.read(p[:n], off); err != nil {
		return n, err
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Alloc takes n bytes from the budget of allocation. Call it before make with a size from the file.
func (w *Window) Alloc(n int64) error {
	if w.failed != nil {
		return w.failed
	}
	if n < 0 || n > w.left.Alloc {
		return w.fail(fmt.Errorf("%w: allocation", ErrBudget))
	}
	w.left.Alloc -= n
	return nil
}

// Element counts one box, chunk, tag or entry. Call it once for each turn of every loop over input.
func (w *Window) Element() error {
	if w.failed != nil {
		return w.failed
	}
	if w.left.Elements--; w.left.Elements < 0 {
		return w.fail(fmt.Errorf("%w: elements", ErrBudget))
	}
	if w.left.Elements%256 == 0 {
		return w.OnTime()
	}
	return nil
}

// Enter counts one level of nesting; leave it with the function it returns.
func (w *Window) Enter() (leave func(), err error) {
	if w.left.Depth <= 0 {
		return func() {}, w.fail(fmt.Errorf("%w: depth", ErrBudget))
	}
	w.left.Depth--
	return w.buf.leave, nil
}

// Used is how many reads the probe has taken.
func (w *Window) Used() int { return w.began.Reads + w.allowed - w.left.Reads }

// Taken is how many bytes the probe has read.
func (w *Window) Taken() int64 { return w.began.Bytes - w.left.Bytes }

// Holds reports whether n bytes at off, or those of them that the file has, are at hand without a read.
func (w *Window) Holds(off int64, n int) bool {
	end := min(off+int64(n), w.size)
	return end <= int64(len(w.head)) || off >= w.floatOff && end <= w.floatOff+int64(w.floatLen)
}

// Spent is what the probe has used until now: reads and bytes.
func (w *Window) Spent() (reads int, bytes int64) { return w.Used(), w.Taken() }

func (w *Window) fail(err error) error {
	if w.failed == nil {
		w.failed = err
	}
	return err
}

// OnTime is an error once the context has ended or the time is up: for work that reads nothing.
func (w *Window) OnTime() error {
	if err := w.ctx.Err(); err != nil {
		return w.fail(err)
	}
	if time.Now().After(w.deadline) {
		return w.fail(fmt.Errorf("%w: time", ErrBudget))
	}
	return nil
}

// count counts a read of n bytes.
func (w *Window) count(n int) error {
	if w.failed != nil {
		return w.failed
	}
	if err := w.OnTime(); err != nil {
		return err
	}
	if w.left.Reads--; w.left.Reads < 0 {
		return w.fail(fmt.Errorf("%w: reads", ErrBudget))
	}
	if w.left.Bytes -= int64(n); w.left.Bytes < 0 {
		return w.fail(fmt.Errorf("%w: bytes", ErrBudget))
	}
	return nil
}

func (w *Window) read(p []byte, off int64) (int, error) {
	if err := w.count(len(p)); err != nil {
		return 0, err
	}
	n, err := w.src.ReadAt(p, off)
	if n == len(p) || errors.Is(err, io.EOF) {
		return n, nil
	}
	if err != nil { // sticky too: a share that failed must not pass for a file that lacks something
		err = w.fail(err)
	}
	return n, err
}
