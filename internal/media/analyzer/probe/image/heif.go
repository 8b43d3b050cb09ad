package image

import (
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/format"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/isobmff"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/mp4"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// HEIF (ISO/IEC 23008-12) with HEVC (HEIC), AV1 (AVIF) or other pictures: an ISO base media file whose
// meta box describes items. The primary item's spatial extent is the picture's size; EXIF and XMP are
// items of their own.

const (
	heifMaxItems      = 4096
	heifMaxProperties = 4096
)

// heifContainer returns the container that the brands of a file type box name, or "". The major brand
// decides; of a generic one the compatible brands do.
func heifContainer(head []byte) string {
	major, compatible := isobmff.Brands(head)
	if c := heifBrand(major); c != "" {
		return c
	}
	switch major {
	case "mif1", "msf1", "mif2", "miaf":
	default:
		return ""
	}
	for _, brand := range compatible {
		if c := heifBrand(brand); c != "" {
			return c
		}
	}
	return "heif"
}

func heifBrand(brand string) string {
	switch brand {
	case "heic", "heix", "heim", "heis", "hevc", "hevx":
		return "heic"
	case "avif", "avis":
		return "avif"
	case "jpeg", "j2ki", "vvic":
		return "heif"
	}
	return ""
}

func matchHEIF(head []byte, _ string) bool { return heifContainer(head) != "" }

// heifMeta is what a meta box says.
type heifMeta struct {
	w          *window.Window
	primary    uint32
	exif, xmp  uint32 // item numbers, 0: none
	extents    map[uint32]heifExtent
	properties []heifProperty
	applied    []int // indices, from 1, of the primary item's properties
	idat       isobmff.Box
}

type heifExtent struct {
	at, length int64
	inIDAT     bool
}

// heifProperty is an item property that matters here.
type heifProperty struct {
	kind string
	a, b uint32 // ispe: width, height; irot: quarter turns anticlockwise; imir: axis
}

func probeHEIF(w *window.Window, r *format.Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	r.Description.Media.Container = heifContainer(head)
	m := heifMeta{w: w}
	found := false
	walk := isobmff.Boxes(w, 0, w.Size())
	for !found && walk.Next() {
		if found = walk.Box.Kind == "meta"; found {
			if err = m.read(walk.Box); err == nil && walk.Box.Cut {
				err = fmt.Errorf("%w: meta box", window.ErrTruncated)
			}
		}
	}
	switch {
	case w.Err() != nil:
		return w.Err()
	case !found && walk.Err != nil:
		return walk.Err
	case !found:
		return heifSequence(w, r)
	}
	orientation := m.size(r, err == nil)
	x, metaErr := m.metadata()
	if metaErr != nil {
		return metaErr
	}
	if orientation != 0 {
		x.Orientation = orientation // what the container says is what viewers do
	}
	describePicture(r, &x.Metadata)
	return err
}

// heifSequence reads a file of which all pictures are a sequence's, kept as a film's are (ISO/IEC 23008-12, 7).
func heifSequence(w *window.Window, r *format.Result) error {
	width, height, err := mp4.PictureSize(w)
	if err != nil {
		return err
	}
	if width == 0 {
		return fmt.Errorf("%w: no meta box", window.ErrTruncated)
	}
	r.Description.Media.Width, r.Description.Media.Height = width, height
	return nil
}

func (m *heifMeta) read(meta isobmff.Box) error {
	walk := isobmff.Children(m.w, meta, 4)
	for walk.Next() {
		var err error
		switch b := walk.Box; b.Kind {
		case "pitm":
			err = m.readPrimary(b)
		case "iinf":
			err = m.readItems(b)
		case "iloc":
			err = m.readLocations(b)
		case "iprp":
			err = m.readItemProperties(b)
		case "idat":
			m.idat = b
		}
		if err != nil {
			return err
		}
	}
	return walk.Err
}

func (m *heifMeta) readItemProperties(iprp isobmff.Box) error {
	walk := isobmff.Children(m.w, iprp, 0)
	for walk.Next() {
		switch b := walk.Box; b.Kind {
		case "ipco":
			inner := isobmff.Children(m.w, b, 0)
			for len(m.properties) < heifMaxProperties && inner.Next() {
				if err := m.readProperty(inner.Box); err != nil {
					return err
				}
			}
			if inner.Err != nil {
				return inner.Err
			}
		case "ipma":
			if err := m.readAssociations(b); err != nil {
				return err
			}
		}
	}
	return walk.Err
}

// size sets the picture's size and returns the orientation that its transformations amount to. Only of
// a whole meta box may the size be guessed where no association tells it.
func (m *heifMeta) size(r *format.Result, whole bool) (orientation int) {
	var turn, mirror uint32
	turned, mirrored := false, false
	for _, i := range m.applied {
		if i < 1 || i > len(m.properties) {
			continue
		}
		switch p := m.properties[i-1]; p.kind {
		case "ispe":
			r.Description.Media.Width, r.Description.Media.Height = imageSide(p.a), imageSide(p.b)
		case "irot":
			turn, turned = p.a, true
		case "imir":
			mirror, mirrored = p.a&1, true
		}
	}
	if r.Description.Media.Width == 0 && whole {
		m.largest(r)
	}
	if !turned && !mirrored {
		return 0
	}
	return heifOrientation(turn, mirrored, mirror)
}

// largest takes the largest extent where no association told which is the primary item's.
func (m *heifMeta) largest(r *format.Result) {
	i := -1
	for j, p := range m.properties {
		if p.kind == "ispe" && (i < 0 || uint64(p.a)*uint64(p.b) > uint64(m.properties[i].a)*uint64(m.properties[i].b)) {
			i = j
		}
	}
	if i >= 0 {
		r.Description.Media.Width, r.Description.Media.Height = imageSide(m.properties[i].a), imageSide(m.properties[i].b)
	}
}

// heifOrientation is the EXIF orientation of a rotation (quarter turns anticlockwise) and a mirroring
// after it (axis 0: top and bottom change places, 1: left and right).
func heifOrientation(turn uint32, mirrored bool, axis uint32) int {
	plain := [4]int{1, 8, 3, 6}
	if !mirrored {
		return plain[turn&3]
	}
	if axis == 1 {
		return [4]int{2, 7, 4, 5}[turn&3]
	}
	return [4]int{4, 5, 2, 7}[turn&3]
}

// metadata reads the EXIF and XMP items.
func (m *heifMeta) metadata() (*exifData, error) {
	x := new(exifData)
	if e, ok := m.extent(m.exif); ok && e.length > 4 {
		d, err := m.w.Bytes(e.at, 4)
		if err != nil {
			return x, m.w.Err()
		}
		skip := 4 + int64(window.BE32(d)) // to the TIFF header
		if x, err = readEXIF(m.w, e.at+skip, e.length-skip); err != nil {
			return x, err
		}
	}
	if e, ok := m.extent(m.xmp); ok {
		if p, ok := readXMP(m.w, e.at, e.length); ok {
			x.Fill(p)
		}
	}
	return x, m.w.Err()
}

func (m *heifMeta) extent(item uint32) (heifExtent, bool) {
	e, ok := m.extents[item]
	if !ok || item == 0 || e.length <= 0 {
		return e, false
	}
	if e.inIDAT {
		if e.at > m.idat.Size || e.length > m.idat.Size-e.at {
			return e, false
		}
		e.at += m.idat.Off
	}
	return e, e.at <= m.w.Size() && e.length <= m.w.Size()-e.at
}
