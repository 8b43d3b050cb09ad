package probe

import (
	"archive/zip"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/bound"
)

// longest gives the length of the longest text, and of the longest list, in what was read.
func longest(v reflect.Value) (text, list int) {
	take := func(v reflect.Value) {
		t, l := longest(v)
		text, list = max(text, t), max(list, l)
	}
	switch v.Kind() {
	case reflect.String:
		text = v.Len()
	case reflect.Pointer:
		if !v.IsNil() {
			take(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			take(v.Field(i))
		}
	case reflect.Slice:
		list = v.Len()
		for i := range v.Len() {
			take(v.Index(i))
		}
	case reflect.Map:
		list = v.Len()
		for _, k := range v.MapKeys() {
			take(k)
			take(v.MapIndex(k))
		}
	}
	return text, list
}

// textsOf are files of many formats that say one text, or one text many times.
func textsOf(t *testing.T, text string, times int) map[string][]byte {
	t.Helper()
	many := func(format string) string { return strings.Repeat(strings.ReplaceAll(format, "%", text), times) }
	opf := `<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">` +
		many("<dc:title>%</dc:title><dc:creator>%</dc:creator><dc:subject>%</dc:subject><dc:language>%</dc:language>") + "</metadata></package>"
	var frames, entries [][]byte
	for range times {
		frames = append(frames, probetest.ID3FrameBytes(4, "TIT2", 3, text), probetest.ID3FrameBytes(4, "TCON", 0, text))
		entries = append(entries, probetest.MkvChapterOf(1e9, text))
	}
	return map[string][]byte{
		"a.epub":      packedOf(t, zip.Deflate, "b.opf", opf),
		"a.cbz":       packedOf(t, zip.Deflate, "ComicInfo.xml", "<ComicInfo>"+many("<Title>%</Title><Genre>%,%</Genre><Writer>%</Writer>")+"</ComicInfo>"),
		"a.fb2":       []byte("<?xml version='1.0'?><FictionBook><description><title-info>" + many("<book-title>%</book-title><genre>%</genre><author><nickname>%</nickname></author>") + "</title-info></description></FictionBook>"),
		"a.m3u":       []byte("#EXTM3U\n" + many("#PLAYLIST:%\n")),
		"a.pls":       []byte("[playlist]\n" + many("x-gnome-title=%\n")),
		"a.xspf":      []byte(`<?xml version="1.0"?><playlist xmlns="http://xspf.org/ns/0/">` + many("<title>%</title><creator>%</creator>") + "</playlist>"),
		"a.cue":       []byte("REM GENRE %\n" + many("TITLE \"%\"\nPERFORMER \"%\"\nFILE \"a\" WAVE\n TRACK 01 AUDIO\n  TITLE \"%\"\n  INDEX 01 00:00:00\n")),
		"a.svg":       []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1">` + many("<title>%</title>") + "</svg>"),
		"a.ass":       []byte("[Script Info]\n" + many("Title: %\n") + "[Events]\n"),
		"a.mp3":       slices.Concat(probetest.Id3v2(4, 0, frames...), probetest.MPEGFrames(50)),
		"a.mkv":       probetest.MatroskaOf(probetest.MkvInfoOf(1000), probetest.El(mkvTracks, probetest.MkvVideoOf()), probetest.El(mkvChapters, probetest.El(mkvEdition, entries...)), probetest.MkvTagOf(50, 0, "TITLE", text, "ARTIST", text)),
		"a.pdf":       []byte("%PDF-1.4\n1 0 obj\n<</Title (" + text + ")/Author (" + text + ")>>\nendobj\n2 0 obj\n<</Type/Catalog>>\nendobj\ntrailer\n<</Info 1 0 R/Root 2 0 R>>\n%%EOF\n"),
		"a.srt":       []byte(many("1\n00:00:01,000 --> 00:00:02,000\n%\n\n")),
		"a comic.zip": packedOf(t, zip.Store, text[:min(len(text), 60000)]+".cbz"),
	}
}

// TestNoFileSaysMoreThanIsTaken: a text of any length, and any number of texts, come back within the bounds, and cost
// no more memory on the way than other files do.
func TestNoFileSaysMoreThanIsTaken(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		times int
	}{
		"a long text":              {strings.Repeat("A", 300_000), 1},
		"a long text of two bytes": {strings.Repeat("ä", 150_000), 1},
		"escapes":                  {strings.Repeat("&amp;", 60_000), 1},
		"many texts":               {"word ", 3000},
		"many longer texts":        {strings.Repeat("many words ", 1000), 60},
	} {
		for file, data := range textsOf(t, c.text, c.times) {
			t.Run(fmt.Sprintf("%s in %s", name, file), func(t *testing.T) {
				ext := file[strings.LastIndexByte(file, '.'):]
				r, _ := probeBytes(data, ext)
				text, list := longest(reflect.ValueOf(r.Description))
				if text > bound.ProbedText || list > bound.ProbedList {
					t.Errorf("a text of %d bytes and a list of %d", text, list)
				}
				n, _, _ := measureProbe(data, ext)
				if n > probetest.MutationAlloc {
					t.Errorf("%d bytes of memory", n)
				}
			})
		}
	}
}
