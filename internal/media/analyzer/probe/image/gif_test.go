package image

import (
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

func TestGIFIsDescribedByItsXMP(t *testing.T) {
	packet := `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Model="X-T3"/></rdf:RDF></x:xmpmeta>`
	trailer := []byte{1}
	for i := range 256 {
		trailer = append(trailer, byte(255-i))
	}
	trailer = append(trailer, 0)
	screen := func(colours byte) []byte { return slices.Concat([]byte("GIF89a"), []byte{16, 0, 8, 0, colours, 0, 0}) }
	xmp := slices.Concat([]byte("\x21\xFF\x0BXMP DataXMP"), []byte(packet), trailer)
	picture := []byte("\x2C\x00\x00\x00\x00\x10\x00\x08\x00\x00\x02\x02\x4C\x01\x00\x3B")
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"at once":                 {slices.Concat(screen(0), xmp, picture), "X-T3"},
		"behind colours":          {slices.Concat(screen(0x81), make([]byte, 12), xmp, picture), "X-T3"},
		"behind other extensions": {slices.Concat(screen(0), []byte("\x21\xFF\x0BNETSCAPE2.0\x03\x01\x00\x00\x00\x21\xF9\x04\x00\x00\x00\x00\x00"), xmp, picture), "X-T3"},
		"longer than the head":    {slices.Concat(screen(0), []byte("\x21\xFF\x0BXMP DataXMP"), []byte(packet+strings.Repeat(" ", window.HeadSize)), trailer, picture), "X-T3"},
		"none":                    {slices.Concat(screen(0), picture), ""},
		"cut short":               {slices.Concat(screen(0), xmp[:len(xmp)-len(trailer)]), ""},
		"a comment without end":   {slices.Concat(screen(0), []byte("\x21\xFE\xFFabc")), ""},
	} {
		r, err := probeBytes(c.data, ".gif")
		if d := r.Description; err != nil || d.Camera != c.want || d.Media.Width != 16 || d.Media.Height != 8 {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
}
