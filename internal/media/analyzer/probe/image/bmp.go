package image

import (
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// Windows bitmaps and icons. A bitmap's header is BITMAPCOREHEADER (12 bytes) or any of those that
// begin like BITMAPINFOHEADER (40 and more); a negative height means that the top row comes first.

func matchBMP(head []byte, _ string) bool {
	if len(head) < 26 || head[0] != 'B' || head[1] != 'M' {
		return false
	}
	header := window.LE32(head[14:])
	return window.LE32(head[10:]) >= 26 && (header == 12 || header >= 16 && header <= 256)
}

func probeBMP(w *window.Window, r *format.Result) error {
	b, err := w.Bytes(0, 26)
	if err != nil {
		return err
	}
	if window.LE32(b[14:]) == 12 {
		return imageSize(r, int(window.LE16(b[18:])), int(window.LE16(b[20:])))
	}
	width, height := int32(window.LE32(b[18:])), int64(int32(window.LE32(b[22:])))
	return imageSize(r, int(width), int(max(height, -height)))
}

func matchICO(head []byte, _ string) bool {
	if len(head) < 22 || window.LE16(head) != 0 {
		return false
	}
	kind, count := window.LE16(head[2:]), int(window.LE16(head[4:]))
	if kind != 1 && kind != 2 || count == 0 || count > 256 || head[9] != 0 {
		return false
	}
	offset := window.LE32(head[18:])
	return offset >= uint32(6+16*count) && window.LE32(head[14:]) > 0
}

// probeICO takes the largest of an icon's pictures.
func probeICO(w *window.Window, r *format.Result) error {
	b, err := w.Bytes(0, 6)
	if err != nil {
		return err
	}
	count := int(window.LE16(b[4:]))
	if b, err = w.Bytes(6, 16*count); err != nil {
		return fmt.Errorf("icon directory: %w", err)
	}
	width, height := 0, 0
	for ; len(b) >= 16; b = b[16:] {
		if err := w.Element(); err != nil {
			return err
		}
		x, y := int(b[0]), int(b[1])
		if x == 0 {
			x = 256
		}
		if y == 0 {
			y = 256
		}
		if x*y > width*height {
			width, height = x, y
		}
	}
	return imageSize(r, width, height)
}
