package librarian

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// song is a track of an album in its own folder.
func song(n int, album string) file {
	return file{"a", fmt.Sprintf("Velm/%s/%05d.flac", album, n), media.KindTrack,
		media.Description{Title: fmt.Sprint("Song ", n), Artist: "Velm", Album: album, Track: n}}
}

func (s *shelf) one(kind string) store.WorkView {
	s.t.Helper()
	for name, w := range s.kept() {
		if strings.HasPrefix(name, kind+" ") {
			return w
		}
	}
	s.t.Fatalf("there is no %s", kind)
	return store.WorkView{}
}

func TestAChangedTrackCostsADerivationOfItsFolder(t *testing.T) {
	s := newShelf(t, "a")
	var last int64
	for album := range 20 {
		for n := range 10 {
			last = s.put(song(n+1, fmt.Sprint("Album ", album)))
		}
	}
	s.catchUp()
	derived, rows, batches := s.lib.stats.Derived.Load(), s.Counters().Rows.Load(), s.lib.stats.Batches.Load()
	retagged := song(10, "Album 19")
	retagged.said.Title = "Another"
	s.change(last, retagged)
	s.catchUp()
	if n := s.lib.stats.Derived.Load() - derived; n != 1 {
		t.Errorf("%d folders were derived for one song", n)
	}
	// The numbers of its own works are no change that anything is derived of, and nobody waits for quiet behind them.
	if n := s.lib.stats.Batches.Load() - batches; n != 1 {
		t.Errorf("%d batches were taken in for one song", n)
	}
	// The song, its folder's trace, its album and the artist.
	if n := s.Counters().Rows.Load() - rows; n > 4 {
		t.Errorf("%d rows were written for one song", n)
	}
	artist := s.one(store.WorkArtist)
	if artist.Children != 20 || artist.Items != 200 || artist.Seq == 0 {
		t.Errorf("the artist is %+v", artist)
	}
}

func TestAWorkThatComesBackIsTheSameOne(t *testing.T) {
	s := newShelf(t, "a")
	f := file{"a", "Velm (1999)/velm.mkv", media.KindMovie, media.Description{Title: "Velm", Year: 1999}}
	id := s.put(f)
	s.catchUp()
	was := s.one(store.WorkMovie)
	s.forget(id)
	s.catchUp()
	if n := len(s.kept()); n != 0 {
		t.Errorf("%d works are left of nothing", n)
	}
	page, err := s.ChangesOf(t.Context(), store.Sorts{Works: true}, was.Seq, 0, store.Bounds{Rows: 10})
	if err != nil || len(page.Changes) != 1 || !page.Changes[0].Delete || page.Changes[0].ID != was.ID {
		t.Errorf("the feed has %+v, %v", page.Changes, err)
	}
	s.put(f)
	s.catchUp()
	if is := s.one(store.WorkMovie); is.ID != was.ID {
		t.Errorf("film %d came back as %d", was.ID, is.ID)
	}
}

func TestAnArtistKeepsItsIdWhenOneAlbumGoesToAnother(t *testing.T) {
	s := newShelf(t, "a")
	var moved []int64
	for album := range 4 {
		for n := range 5 {
			if id := s.put(song(n+1, fmt.Sprint("Album ", album))); album == 0 {
				moved = append(moved, id)
			}
		}
	}
	s.catchUp()
	was := s.one(store.WorkArtist)
	for i, id := range moved {
		f := song(i+1, "Album 0")
		f.said.Artist = "Another"
		s.change(id, f)
	}
	s.catchUp()
	for name, w := range s.kept() {
		if w.Kind == store.WorkArtist && (w.Title == "Velm") != (w.ID == was.ID) {
			t.Errorf("%s %q is %d, and Velm was %d", name, w.Title, w.ID, was.ID)
		}
	}
}

func TestRootsOfAnotherGroupMakeWorksOfTheirOwn(t *testing.T) {
	s := newShelf(t, "a", "b")
	f := file{"a", "Velm (1999)/velm.mkv", media.KindMovie, media.Description{Title: "Velm", Year: 1999}}
	s.put(f)
	f.root = "b"
	s.put(f)
	s.catchUp()
	was := s.one(store.WorkMovie)
	if was.Items != 2 || !slices.Equal(was.Roots, []string{"a", "b"}) {
		t.Errorf("one film on two disks: %+v", was)
	}
	if err := s.SetParties(t.Context(), map[string]string{"a": "", "b": "kids"}); err != nil {
		t.Fatal(err)
	}
	s.catchUp()
	groups := map[string]int64{}
	for _, w := range s.kept() {
		groups[w.Group] = w.ID
	}
	if len(groups) != 2 || groups[""] != was.ID && groups["kids"] != was.ID {
		t.Errorf("behind the change of a group the films are %v, and it was %d", groups, was.ID)
	}
}

func TestWorksFollowOtherRulesAndKeepTheirIds(t *testing.T) {
	s := newShelf(t, "a")
	for n := range 5 {
		s.put(song(n+1, "Album"))
	}
	s.catchUp()
	was := s.kept()
	if err := s.lib.keeper.Restart(t.Context(), Rules+1); err != nil {
		t.Fatal(err)
	}
	s.reopen()
	if s.lib.Idle() {
		t.Error("it is idle before it has looked whose rules the works are of")
	}
	derived := s.lib.stats.Derived.Load()
	s.catchUp() // back to these rules
	if !s.lib.Idle() {
		t.Error("it is not idle behind it")
	}
	if s.lib.stats.Derived.Load() == derived {
		t.Error("nothing was derived anew")
	}
	for name, w := range s.kept() {
		if was[name].ID != w.ID {
			t.Errorf("%s was %d and is %d", name, was[name].ID, w.ID)
		}
	}
}

// One album of twenty thousand songs: a song more writes one member, and the work is given with a thousand.
func TestAnAlbumOfTwentyThousandSongs(t *testing.T) {
	const many = 20_000
	s := newShelf(t, "a")
	s.update(func(tx *store.Tx) error {
		for n := range many {
			f := song(n+1, "All")
			var it store.Item
			if err := s.item(tx, &f, &it); err != nil {
				return err
			}
			if err := tx.Insert(&it); err != nil {
				return err
			}
		}
		return nil
	})
	s.catchUp()
	was := s.one(store.WorkAlbum)
	if was.Items != many || len(was.Members) != store.MaxMembers || !was.More {
		t.Fatalf("%d items, %d of them given, more %v", was.Items, len(was.Members), was.More)
	}
	rows := s.Counters().Rows.Load()
	s.put(song(many+1, "All"))
	began := time.Now()
	s.catchUp()
	t.Logf("a song more is taken in within %v", time.Since(began))
	if is := s.one(store.WorkAlbum); is.ID != was.ID || is.Items != many+1 {
		t.Errorf("album %d of %d items became %d of %d", was.ID, was.Items, is.ID, is.Items)
	}
	// The song, its folder's trace, its membership, its album and the artist.
	if n := s.Counters().Rows.Load() - rows; n > 5 {
		t.Errorf("%d rows were written for a song more", n)
	}
}
