package matroska

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// ebmlElement is one element of an EBML document (RFC 8794). Offsets are of the file.
type ebmlElement struct {
	id    uint32 // with its marker bits, as the specifications print it
	start int64  // of its header
	off   int64  // of its data
	size  int64  // of its data, never beyond the end of what encloses it
	open  bool   // it did not state a size: it goes on until what cannot be in it
	cut   bool   // it claimed to reach further than what encloses it
}

func (e ebmlElement) end() int64 { return e.off + e.size }

// ebmlWalk visits the elements between two offsets, one level, like a bufio.Scanner. Each costs an
// element of the budget. An open element reaches to the end of the range.
type ebmlWalk struct {
	w    *window.Window
	pos  int64
	stop int64
	el   ebmlElement
	err  error
}

func elements(w *window.Window, off, end int64) ebmlWalk {
	return ebmlWalk{w: w, pos: off, stop: min(end, w.Size())}
}

func inside(w *window.Window, e ebmlElement) ebmlWalk { return elements(w, e.off, e.end()) }

// next moves to the next element and reports whether there is one.
func (k *ebmlWalk) next() bool {
	if k.err != nil || k.pos < 0 || k.stop-k.pos < 2 {
		return false
	}
	if k.err = k.w.Element(); k.err != nil {
		return false
	}
	h, err := k.w.Bytes(k.pos, int(min(12, k.stop-k.pos)))
	if err != nil {
		k.err = err
		return false
	}
	id, n := ebmlID(h)
	if n == 0 {
		k.err = fmt.Errorf("%w: element id at %d", window.ErrMalformed, k.pos)
		return false
	}
	size, m := ebmlSize(h[n:])
	if m == 0 {
		k.err = fmt.Errorf("%w: size of element %X at %d", window.ErrMalformed, id, k.pos)
		return false
	}
	e := ebmlElement{id: id, start: k.pos, off: k.pos + int64(n+m)}
	rest := k.stop - e.off
	switch {
	case size == math.MaxUint64:
		e.open, e.size = true, rest
	case size > uint64(rest):
		e.cut, e.size = true, rest
	default:
		e.size = int64(size)
	}
	k.el, k.pos = e, e.end()
	return true
}

// ebmlID reads an element's id of one to four bytes; used is 0 where there is none.
func ebmlID(b []byte) (id uint32, used int) {
	if len(b) == 0 {
		return 0, 0
	}
	used = bits.LeadingZeros8(b[0]) + 1
	if used > 4 || used > len(b) {
		return 0, 0
	}
	for _, c := range b[:used] {
		id = id<<8 | uint32(c)
	}
	return id, used
}

// ebmlSize reads a variable-size integer of one to eight bytes. All ones, "unknown", are MaxUint64;
// used is 0 where there is none.
func ebmlSize(b []byte) (v uint64, used int) {
	if len(b) == 0 {
		return 0, 0
	}
	used = bits.LeadingZeros8(b[0]) + 1
	if used > 8 || used > len(b) {
		return 0, 0
	}
	v = uint64(b[0]) & (1<<(8-used) - 1)
	for _, c := range b[1:used] {
		v = v<<8 | uint64(c)
	}
	if v == 1<<(7*used)-1 {
		return math.MaxUint64, used
	}
	return v, used
}

// ebmlUint reads an element's data as an unsigned integer; more than eight bytes are none.
func ebmlUint(w *window.Window, e ebmlElement) (uint64, error) {
	if e.size > 8 {
		return 0, nil
	}
	b, err := w.Bytes(e.off, int(e.size))
	var v uint64
	for _, c := range b {
		v = v<<8 | uint64(c)
	}
	return v, err
}

// ebmlFloat reads an element's data as a floating point number of four or eight bytes; what is no
// finite number is 0.
func ebmlFloat(w *window.Window, e ebmlElement) (float64, error) {
	if e.size != 4 && e.size != 8 {
		return 0, nil
	}
	b, err := w.Bytes(e.off, int(e.size))
	if err != nil {
		return 0, err
	}
	var v float64
	if e.size == 4 {
		v = float64(math.Float32frombits(window.BE32(b)))
	} else {
		v = math.Float64frombits(window.BE64(b))
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		v = 0
	}
	return v, nil
}

// ebmlText reads an element's data as UTF-8, at most limit bytes of it, up to a NUL.
func ebmlText(w *window.Window, e ebmlElement, limit int) (string, error) {
	b, err := w.Bytes(e.off, int(min(e.size, int64(limit))))
	return text.CString(b), err
}
