package image

import (
	"bytes"
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/isobmff"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/photo"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// JPEG XL (ISO/IEC 18181-1 and -2): a bare codestream, or boxes around one. The codestream begins with
// the size in a variable number of bits, then with the orientation.

const jxlSignature = "\x00\x00\x00\x0CJXL \r\n\x87\n"

func matchJXL(head []byte, ext string) bool {
	return len(head) >= 12 && string(head[:12]) == jxlSignature ||
		len(head) >= 8 && head[0] == 0xFF && head[1] == 0x0A && (ext == ".jxl" || ext == "")
}

func probeJXL(w *window.Window, r *format.Result) error {
	b, err := w.Bytes(0, 2)
	if err != nil {
		return err
	}
	if b[0] == 0xFF {
		return jxlCodestream(w, r, 0, w.Size())
	}
	f := jxlFile{w: w, r: r, exif: new(exifData)}
	walk := isobmff.Boxes(w, 0, w.Size())
	for walk.Next() {
		if err := f.box(walk.Box); err != nil {
			return err
		}
	}
	if w.Err() != nil {
		return w.Err()
	}
	if o := r.Description.Media.Orientation; o != 0 {
		f.exif.Orientation = o // the codestream's word is final
	}
	describePicture(r, &f.exif.Metadata)
	if !f.sized {
		return fmt.Errorf("%w: no codestream", window.ErrTruncated)
	}
	return nil
}

// jxlFile is what the boxes of a file say.
type jxlFile struct {
	w      *window.Window
	r      *format.Result
	exif   *exifData
	sized  bool    // by the codestream
	packed [2]bool // what was unpacked: EXIF, XMP
}

func (f *jxlFile) box(b isobmff.Box) error {
	switch b.Kind {
	case "jxlp": // a part of the codestream, behind its number
		return f.codestream(b, 4)
	case "jxlc":
		return f.codestream(b, 0)
	case "Exif":
		return f.readEXIF(b)
	case "xml ":
		if m, ok := readXMP(f.w, b.Off, b.Size); ok {
			f.exif.Fill(m)
		}
	case "brob":
		return f.unpack(b)
	}
	return nil
}

// codestream reads the size from the first part of the codestream.
func (f *jxlFile) codestream(b isobmff.Box, skip int64) error {
	if f.sized || b.Size <= skip {
		return nil
	}
	f.sized = true
	return jxlCodestream(f.w, f.r, b.Off+skip, b.Size-skip)
}

func (f *jxlFile) readEXIF(b isobmff.Box) error {
	d, err := isobmff.Payload(f.w, b, 4)
	if err != nil || len(d) < 4 {
		return err
	}
	skip := 4 + int64(window.BE32(d))
	found, err := readEXIF(f.w, b.Off+skip, b.Size-skip)
	if err != nil {
		return err
	}
	found.Fill(f.exif.Metadata)
	f.exif = found
	return nil
}

// unpack reads metadata that are packed, as encoders do by habit.
func (f *jxlFile) unpack(b isobmff.Box) error {
	kind, d, err := jxlUnpack(f.w, b, &f.packed)
	if err != nil {
		return err
	}
	switch kind {
	case "Exif":
		f.exif, err = jxlEXIF(f.w, d, f.exif)
	case "xml ":
		f.exif.Fill(CleanPhoto(photo.XMP(d)))
	}
	return err
}

// jxlUnpack returns what a brob box (18181-2, 9.7) holds, and of which kind it is. Each kind is unpacked once. What
// cannot be is passed over, as metadata that makes no sense is elsewhere.
func jxlUnpack(w *window.Window, b isobmff.Box, done *[2]bool) (kind string, d []byte, err error) {
	d, err = isobmff.Payload(w, b, 4)
	if err != nil || len(d) < 4 {
		return "", nil, err
	}
	kind = string(d)
	which := 0
	switch kind {
	case "Exif":
	case "xml ":
		which = 1
	default:
		return "", nil, nil
	}
	if done[which] || b.Size-4 > xmpMax {
		return "", nil, nil
	}
	done[which] = true
	in, err := w.Part(b.Off+4, b.Size-4)
	if err != nil {
		return "", nil, window.Forgive(err)
	}
	d, err = unpackBrotli(w, in)
	return kind, d, window.Forgive(err)
}

// jxlEXIF reads EXIF that lies in memory, behind its offset as in the box. known is what was known before.
func jxlEXIF(w *window.Window, d []byte, known *exifData) (*exifData, error) {
	if len(d) < 4 {
		return known, nil
	}
	skip := 4 + int64(window.BE32(d))
	if skip >= int64(len(d)) {
		return known, nil
	}
	d = d[skip:]
	inner := w.Nested(bytes.NewReader(d), int64(len(d)))
	defer inner.Release()
	x, err := readEXIF(inner, 0, int64(len(d)))
	if err != nil {
		return known, w.OnTime()
	}
	x.Fill(known.Metadata)
	return x, nil
}

// jxlBits reads bits from the least significant one up.
type jxlBits struct {
	b   []byte
	pos int
}

func (r *jxlBits) bits(n int) uint32 {
	var v uint32
	for i := range n {
		if at := r.pos >> 3; at < len(r.b) {
			v |= uint32(r.b[at]>>(r.pos&7)&1) << i
		}
		r.pos++
	}
	return v
}

// jxlCodestream reads the size header (D.2) and the orientation of the image metadata (D.3).
func jxlCodestream(w *window.Window, r *format.Result, at, length int64) error {
	b, err := w.Bytes(at, int(min(length, 24)))
	if err != nil {
		return err
	}
	if len(b) < 4 || b[0] != 0xFF || b[1] != 0x0A {
		return fmt.Errorf("%w: no codestream", window.ErrMalformed)
	}
	c := jxlBits{b: b[2:]}
	small := c.bits(1) == 1
	side := func() uint32 {
		if small {
			return 8 * (1 + c.bits(5))
		}
		return 1 + c.bits([4]int{9, 13, 18, 30}[c.bits(2)])
	}
	height := side()
	var width uint32
	if ratio := c.bits(3); ratio == 0 {
		width = side()
	} else {
		n := [8][2]uint64{1: {1, 1}, 2: {12, 10}, 3: {4, 3}, 4: {3, 2}, 5: {16, 9}, 6: {5, 4}, 7: {2, 1}}[ratio]
		width = uint32(uint64(height) * n[0] / n[1])
	}
	if c.bits(1) == 0 && c.bits(1) == 1 { // not all default, extra fields
		r.Description.Media.Orientation = int(1 + c.bits(3))
	}
	return imageSize(r, imageSide(width), imageSide(height))
}
