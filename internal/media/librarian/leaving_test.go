package librarian

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// by is a song by somebody.
func by(artist, dir, album string, n int) file {
	return file{"a", fmt.Sprintf("%s/%d.flac", dir, n), media.KindTrack,
		media.Description{Title: fmt.Sprint("Song ", n), Artist: artist, Album: album, Track: n}}
}

// A batch is of a stretch of the feed, and what comes into it by the works that it shares is read as it is by then: a
// song that has left such a folder by a later change makes another album of it in this very batch. So the folder is
// taken in, or the album that it makes now would be nobody's when that change is met.
func TestAFolderThatSomethingHasLeftLaterIsTakenInWithWhatItShares(t *testing.T) {
	for name, leaves := range map[string]func(s *shelf, id int64){
		"forgotten": func(s *shelf, id int64) { s.forget(id) },
		"moved":     func(s *shelf, id int64) { s.change(id, by("Bb", "Elsewhere", "Tarn", 2)) },
		"detached": func(s *shelf, id int64) {
			s.edit(id, func(tx *store.Tx, it *store.Item) error {
				old := *it
				it.State = store.Detached
				return tx.Save(&old, it)
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShelf(t, "a")
			s.put(by("Aa", "Mixed", "Velm", 1)) // with the next one it is by various artists
			last := s.put(by("Bb", "Mixed", "Velm", 2))
			shares := s.put(by("Cc", "Mixed too", "Velm", 3))
			s.put(by("Dd", "Mixed too", "Velm", 4))
			alone := s.put(by("Aa", "Alone", "Velm", 5))
			s.catchUp()
			s.lib.cfg.AtOnce = 2
			s.change(alone, by("Aa", "Alone", "Orra", 5))
			s.change(shares, by("Cc", "Mixed too", "Velm", 6))
			leaves(s, last)
			s.catchUp()
			if got, want := plain(s.kept()), plain(s.anew()); !reflect.DeepEqual(got, want) {
				t.Error(difference(got, want))
			}
		})
	}
}

// An album of which no folder says any more that it makes it, as earlier versions may have left one, is that album once
// a folder makes it again: beside it there would be two, or nothing could be written at all.
func TestAnAlbumThatIsNobodysIsTakenUpAgain(t *testing.T) {
	s := newShelf(t, "a")
	shown := by("Aa", "Shown", "Orra", 1)
	shown.said.Media = &media.Media{Artwork: &media.Artwork{Length: 1}}
	shows := s.put(shown) // shows the artist too: once it is gone, what else is by them is read
	s.put(by("Aa", "Another", "Tarn", 2))
	left := s.put(by("Aa", "Left", "Velm", 3))
	s.catchUp()
	was := plain(s.kept())
	s.leaveBehind(left)
	s.forget(shows)
	s.change(left, by("Aa", "Left", "Velm", 4))
	s.catchUp()
	is := s.kept()
	if got, want := plain(is), plain(s.anew()); !reflect.DeepEqual(got, want) {
		t.Error(difference(got, want))
	}
	if len(is) != len(was)-1 {
		t.Errorf("%d works are there, and %d were", len(is), len(was))
	}
}

// leaveBehind has the works of a folder stay while it is forgotten that it makes them.
func (s *shelf) leaveBehind(item int64) {
	s.t.Helper()
	var b *store.WorkBatch
	var dir int64
	s.edit(item, func(_ *store.Tx, it *store.Item) error { dir = it.Dir; return nil })
	err := s.ReadUnits(s.t.Context(), func(r *store.UnitReader) error {
		traces, err := r.Traces(dir)
		if err != nil {
			return err
		}
		parts, err := readTraces(traces)
		b = r.Batch()
		b.Upto, b.Units = s.Worked(), []store.UnitPut{{Unit: dir, OldKeys: parts[0].Keys}}
		return err
	})
	if err == nil {
		err = s.keeper.Write(s.t.Context(), b)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}
