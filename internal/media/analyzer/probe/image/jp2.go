package image

import (
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/isobmff"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// JPEG 2000 (ITU-T T.800): a JP2 file (annex I) whose image header box states the size, or a bare
// codestream (annex A) whose SIZ marker does.

const (
	jp2Signature = "\x00\x00\x00\x0CjP  \r\n\x87\n"

	// User boxes that hold metadata: EXIF (ExifTool's and ImageMagick's convention), XMP and IPTC.
	jp2EXIF = "JpgTiffExif->JP2"
	jp2XMP  = "\xBE\x7A\xCF\xCB\x97\xA9\x42\xE8\x9C\x71\x99\x94\x91\xE3\xAF\xAC"
	jp2IPTC = "\x33\xC7\xA4\xD2\xB8\x1D\x47\x23\xA0\xBA\xF1\xA3\xE0\x97\xAD\x38"
)

func probeJP2(w *window.Window, r *format.Result) error {
	b, err := w.Bytes(0, 24)
	if err != nil {
		return err
	}
	if b[0] == 0xFF {
		r.Description.Media.Container = "j2k"
		return imageSize(r, imageSide(window.BE32(b[8:])-window.BE32(b[16:])), imageSide(window.BE32(b[12:])-window.BE32(b[20:])))
	}
	x, late := new(exifData), new(exifData)
	sized := false
	walk := isobmff.Boxes(w, 0, w.Size())
	for walk.Next() {
		switch b := walk.Box; {
		case b.Kind == "jp2h":
			if sized, err = jp2Header(w, b, r); err != nil {
				return err
			}
		case b.User == jp2EXIF:
			if x, err = readEXIF(w, b.Off, b.Size); err != nil {
				return err
			}
		case b.User == jp2XMP:
			if m, ok := readXMP(w, b.Off, b.Size); ok {
				m.Fill(late.Metadata) // before IPTC
				late.Metadata = m
			}
		case b.User == jp2IPTC:
			if m, ok := readIPTC(w, b.Off, b.Size); ok {
				late.Fill(m)
			}
		}
	}
	if w.Err() != nil {
		return w.Err()
	}
	x.Fill(late.Metadata)
	describePicture(r, &x.Metadata)
	if !sized {
		return fmt.Errorf("%w: no image header", window.ErrTruncated)
	}
	return nil
}

// jp2Header reads the image header box.
func jp2Header(w *window.Window, header isobmff.Box, r *format.Result) (bool, error) {
	ihdr, ok, err := isobmff.Find(w, header, 0, "ihdr")
	if err != nil || !ok {
		return false, err
	}
	d, err := isobmff.Payload(w, ihdr, 8)
	if err != nil || len(d) < 8 {
		return false, err
	}
	return true, imageSize(r, imageSide(window.BE32(d[4:])), imageSide(window.BE32(d)))
}
