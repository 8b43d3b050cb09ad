package book

import (
	"bytes"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe/probetest"
	"github.com/google/go-cmp/cmp"
)

func TestKindleBooksSayTheirEXTH(t *testing.T) {
	data := probetest.MOBIOf(8, "Full Näme", map[uint32]string{
		exthAuthor: "Ann", exthPublisher: "House", exthDescription: "<p>One</p><p>Two</p>", exthISBN: "978-0-306-40615-7", exthASIN: "B00",
		exthPublished: "2012-05-06", exthUpdatedTitle: "Other", exthLanguage: "en", exthSubject: "Fiction", exthCoverOffset: "\x00\x00\x00\x00",
	})
	r, err := probeBytes(data, ".azw3")
	if err != nil {
		t.Fatal(err)
	}
	cover := int64(bytes.Index(data, []byte("\xFF\xD8\xFF\xE0")))
	want := media.Description{
		Title: "Full Näme", Authors: []string{"Ann"}, Publisher: "House", Plot: "One\nTwo", Year: 2012, Date: "2012-05-06", Languages: []string{"en"},
		Genres: []string{"Fiction"}, IDs: map[string]string{"isbn": "9780306406157", "asin": "B00"},
		Media: &media.Media{Container: "azw3", Artwork: &media.Artwork{Offset: cover, Length: int64(len(data)) - cover, MIME: "image/jpeg"}},
	}
	if d := cmp.Diff(want, r.Description); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if r, err := probeBytes(probetest.MOBIOf(6, "", map[uint32]string{}), ".mobi"); err != nil || r.Description.Title != "Palm Name" || r.Description.Media.Container != "mobi" {
		t.Errorf("without names: %+v, %v", r.Description, err)
	}
}

func FuzzMOBI(f *testing.F) {
	f.Add(probetest.MOBIOf(6, "Name", map[uint32]string{exthAuthor: "Ann", exthCoverOffset: "\x00\x00\x00\x00"}))
	fuzzProbe(f, ".mobi", "book/*.mobi")
}
