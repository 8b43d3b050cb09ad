package archive

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

func TestPagesAreOrderedAsPeopleNumberThem(t *testing.T) {
	want := []string{"1.jpg", "2.jpg", "10.jpg", "a1.jpg", "A2.jpg", "a010.jpg", "b.jpg"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, func(a, b string) int {
		switch {
		case naturalLess(a, b):
			return -1
		case naturalLess(b, a):
			return 1
		}
		return 0
	})
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestAZIPsContentTellsWhatItIs(t *testing.T) {
	for _, c := range []struct {
		ext       string
		entries   []string
		kind      media.Kind
		container string
	}{
		{".cbz", []string{"1.jpg"}, media.KindComic, "cbz"},
		{".zip", []string{"1.jpg", "ComicInfo.xml=<ComicInfo><Title>T</Title></ComicInfo>"}, media.KindComic, "cbz"},
		{".zip", []string{"1.jpg"}, media.KindArchive, "zip"},
		{".cbz", []string{"read.txt"}, media.KindArchive, "zip"},
		{".docx", []string{"[Content_Types].xml", "word/document.xml"}, media.KindOther, "ooxml"},
		{".odt", []string{"mimetype=application/vnd.oasis.opendocument.text"}, media.KindOther, "opendocument"},
		{".jar", []string{"META-INF/MANIFEST.MF", "A.class"}, media.KindSoftware, "jar"},
		{".apk", []string{"META-INF/MANIFEST.MF", "AndroidManifest.xml"}, media.KindSoftware, "apk"},
		{".ipa", []string{"Payload/A.app/Info.plist"}, media.KindSoftware, "ipa"},
		{".zip", []string{"b.fb2=<FictionBook><description><title-info><book-title>T</book-title></title-info></description></FictionBook>"}, media.KindBook, "fb2.zip"},
	} {
		r, err := probeBytes(zipOf(c.entries), c.ext)
		if err != nil {
			t.Errorf("%v: %v", c.entries, err)
			continue
		}
		if r.Kind != c.kind || r.Description.Media.Container != c.container {
			t.Errorf("%s with %v is %s %q, want %s %q", c.ext, c.entries, r.Kind, r.Description.Media.Container, c.kind, c.container)
		}
	}
}

// zipOf lays out a ZIP of stored entries, "name=content", as the specification has it.
func zipOf(entries []string) []byte {
	var out, dir []byte
	u := binary.LittleEndian
	for _, e := range entries {
		name, content, _ := strings.Cut(e, "=")
		at := uint32(len(out))
		fields := u.AppendUint32(nil, crc32.ChecksumIEEE([]byte(content)))
		fields = u.AppendUint32(fields, uint32(len(content)))
		fields = u.AppendUint32(fields, uint32(len(content)))
		fields = u.AppendUint16(fields, uint16(len(name)))
		fields = u.AppendUint16(fields, 0)
		out = append(append(append(append(out, "PK\x03\x04\x14\x00\x00\x00\x00\x00\x00\x00\x00\x00"...), fields...), name...), content...)
		dir = append(append(append(dir, "PK\x01\x02\x14\x00\x14\x00\x00\x00\x00\x00\x00\x00\x00\x00"...), fields...), make([]byte, 10)...)
		dir = append(u.AppendUint32(dir, at), name...)
	}
	end := append([]byte("PK\x05\x06\x00\x00\x00\x00"), byte(len(entries)), 0, byte(len(entries)), 0)
	end = u.AppendUint32(u.AppendUint32(end, uint32(len(dir))), uint32(len(out)))
	return append(append(append(out, dir...), end...), 0, 0)
}

func TestZIPsThatLieEnd(t *testing.T) {
	whole := zipOf([]string{"1.jpg=x", "2.jpg=y"})
	end := len(whole) - zipEndLength
	lie := func(at int, b ...byte) []byte {
		m := bytes.Clone(whole)
		copy(m[at:], b)
		return m
	}
	dir := bytes.Index(whole, []byte("PK\x01\x02"))
	for name, data := range map[string][]byte{
		"directory beyond the file": lie(end+16, 0xFF, 0xFF, 0xFF, 0x7F),
		"directory of 4 GB":         lie(end+12, 0xFE, 0xFF, 0xFF, 0xFF),
		"ZIP64 without its record":  lie(end+10, 0xFF, 0xFF),
		"name beyond the directory": lie(dir+28, 0xFF, 0xFF),
		"no end":                    whole[:end],
	} {
		r, err := probeBytes(data, ".cbz")
		if err == nil && r.Description.Media.Pages > 2 {
			t.Errorf("%s: %+v", name, r.Description.Media)
		}
		if err != nil && !errors.Is(err, window.ErrMalformed) && !errors.Is(err, window.ErrTruncated) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestABombIsNotInflated(t *testing.T) {
	var bomb bytes.Buffer
	z, _ := gzip.NewWriterLevel(&bomb, 9)
	for range 256 {
		_, _ = z.Write(make([]byte, 1<<20))
	}
	_ = z.Close()
	packed := bomb.Bytes()
	copy(packed[len(packed)-4:], "\x00\x10\x00\x00") // 256 MiB that claim to be 4 KiB
	allocated, took, err := measureProbe(packed, ".gz")
	if err != nil || allocated > probetest.MutationAlloc || took > 2*probetest.MutationTime {
		t.Errorf("%d bytes in %v: %v", allocated, took, err)
	}
}

func FuzzZIP(f *testing.F) { fuzzProbe(f, ".cbz", "document/*.cbz", "document/*.zip") }
