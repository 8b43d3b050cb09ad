package image

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
)

func TestJXLIsDescribedByPackedMetadata(t *testing.T) {
	packed, err := os.ReadFile("../testdata/image/packed.jxl")
	if err != nil {
		t.Fatal(err)
	}
	xmp, err := os.ReadFile(filepath.Join(brotliSamples, "xmp.br"))
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(packed, []byte("brobExif"))
	if at < 0 {
		t.Fatal("nothing is packed")
	}
	broken := slices.Clone(packed)
	copy(broken[at+8:], "\xFF\xFF\xFF\xFF")
	for name, c := range map[string]struct {
		data          []byte
		camera, title string
	}{
		"EXIF":          {packed, "Canon EOS R5", ""},
		"XMP, too":      {slices.Concat(packed, probetest.BoxOf("brob", []byte("xml "), xmp)), "Canon EOS R5", "XmpTitle"},
		"XMP first":     {slices.Concat(packed[:12], probetest.BoxOf("ftyp", []byte("jxl "), probetest.U32(0), []byte("jxl ")), probetest.BoxOf("brob", []byte("xml "), xmp), packed[32:]), "Canon EOS R5", "XmpTitle"},
		"broken":        {broken, "", ""},
		"other things":  {slices.Concat(packed[:at-4], probetest.BoxOf("brob", []byte("jumb"), xmp), packed[at-4:]), "Canon EOS R5", ""},
		"box too short": {slices.Concat(packed[:at-4], probetest.BoxOf("brob", []byte("Ex")), packed[at-4:]), "Canon EOS R5", ""},
	} {
		r, err := probeBytes(c.data, ".jxl")
		d := r.Description
		if err != nil || d.Camera != c.camera || d.Title != c.title || d.Media.Width != 48 || d.Media.Height != 32 {
			t.Errorf("%s: %v, by %q called %q, %+v", name, err, d.Camera, d.Title, d.Media)
		}
	}
}
