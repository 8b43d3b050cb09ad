package image

import (
	"bytes"
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// Reading of TIFF structures (TIFF 6.0, section 2; BigTIFF), which carry TIFF images, most RAW formats
// and, inside other files, EXIF. All offsets in a TIFF count from its own first byte.

const (
	tiffMaxDirectories = 32
	tiffMaxEntries     = 512 // of one directory; cameras write well under 200
	tiffMaxText        = 4096
)

// tiffFile is a TIFF at base of the window.
type tiffFile struct {
	w         *window.Window
	base      int64
	size      int64 // from base to where it ends
	bigEndian bool
	big       bool // BigTIFF: 64-bit offsets
	seen      []uint64
}

// tiffEntry is one field of a directory; its values lie at the absolute offset at.
type tiffEntry struct {
	tag, typ uint16
	count    uint64
	at       int64
}

// tiffTypeSize is the size of a value of each field type.
var tiffTypeSize = [...]int64{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}

// isTIFF reports whether b begins a TIFF: the byte order and its magic number, or one of those that
// camera makers put in its place (Olympus "RO" and "RS", Panasonic "U").
func isTIFF(b []byte) bool {
	if len(b) < 8 {
		return false
	}
	switch string(b[:4]) {
	case "II*\x00", "MM\x00*", "II+\x00", "MM\x00+", "IIRO", "IIRS", "MMOR", "IIU\x00":
		return true
	}
	return false
}

// newTIFF opens the TIFF of size bytes at base and returns the offset of its first directory.
func newTIFF(w *window.Window, base, size int64) (*tiffFile, uint64, error) {
	if base < 0 || size < 8 || base > w.Size() {
		return nil, 0, fmt.Errorf("%w: TIFF of %d bytes at %d", window.ErrMalformed, size, base)
	}
	size = min(size, w.Size()-base)
	b, err := w.Bytes(base, int(min(size, 16)))
	if err != nil {
		return nil, 0, err
	}
	if !isTIFF(b) {
		return nil, 0, fmt.Errorf("%w: no TIFF header", window.ErrMalformed)
	}
	t := &tiffFile{w: w, base: base, size: size, bigEndian: b[0] == 'M'}
	if b[2] == '+' || b[3] == '+' {
		if len(b) < 16 || t.u16(b[4:]) != 8 {
			return nil, 0, fmt.Errorf("%w: BigTIFF header", window.ErrMalformed)
		}
		t.big = true
		return t, t.u64(b[8:]), nil
	}
	return t, uint64(t.u32(b[4:])), nil
}

func (t *tiffFile) u16(b []byte) uint16 {
	if t.bigEndian {
		return window.BE16(b)
	}
	return window.LE16(b)
}

func (t *tiffFile) u32(b []byte) uint32 {
	if t.bigEndian {
		return window.BE32(b)
	}
	return window.LE32(b)
}

func (t *tiffFile) u64(b []byte) uint64 {
	if t.bigEndian {
		return window.BE64(b)
	}
	return window.LE64(b)
}

// directory reads the fields of the directory at off that wanted lets through, into buf, and the
// offset of the next directory (0: none). A directory seen before is an error: they may not be cyclic.
func (t *tiffFile) directory(off uint64, wanted func(tag uint16) bool, buf []tiffEntry) ([]tiffEntry, uint64, error) {
	for _, o := range t.seen {
		if o == off {
			return nil, 0, fmt.Errorf("%w: cyclic TIFF directories", window.ErrMalformed)
		}
	}
	if len(t.seen) >= tiffMaxDirectories || off > math.MaxInt64/2 || int64(off) >= t.size {
		return nil, 0, fmt.Errorf("%w: TIFF directory at %d", window.ErrMalformed, off)
	}
	t.seen = append(t.seen, off)
	countLen, entryLen, offLen := 2, 12, 4
	if t.big {
		countLen, entryLen, offLen = 8, 20, 8
	}
	at := t.base + int64(off)
	b, err := t.w.Bytes(at, countLen)
	if err != nil {
		return nil, 0, err
	}
	count := uint64(t.u16(b))
	if t.big {
		count = t.u64(b)
	}
	if count == 0 || count > tiffMaxEntries {
		return nil, 0, fmt.Errorf("%w: %d TIFF fields", window.ErrMalformed, count)
	}
	n := int(count) * entryLen
	b, err = t.w.Bytes(at+int64(countLen), n)
	if err != nil {
		return nil, 0, err
	}
	for i := 0; i < n; i += entryLen {
		if err := t.w.Element(); err != nil {
			return nil, 0, err
		}
		if e, ok := t.entry(b[i:i+entryLen], at+int64(countLen+i)); ok && wanted(e.tag) {
			buf = append(buf, e)
		}
	}
	b, err = t.w.Bytes(at+int64(countLen+n), offLen)
	if err != nil {
		return buf, 0, nil //nolint:nilerr // some writers end the file without the last link
	}
	if t.big {
		return buf, t.u64(b), nil
	}
	return buf, uint64(t.u32(b)), nil
}

// entry decodes one field, which stands at the absolute offset at. It reports false for a field of
// unknown type or whose values do not lie in the file.
func (t *tiffFile) entry(b []byte, at int64) (tiffEntry, bool) {
	e := tiffEntry{tag: t.u16(b), typ: t.u16(b[2:])}
	valueAt, inline := int64(8), int64(4)
	if t.big {
		e.count, valueAt, inline = t.u64(b[4:]), 12, 8
	} else {
		e.count = uint64(t.u32(b[4:]))
	}
	if int(e.typ) >= len(tiffTypeSize) || tiffTypeSize[e.typ] == 0 || e.count > math.MaxInt32 {
		return e, false
	}
	length := int64(e.count) * tiffTypeSize[e.typ]
	if length <= inline {
		e.at = at + valueAt
		return e, true
	}
	off := uint64(t.u32(b[8:]))
	if t.big {
		off = t.u64(b[12:])
	}
	if off > uint64(t.size) || length > t.size-int64(off) {
		return e, false
	}
	e.at = t.base + int64(off)
	return e, true
}

// value returns the bytes of value i of a field.
func (t *tiffFile) value(e tiffEntry, i uint64) []byte {
	if i >= e.count {
		return nil
	}
	n := tiffTypeSize[e.typ]
	b, err := t.w.Bytes(e.at+int64(i)*n, int(n))
	if err != nil {
		return nil
	}
	return b
}

// uint returns value i of a field of any unsigned type, or 0.
func (t *tiffFile) uint(e tiffEntry, i uint64) uint64 {
	b := t.value(e, i)
	switch {
	case b == nil:
	case e.typ == 1 || e.typ == 7:
		return uint64(b[0])
	case e.typ == 3:
		return uint64(t.u16(b))
	case e.typ == 4 || e.typ == 13 || e.typ == 9:
		return uint64(t.u32(b))
	case e.typ == 16 || e.typ == 18:
		return t.u64(b)
	}
	return 0
}

// length is uint for sizes and counts that must fit the catalog's int.
func (t *tiffFile) length(e tiffEntry) int {
	if v := t.uint(e, 0); v <= math.MaxInt32 {
		return int(v)
	}
	return 0
}

// float returns value i of a rational, real or integer field, and false for a division by zero.
func (t *tiffFile) float(e tiffEntry, i uint64) (float64, bool) {
	b := t.value(e, i)
	switch {
	case b == nil:
		return 0, false
	case e.typ == 5:
		num, den := t.u32(b), t.u32(b[4:])
		return float64(num) / float64(den), den != 0
	case e.typ == 10:
		num, den := int32(t.u32(b)), int32(t.u32(b[4:]))
		return float64(num) / float64(den), den != 0
	case e.typ == 11:
		f := float64(math.Float32frombits(t.u32(b)))
		return f, !math.IsNaN(f) && !math.IsInf(f, 0)
	case e.typ == 12:
		f := math.Float64frombits(t.u64(b))
		return f, !math.IsNaN(f) && !math.IsInf(f, 0)
	}
	return float64(t.uint(e, i)), true
}

// text returns an ASCII field up to its first NUL. Cameras put UTF-8 and Latin-1 into them, too.
func (t *tiffFile) text(e tiffEntry) string {
	b, err := t.w.Bytes(e.at, int(min(int64(e.count)*tiffTypeSize[e.typ], tiffMaxText)))
	if err != nil || e.typ != 1 && e.typ != 2 && e.typ != 7 {
		return ""
	}
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	if !utf8.Valid(b) {
		return text.Clean(text.Latin1(b))
	}
	return text.Clean(string(b))
}

// extent returns the file range of a field's values.
func (t *tiffFile) extent(e tiffEntry) (at, length int64) {
	return e.at, int64(e.count) * tiffTypeSize[e.typ]
}
