package heif

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/catalogizer/catalogizerd/internal/media/thumbnail/hevc"
)

// Picture is a picture at a reduced size.
type Picture struct {
	// Y is the luma, Cb and Cr the chroma, of 8 bits in the full range, as JFIF has them; of a grey picture those two
	// are empty.
	Y, Cb, Cr Plane
	// Width and Height are of the picture in full, in pixels.
	Width, Height int
	// Orientation is EXIF's, 1 to 8.
	Orientation int
	// Matrix is matrix_coeffs of Rec. ITU-T H.273, by which colours are made of Y, Cb and Cr.
	Matrix int
}

// Plane is one component, its rows top down.
type Plane struct {
	Pix           []byte
	Stride        int
	Width, Height int // samples
}

// Decode reads the picture that a file is shown by so that its longer edge still has edge pixels, or more where it has
// them: a thumbnail of it where one is large enough. What it allocates is bounded: by the planes of one coded picture
// or tile and those of what it returns. It ends soon after ctx does.
func Decode(ctx context.Context, r io.ReadSeeker, edge int) (*Picture, error) {
	m, err := readMeta(r)
	if err != nil {
		return nil, err
	}
	it := m.items[m.primary]
	if it == nil {
		return nil, damaged("no primary picture")
	}
	if small := m.thumbnail(it, edge); small != nil {
		if p, err := m.decode(ctx, r, small, edge); err == nil {
			return p, nil
		}
	}
	return m.decode(ctx, r, it, edge)
}

// thumbnail is the smallest of an item's thumbnails that is large enough.
func (m *meta) thumbnail(it *item, edge int) *item {
	var best *item
	least := 0
	for _, id := range it.thumbnails {
		small := m.items[id]
		if small == nil || small.kind != "hvc1" {
			continue
		}
		if w, h := m.size(small); max(w, h) >= edge && (best == nil || max(w, h) < least) {
			best, least = small, max(w, h)
		}
	}
	return best
}

// property gives the body of an item's property, or nil.
func (m *meta) property(it *item, kind string) []byte {
	for _, i := range it.properties {
		if i >= 1 && i <= len(m.properties) && m.properties[i-1].kind == kind {
			return m.properties[i-1].b
		}
	}
	return nil
}

func (m *meta) size(it *item) (w, h int) {
	b := m.property(it, "ispe")
	if len(b) < 12 {
		return 0, 0
	}
	return int(binary.BigEndian.Uint32(b[4:]) & 0x7fffffff), int(binary.BigEndian.Uint32(b[8:]) & 0x7fffffff)
}

// orientation is the EXIF orientation that an item's turning (quarters, anticlockwise) and mirroring amount to.
func (m *meta) orientation(it *item) int {
	turn, mirror := 0, -1
	if b := m.property(it, "irot"); len(b) > 0 {
		turn = int(b[0] & 3)
	}
	if b := m.property(it, "imir"); len(b) > 0 {
		mirror = int(b[0] & 1)
	}
	return [3][4]int{{1, 8, 3, 6}, {4, 5, 2, 7}, {2, 7, 4, 5}}[mirror+1][turn]
}

// bytes reads an item's data.
func (m *meta) bytes(r io.ReadSeeker, it *item) ([]byte, error) {
	total := int64(0)
	for _, e := range it.extents {
		if total += e.length; e.length > maxCoded || total > maxCoded {
			return nil, fmt.Errorf("%w: a picture of more than %d bytes", ErrUnsupported, maxCoded)
		}
	}
	var out []byte
	for _, e := range it.extents {
		var b []byte
		var err error
		if it.inData {
			if e.at > int64(len(m.data)) || e.length > int64(len(m.data))-e.at {
				return nil, damaged("an item outside of its box")
			}
			b = m.data[e.at : e.at+e.length]
		} else if b, err = readAt(r, e.at, e.length); err != nil {
			return nil, err
		}
		if out == nil {
			out = b
		} else {
			out = append(out, b...)
		}
	}
	return out, nil
}

func (m *meta) decode(ctx context.Context, r io.ReadSeeker, it *item, edge int) (*Picture, error) {
	var c canvas
	var err error
	switch it.kind {
	case "hvc1":
		err = m.decodeOne(ctx, r, it, edge, &c)
	case "grid":
		err = m.decodeGrid(ctx, r, it, edge, &c)
	default:
		return nil, fmt.Errorf("%w: an item of kind %q", ErrUnsupported, it.kind)
	}
	if err != nil {
		return nil, err
	}
	p := c.picture
	p.Orientation = m.orientation(it)
	return &p, nil
}

// decodeOne decodes a picture in one piece.
func (m *meta) decodeOne(ctx context.Context, r io.ReadSeeker, it *item, edge int, c *canvas) error {
	p, err := m.coded(ctx, r, it, &decoders{})
	if err != nil {
		return err
	}
	if err := c.begin(p.Y.Width, p.Y.Height, edge, p); err != nil {
		return err
	}
	m.color(it, p)
	return c.put(p, 0, 0)
}

// color sets what the file says of a picture's colours, over what its bytes do.
func (m *meta) color(it *item, p *hevc.Picture) {
	for _, i := range it.properties {
		if i < 1 || i > len(m.properties) || m.properties[i-1].kind != "colr" {
			continue
		}
		if b := m.properties[i-1].b; len(b) >= 11 && string(b[:4]) == "nclx" {
			p.Matrix, p.FullRange = int(binary.BigEndian.Uint16(b[8:])), b[10]>>7 == 1
		}
	}
}

// decodeGrid decodes a picture in tiles (6.6.2.3.2), one after another.
func (m *meta) decodeGrid(ctx context.Context, r io.ReadSeeker, it *item, edge int, c *canvas) error {
	b, err := m.bytes(r, it)
	if err != nil {
		return err
	}
	f := &fields{b: b}
	f.number(1)
	size := 2 + 2*int(f.number(1)&1)
	rows, columns := int(f.number(1))+1, int(f.number(1))+1
	width, height := int(f.number(size)), int(f.number(size))
	if f.over || len(it.tiles) != rows*columns || width < 1 || height < 1 {
		return damaged("a grid of %d by %d with %d tiles", columns, rows, len(it.tiles))
	}
	if width > maxPixels/height {
		return fmt.Errorf("%w: %d by %d pixels", ErrUnsupported, width, height)
	}
	d := &decoders{}
	tileW, tileH := 0, 0
	for i, id := range it.tiles {
		tile := m.items[id]
		if tile == nil || tile.kind != "hvc1" {
			return fmt.Errorf("%w: a grid of others than HEVC", ErrUnsupported)
		}
		p, err := m.coded(ctx, r, tile, d)
		if err != nil {
			return err
		}
		if i == 0 {
			tileW, tileH = p.Y.Width, p.Y.Height
			if tileW*columns < width || tileH*rows < height || tileW*(columns-1) >= width || tileH*(rows-1) >= height {
				return damaged("tiles of %d by %d, %d by %d of them, for %d by %d", tileW, tileH, columns, rows, width, height)
			}
			if err := c.begin(width, height, edge, p); err != nil {
				return err
			}
		}
		if p.Y.Width != tileW || p.Y.Height != tileH {
			return damaged("tiles of two sizes")
		}
		m.color(it, p)
		if err := c.put(p, i%columns*tileW, i/columns*tileH); err != nil {
			return err
		}
	}
	return nil
}

// decoders keeps the decoder of one configuration, which tiles share.
type decoders struct {
	record []byte
	d      *hevc.Decoder
}

// coded decodes an item that is HEVC.
func (m *meta) coded(ctx context.Context, r io.ReadSeeker, it *item, d *decoders) (*hevc.Picture, error) {
	record := m.property(it, "hvcC")
	if record == nil {
		return nil, damaged("a picture without its configuration")
	}
	if d.d == nil || &record[0] != &d.record[0] {
		decoder, err := hevc.NewDecoder(record)
		if err != nil {
			return nil, said(err)
		}
		d.d, d.record = decoder, record
	}
	b, err := m.bytes(r, it)
	if err != nil {
		return nil, err
	}
	p, err := d.d.Decode(ctx, b)
	return p, said(err)
}

// said turns the decoder's errors into this package's.
func said(err error) error {
	switch {
	case errors.Is(err, hevc.ErrUnsupported):
		return fmt.Errorf("%w: %w", ErrUnsupported, err)
	case errors.Is(err, hevc.ErrDamaged):
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}
