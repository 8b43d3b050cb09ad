package librarian

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// tagged is a song of one of many albums, with whatever an artist sums up.
func tagged(r *rand.Rand, album int) file {
	artist := []string{"Velm", "Velm", "Velm", "Orra"}[r.IntN(4)]
	f := file{"a", fmt.Sprintf("%02d/1.flac", album), media.KindTrack, media.Description{Title: "Song", Artist: artist,
		Album: fmt.Sprint("Album ", album), Track: 1, Genres: []string{fmt.Sprint("Genre ", r.IntN(60))},
		Languages: []string{fmt.Sprint("l", r.IntN(4))}, Media: &media.Media{DurationSeconds: float64(100 + r.IntN(100))}}}
	if r.IntN(3) == 0 {
		f.said.Media.Artwork = &media.Artwork{Length: 1}
	}
	if r.IntN(3) == 0 {
		f.said.Media.Video = []media.Video{{Height: 100 * r.IntN(8), HDR: []string{"", "hlg", "hdr10"}[r.IntN(3)]}}
	}
	if r.IntN(12) == 0 {
		f.said.IDs = map[string]string{"musicbrainz_artist": "00000000-0000-0000-0000-000000000001"}
	}
	return f
}

// Most of the time an artist's sums are had without a look at its other albums; whenever they cannot be, those are read.
func TestArtistsAreTheSumOfTheirAlbums(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 1))
	s := newShelf(t, "a")
	albums := map[int]int64{}
	for album := range 50 {
		albums[album] = s.put(tagged(r, album))
	}
	s.catchUp()
	told, read := 0, 0
	for step := range 40 {
		album := r.IntN(60)
		switch id := albums[album]; {
		case id == 0:
			albums[album] = s.put(tagged(r, album))
		case r.IntN(4) == 0:
			s.forget(id)
			delete(albums, album)
		default:
			s.change(id, tagged(r, album))
		}
		beside := s.lib.stats.Beside.Load()
		if s.catchUp(); s.lib.stats.Beside.Load() == beside {
			told++
		} else {
			read++
		}
		if step%4 > 0 {
			continue
		}
		if got, want := plain(s.kept()), plain(s.anew()); !reflect.DeepEqual(got, want) {
			t.Fatalf("step %d:\n%s", step, difference(got, want))
		}
	}
	if told == 0 || read == 0 {
		t.Errorf("%d times the sums told, and %d times the albums were read", told, read)
	}
}

func TestOneAlbumOfManyIsWrittenWithoutALookAtTheOthers(t *testing.T) {
	s := newShelf(t, "a")
	var last int64
	for album := range 100 {
		last = s.put(song(1, fmt.Sprint("Album ", album)))
	}
	s.catchUp()
	retagged := song(1, "Album 99")
	retagged.said.Title = "Another"
	s.change(last, retagged)
	s.put(song(2, "Album 99"))
	s.put(song(1, "Album 100"))
	s.catchUp()
	s.forget(last)
	s.catchUp()
	if n := s.lib.stats.Beside.Load(); n != 0 {
		t.Errorf("%d other albums were read", n)
	}
	if w := s.one(store.WorkArtist); w.Children != 101 || w.Items != 101 {
		t.Errorf("the artist has %d albums of %d songs", w.Children, w.Items)
	}
}
