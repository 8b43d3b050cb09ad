package analyzer

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// decoded gives back what describe would show of a description.
func decoded(t *testing.T, members []byte) (d media.Description) {
	t.Helper()
	if err := json.Unmarshal(slices.Concat([]byte("{"), members, []byte("}")), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWhatAFileSaysIsCutToItsBounds(t *testing.T) {
	long := strings.Repeat("ä", 1<<20)
	chapters := make([]media.Chapter, 10000)
	for i := range chapters {
		chapters[i] = media.Chapter{StartSeconds: float64(i), Title: long[:6000]}
	}
	f := &findings{Kind: media.KindBook, Description: media.Description{
		Title: long, Year: 2001, Genres: slices.Repeat([]string{long[:1<<16]}, 3000), IDs: map[string]string{long: "x", "isbn": long},
		Media: &media.Media{Container: "epub", Chapters: chapters},
	}}
	_, doc := describe("books/b.epub", f, nil, nil)
	probed := encodeFindings(f)
	if len(doc) > MaxDocument || len(probed) > MaxDocument {
		t.Errorf("%d bytes for clients and %d of findings, want at most %d", len(doc), len(probed), MaxDocument)
	}
	d := decoded(t, doc)
	if n := len(d.Title); n == 0 || n > MaxText || !utf8.ValidString(d.Title) || !strings.HasPrefix(long, d.Title) {
		t.Errorf("a title of %d bytes, want the beginning of the whole in at most %d", n, MaxText)
	}
	if d.Year != 2001 || d.Media.Container != "epub" || len(d.Media.Chapters) == 0 || d.IDs["isbn"] == "" || len(d.IDs) != 1 {
		t.Errorf("year %d, container %s, %d chapters, ids %d: want what is short whole, and the beginning of the rest", d.Year, d.Media.Container, len(d.Media.Chapters), len(d.IDs))
	}
	if again := decodeFindings(probed); again.Kind != media.KindBook || again.Year != 2001 {
		t.Errorf("the findings come back as %s of %d, want a book of 2001", again.Kind, again.Year)
	}
	if len(f.Title) != len(long) || len(chapters[0].Title) != 6000 {
		t.Error("what was given has been changed")
	}
}

func TestWhatIsWithinTheBoundsStaysWhole(t *testing.T) {
	d := media.Description{Title: "T", Plot: strings.Repeat("p", MaxText), Genres: []string{"a", "b"}, Media: &media.Media{}}
	for i := range 500 {
		d.Media.Chapters = append(d.Media.Chapters, media.Chapter{StartSeconds: float64(i), Title: fmt.Sprintf("Chapter %d", i)})
	}
	if diff := cmp.Diff(d, decoded(t, encodeMembers(&d))); diff != "" {
		t.Errorf("changed (-want +got):\n%s", diff)
	}
}

func TestTextsAreCutBetweenSigns(t *testing.T) {
	for text, want := range map[string]string{
		"abcdef":               "abcd",
		"abcä":                 "abc",
		"abe\u0301x":           "ab", // the accent belongs to its letter
		"ab":                   "ab",
		"\xff\xfe\xfd\xfc\xfb": "\xff\xfe\xfd\xfc",
	} {
		if got := cutText(text, 4); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
