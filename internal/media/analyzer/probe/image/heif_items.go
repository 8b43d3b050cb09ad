package image

import (
	"bytes"
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/isobmff"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

// The items of a HEIF file: which there are, where they lie, and which properties the primary one has.

func (m *heifMeta) readPrimary(b isobmff.Box) error {
	d, err := isobmff.Payload(m.w, b, 8)
	switch {
	case err != nil:
		return err
	case len(d) >= 8 && d[0] != 0:
		m.primary = window.BE32(d[4:])
	case len(d) >= 6:
		m.primary = uint32(window.BE16(d[4:]))
	}
	return nil
}

// readItems finds the items of type Exif and of XMP's content type (infe, versions 2 and 3).
func (m *heifMeta) readItems(b isobmff.Box) error {
	d, err := isobmff.Payload(m.w, b, 8)
	if err != nil || len(d) < 6 {
		return err
	}
	at := b.Off + 6
	if d[0] != 0 {
		at += 2
	}
	for range heifMaxItems {
		if at+12 > b.End() {
			return nil
		}
		if err := m.w.Element(); err != nil {
			return err
		}
		d, err := m.w.Bytes(at, int(min(96, b.End()-at)))
		if err != nil {
			return err
		}
		size := int64(window.BE32(d))
		if size < 12 || size > b.End()-at {
			return fmt.Errorf("%w: item entry of %d bytes", window.ErrMalformed, size)
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
	id := uint32(window.BE16(d[4:]))
	if idLen == 4 {
		id = window.BE32(d[4:])
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
func (m *heifMeta) readLocations(b isobmff.Box) error {
	if b.Size > window.Size {
		return nil // a table for thousands of tiles: what the items of interest are stays unknown
	}
	d, err := isobmff.Payload(m.w, b, window.Size)
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

func (m *heifMeta) readProperty(b isobmff.Box) error {
	p := heifProperty{kind: b.Kind}
	switch b.Kind {
	case "ispe":
		d, err := isobmff.Payload(m.w, b, 12)
		if err != nil {
			return err
		}
		if len(d) == 12 {
			p.a, p.b = window.BE32(d[4:]), window.BE32(d[8:])
		}
	case "irot", "imir":
		d, err := isobmff.Payload(m.w, b, 1)
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

func (m *heifMeta) readAssociations(b isobmff.Box) error {
	d, err := isobmff.Payload(m.w, b, window.Size)
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
