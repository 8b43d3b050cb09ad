package probe

import (
	"fmt"
	"math"
	"slices"
)

// box is one box ("atom" in QuickTime's words) of an ISO base media file (ISO/IEC 14496-12, 4.2).
// Offsets are of the file.
type box struct {
	kind  string // its four characters
	user  string // the 16 bytes that name a "uuid" box, else empty
	start int64  // of its header
	off   int64  // of its payload
	size  int64  // of its payload, never beyond the end of what encloses it
	cut   bool   // it claimed to reach further than what encloses it
}

// end is the offset of the first byte after the box.
func (b box) end() int64 { return b.off + b.size }

// boxWalk visits the boxes between two offsets of the file, one level, like a bufio.Scanner:
//
//	walk := w.boxes(off, end)
//	for walk.next() {
//		... walk.box ...
//	}
//	if walk.err != nil { ... }
//
// Each box costs an element of the budget. Descending is the caller's business and goes through
// [Window.Enter]. next never stands still: a header that makes no sense ends the walk with
// ErrMalformed, a box that overlaps its parent's end is cut there and is the last.
type boxWalk struct {
	w    *Window
	pos  int64
	stop int64
	box  box
	err  error
}

// boxes returns a walk over the boxes in [off, end).
func (w *Window) boxes(off, end int64) boxWalk {
	return boxWalk{w: w, pos: off, stop: min(end, w.Size())}
}

// children returns a walk over the boxes inside b, after skip bytes of b's own fields.
func (w *Window) children(b box, skip int64) boxWalk {
	if skip > b.size {
		return w.boxes(b.end(), b.end())
	}
	return w.boxes(b.off+skip, b.end())
}

// next moves to the next box and reports whether there is one. A terminator of zeros, as QuickTime
// writes behind user data, and fewer than eight bytes of rest end the walk without an error.
func (k *boxWalk) next() bool {
	if k.err != nil || k.pos < 0 || k.stop-k.pos < 8 {
		return false
	}
	if k.err = k.w.Element(); k.err != nil {
		return false
	}
	h, err := k.w.Bytes(k.pos, int(min(32, k.stop-k.pos)))
	if err != nil {
		k.err = err
		return false
	}
	size, head := uint64(be32(h)), int64(8)
	kind := string(h[4:8])
	switch {
	case size == 0 && kind == "\x00\x00\x00\x00":
		return false
	case size == 0: // it reaches to the end (4.2)
		size = uint64(k.stop - k.pos)
	case size == 1:
		if len(h) < 16 {
			k.err = fmt.Errorf("%w: box header at %d", ErrMalformed, k.pos)
			return false
		}
		size, head = be64(h[8:]), 16
	}
	b := box{kind: kind, start: k.pos}
	if kind == "uuid" && int64(len(h)) >= head+16 {
		b.user = string(h[head : head+16])
		head += 16
	}
	if size < uint64(head) {
		k.err = fmt.Errorf("%w: box %q of %d bytes at %d", ErrMalformed, kind, size, k.pos)
		return false
	}
	b.off = k.pos + head
	if size > math.MaxInt64 || int64(size) > k.stop-k.pos {
		b.cut = true
		size = uint64(k.stop - k.pos)
	}
	b.size = int64(size) - head
	k.box, k.pos = b, b.end()
	return true
}

// find returns the first box of a kind inside b after skip bytes; ok is false where there is none.
func (w *Window) find(b box, skip int64, kind string) (found box, ok bool, err error) {
	walk := w.children(b, skip)
	for walk.next() {
		if walk.box.kind == kind {
			return walk.box, true, nil
		}
	}
	return box{}, false, walk.err
}

// payload returns the first n bytes of b's payload, fewer where it is shorter. They are valid until
// the window moves.
func (w *Window) payload(b box, n int) ([]byte, error) {
	return w.Bytes(b.off, int(min(int64(n), b.size, windowSize)))
}

// boxBrands returns the major and the compatible brands of a file that begins with an ftyp box.
func boxBrands(head []byte) (major string, compatible []string) {
	if len(head) < 16 || string(head[4:8]) != "ftyp" {
		return "", nil
	}
	end := min(int64(be32(head)), int64(len(head)), 16+4*64)
	for i := int64(16); i+4 <= end; i += 4 {
		compatible = append(compatible, string(head[i:i+4]))
	}
	return string(head[8:12]), compatible
}

// stillBrands are the major brands of image files in this box structure: HEIF and its codecs
// (ISO/IEC 23008-12, annex B; AVIF, 6), and Canon's raw files.
var stillBrands = []string{"heic", "heix", "heim", "heis", "hevc", "hevx", "avif", "avis", "mif1", "mif2", "msf1", "miaf", "jpeg", "j2ki", "vvic", "crx "}

// isStillBoxFile reports whether head is that of an image (HEIC, AVIF, CR3) rather than of a film or sound.
func isStillBoxFile(head []byte) bool {
	major, _ := boxBrands(head)
	return slices.Contains(stillBrands, major)
}
