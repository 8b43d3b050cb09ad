package image

import (
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// Photoshop files (Adobe's File Formats Specification) and their image resources, which JPEGs carry in
// APP13 as well.

const (
	resourceIPTC = 0x0404
	resourceEXIF = 0x0422
	resourceXMP  = 0x0424

	photoshopMaxResources = 256
)

func matchPSD(head []byte, _ string) bool {
	return len(head) >= 26 && string(head[:4]) == "8BPS" && head[4] == 0 && (head[5] == 1 || head[5] == 2)
}

func probePSD(w *window.Window, r *format.Result) error {
	head, err := w.Bytes(0, 30)
	if err != nil {
		return err
	}
	r.Description.Media.Height, r.Description.Media.Width = imageSide(window.BE32(head[14:])), imageSide(window.BE32(head[18:]))
	at := 30 + int64(window.BE32(head[26:])) // past the colour mode's data
	b, err := w.Bytes(at, 4)
	if err != nil {
		return err
	}
	x := new(exifData)
	readPhotoshopResources(w, at+4, int64(window.BE32(b)), x)
	describePicture(r, &x.Metadata)
	return w.Err()
}

// readPhotoshopResources walks the resource blocks of length bytes at at.
func readPhotoshopResources(w *window.Window, at, length int64, x *exifData) {
	end := at + length
	for range photoshopMaxResources {
		if w.Element() != nil || end-at < 12 {
			return
		}
		b, err := w.Bytes(at, 6)
		if err != nil || string(b[:4]) != "8BIM" {
			return
		}
		id, name := window.BE16(b[4:]), at+6
		if b, err = w.Bytes(name, 1); err != nil {
			return
		}
		name += (int64(b[0]) + 2) &^ 1 // a Pascal string, padded to an even length
		if b, err = w.Bytes(name, 4); err != nil {
			return
		}
		data, size := name+4, int64(window.BE32(b))
		if size > end-data {
			return
		}
		switch id {
		case resourceIPTC:
			if m, ok := readIPTC(w, data, size); ok {
				x.Fill(m)
			}
		case resourceXMP:
			if m, ok := readXMP(w, data, size); ok {
				x.Fill(m)
			}
		case resourceEXIF:
			if found, err := readEXIF(w, data, size); err == nil {
				found.Fill(x.Metadata)
				*x = *found
			}
		}
		at = data + (size+1)&^1
	}
}

// imageSide returns a width or height that a file states, or 0 where it is beyond sense.
func imageSide(n uint32) int {
	if n > 1<<30 {
		return 0
	}
	return int(n)
}

// imageSize sets a picture's stored size, which must be of some extent.
func imageSize(r *format.Result, width, height int) error {
	if width <= 0 || height <= 0 {
		return fmt.Errorf("%w: picture of %d by %d", window.ErrMalformed, width, height)
	}
	r.Description.Media.Width, r.Description.Media.Height = width, height
	return nil
}
