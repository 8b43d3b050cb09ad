package image

import (
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// WebP (RFC 9649): a RIFF of one bitstream, or an extended file whose VP8X chunk says what follows.

const (
	webpFlagXMP   = 1 << 2
	webpFlagEXIF  = 1 << 3
	webpMaxChunks = 64 // further hops after the frames of an animation would cost more than they bring
)

func matchWebP(head []byte, _ string) bool {
	return len(head) >= 30 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP"
}

func probeWebP(w *window.Window, r *format.Result) error {
	b, err := w.Bytes(12, 18)
	if err != nil {
		return err
	}
	data := b[8:]
	switch string(b[:4]) {
	case "VP8 ":
		if data[3] != 0x9D || data[4] != 0x01 || data[5] != 0x2A {
			return fmt.Errorf("%w: VP8 start code", window.ErrMalformed)
		}
		return imageSize(r, int(window.LE16(data[6:])&0x3FFF), int(window.LE16(data[8:])&0x3FFF))
	case "VP8L":
		if data[0] != 0x2F {
			return fmt.Errorf("%w: VP8L signature", window.ErrMalformed)
		}
		bits := window.LE32(data[1:])
		return imageSize(r, int(bits&0x3FFF)+1, int(bits>>14&0x3FFF)+1)
	case "VP8X":
		flags := data[0]
		width := 1 + (int(data[4]) | int(data[5])<<8 | int(data[6])<<16)
		height := 1 + (int(data[7]) | int(data[8])<<8 | int(data[9])<<16)
		if err := imageSize(r, width, height); err != nil {
			return err
		}
		return webpMetadata(w, r, flags&webpFlagEXIF != 0, flags&webpFlagXMP != 0)
	}
	return fmt.Errorf("%w: WebP begins with %q", window.ErrMalformed, b[:4])
}

// webpMetadata looks for the chunks that the header promised.
func webpMetadata(w *window.Window, r *format.Result, wantEXIF, wantXMP bool) error {
	x, late := new(exifData), new(exifData)
	pos := int64(12)
	for n := 0; n < webpMaxChunks && (wantEXIF || wantXMP); n++ {
		if err := w.Element(); err != nil {
			return err
		}
		b, err := w.Peek(pos, 8)
		if err != nil {
			break
		}
		kind, length := string(b[:4]), int64(window.LE32(b[4:]))
		switch kind {
		case "EXIF":
			wantEXIF = false
			skip := int64(0)
			if b, err := w.Bytes(pos+8, int(min(length, 6))); err == nil && string(b) == "Exif\x00\x00" {
				skip = 6 // the habit of JPEG
			}
			if x, err = readEXIF(w, pos+8+skip, length-skip); err != nil {
				return err
			}
		case "XMP ":
			wantXMP = false
			if m, ok := readXMP(w, pos+8, length); ok {
				late.Metadata = m
			}
		}
		pos += 8 + (length+1)&^1
	}
	x.Fill(late.Metadata)
	describePicture(r, &x.Metadata)
	return w.Err()
}
