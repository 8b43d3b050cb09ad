package probe

import (
	"bytes"
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
	case w.failed != nil:
		return w.failed
	case !found && walk.err != nil:
		return walk.err
	case !found:
		return fmt.Errorf("%w: no meta box", ErrTruncated)
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

func (m *heifMeta) readPrimary(b box) error {
	d, err := m.w.payload(b, 8)
	switch {
	case err != nil:
		return err
	case len(d) >= 8 && d[0] != 0:
		m.primary = be32(d[4:])
	case len(d) >= 6:
		m.primary = uint32(be16(d[4:]))
	}
	return nil
}

// readItems finds the items of type Exif and of XMP's content type (infe, versions 2 and 3).
func (m *heifMeta) readItems(b box) error {
	d, err := m.w.payload(b, 8)
	if err != nil || len(d) < 6 {
		return err
	}
	at := b.off + 6
	if d[0] != 0 {
		at += 2
	}
	for range heifMaxItems {
		if at+12 > b.end() {
			return nil
		}
		if err := m.w.Element(); err != nil {
			return err
		}
		d, err := m.w.Bytes(at, int(min(96, b.end()-at)))
		if err != nil {
			return err
		}
		size := int64(be32(d))
		if size < 12 || size > b.end()-at {
			return fmt.Errorf("%w: item entry of %d bytes", ErrMalformed, size)
		}
		m.item(d[8:min(int64(len(d)), size)])
		at += size
	}
	return nil
}

func (m *heifMeta) item(d []byte) {
	idLen := 2
	if d[0] == 3 {
		idLen = 4
	}
	if d[0] < 2 || len(d) < 4+idLen+2+4 {
		return
	}
	id := uint32(be16(d[4:]))
	if idLen == 4 {
		id = be32(d[4:])
	}
	d = d[4+idLen+2:]
	switch string(d[:4]) {
	case "Exif":
		m.exif = id
	case "mime":
		_, contentType, _ := bytes.Cut(d[4:], []byte{0})
		if bytes.HasPrefix(contentType, []byte("application/rdf+xml")) {
			m.xmp = id
		}
	}
}

// readLocations takes the first extent of every item (iloc, versions 0 to 2).
func (m *heifMeta) readLocations(b box) error {
	if b.size > windowSize {
		return nil // a table for thousands of tiles: what the items of interest are stays unknown
	}
	d, err := m.w.payload(b, windowSize)
	if err != nil || len(d) < 8 {
		return err
	}
	c := heifCursor{d: d}
	version := c.uint(1)
	c.uint(3)
	sizes := c.uint(2)
	offsetSize, lengthSize, baseSize, indexSize := int(sizes>>12), int(sizes>>8&15), int(sizes>>4&15), int(sizes&15)
	if version == 0 {
		indexSize = 0
	}
	idSize := 2
	if version == 2 {
		idSize = 4
	}
	m.extents = make(map[uint32]heifExtent)
	for range min(c.uint(idSize), heifMaxItems) {
		if err := m.w.Element(); err != nil {
			return err
		}
		id, method := uint32(c.uint(idSize)), uint64(0)
		if version > 0 {
			method = c.uint(2) & 15
		}
		c.uint(2)
		base := c.uint(baseSize)
		var e heifExtent
		for i := range c.uint(2) {
			if err := m.w.Element(); err != nil {
				return err
			}
			c.uint(indexSize)
			offset, length := c.uint(offsetSize), c.uint(lengthSize)
			if c.failed {
				return nil
			}
			if i == 0 && base+offset >= base && base+offset < 1<<62 && length < 1<<62 {
				e = heifExtent{int64(base + offset), int64(length), method == 1}
			}
		}
		if method <= 1 && (id == m.exif || id == m.xmp || m.exif == 0) {
			m.extents[id] = e
		}
	}
	return nil
}

func (m *heifMeta) readProperty(b box) error {
	p := heifProperty{kind: b.kind}
	switch b.kind {
	case "ispe":
		d, err := m.w.payload(b, 12)
		if err != nil {
			return err
		}
		if len(d) == 12 {
			p.a, p.b = be32(d[4:]), be32(d[8:])
		}
	case "irot", "imir":
		d, err := m.w.payload(b, 1)
		if err != nil {
			return err
		}
		if len(d) == 1 {
			p.a = uint32(d[0] & 3)
		}
	}
	m.properties = append(m.properties, p)
	return nil
}

func (m *heifMeta) readAssociations(b box) error {
	d, err := m.w.payload(b, windowSize)
	if err != nil {
		return err
	}
	c := heifCursor{d: d}
	version, flags := c.uint(1), c.uint(3)
	idSize, indexSize := 2, 1
	if version > 0 {
		idSize = 4
	}
	if flags&1 != 0 {
		indexSize = 2
	}
	for range min(c.uint(4), heifMaxItems) {
		if err := m.w.Element(); err != nil {
			return err
		}
		id := uint32(c.uint(idSize))
		for range c.uint(1) {
			index := c.uint(indexSize) & (1<<(8*indexSize-1) - 1) // without the bit for essential
			if c.failed {
				return nil
			}
			if id == m.primary {
				m.applied = append(m.applied, int(index))
			}
		}
	}
	return nil
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
			return x, m.w.failed
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
	return x, m.w.failed
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

// heifCursor reads numbers of any length; past the end it fails and gives 0.
type heifCursor struct {
	d      []byte
	failed bool
}

func (c *heifCursor) uint(n int) uint64 {
	if n > 8 || n > len(c.d) {
		c.failed, c.d = true, nil
		return 0
	}
	var v uint64
	for _, b := range c.d[:n] {
		v = v<<8 | uint64(b)
	}
	c.d = c.d[n:]
	return v
}
