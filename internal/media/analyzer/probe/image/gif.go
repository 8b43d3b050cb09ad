package image

import (
	"bytes"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// GIF (CompuServe, 1989): the logical screen is the picture's size. What describes the picture stands in
// extensions in front of it.

func probeGIF(w *window.Window, r *format.Result) error {
	b, err := w.Bytes(6, 5)
	if err != nil {
		return err
	}
	flags := b[4]
	if err := imageSize(r, int(window.LE16(b)), int(window.LE16(b[2:]))); err != nil {
		return err
	}
	at := 13
	if flags&0x80 != 0 {
		at += 3 << (1 + flags&7) // the global colours
	}
	return gifXMP(w, r, at)
}

// gifXMP looks for an XMP packet among the extensions that the head holds (XMP specification, part 3, 1.1.2). It
// stands there as it is, not in blocks: what follows it leads a reader of blocks out again.
func gifXMP(w *window.Window, r *format.Result, at int) error {
	const application = "\x21\xFF\x0BXMP DataXMP"
	head, err := w.Head()
	if err != nil {
		return err
	}
	for at+2 < len(head) && head[at] == 0x21 {
		if err := w.Element(); err != nil {
			return err
		}
		if bytes.HasPrefix(head[at:], []byte(application)) {
			begin := int64(at + len(application))
			b, err := w.Part(begin, min(w.Size()-begin, xmpMax))
			if err != nil {
				return window.Forgive(err)
			}
			if end := bytes.Index(b, []byte("\x01\xFF\xFE\xFD")); end >= 0 {
				if m, ok := readXMP(w, begin, int64(end)); ok {
					describePicture(r, &m)
				}
			}
			return w.Err()
		}
		for at += 2; at < len(head) && head[at] != 0; at += 1 + int(head[at]) {
		}
		at++
	}
	return nil
}
