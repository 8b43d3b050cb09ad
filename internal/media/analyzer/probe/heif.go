package probe

import (
	"fmt"
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
	major, compatible := boxBrands(head)
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
	w          *Window
	primary    uint32
	exif, xmp  uint32 // item numbers, 0: none
	extents    map[uint32]heifExtent
	properties []heifProperty
	applied    []int // indices, from 1, of the primary item's properties
	idat       box
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

func probeHEIF(w *Window, r *Result) error {
	head, err := w.Head()
	if err != nil {
		return err
	}
	r.Description.Media.Container = heifContainer(head)
	m := heifMeta{w: w}
	found := false
	walk := w.boxes(0, w.Size())
	for !found && walk.next() {
		if found = walk.box.kind == "meta"; found {
			if err = m.read(walk.box); err == nil && walk.box.cut {
				err = fmt.Errorf("%w: meta box", ErrTruncated)
			}
		}
	}
	switch {
	case w.Err() != nil:
		return w.Err()
	case !found && walk.err != nil:
		return walk.err
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
func heifSequence(w *Window, r *Result) error {
	width, height, err := mp4PictureSize(w)
	if err != nil {
		return err
	}
	if width == 0 {
		return fmt.Errorf("%w: no meta box", ErrTruncated)
	}
	r.Description.Media.Width, r.Description.Media.Height = width, height
	return nil
}

func (m *heifMeta) read(meta box) error {
	walk := m.w.children(meta, 4)
	for walk.next() {
		var err error
		switch b := walk.box; b.kind {
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
	return walk.err
}

func (m *heifMeta) readItemProperties(iprp box) error {
	walk := m.w.children(iprp, 0)
	for walk.next() {
		switch b := walk.box; b.kind {
		case "ipco":
			inner := m.w.children(b, 0)
			for len(m.properties) < heifMaxProperties && inner.next() {
				if err := m.readProperty(inner.box); err != nil {
					return err
				}
			}
			if inner.err != nil {
				return inner.err
			}
		case "ipma":
			if err := m.readAssociations(b); err != nil {
				return err
			}
		}
	}
	return walk.err
}

// size sets the picture's size and returns the orientation that its transformations amount to. Only of
// a whole meta box may the size be guessed where no association tells it.
func (m *heifMeta) size(r *Result, whole bool) (orientation int) {
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
func (m *heifMeta) largest(r *Result) {
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
		skip := 4 + int64(be32(d)) // to the TIFF header
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
		if e.at > m.idat.size || e.length > m.idat.size-e.at {
			return e, false
		}
		e.at += m.idat.off
	}
	return e, e.at <= m.w.Size() && e.length <= m.w.Size()-e.at
}
