package probe

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"testing"
)

// boxOf lays out a box of 32-bit size.
func boxOf(kind string, parts ...[]byte) []byte {
	body := bytes.Join(parts, nil)
	return slices.Concat(u32(uint32(8+len(body))), []byte(kind), body)
}

// hugeBox lays out the header of a box that claims a size of 64 bits.
func hugeBox(kind string, size uint64, body ...byte) []byte {
	return slices.Concat(u32(1), []byte(kind), u64(size), body)
}

func u16(v ...uint16) (b []byte) {
	for _, n := range v {
		b = binary.BigEndian.AppendUint16(b, n)
	}
	return b
}

func u32(v ...uint32) (b []byte) {
	for _, n := range v {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return b
}

func u64(v ...uint64) (b []byte) {
	for _, n := range v {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	return b
}

// kindsOf walks the top level of data.
func kindsOf(t *testing.T, data []byte) (kinds []string, last box, err error) {
	t.Helper()
	w := NewWindow(context.Background(), bytes.NewReader(data), int64(len(data)))
	defer w.release()
	walk := w.boxes(0, w.Size())
	for walk.next() {
		kinds, last = append(kinds, walk.box.kind), walk.box
		if len(kinds) > len(data) {
			t.Fatal("the walk stands still")
		}
	}
	return kinds, last, walk.err
}

func TestBoxesAreWalkedOneBehindTheOther(t *testing.T) {
	data := slices.Concat(boxOf("ftyp", []byte("isom")), hugeBox("mdat", 20, 1, 2, 3, 4), boxOf("uuid", []byte("sixteen bytes id"), []byte("rest")))
	kinds, last, err := kindsOf(t, data)
	if err != nil || !slices.Equal(kinds, []string{"ftyp", "mdat", "uuid"}) {
		t.Errorf("walked %q, %v", kinds, err)
	}
	if last.user != "sixteen bytes id" || last.size != 4 || last.end() != int64(len(data)) {
		t.Errorf("the user's box is %+v", last)
	}
}

func TestBoxesWithSizesThatLieEndTheWalk(t *testing.T) {
	first := boxOf("free", make([]byte, 8))
	for name, c := range map[string]struct {
		second    []byte
		kinds     int
		cut       bool
		malformed bool
	}{
		"no size: up to the end":          {slices.Concat(u32(0), []byte("mdat"), make([]byte, 32)), 2, false, false},
		"a terminator of zeros":           {make([]byte, 16), 1, false, false},
		"smaller than its header":         {slices.Concat(u32(7), []byte("moov"), make([]byte, 32)), 1, false, true},
		"64 bits, smaller than a header":  {hugeBox("moov", 15, make([]byte, 32)...), 1, false, true},
		"2^63 bytes":                      {hugeBox("mdat", 1<<63, make([]byte, 32)...), 2, true, false},
		"2^64-1 bytes":                    {hugeBox("mdat", math.MaxUint64, make([]byte, 32)...), 2, true, false},
		"larger than the file":            {slices.Concat(u32(math.MaxUint32), []byte("mdat"), make([]byte, 32)), 2, true, false},
		"64 bits announced, then no more": {slices.Concat(u32(1), []byte("mdat")), 1, false, true},
		"less than a header":              {[]byte("mdat"), 1, false, false},
	} {
		kinds, last, err := kindsOf(t, slices.Concat(first, c.second))
		if len(kinds) != c.kinds || errors.Is(err, ErrMalformed) != c.malformed || last.cut != c.cut {
			t.Errorf("%s: %q, cut %v, %v", name, kinds, last.cut, err)
		}
	}
}

func TestAChildNeverLeavesItsParent(t *testing.T) {
	inner := slices.Concat(u32(1000), []byte("trak"), make([]byte, 8))
	data := slices.Concat(boxOf("moov", inner), boxOf("mdat", make([]byte, 64)))
	w := NewWindow(context.Background(), bytes.NewReader(data), int64(len(data)))
	defer w.release()
	top := w.boxes(0, w.Size())
	if !top.next() {
		t.Fatal(top.err)
	}
	walk := w.children(top.box, 0)
	if !walk.next() || !walk.box.cut || walk.box.end() != top.box.end() {
		t.Errorf("the child is %+v of %+v", walk.box, top.box)
	}
	if walk.next() {
		t.Errorf("behind a child that was cut comes %+v", walk.box)
	}
	if walk := w.children(top.box, 1<<40); walk.next() {
		t.Error("fields that are larger than the box left children")
	}
}

func TestManyBoxesExhaustTheBudget(t *testing.T) {
	data := bytes.Repeat(boxOf("free"), 100_000)
	if _, _, err := kindsOf(t, data); !errors.Is(err, ErrBudget) {
		t.Errorf("the walk ended with %v", err)
	}
}

func TestImagesAreToldFromFilmsByTheirBrand(t *testing.T) {
	for brand, still := range map[string]bool{"heic": true, "avif": true, "mif1": true, "crx ": true, "isom": false, "M4A ": false, "qt  ": false} {
		head := boxOf("ftyp", []byte(brand), u32(0), []byte("mif1isom"))
		if isStillBoxFile(head) != still || isMP4(head, "") == still {
			t.Errorf("%q: an image %v, a film %v", brand, isStillBoxFile(head), isMP4(head, ""))
		}
	}
}
