// Package isobmff walks over the boxes of ISO base media files, which films and pictures share.
package isobmff

import (
	"fmt"
	"math"
	"slices"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// Box is one box ("atom" in QuickTime's words) of an ISO base media file (ISO/IEC 14496-12, 4.2).
// Offsets are of the file.
type Box struct {
	Kind  string // its four characters
	User  string // the 16 bytes that name a "uuid" box, else empty
	Start int64  // of its header
	Off   int64  // of its payload
	Size  int64  // of its payload, never beyond the end of what encloses it
	Cut   bool   // it claimed to reach further than what encloses it
}

// End is the offset of the first byte after the box.
func (b Box) End() int64 { return b.Off + b.Size }

// Walk visits the boxes between two offsets of the file, one level, like a bufio.Scanner:
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
type Walk struct {
	w    *window.Window
	Pos  int64
	Stop int64
	Box  Box
	Err  error
}

// Boxes returns a walk over the boxes in [off, end).
func Boxes(w *window.Window, off, end int64) Walk {
	return Walk{w: w, Pos: off, Stop: min(end, w.Size())}
}

// Children returns a walk over the boxes inside b, after skip bytes of b's own fields.
func Children(w *window.Window, b Box, skip int64) Walk {
	if skip > b.Size {
		return Boxes(w, b.End(), b.End())
	}
	return Boxes(w, b.Off+skip, b.End())
}

// Next moves to the next box and reports whether there is one. A terminator of zeros, as QuickTime
// writes behind user data, and fewer than eight bytes of rest end the walk without an error.
func (k *Walk) Next() bool {
	if k.Err != nil || k.Pos < 0 || k.Stop-k.Pos < 8 {
		return false
	}
	if k.Err = k.w.Element(); k.Err != nil {
		return false
	}
	h, err := k.w.Bytes(k.Pos, int(min(32, k.Stop-k.Pos)))
	if err != nil {
		k.Err = err
		return false
	}
	size, head := uint64(window.BE32(h)), int64(8)
	kind := string(h[4:8])
	switch {
	case size == 0 && kind == "\x00\x00\x00\x00":
		return false
	case size == 0: // it reaches to the end (4.2)
		size = uint64(k.Stop - k.Pos)
	case size == 1:
		if len(h) < 16 {
			k.Err = fmt.Errorf("%w: box header at %d", window.ErrMalformed, k.Pos)
			return false
		}
		size, head = window.BE64(h[8:]), 16
	}
	b := Box{Kind: kind, Start: k.Pos}
	if kind == "uuid" && int64(len(h)) >= head+16 {
		b.User = string(h[head : head+16])
		head += 16
	}
	if size < uint64(head) {
		k.Err = fmt.Errorf("%w: box %q of %d bytes at %d", window.ErrMalformed, kind, size, k.Pos)
		return false
	}
	b.Off = k.Pos + head
	if size > math.MaxInt64 || int64(size) > k.Stop-k.Pos {
		b.Cut = true
		size = uint64(k.Stop - k.Pos)
	}
	b.Size = int64(size) - head
	k.Box, k.Pos = b, b.End()
	return true
}

// Find returns the first box of a kind inside b after skip bytes; ok is false where there is none.
func Find(w *window.Window, b Box, skip int64, kind string) (found Box, ok bool, err error) {
	walk := Children(w, b, skip)
	for walk.Next() {
		if walk.Box.Kind == kind {
			return walk.Box, true, nil
		}
	}
	return Box{}, false, walk.Err
}

// Payload returns the first n bytes of b's payload, fewer where it is shorter. They are valid until
// the window moves.
func Payload(w *window.Window, b Box, n int) ([]byte, error) {
	return w.Bytes(b.Off, int(min(int64(n), b.Size, window.Size)))
}

// Brands returns the major and the compatible brands of a file that begins with an ftyp box.
func Brands(head []byte) (major string, compatible []string) {
	if len(head) < 16 || string(head[4:8]) != "ftyp" {
		return "", nil
	}
	end := min(int64(window.BE32(head)), int64(len(head)), 16+4*64)
	for i := int64(16); i+4 <= end; i += 4 {
		compatible = append(compatible, string(head[i:i+4]))
	}
	return string(head[8:12]), compatible
}

// stillBrands are the major brands of image files in this box structure: HEIF and its codecs
// (ISO/IEC 23008-12, annex B; AVIF, 6), and Canon's raw files.
var stillBrands = []string{"heic", "heix", "heim", "heis", "hevc", "hevx", "avif", "avis", "mif1", "mif2", "msf1", "miaf", "jpeg", "j2ki", "vvic", "crx "}

// IsImage reports whether head is that of an image (HEIC, AVIF, CR3) rather than of a film or sound.
func IsImage(head []byte) bool {
	major, _ := Brands(head)
	return slices.Contains(stillBrands, major)
}
