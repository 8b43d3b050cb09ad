package archive

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/window"
)

func TestRARsAreListedByTheirHeaders(t *testing.T) {
	info := "ComicInfo.xml=<ComicInfo><Title>T</Title><Series>S</Series></ComicInfo>"
	for name, data := range map[string][]byte{"4": probetest.RAR4Of(0, "10.jpg=ten", "2.jpg=two", info), "5": probetest.RAR5Of("10.jpg=ten", "2.jpg=two", info)} {
		r, err := probeBytes(data, ".cbr")
		if err != nil {
			t.Errorf("RAR %s: %v", name, err)
			continue
		}
		d := r.Description
		if r.Kind != media.KindComic || d.Title != "T" || d.Series != "S" || d.Media.Pages != 2 || d.Media.Container != "cbr" {
			t.Errorf("RAR %s: %s %+v %+v", name, r.Kind, d, d.Media)
		}
		if a := d.Media.Artwork; a == nil || string(data[a.Offset:a.Offset+a.Length]) != "two" {
			t.Errorf("RAR %s: artwork %+v", name, a)
		}
		if r, err := probeBytes(data[:len(data)-8], ".cbr"); err == nil || r.Description.Media != nil && r.Description.Media.Pages != 0 {
			t.Errorf("RAR %s, cut off: %+v, %v", name, r.Description.Media, err)
		}
	}
	old := probetest.RAR4Of(0, "x=y")
	if r, err := probeBytes(old[:len(old)-7], ".rar"); err != nil || r.Description.Media.Entries != 1 {
		t.Errorf("without an end: %+v, %v", r.Description.Media, err)
	}
	if r, err := probeBytes(probetest.RAR4Of(0x80, "x=y"), ".rar"); err != nil || !r.Description.Media.Encrypted || r.Description.Media.Entries != 0 {
		t.Errorf("encrypted headers: %+v, %v", r.Description.Media, err)
	}
}

func TestAnEntryGivenToTheRARDecoderComesBack(t *testing.T) {
	content := strings.Repeat("<ComicInfo/>", 100)
	w := window.New(context.Background(), strings.NewReader(content), int64(len(content)))
	defer w.Release()
	e := rarEntry{at: 0, packed: int64(len(content)), size: int64(len(content))}
	archive := rarAround(e, []byte(content))
	inner := window.New(context.Background(), bytes.NewReader(archive), int64(len(archive)))
	defer inner.Release()
	var l rarListing
	if err := l.walk5(inner); err != nil || !l.complete || l.entries != 1 {
		t.Errorf("%+v, %v", l, err)
	}
}

func FuzzRAR(f *testing.F) {
	f.Add(probetest.RAR4Of(0, "1.jpg=x", "ComicInfo.xml=<ComicInfo/>"))
	f.Add(probetest.RAR5Of("1.jpg=x", "ComicInfo.xml=<ComicInfo/>"))
	fuzzProbe(f, ".cbr", "book/*.cbr", "archive/*.rar")
}
