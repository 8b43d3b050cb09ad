package image

import (
	"fmt"
	"strconv"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// Sigma's RAW files (X3F, file format specification 2.3): a header, and at the end a directory of sections, of which
// one holds properties and others pictures, a JPEG among them.

const (
	x3fMaxSections   = 64
	x3fMaxProperties = 512
	x3fMaxTexts      = 30 << 10
	x3fJPEG          = 18
)

func probeX3F(w *window.Window, r *format.Result) error {
	head, err := w.Bytes(0, 40)
	if err != nil {
		return err
	}
	m, x := r.Description.Media, new(exifData)
	r.Kind = media.KindPhoto
	if width, height := window.LE32(head[28:]), window.LE32(head[32:]); width < 1<<16 && height < 1<<16 {
		m.Width, m.Height = int(width), int(height)
	}
	turned := map[uint32]int{90: 6, 180: 3, 270: 8}
	x.Orientation = turned[window.LE32(head[36:])]
	err = x3fSections(w, x)
	describePicture(r, &x.Metadata)
	r.Kind = media.KindPhoto
	return err
}

// x3fSections reads what the directory lists.
func x3fSections(w *window.Window, x *exifData) error {
	b, _, err := w.Tail(4)
	if err != nil {
		return err
	}
	at := int64(window.LE32(b))
	if b, err = w.Bytes(at, 12); err != nil {
		return err
	}
	if string(b[:4]) != "SECd" {
		return fmt.Errorf("%w: no directory", window.ErrMalformed)
	}
	n := int(min(window.LE32(b[8:]), x3fMaxSections))
	if b, err = w.Bytes(at+12, int(min(int64(12*n), w.Size()-at-12))); err != nil {
		return err
	}
	sections := append([]byte(nil), b...) // what they lead to moves the window
	for ; len(sections) >= 12; sections = sections[12:] {
		if err := w.Element(); err != nil {
			return err
		}
		at, size := int64(window.LE32(sections)), int64(window.LE32(sections[4:]))
		if size < 28 || at > w.Size()-size {
			continue
		}
		switch string(sections[8:12]) {
		case "PROP":
			err = x3fProperties(w, at, size, x)
		case "IMAG", "IMA2":
			if b, err = w.Bytes(at, 28); err == nil && window.LE32(b[12:]) == x3fJPEG {
				found := new(exifData)
				_, _, _ = readJPEG(w, at+28, size-28, found) //nolint:dogsled // its size is not the picture's, and its faults are not the file's
				x.Fill(found.Metadata)
				err = w.Err()
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// x3fProperties reads names and values, which are texts in UTF-16 behind a table of where they begin.
func x3fProperties(w *window.Window, at, size int64, x *exifData) error {
	b, err := w.Bytes(at, 24)
	if err != nil {
		return err
	}
	n := int64(min(window.LE32(b[8:]), x3fMaxProperties))
	if string(b[:4]) != "SECp" || 24+8*n > size {
		return nil
	}
	if b, err = w.Bytes(at, int(min(size, x3fMaxTexts))); err != nil {
		return err
	}
	if int64(len(b)) < 24+8*n {
		return nil
	}
	table, texts := b[24:24+8*n], b[24+8*n:]
	text := func(char uint32) string {
		if int64(char)*2 >= int64(len(texts)) {
			return ""
		}
		s := texts[2*char:]
		n := 0
		for n+1 < min(len(s), 512) && (s[n] != 0 || s[n+1] != 0) {
			n += 2
		}
		return text.UTF16(s[:n], false)
	}
	for ; len(table) >= 8; table = table[8:] {
		if err := w.Element(); err != nil {
			return err
		}
		name, value := text(window.LE32(table)), text(window.LE32(table[4:]))
		switch name {
		case "CAMMANUF":
			x.Make = value
		case "CAMMODEL":
			x.Model = value
		case "TIME": // of the camera's clock, which knows no zone
			if seconds, err := strconv.ParseInt(value, 10, 64); err == nil && seconds > 0 && seconds < 1<<33 {
				x.Taken = time.Unix(seconds, 0).UTC().Format("2006-01-02T15:04:05")
			}
		}
	}
	return nil
}
