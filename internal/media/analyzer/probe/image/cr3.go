package image

import (
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/isobmff"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// Canon CR3: an ISO base media file of brand "crx ". In its moov box a box of Canon's own holds the
// EXIF data as four TIFFs: CMT1 is IFD0, CMT2 the EXIF directory, CMT3 maker notes, CMT4 GPS.

const canonUUID = "\x85\xC0\xB6\x87\x82\x0F\x11\xE0\x81\x11\xF4\xCE\x46\x2B\x6A\x48"

func matchCR3(head []byte, _ string) bool {
	major, _ := isobmff.Brands(head)
	return major == "crx "
}

func probeCR3(w *window.Window, r *format.Result) error {
	r.Kind = media.KindPhoto
	moov, ok, err := isobmff.Find(w, isobmff.Box{Size: w.Size()}, 0, "moov")
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("%w: no moov box", window.ErrTruncated)
	}
	x := new(exifData)
	walk := isobmff.Children(w, moov, 0)
	for walk.Next() {
		if walk.Box.User != canonUUID {
			continue
		}
		inner := isobmff.Children(w, walk.Box, 0)
		for inner.Next() {
			x.canon(w, inner.Box)
		}
	}
	if w.Err() != nil {
		return w.Err()
	}
	if len(x.images) > 0 {
		r.Description.Media.Width, r.Description.Media.Height = x.images[0].width, x.images[0].height
	}
	describePicture(r, &x.Metadata)
	return nil
}

// canon reads one of the TIFFs.
func (x *exifData) canon(w *window.Window, b isobmff.Box) {
	switch b.Kind {
	case "CMT1", "CMT2", "CMT4":
	default:
		return
	}
	t, first, err := newTIFF(w, b.Off, b.Size)
	if err != nil {
		return
	}
	switch b.Kind {
	case "CMT1":
		x.walk(t, first, false)
	case "CMT2":
		x.exifDirectory(t, first)
	case "CMT4":
		x.gpsDirectory(t, first)
	}
	x.finish(t)
}
