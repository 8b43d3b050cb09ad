package heif

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

var (
	// ErrUnsupported says that the file holds no picture that can be decoded here.
	ErrUnsupported = errors.New("no HEIF picture that can be decoded here")
	// ErrDamaged says that the file breaks the rules of its format.
	ErrDamaged = errors.New("damaged HEIF")
)

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, args...))
}

const (
	maxMeta  = 4 << 20  // bytes of the meta box
	maxCoded = 32 << 20 // and of one coded picture
	maxItems = 16 << 10
	// maxPixels are decoded of one file: 64 million take some 20 s.
	maxPixels = 64 << 20
)

// meta is what a file's meta box says.
type meta struct {
	primary    uint32
	items      map[uint32]*item
	properties []property // counted from 1 in associations
	data       []byte     // idat
}

// item is a picture, or what is said of one.
type item struct {
	kind       string
	extents    []extent
	inData     bool // they lie in idat
	properties []int
	tiles      []uint32 // what it is derived from
	thumbnails []uint32
}

type extent struct{ at, length int64 }

type property struct {
	kind string
	b    []byte
}

// Is says whether a file that begins so is HEIF with HEVC pictures; head has 12 bytes at least.
func Is(head []byte) bool {
	if len(head) < 12 || string(head[4:8]) != "ftyp" {
		return false
	}
	switch string(head[8:12]) {
	case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "mif2", "msf1":
		return true
	}
	return false
}

// readMeta finds the meta box and reads it.
func readMeta(r io.ReadSeeker) (*meta, error) {
	at := int64(0)
	for range 64 {
		if _, err := r.Seek(at, io.SeekStart); err != nil {
			return nil, err
		}
		var head [16]byte
		if n, err := io.ReadFull(r, head[:]); n < 8 {
			return nil, ended(err)
		}
		size, header := int64(binary.BigEndian.Uint32(head[:])), int64(8)
		if size == 1 {
			size, header = int64(binary.BigEndian.Uint64(head[8:])), 16
		}
		if size < header {
			return nil, damaged("a box of %d bytes", size)
		}
		if string(head[4:8]) == "meta" {
			if size-header > maxMeta || size-header < 4 {
				return nil, damaged("a meta box of %d bytes", size)
			}
			b, err := readAt(r, at+header, size-header)
			if err != nil {
				return nil, err
			}
			m := &meta{items: map[uint32]*item{}}
			return m, m.read(b[4:])
		}
		at += size
	}
	return nil, damaged("no meta box")
}

// ended is io.ErrUnexpectedEOF as damage.
func ended(err error) error {
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return damaged("it is cut")
	}
	return err
}

func readAt(r io.ReadSeeker, at, n int64) ([]byte, error) {
	if _, err := r.Seek(at, io.SeekStart); err != nil {
		return nil, err
	}
	// What is not there must not be allocated first.
	b, err := io.ReadAll(io.LimitReader(r, n))
	if err == nil && int64(len(b)) < n {
		err = io.EOF
	}
	if err != nil {
		return nil, ended(err)
	}
	return b, nil
}

// boxes calls f for each box in b.
func boxes(b []byte, f func(kind string, body []byte) error) error {
	for len(b) >= 8 {
		size, header := uint64(binary.BigEndian.Uint32(b)), uint64(8)
		switch {
		case size == 1 && len(b) >= 16:
			size, header = binary.BigEndian.Uint64(b[8:]), 16
		case size == 0:
			size = uint64(len(b))
		}
		if size < header || size > uint64(len(b)) {
			return damaged("a box of %d bytes", size)
		}
		if err := f(string(b[4:8]), b[header:size]); err != nil {
			return err
		}
		b = b[size:]
	}
	return nil
}

func (m *meta) read(b []byte) error {
	return boxes(b, func(kind string, b []byte) error {
		f := &fields{b: b}
		switch kind {
		case "pitm":
			m.primary = f.number(2 + 2*btoi(f.version() > 0))
		case "iinf":
			return m.readItems(f)
		case "iref":
			return m.readReferences(f)
		case "iprp":
			return m.readProperties(b)
		case "iloc":
			return m.readLocations(f)
		case "idat":
			m.data = b
		}
		return f.err()
	})
}

func (m *meta) item(id uint32) *item {
	it := m.items[id]
	if it == nil {
		it = &item{}
		if len(m.items) < maxItems {
			m.items[id] = it
		}
	}
	return it
}

func (m *meta) readItems(f *fields) error {
	f.number(2 + 2*btoi(f.version() > 0))
	return boxes(f.rest(), func(kind string, b []byte) error {
		e := &fields{b: b}
		if version := e.version(); kind == "infe" && version >= 2 {
			id := e.number(2 + 2*btoi(version > 2))
			e.number(2)
			if b = e.rest(); len(b) >= 4 {
				m.item(id).kind = string(b[:4])
			}
		}
		return e.err()
	})
}

func (m *meta) readReferences(f *fields) error {
	size := 2 + 2*btoi(f.version() > 0)
	return boxes(f.rest(), func(kind string, b []byte) error {
		e := &fields{b: b}
		from := e.number(size)
		for range e.number(2) {
			to := e.number(size)
			if e.over {
				break
			}
			switch kind {
			case "dimg":
				m.item(from).tiles = append(m.item(from).tiles, to)
			case "thmb":
				m.item(to).thumbnails = append(m.item(to).thumbnails, from)
			}
		}
		return e.err()
	})
}

func (m *meta) readProperties(b []byte) error {
	return boxes(b, func(kind string, b []byte) error {
		switch kind {
		case "ipco":
			return boxes(b, func(kind string, b []byte) error {
				m.properties = append(m.properties, property{kind, b})
				return nil
			})
		case "ipma":
			return m.readAssociations(&fields{b: b})
		}
		return nil
	})
}

func (m *meta) readAssociations(f *fields) error {
	version := f.version()
	wide := f.flags&1 == 1
	for range f.number(4) {
		it := m.item(f.number(2 + 2*btoi(version > 0)))
		for range f.number(1) { // 255 at most
			index := f.number(1 + btoi(wide))
			if wide {
				index &= 0x7fff
			} else {
				index &= 0x7f
			}
			it.properties = append(it.properties, int(index))
		}
		if f.over {
			break
		}
	}
	return f.err()
}

func (m *meta) readLocations(f *fields) error {
	version := f.version()
	sizes := f.number(2)
	offset, length, base, index := int(sizes>>12), int(sizes>>8&15), int(sizes>>4&15), int(sizes&15)
	if version == 0 {
		index = 0
	}
	extents := 0
	for range f.number(2 + 2*btoi(version > 1)) {
		it := m.item(f.number(2 + 2*btoi(version > 1)))
		if version > 0 {
			it.inData = f.number(2)&15 == 1
		}
		f.number(2)
		from := f.long(base)
		for range f.number(2) {
			f.long(index)
			e := extent{at: from + f.long(offset)}
			e.length = f.long(length)
			if extents++; f.over || e.at < 0 || e.length < 0 || extents > maxItems {
				return damaged("an item's place")
			}
			it.extents = append(it.extents, e)
		}
		if f.over {
			break
		}
	}
	return f.err()
}

// fields reads a box's fields, one after another.
type fields struct {
	b     []byte
	flags uint32
	over  bool
}

// version reads the version and flags of a full box.
func (f *fields) version() uint32 {
	v := f.number(4)
	f.flags = v & 0xffffff
	return v >> 24
}

func (f *fields) number(n int) uint32 { return uint32(f.long(n)) }

func (f *fields) long(n int) int64 {
	if n > len(f.b) || n > 8 {
		f.b, f.over = nil, true
		return 0
	}
	v := int64(0)
	for _, c := range f.b[:n] {
		v = v<<8 | int64(c)
	}
	f.b = f.b[n:]
	return v
}

func (f *fields) rest() []byte { return f.b }

func (f *fields) err() error {
	if f.over {
		return damaged("a box that is cut")
	}
	return nil
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
