package raw

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

// field is one of a directory: a tag, its type and its values.
type field struct {
	tag, typ uint16
	values   []uint32
}

func short(tag uint16, v uint32) field { return field{tag, 3, []uint32{v}} }
func long(tag uint16, v ...uint32) field {
	return field{tag, 4, v}
}

// file is a TIFF of directories, each at its offset, with so many bytes in all.
func file(order binary.ByteOrder, size int, first uint32, directories map[uint32][]field, next map[uint32]uint32) []byte {
	b := make([]byte, size)
	if copy(b, "II*\x00"); order == binary.ByteOrder(binary.BigEndian) {
		copy(b, "MM\x00*")
	}
	order.PutUint32(b[4:], first)
	for at, fields := range directories {
		order.PutUint16(b[at:], uint16(len(fields)))
		p := b[at+2:]
		for _, f := range fields {
			order.PutUint16(p, f.tag)
			order.PutUint16(p[2:], f.typ)
			order.PutUint32(p[4:], uint32(len(f.values)))
			switch {
			case len(f.values) > 1:
				beside := at + 300
				order.PutUint32(p[8:], beside)
				for i, v := range f.values {
					order.PutUint32(b[beside+uint32(4*i):], v)
				}
			case f.typ == 3:
				order.PutUint16(p[8:], uint16(f.values[0]))
			default:
				order.PutUint32(p[8:], f.values[0])
			}
			p = p[12:]
		}
		order.PutUint32(p, next[at])
	}
	return b
}

func find(t *testing.T, b []byte) Found {
	t.Helper()
	found, err := Find(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestAPreviewIsFoundWhereCamerasPutIt(t *testing.T) {
	tests := map[string]struct {
		order binary.ByteOrder
		dirs  map[uint32][]field
		next  map[uint32]uint32
		want  []Preview
		turn  int
	}{
		"in a strip of the first directory (CR2)": {binary.LittleEndian, map[uint32][]field{
			16:  {short(0x103, 6), long(0x111, 3000), short(0x112, 6), long(0x117, 500)},
			800: {long(0x201, 4000), long(0x202, 100)},
		}, map[uint32]uint32{16: 800}, []Preview{{3000, 500}, {4000, 100}}, 6},
		"in a directory below (NEF, ARW)": {binary.BigEndian, map[uint32][]field{
			8:    {short(0x112, 8), long(0x14a, 800, 1600)},
			800:  {short(0x103, 6), long(0x201, 3000), long(0x202, 500)},
			1600: {short(0x103, 34713), long(0x111, 3500), long(0x117, 400)}, // the sensor's data
		}, nil, []Preview{{3000, 500}}, 8},
		"in a strip of a directory below (DNG)": {binary.LittleEndian, map[uint32][]field{
			8:   {short(0x103, 1), long(0x111, 2500), long(0x117, 300), long(0x14a, 800)},
			800: {short(0x103, 7), long(0x111, 3000), long(0x117, 500)},
		}, nil, []Preview{{3000, 500}}, 1},
		"nowhere where its strips are many": {binary.LittleEndian, map[uint32][]field{
			8: {short(0x103, 7), long(0x111, 3000, 3100), long(0x117, 100, 100)},
		}, nil, nil, 1},
		"nowhere where it would lie outside": {binary.LittleEndian, map[uint32][]field{
			8:    {long(0x201, 4900), long(0x202, 500), long(0x14a, 800, 1<<31)},
			800:  {long(0x201, 1<<32-1), long(0x202, 1<<32-1)},
			1600: {long(0x201, 3000)},
		}, map[uint32]uint32{8: 1600}, nil, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			first := uint32(8)
			if tt.dirs[16] != nil {
				first = 16
			}
			found := find(t, file(tt.order, 5000, first, tt.dirs, tt.next))
			if len(found.Previews) != len(tt.want) || found.Orientation != tt.turn {
				t.Fatalf("%+v, want %v turned %d", found, tt.want, tt.turn)
			}
			for i, p := range tt.want {
				if found.Previews[i] != p {
					t.Errorf("%+v, want %v", found, tt.want)
				}
			}
		})
	}
}

func TestAPreviewOfARAFLiesWhereItsHeaderSays(t *testing.T) {
	b := make([]byte, 2000)
	copy(b, "FUJIFILMCCD-RAW 0201")
	binary.BigEndian.PutUint32(b[84:], 148)
	binary.BigEndian.PutUint32(b[88:], 1500)
	if found := find(t, b); len(found.Previews) != 1 || found.Previews[0] != (Preview{148, 1500}) {
		t.Errorf("%+v", found)
	}
	if found := find(t, b[:1000]); len(found.Previews) != 0 {
		t.Errorf("%+v, of a file that is cut off", found)
	}
}

func TestDirectoriesThatNameEachOtherAreReadOnce(t *testing.T) {
	b := file(binary.LittleEndian, 5000, 8, map[uint32][]field{
		8:   {long(0x14a, 800, 8), long(0x201, 3000), long(0x202, 500)},
		800: {long(0x14a, 8)},
	}, map[uint32]uint32{8: 800, 800: 8})
	if found := find(t, b); len(found.Previews) != 1 {
		t.Errorf("%+v, want one preview", found)
	}
}

func TestAFileThatIsNoRAWIsNone(t *testing.T) {
	for _, text := range []string{"", "II*", "II*\x00\x08\x00\x00", "RIFFxxxxWEBP", "FUJIFILMCCD-RAW "} {
		if found, err := Find(bytes.NewReader([]byte(text))); !errors.Is(err, ErrNotRAW) {
			t.Errorf("%q: %+v, %v", text, found, err)
		}
	}
}

func TestAnErrorOfReadingIsThatError(t *testing.T) {
	b := file(binary.LittleEndian, 5000, 8, map[uint32][]field{8: {long(0x14a, 800)}, 800: {}}, nil)
	away := struct {
		io.Reader
		io.Seeker
	}{iotest.TimeoutReader(bytes.NewReader(b)), bytes.NewReader(b)} // fails at its second read
	if _, err := Find(away); !errors.Is(err, iotest.ErrTimeout) {
		t.Errorf("%v, want that of reading", err)
	}
}

// counted counts what is read.
type counted struct {
	*bytes.Reader
	read int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.read += n
	return n, err
}

func FuzzFind(f *testing.F) {
	f.Add(file(binary.LittleEndian, 3000, 8, map[uint32][]field{
		8:   {short(0x103, 6), long(0x111, 2000), short(0x112, 6), long(0x117, 500), long(0x14a, 800, 1200)},
		800: {}, 1200: {},
	}, map[uint32]uint32{8: 800}))
	f.Add(file(binary.BigEndian, 1000, 8, map[uint32][]field{8: {long(0x201, 900), long(0x202, 100)}}, nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		src := &counted{Reader: bytes.NewReader(b)}
		found, err := Find(src)
		if err != nil && !errors.Is(err, ErrNotRAW) {
			t.Fatal(err)
		}
		for _, p := range found.Previews {
			if p.Offset <= 0 || p.Length <= 0 || p.Offset+p.Length > int64(len(b)) {
				t.Errorf("%+v of %d bytes", p, len(b))
			}
		}
		if src.read > 200<<10 || len(found.Previews) > maxPreviews || found.Orientation < 1 || found.Orientation > 8 {
			t.Errorf("%d bytes read, found %+v", src.read, found)
		}
	})
}
