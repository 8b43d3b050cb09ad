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
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/sidecar"
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
	_, doc := describe("books/b.epub", f, &companions{})
	given := *f
	probed := encodeFindings(f)
	if len(doc) > media.MaxDocument || len(probed) > media.MaxDocument {
		t.Errorf("%d bytes for clients and %d of findings, want at most %d", len(doc), len(probed), media.MaxDocument)
	}
	d := decoded(t, doc)
	if n := len(d.Title); n == 0 || n > media.MaxText || !utf8.ValidString(d.Title) || !strings.HasPrefix(long, d.Title) {
		t.Errorf("a title of %d bytes, want the beginning of the whole in at most %d", n, media.MaxText)
	}
	if d.Year != 2001 || d.Media.Container != "epub" || len(d.Media.Chapters) == 0 || d.IDs["isbn"] == "" || len(d.IDs) != 1 {
		t.Errorf("year %d, container %s, %d chapters, ids %d: want what is short whole, and the beginning of the rest", d.Year, d.Media.Container, len(d.Media.Chapters), len(d.IDs))
	}
	if again := decodeFindings(probed); again.Kind != media.KindBook || again.Year != 2001 {
		t.Errorf("the findings come back as %s of %d, want a book of 2001", again.Kind, again.Year)
	}
	if len(given.Title) != len(long) || len(chapters[0].Title) != 6000 || len(given.Media.Chapters) != len(chapters) {
		t.Error("what was given has been changed")
	}
	if diff := cmp.Diff(decodeFindings(probed), f); diff != "" {
		t.Errorf("what is left is not what the catalog keeps (-kept +left):\n%s", diff)
	}
}

// TestWhatIsCutIsTold: a warning names what was cut, by its name in the item, and is the same when the item is
// described once more from what the catalog keeps.
func TestWhatIsCutIsTold(t *testing.T) {
	long := strings.Repeat("x", 3*media.MaxText)
	f := &findings{Kind: media.KindBook, Description: media.Description{
		Title: long, Genres: slices.Repeat([]string{"g"}, 2001), IDs: map[string]string{"isbn": long}, Plot: "short",
		Media: &media.Media{Chapters: []media.Chapter{{Title: long}, {Title: long}}},
	}}
	probed := encodeFindings(f)
	_, doc := describe("books/b.epub", f, &companions{})
	want := []string{"title cut at 4096 bytes", "genres cut at 2000 entries", "ids cut at 4096 bytes", "media.chapters.title cut at 4096 bytes"}
	if diff := cmp.Diff(want, decoded(t, doc).Warnings); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if _, again := Describe("books/b.epub", probed); string(again) != string(doc) {
		t.Error("described once more, it is another")
	}
}

func TestASidecarThatIsCutIsToldOfWhereItSpeaks(t *testing.T) {
	doc, err := sidecar.Parse("movie.nfo", []byte("<movie><title>T</title><plot>"+strings.Repeat("x", 5000)+"</plot></movie>"))
	if err != nil {
		t.Fatal(err)
	}
	f := &findings{Kind: media.KindMetadata, Form: string(doc.Form), Description: doc.Description}
	said := decodeFindings(encodeFindings(f))
	_, film := describe("T.mkv", &findings{}, &companions{docs: []sidecar.Document{{Form: sidecar.Movie, Description: said.Description}}})
	if w := decoded(t, film).Warnings; len(w) != 1 || w[0] != "plot cut at 4096 bytes" {
		t.Errorf("%q", w)
	}
}

func TestWarningsAreFew(t *testing.T) {
	var said []string
	for i := range 100 {
		said = append(said, fmt.Sprint("odd ", i))
	}
	for _, title := range []string{"short", strings.Repeat("x", 3*media.MaxText)} {
		d := media.Description{Title: title, Warnings: append(said, said...)}
		if w := Fit(&d).Warnings; len(w) != 16 || w[0] != "odd 0" || w[1] != "odd 1" || w[15] != "and more" {
			t.Errorf("%d: %q", len(w), w)
		}
		if len(d.Warnings) != 200 {
			t.Error("what was given has been changed")
		}
	}
}
