package archive

import (
	"fmt"
	"slices"
	"testing"
)

// tarEntry is a header with its checksum, changed by edit before, and blocks of content behind it.
func tarEntry(name string, kind byte, size string, edit func([]byte), content ...[]byte) []byte {
	b := make([]byte, tarBlock)
	copy(b, name)
	copy(b[100:], "0000644\x000000000\x000000000\x00")
	copy(b[124:], size)
	b[156] = kind
	copy(b[257:], "ustar  \x00")
	if edit != nil {
		edit(b)
	}
	sum := 0
	copy(b[148:156], "        ")
	for _, c := range b {
		sum += int(c)
	}
	copy(b[148:], fmt.Sprintf("%06o\x00", sum))
	for _, c := range content {
		b = append(b, c...)
		b = append(b, make([]byte, -len(c)&(tarBlock-1))...)
	}
	return b
}

func sparseTar() []byte {
	more := func(last bool) []byte {
		b := slices.Repeat([]byte("00000001000\x00"), tarBlock/12+1)[:tarBlock]
		b[504] = 1
		if last {
			b[504] = 0
		}
		return b
	}
	return slices.Concat(
		tarEntry("holes.bin", 'S', "00000000007", func(b []byte) { b[482] = 1 }, more(false), more(true), []byte("content")),
		tarEntry("page 1.jpg", '0', "00000000003", nil, []byte("one")),
		make([]byte, 2*tarBlock))
}

func TestTarsGoOnBehindTheMapOfASparseFile(t *testing.T) {
	data := sparseTar()
	r, err := probeBytes(data, ".cbt")
	m := r.Description.Media
	if err != nil || m == nil || m.Entries != 2 && m.Pages != 1 {
		t.Fatalf("%v, %+v", err, m)
	}
	if a := m.Artwork; a == nil || string(data[a.Offset:a.Offset+a.Length]) != "one" {
		t.Errorf("artwork is %+v", a)
	}
}

func TestSizesOfTarEntriesThatOnlyPaxKnowsAreTaken(t *testing.T) {
	data := slices.Concat(
		tarEntry("pax", 'x', "00000000012", nil, []byte("10 size=4\n")),
		tarEntry("page 1.jpg", '0', "00000000000", nil, []byte("four")),
		tarEntry("page 2.jpg", '0', "00000000003", nil, []byte("two")),
		make([]byte, 2*tarBlock))
	r, err := probeBytes(data, ".cbt")
	m := r.Description.Media
	if err != nil || m == nil || m.Pages != 2 {
		t.Fatalf("%v, %+v", err, m)
	}
	if a := m.Artwork; a == nil || string(data[a.Offset:a.Offset+a.Length]) != "four" {
		t.Errorf("artwork is %+v", a)
	}
}

func FuzzTarMaps(f *testing.F) { family.FuzzFrom(f, sparseTar()) }
