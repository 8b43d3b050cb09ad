package ogg

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
)

func FuzzOgg(f *testing.F) { fuzzSound(f, "*.og?", "*.opus", "*.spx") }

func TestOggPictureAcrossPages(t *testing.T) {
	page := func(flags byte, granule uint64, number uint32, segments []byte, body []byte) []byte {
		return probetest.Le("OggS", byte(0), flags, granule, uint32(7), number, uint32(0), byte(len(segments)), segments, body)
	}
	head := probetest.Le("OpusHead", byte(1), byte(2), uint16(312), uint32(48000), uint16(0), byte(0))
	picture := strings.Repeat("QUJD", 40000)
	comment := "COVERART=" + picture
	tags := probetest.Le("OpusTags", uint32(0), uint32(3), uint32(7), "TITLE=T", uint32(len(comment)), comment, uint32(8), "ARTIST=A")
	data := page(first, 0, 0, []byte{byte(len(head))}, head)
	number := uint32(1)
	for rest := tags; ; number++ {
		n := min(len(rest), 255*255)
		segments := bytes.Repeat([]byte{255}, n/255)
		if n < 255*255 {
			segments = append(segments, byte(n%255))
		}
		flags := byte(0)
		if number > 1 {
			flags = continued
		}
		data = append(data, page(flags, math.MaxUint64, number, segments, rest[:n])...)
		if rest = rest[n:]; len(rest) == 0 {
			break
		}
	}
	data = append(data, page(last, 48000+312, number, []byte{4}, []byte("\x78abc"))...)
	r, err := probeBytes(data, ".opus")
	if err != nil || r.Description.Title != "T" || r.Description.Artist != "A" || r.Description.Media.DurationSeconds != 1 {
		t.Fatalf("%v, %+v", err, r.Description)
	}
	a := r.Description.Media.Artwork
	if a == nil || a.Encoding != "ogg+base64" {
		t.Fatalf("artwork is %+v", a)
	}
	b := data[a.Offset : a.Offset+a.Length]
	for i := bytes.Index(b, []byte("OggS\x00")); i >= 0; i = bytes.Index(b, []byte("OggS\x00")) {
		b = append(bytes.Clone(b[:i]), b[i+27+int(b[i+26]):]...)
	}
	if string(b) != picture {
		t.Errorf("%d bytes without the pages' headers, want %d", len(b), len(picture))
	}
}
