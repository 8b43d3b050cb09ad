package librarian

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// episode is one of a show in a folder of seasons.
func episode(folder string, n int) file {
	season := 1 + n/100
	return file{"a", fmt.Sprintf("%s/Season %d/e%03d.mkv", folder, season, n%100), media.KindEpisode,
		media.Description{Title: fmt.Sprint("Episode ", n), Series: "Velm", Season: &season, Episodes: []int{1 + n%100}}}
}

// A show of five thousand episodes whose folder is renamed: the folder that it was in and the one that it is in are
// derived, once, every episode is written once, since it stands behind its file in the feed, and none gets another id.
func TestAShowOfFiveThousandEpisodesIsRenamed(t *testing.T) {
	const many = 5000
	s := newShelf(t, "a")
	ids := make([]int64, many)
	s.update(func(tx *store.Tx) error {
		for n := range ids {
			f := episode("Velm", n)
			var it store.Item
			if err := s.item(tx, &f, &it); err != nil {
				return err
			}
			if err := tx.Insert(&it); err != nil {
				return err
			}
			ids[n] = it.ID
		}
		return nil
	})
	s.catchUp()
	was := s.all()
	derived, batches := s.lib.stats.Derived.Load(), s.lib.stats.Batches.Load()
	s.update(func(tx *store.Tx) error {
		for n, id := range ids {
			it, _, err := tx.Item(id)
			if err != nil {
				return err
			}
			old, f := it, episode("Velm, remastered", n)
			if err := s.item(tx, &f, &it); err != nil {
				return err
			}
			if err := tx.Save(&old, &it); err != nil {
				return err
			}
		}
		return nil
	})
	rows, began := s.Counters().Rows.Load(), time.Now()
	s.catchUp()
	t.Logf("%d episodes are taken in within %v, %d folders derived, %d batches, %d rows", many, time.Since(began),
		s.lib.stats.Derived.Load()-derived, s.lib.stats.Batches.Load()-batches, s.Counters().Rows.Load()-rows)
	if n := s.lib.stats.Derived.Load() - derived; n != 2 {
		t.Errorf("%d folders were derived", n)
	}
	// The first has all of it; those behind find it done.
	if n := s.lib.stats.Batches.Load() - batches; n > many/batchItems+1 {
		t.Errorf("%d batches were written", n)
	}
	// The episodes, the seasons, the show, and what is kept of two folders.
	if n := s.Counters().Rows.Load() - rows; n > many+53 {
		t.Errorf("%d rows were written", n)
	}
	is := s.all()
	if !slices.Equal(was, is) {
		t.Errorf("%d works became %d, or others", len(was), len(is))
	}
}

// all are the ids of all works.
func (s *shelf) all() (ids []int64) {
	s.t.Helper()
	for q := (store.WorkQuery{Sort: "added", Limit: 500}); ; {
		res, err := s.QueryWorks(s.t.Context(), q)
		if err != nil {
			s.t.Fatal(err)
		}
		for i := range res.Works {
			ids = append(ids, res.Works[i].ID)
		}
		if q.After = res.Next; res.Next == "" {
			slices.Sort(ids)
			return ids
		}
	}
}
