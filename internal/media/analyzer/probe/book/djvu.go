package book

import (
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// DjVu 3: IFF chunks. A document of several pages has a directory of its component files, of which
// those of form DJVU are pages.

const djvuMaxFiles = 512 // a small read for each; what has more keeps its page count to itself

func matchDjVu(head []byte, _ string) bool {
	return len(head) >= 30 && string(head[:8]) == "AT&TFORM" && (string(head[12:16]) == "DJVU" || string(head[12:16]) == "DJVM")
}

func probeDjVu(w *window.Window, r *format.Result) error {
	b, err := w.Bytes(0, 28)
	if err != nil {
		return err
	}
	m := r.Description.Media
	if string(b[12:16]) == "DJVU" {
		m.Pages = 1
		return nil
	}
	if string(b[16:20]) != "DIRM" {
		return fmt.Errorf("%w: no directory", window.ErrMalformed)
	}
	const isBundled = 0x80
	flags, count := b[24], int(window.BE16(b[25:]))
	if flags&isBundled == 0 || count > djvuMaxFiles {
		return nil
	}
	offsets, err := w.ReadFull(27, int64(4*count))
	if err != nil {
		return err
	}
	w.AllowReads(count)
	pages := 0
	for ; len(offsets) >= 4; offsets = offsets[4:] {
		if err := w.Element(); err != nil {
			return err
		}
		b, err := w.Peek(int64(window.BE32(offsets)), 12)
		if err != nil {
			return err
		}
		if string(b[:4]) == "FORM" && string(b[8:12]) == "DJVU" {
			pages++
		}
	}
	m.Pages = pages
	return nil
}
