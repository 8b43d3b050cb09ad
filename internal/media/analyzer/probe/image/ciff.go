package image

import (
	"fmt"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// CIFF (Canon's Camera Image File Format, revision 1.0), that of its RAW files until 2004 (CRW) and of a segment in the
// JPEGs of the same cameras: heaps, each with a directory at its end, one in the other.

const (
	ciffMaxEntries = 512
	ciffMaxDepth   = 4
	ciffHead       = 26

	ciffMakeModel = 0x080A
	ciffTime      = 0x180E
	ciffImage     = 0x1810
)

func matchCRW(head []byte, _ string) bool {
	return len(head) >= ciffHead && (window.HasMagic(head, "II") || window.HasMagic(head, "MM")) && string(head[6:14]) == "HEAPCCDR"
}

func probeCRW(w *window.Window, r *format.Result) error {
	x := new(exifData)
	width, height, err := readCIFF(w, 0, w.Size(), x)
	r.Description.Media.Width, r.Description.Media.Height = width, height
	describePicture(r, &x.Metadata)
	return err
}

// ciff is what is known of a file of heaps while they are walked.
type ciff struct {
	w             *window.Window
	u16           func([]byte) uint16
	u32           func([]byte) uint32
	x             *exifData
	width, height int
}

// readCIFF reads the heaps of the size bytes at base: the picture's size and, into x, camera and time.
func readCIFF(w *window.Window, base, size int64, x *exifData) (width, height int, err error) {
	b, err := w.Bytes(base, int(min(size, ciffHead)))
	if err != nil || len(b) < ciffHead {
		return 0, 0, err
	}
	c := ciff{w: w, u16: window.LE16, u32: window.LE32, x: x}
	if b[0] == 'M' {
		c.u16, c.u32 = window.BE16, window.BE32
	}
	start := int64(c.u32(b[2:]))
	if start < ciffHead-12 || start > size {
		return 0, 0, fmt.Errorf("%w: heap at %d", window.ErrMalformed, start)
	}
	err = c.heap(base+start, size-start, 0)
	return c.width, c.height, err
}

// heap walks the directory of a heap and those inside it.
func (c *ciff) heap(at, size int64, depth int) error {
	if size < 6 || depth >= ciffMaxDepth {
		return nil
	}
	b, err := c.w.Bytes(at+size-4, 4)
	if err != nil {
		return err
	}
	dir := int64(c.u32(b))
	if dir > size-6 {
		return fmt.Errorf("%w: directory at %d of %d", window.ErrMalformed, dir, size)
	}
	if b, err = c.w.Bytes(at+dir, 2); err != nil {
		return err
	}
	n := min(int64(c.u16(b)), ciffMaxEntries, (size-dir-2)/10)
	if b, err = c.w.Bytes(at+dir+2, int(10*n)); err != nil {
		return err
	}
	entries := append([]byte(nil), b...) // what they lead to moves the window
	for ; len(entries) >= 10; entries = entries[10:] {
		if err := c.w.Element(); err != nil {
			return err
		}
		tag := c.u16(entries)
		length, off := int64(c.u32(entries[2:])), int64(c.u32(entries[6:]))
		if tag&0xC000 != 0 || length > size || off > size-length { // a value of its own, or a lie
			continue
		}
		if kind := tag & 0x3800; kind == 0x2800 || kind == 0x3000 {
			err = c.heap(at+off, length, depth+1)
		} else {
			err = c.value(tag&0x3FFF, at+off, length)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *ciff) value(tag uint16, at, length int64) error {
	switch tag {
	case ciffMakeModel, ciffTime, ciffImage:
	default:
		return nil
	}
	b, err := c.w.Bytes(at, int(min(length, 64)))
	if err != nil {
		return err
	}
	switch {
	case tag == ciffMakeModel && c.x.Model == "":
		c.x.Make = text.Clean(text.CString(b))
		c.x.Model = text.Clean(text.CString(b[min(len(text.CString(b))+1, len(b)):]))
	case tag == ciffTime && len(b) >= 4 && c.u32(b) > 0: // of the camera's clock, which knows no zone
		c.x.Taken = time.Unix(int64(c.u32(b)), 0).UTC().Format("2006-01-02T15:04:05")
	case tag == ciffImage && len(b) >= 8 && c.u32(b) < 1<<16 && c.u32(b[4:]) < 1<<16:
		c.width, c.height = int(c.u32(b)), int(c.u32(b[4:]))
		if len(b) >= 16 {
			turned := map[uint32]int{0: 1, 90: 6, 180: 3, 270: 8}
			c.x.Orientation = turned[c.u32(b[12:])]
		}
	}
	return nil
}

// Minolta's RAW files (MRW): blocks of a name and a length, of which one is a TIFF's head with EXIF.

const mrwMaxBlocks = 64

func probeMRW(w *window.Window, r *format.Result) error {
	b, err := w.Bytes(0, 8)
	if err != nil {
		return err
	}
	u32, u16 := window.BE32, window.BE16
	if b[3] == 'I' {
		u32, u16 = window.LE32, window.LE16
	}
	x, m := new(exifData), r.Description.Media
	r.Kind = media.KindPhoto
	end := min(8+int64(u32(b[4:])), w.Size())
	at := int64(8)
	for range mrwMaxBlocks {
		if end-at < 8 {
			break
		}
		if err := w.Element(); err != nil {
			return err
		}
		if b, err = w.Bytes(at, int(min(24, end-at))); err != nil {
			return err
		}
		name, length := string(b[1:4]), int64(u32(b[4:]))
		if at += 8; length > w.Size()-at {
			describePicture(r, &x.Metadata)
			return fmt.Errorf("%w: block of %d bytes", window.ErrTruncated, length)
		}
		switch {
		case name == "PRD" && len(b) >= 24: // firmware, the sensor's size, the picture's
			m.Height, m.Width = int(u16(b[20:])), int(u16(b[22:]))
		case name == "TTW":
			if x, err = readEXIF(w, at, length); err != nil {
				return err
			}
		}
		at += length
	}
	describePicture(r, &x.Metadata)
	return nil
}
