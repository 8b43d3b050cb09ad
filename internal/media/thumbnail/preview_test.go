package thumbnail

import (
	"encoding/binary"
	"image"
	"image/color"
	"testing"
)

// rawOf is a RAW file as cameras lay them out: a directory with an orientation and a preview, and one for each further one.
func rawOf(orientation uint16, previews ...[]byte) []byte {
	const directory = 2 + 4*12 + 4
	b := make([]byte, 8+directory*len(previews))
	copy(b, "II*\x00\x08\x00\x00\x00")
	put := func(at int, tag, typ uint16, v uint32) {
		binary.LittleEndian.PutUint16(b[at:], tag)
		binary.LittleEndian.PutUint16(b[at+2:], typ)
		binary.LittleEndian.PutUint32(b[at+4:], 1)
		binary.LittleEndian.PutUint32(b[at+8:], v)
	}
	for i, preview := range previews {
		at := 8 + directory*i
		b[at] = 4
		put(at+2, 0x103, 3, 6)
		put(at+14, 0x112, 3, uint32(orientation))
		put(at+26, 0x201, 4, uint32(len(b)))
		put(at+38, 0x202, 4, uint32(len(preview)))
		if i+1 < len(previews) {
			binary.LittleEndian.PutUint32(b[at+50:], uint32(at+directory))
		}
		b = append(b, preview...)
	}
	return b
}

func TestARAWFileShowsTheSmallestOfItsPreviewsThatIsLargeEnough(t *testing.T) {
	grey := func(w, h int) []byte {
		m := image.NewGray(image.Rect(0, 0, w, h))
		for i := range m.Pix {
			m.Pix[i] = uint8(w / 20) // by which they are told apart
		}
		return jpegOf(t, m)
	}
	lossless := []byte("\xff\xd8\xff\xc3\x00\x0b\x0e\x0b\xb8\x0f\xa0\x01\x01\x11\x00") // as sensors' data is packed
	file := rawOf(1, grey(4000, 3000), grey(160, 120), lossless, grey(1600, 1200))
	for edge, from := range map[int]int{100: 160, 256: 1600, 1024: 1600, 2000: 4000, 5000: 4000} {
		m := made(t, file, edge)
		if got, _, _, _ := m.At(20, 20).RGBA(); max(got>>8, uint32(from/20))-min(got>>8, uint32(from/20)) > 3 {
			t.Errorf("at %d pixels it is that of %d pixels, want of %d", edge, (got>>8)*20, from)
		}
		if want := min(edge, from); m.Bounds().Dx() != want {
			t.Errorf("%d pixels, want %d", m.Bounds().Dx(), want)
		}
	}
}

func TestAPreviewIsBroughtUprightByItsRAWFile(t *testing.T) {
	for _, size := range []image.Point{{400, 240}, {1700, 1020}} { // decoded in full, and at an eighth
		m := made(t, rawOf(6, jpegOf(t, quarters(size.X, size.Y))), 200)
		if m.Bounds().Size() != image.Pt(120, 200) {
			t.Errorf("%v", m.Bounds())
		}
		var seen [4]color.RGBA
		for i, q := range turnedQuarters[6] {
			seen[i] = quarterColors[q]
		}
		checkQuarters(t, m, seen)
	}
}
