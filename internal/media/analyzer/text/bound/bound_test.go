package bound

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/catalogizer/catalogizerd/internal/media"
)

func TestTextsAreCutBetweenSigns(t *testing.T) {
	for text, want := range map[string]string{
		"abcdef":               "abcd",
		"abcä":                 "abc",
		"abe\u0301x":           "ab", // the accent belongs to its letter
		"ab":                   "ab",
		"\xff\xfe\xfd\xfc\xfb": "\xff\xfe\xfd\xfc",
	} {
		if got := Text(text, 4); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func BenchmarkProbed(b *testing.B) {
	d := media.Description{
		Title: "T", Year: 2001, Genres: []string{"a", "b"}, IDs: map[string]string{"imdb": "tt1", "tmdb": "2"},
		Media: &media.Media{Container: "matroska", Video: []media.Video{{Codec: "h264"}}, Audio: []media.Audio{{Codec: "aac"}, {Codec: "ac3"}}},
	}
	for b.Loop() {
		if Probed(&d) != &d {
			b.Fatal("cut")
		}
	}
}

func TestATextThatIsCutLetsTheWholeGo(t *testing.T) {
	whole := strings.Repeat("x", 1<<20)
	d := Probed(&media.Description{Title: whole})
	if len(d.Title) != ProbedText {
		t.Errorf("%d bytes", len(d.Title))
	}
	if unsafe.StringData(d.Title) == unsafe.StringData(whole) {
		t.Error("what is left holds all of it")
	}
}
