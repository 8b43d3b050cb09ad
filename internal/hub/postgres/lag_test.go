package postgres

import (
	"fmt"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// comeOf has a source say of so many items, of which the database has not looked yet how many there are.
func comeOf(t *testing.T, s *Store, n int64) *Catalog {
	t.Helper()
	for _, table := range []string{"items", "works"} {
		if _, err := s.pool.Exec(t.Context(), "ALTER TABLE "+table+" SET (autovacuum_enabled = false)"); err != nil {
			t.Fatal(err)
		}
	}
	c := begin(t, s, "attic", "i1")
	var all []Change
	for id := int64(1); id <= n; id++ {
		all = append(all, item(id, fmt.Sprint(id), fmt.Sprintf(`"title":"Film %d"`, id)))
	}
	say(t, c, "a", all...)
	return c
}

// A lag is counted as far as it is small; of a large one no more is read than that.
func TestALargeLagIsNotCounted(t *testing.T) {
	t.Parallel()
	const n = 3 * lagCounted
	s := open(t)
	c := comeOf(t, s, n)
	lags := map[string]func() (int64, error){
		"works":  func() (int64, error) { return s.WorksLag(t.Context()) },
		"search": func() (int64, error) { return s.SearchLag(t.Context()) },
	}
	asked := traced(t, s)
	for name, lag := range lags {
		asked.taken()
		if have, err := lag(); have != n || err != nil { // as nothing has changed again
			t.Errorf("%s are %d behind, %v", name, have, err)
		}
		rows := 0.0
		for _, q := range asked.taken() {
			rows += carriedOut(t, s, q).rows()
		}
		asked.taken()
		if rows > lagCounted+100 {
			t.Errorf("how far %s are behind reads %.0f rows", name, rows)
		}
	}
	derive(t, s)
	takeIn(t, s)
	say(t, c, "b", item(1, "other"), without(2))
	for name, lag := range lags {
		if have, err := lag(); have != 2 || err != nil {
			t.Errorf("%s are %d behind two changes, %v", name, have, err)
		}
	}
}

// A page of the feed, or of a first load, reads no more than it holds, whatever is known of how much there is.
func TestAPageOfTheFeedReadsNoMoreThanItHolds(t *testing.T) {
	t.Parallel()
	const n, page = 3000, 50
	s := open(t)
	c := comeOf(t, s, n)
	var works []store.WorkView
	for id := int64(1); id <= n; id++ {
		works = append(works, store.WorkView{ID: id, Kind: store.WorkMovie, Title: fmt.Sprint(id), Seq: id})
	}
	writeWorks(t, s, c, works)
	asked := traced(t, s)
	most := store.Bounds{Rows: page, Bytes: 8 << 20}
	head := s.Head()
	loading := s.Cursor(head)
	loading.Load = true
	loadingWorks := loading
	loadingWorks.Works = true
	filter := &store.FeedFilter{Works: true}
	for name, read := range map[string]func() (int, error){
		"changes": func() (int, error) {
			p, err := s.ChangesOf(t.Context(), store.Sorts{Items: true, Works: true}, 0, 0, most)
			return len(p.Changes), err
		},
		"changes up to a number": func() (int, error) {
			p, err := s.ChangesOf(t.Context(), store.Sorts{Items: true, Works: true}, 100, head-100, most)
			return len(p.Changes), err
		},
		"changes of works": func() (int, error) {
			p, err := s.ChangesOf(t.Context(), store.Sorts{Works: true}, n, 0, most)
			return len(p.Changes), err
		},
		"a load": func() (int, error) {
			all, _, err := s.LoadOf(t.Context(), filter, loading, most)
			return len(all), err
		},
		"a load of works": func() (int, error) {
			all, _, err := s.LoadOf(t.Context(), filter, loadingWorks, most)
			return len(all), err
		},
	} {
		asked.taken()
		if found, err := read(); err != nil || found != page {
			t.Fatalf("%s: %d are read, %v", name, found, err)
		}
		for _, q := range asked.taken() {
			if rows := carriedOut(t, s, q).rows(); rows > 3*page {
				t.Errorf("%s: %.0f rows are read: %s", name, rows, q.SQL)
			}
		}
	}
}
