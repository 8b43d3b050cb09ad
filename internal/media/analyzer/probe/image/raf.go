package image

import (
	"fmt"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text"
)

// Fujifilm RAF: a header, a JPEG with all the metadata, and a directory of the sensor's data whose
// entries (tag, length, value, big-endian) state the picture's size.

const (
	rafMagic        = "FUJIFILMCCD-RAW "
	rafFullSize     = 0x0100 // with the borders
	rafCroppedSize  = 0x0111
	rafMaxTags      = 256
	rafJPEGAt       = 84 // in the header: offset and length of the JPEG, then of the directory
	rafModelAt      = 28
	rafModelLength  = 32
	rafHeaderLength = 108
)

func probeRAF(w *window.Window, r *format.Result) error {
	r.Kind = media.KindPhoto
	head, err := w.Bytes(0, rafHeaderLength)
	if err != nil {
		return err
	}
	model := text.Clean(text.CString(head[rafModelAt : rafModelAt+rafModelLength]))
	jpegAt, jpegLength := int64(window.BE32(head[rafJPEGAt:])), int64(window.BE32(head[rafJPEGAt+4:]))
	tagsAt, tagsLength := int64(window.BE32(head[rafJPEGAt+8:])), int64(window.BE32(head[rafJPEGAt+12:]))
	x := new(exifData)
	m := r.Description.Media
	var jpegErr error
	if jpegAt > 0 && jpegLength > 0 {
		m.Width, m.Height, jpegErr = readJPEG(w, jpegAt, min(jpegLength, max(0, w.Size()-jpegAt)), x)
	}
	if w.Err() != nil {
		return w.Err()
	}
	if x.Model == "" {
		x.Make, x.Model = "FUJIFILM", strings.TrimPrefix(model, "FUJIFILM ")
	}
	if width, height := rafSize(w, tagsAt, tagsLength); width > 0 && height > 0 {
		m.Width, m.Height, jpegErr = width, height, nil
	}
	describePicture(r, &x.Metadata)
	if w.Err() != nil {
		return w.Err()
	}
	if jpegErr != nil {
		return fmt.Errorf("%w: embedded picture: %w", window.ErrTruncated, jpegErr)
	}
	return nil
}

func rafSize(w *window.Window, at, length int64) (width, height int) {
	if at == 0 || length < 4 {
		return 0, 0
	}
	b, err := w.Bytes(at, int(min(length, window.Size, max(4, w.Size()-at))))
	if err != nil {
		return 0, 0
	}
	count, b := window.BE32(b), b[4:]
	for range min(count, rafMaxTags) {
		if w.Element() != nil || len(b) < 4 {
			return width, height
		}
		tag, n := window.BE16(b), int(window.BE16(b[2:]))
		if b = b[4:]; n > len(b) {
			return width, height
		}
		if n >= 4 && (tag == rafCroppedSize || tag == rafFullSize && width == 0) {
			height, width = int(window.BE16(b)), int(window.BE16(b[2:]))
		}
		b = b[n:]
	}
	return width, height
}
