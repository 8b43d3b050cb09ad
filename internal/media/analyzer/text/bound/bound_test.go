package bound

import (
	"encoding/json"
	"reflect"
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

// TestWhatIsBeyondIsSeenInEveryField: a field that was forgotten would keep whatever a file says.
func TestWhatIsBeyondIsSeenInEveryField(t *testing.T) {
	n := 0
	var each func(of reflect.Type, with func(reflect.Value))
	each = func(of reflect.Type, with func(reflect.Value)) {
		set := func(v reflect.Value, to func(reflect.Value)) { to(v); with(v) }
		switch of.Kind() {
		case reflect.String:
			with(reflect.ValueOf(strings.Repeat("x", ProbedText+1)).Convert(of))
		case reflect.Struct:
			for i := range of.NumField() {
				each(of.Field(i).Type, func(v reflect.Value) {
					set(reflect.New(of).Elem(), func(s reflect.Value) { s.Field(i).Set(v) })
				})
			}
		case reflect.Pointer:
			each(of.Elem(), func(v reflect.Value) { set(reflect.New(of.Elem()), func(p reflect.Value) { p.Elem().Set(v) }) })
		case reflect.Slice:
			with(reflect.MakeSlice(of, ProbedList+1, ProbedList+1))
			each(of.Elem(), func(v reflect.Value) {
				set(reflect.MakeSlice(of, 2, 2), func(s reflect.Value) { s.Index(1).Set(v) })
			})
		case reflect.Map:
			with(reflect.ValueOf(map[string]string{strings.Repeat("k", ProbedText+1): ""}))
			with(reflect.ValueOf(map[string]string{"k": strings.Repeat("v", ProbedText+1)}))
		}
	}
	each(reflect.TypeFor[media.Description](), func(v reflect.Value) {
		d, _ := v.Interface().(media.Description)
		if n++; Probed(&d) == &d {
			b, _ := json.Marshal(&d)
			t.Errorf("kept as it is: %.60s", b)
		}
	})
	if n < 70 {
		t.Errorf("%d fields were tried", n)
	}
}
