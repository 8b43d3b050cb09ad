package book

import (
	"archive/zip"
	"bytes"
	"testing"
)

func FuzzEPUB(f *testing.F) { fuzzProbe(f, ".epub", "document/*.epub", "book/*.epub") }

func TestEPUBWhoseContainerWritesThePathAsAURL(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range [][2]string{
		{"mimetype", epubMIME},
		{"META-INF/container.xml", `<container><rootfiles><rootfile full-path="My%20Book/main.opf"/></rootfiles></container>`},
		{"other.opf", `<package><metadata><title>Another</title></metadata></package>`},
		{"My Book/main.opf", `<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>The Title</dc:title></metadata></package>`},
	} {
		w, err := z.Create(f[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(f[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for _, ext := range []string{".epub", ".ibooks"} {
		r, err := probeBytes(b.Bytes(), ext)
		if err != nil || r.Description.Title != "The Title" || r.Kind != "book" {
			t.Errorf("%s: %s %+v, %v", ext, r.Kind, r.Description, err)
		}
	}
}
