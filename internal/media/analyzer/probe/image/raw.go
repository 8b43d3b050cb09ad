package image

import (
	"strings"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// TIFF images and the RAW formats that are TIFFs. RAWs are told from each other by their magic where
// makers changed it, by DNG's version tag, and by maker and extension.

func matchTIFF(head []byte, _ string) bool { return isTIFF(head) }

func probeTIFF(w *window.Window, r *format.Result) error {
	x := new(exifData)
	t, first, err := newTIFF(w, 0, w.Size())
	if err != nil {
		return err
	}
	x.walk(t, first, true)
	x.finish(t)
	if w.Err() != nil {
		return w.Err()
	}
	head, err := w.Head()
	if err != nil {
		return err
	}
	m := r.Description.Media
	m.Container = rawContainer(head, x)
	m.Width, m.Height = rawSize(m.Container, x)
	if isPhaseOne(head) {
		m.Container = "iiq"
		if m.Width, m.Height, err = phaseOneSize(w); err != nil {
			return err
		}
	}
	describePicture(r, &x.Metadata)
	if m.Container != "tiff" {
		r.Kind = media.KindPhoto
		return nil
	}
	if x.chained > 1 {
		m.Pages = x.chained
	}
	if m.Width == 0 || m.Height == 0 {
		return window.ErrTruncated
	}
	return nil
}

// rawContainer names the format of a TIFF.
func rawContainer(head []byte, x *exifData) string {
	maker := strings.ToLower(x.Make)
	hasPreview := len(x.images) > 0 && x.images[0].reduced
	switch {
	case len(head) > 10 && string(head[8:10]) == "CR":
		return "cr2"
	case string(head[:4]) == "IIU\x00":
		return "rw2"
	case string(head[2:4]) == "RO" || string(head[2:4]) == "RS" || string(head[:4]) == "MMOR":
		return "orf"
	case x.isDNG:
		return "dng"
	case !hasPreview && !(len(x.images) > 1 && x.images[0].width == 0):
		return "tiff"
	case strings.HasPrefix(maker, "nikon"):
		return "nef"
	case strings.HasPrefix(maker, "sony"):
		return "arw"
	case strings.HasPrefix(maker, "pentax") || strings.HasPrefix(maker, "ricoh"):
		return "pef"
	case strings.HasPrefix(maker, "samsung"):
		return "srw"
	case strings.HasPrefix(maker, "hasselblad"):
		return "3fr"
	case strings.HasPrefix(maker, "kodak") || strings.HasPrefix(maker, "eastman"):
		return "dcr"
	}
	return "tiff"
}

// rawSize is the size of the full picture: that of the largest directory that is no preview; a CR2's
// as EXIF gives it; a Panasonic's inside the sensor's borders.
func rawSize(container string, x *exifData) (width, height int) {
	if container == "cr2" && x.pixelX > 0 && x.pixelY > 0 {
		return x.pixelX, x.pixelY
	}
	if b := x.borders; container == "rw2" && b[2] > b[0] && b[3] > b[1] {
		return b[3] - b[1], b[2] - b[0]
	}
	if container == "tiff" && len(x.images) > 0 && !x.images[0].reduced && x.images[0].width > 0 {
		return x.images[0].width, x.images[0].height
	}
	for _, reduced := range []bool{false, true} {
		for _, i := range x.images {
			if i.reduced == reduced && i.width > 0 && uint64(i.width)*uint64(i.height) > uint64(width)*uint64(height) {
				width, height = i.width, i.height
			}
		}
		if width > 0 {
			break
		}
	}
	return width, height
}

// isPhaseOne reports whether a TIFF is Phase One's, whose own directory stands behind the TIFF's head.
func isPhaseOne(head []byte) bool {
	return len(head) >= 20 && string(head[8:12]) == "IIII" && string(head[13:16]) == "waR"
}

// phaseOneSize reads the picture's size in that directory: entries of tag, type, length and value. The TIFF's own
// picture is a stand-in for readers that know no better.
func phaseOneSize(w *window.Window) (width, height int, err error) {
	const base, widthTag, heightTag, most = 8, 0x10C, 0x10D, 256
	b, err := w.Bytes(base+8, 4)
	if err != nil {
		return 0, 0, err
	}
	at := base + int64(window.LE32(b))
	if b, err = w.Bytes(at, 8); err != nil {
		return 0, 0, err
	}
	n := int64(min(window.LE32(b), most))
	if b, err = w.Bytes(at+8, int(min(16*n, max(0, w.Size()-at-8)))); err != nil {
		return 0, 0, err
	}
	for ; len(b) >= 16; b = b[16:] {
		if err := w.Element(); err != nil {
			return 0, 0, err
		}
		switch v := window.LE32(b[12:]); {
		case v >= 1<<16:
		case window.LE32(b) == widthTag:
			width = int(v)
		case window.LE32(b) == heightTag:
			height = int(v)
		}
	}
	return width, height, nil
}
