package works

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// fillAll gives every field of a struct a value of its own.
func fillAll(t *testing.T, v reflect.Value, from int) {
	t.Helper()
	for i := range v.NumField() {
		n := from + i
		switch f := v.Field(i); f.Interface().(type) {
		case string:
			f.SetString(fmt.Sprint("text ", n))
		case []string:
			f.Set(reflect.ValueOf([]string{"", fmt.Sprint("text ", n), "ü"}))
		case int:
			f.SetInt(int64(-n))
		case *int:
			f.Set(reflect.ValueOf(&n))
		case *float64:
			half := float64(n) + 0.5
			f.Set(reflect.ValueOf(&half))
		case bool:
			f.SetBool(true)
		default:
			t.Fatalf("%s is of a type that the test does not know", v.Type().Field(i).Name)
		}
	}
}

// Each field alone and all together are read as they were written, and no two of them for each other.
func TestWhatIsSharedIsKeptWhole(t *testing.T) {
	spelled := func(s *Shared) string {
		w := wording{}
		s.spell(&w)
		return string(w.out)
	}
	keys := map[string]string{spelled(new(Shared)): "nothing"}
	is := func(what string, s *Shared) {
		t.Helper()
		key := spelled(s)
		if other, taken := keys[key]; taken {
			t.Errorf("%s is written as %s is", what, other)
		}
		keys[key] = what
		var read Shared
		read.spell(&wording{in: key, reads: true})
		if !reflect.DeepEqual(&read, s) {
			t.Errorf("%s: %+v is read as %+v", what, s, &read)
		}
	}
	var all Shared
	v := reflect.ValueOf(&all).Elem()
	fillAll(t, v, 1)
	is("all", &all)
	for i := range v.NumField() {
		var one Shared
		reflect.ValueOf(&one).Elem().Field(i).Set(v.Field(i))
		is(v.Type().Field(i).Name, &one)
	}
}

func TestItemsThatSayTheSameShareIt(t *testing.T) {
	song := func(track int, album string) *media.Description {
		return &media.Description{Title: fmt.Sprint("Song ", track), Track: track, Album: album, Genres: []string{"Rock"},
			IDs: map[string]string{"musicbrainz_track": fmt.Sprint(track)},
			Media: &media.Media{DurationSeconds: float64(track),
				Audio: []media.Audio{{Language: "en"}, {}, {Language: "en"}}}}
	}
	var s Sharing
	var a, b, other Said
	s.Say(song(1, "One"), &a)
	s.Say(song(2, "One"), &b)
	s.Say(song(3, "Other"), &other)
	if a.Shared != b.Shared || a.Shared == other.Shared {
		t.Error("songs of one album do not share what they say, or those of two do")
	}
	if a.Title != "Song 1" || b.Track != 2 || b.Seconds != 2 || b.IDs["musicbrainz_track"] != "2" ||
		other.Album != "Other" || !reflect.DeepEqual(b.Audio, []string{"en"}) {
		t.Errorf("%+v and %+v", b, other)
	}
	it := &Item{Said: &a}
	read := it.otherwise()
	read.Album, read.Title, read.EpisodeTitle = "changed", "changed", "changed"
	if b.Album != "One" || a.Title != "Song 1" || a.EpisodeTitle != "" || other.EpisodeTitle != "" {
		t.Error("what was changed of an item that is read otherwise is changed of all")
	}
	s.Forget()
	if s.Say(song(1, "One"), &b); b.Shared == a.Shared || b.Album != "One" {
		t.Error("what was forgotten is still shared")
	}
}
