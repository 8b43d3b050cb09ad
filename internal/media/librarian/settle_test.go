package librarian

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/works"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// copyOf is a film in a folder of its own: one of many copies.
func copyOf(title string, n int) file {
	return file{"a", fmt.Sprintf("%s %d/%s (1999).mkv", title, n, title), media.KindMovie, media.Description{Title: title, Year: 1999}}
}

// fill has a first catalog of a film with fewer copies than may be joined, more than are at first; and of one with
// more.
func (s *shelf) fill() {
	s.update(func(tx *store.Tx) error {
		for title, n := range map[string]int{"Velm": works.Few + 8, "Orra": works.MaxShared + 5, "Tarn": works.Few} {
			for i := range n {
				f := copyOf(title, i)
				var it store.Item
				if err := s.item(tx, &f, &it); err != nil {
					return err
				}
				if err := tx.Insert(&it); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (s *shelf) films(title string) (n int) {
	s.t.Helper()
	for _, w := range s.kept() {
		if w.Kind == store.WorkMovie && w.Title == title {
			n++
		}
	}
	return n
}

// What is too common only at first joins in the end, also where the daemon dies between and files come meanwhile.
func TestKeysThatAreCommonAtFirstJoinInTheEnd(t *testing.T) {
	s := newShelf(t, "a")
	s.fill()
	for s.Worked() < s.Head() {
		if err := s.lib.next(t.Context(), false); err != nil {
			t.Fatal(err)
		}
	}
	if s.lib.Idle() {
		t.Error("nothing is left to do, and the copies have not been joined")
	}
	if n := s.films("Velm"); n != works.Few+8 {
		t.Errorf("the copies are %d works at first", n)
	}
	s.reopen()
	if s.WorksSettled() == store.AllSettled {
		t.Error("a restart forgot what was left to do")
	}
	s.put(copyOf("Velm", 1000))
	s.catchUp()
	if !s.lib.Idle() || s.films("Velm") != 1 || s.films("Tarn") != 1 || s.films("Orra") != works.MaxShared+5 {
		t.Errorf("the copies are %d, %d and %d works", s.films("Velm"), s.films("Tarn"), s.films("Orra"))
	}
	if got, want := plain(s.kept()), plain(s.anew()); !reflect.DeepEqual(got, want) {
		t.Error(difference(got, want))
	}
	s.reopen()
	if s.WorksSettled() != store.AllSettled {
		t.Error("a restart has all keys settled once more")
	}
}

// A key that is to become too common is not derived anew with all units that have it, batch by batch.
func TestAFirstCatalogDerivesFoldersAboutOnce(t *testing.T) {
	s := newShelf(t, "a")
	s.fill()
	s.catchUp()
	units := works.Few + 8 + works.MaxShared + 5 + works.Few
	if n := int(s.lib.stats.Derived.Load()); n > units+4*works.Few {
		t.Errorf("%d folders were derived of %d", n, units)
	}
}
