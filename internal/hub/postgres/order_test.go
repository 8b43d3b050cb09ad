package postgres

import (
	"fmt"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// A list of works in an order is read in that order, piece by piece, whatever the database takes its pieces for.
func TestWorksInAnOrderAreReadInPieces(t *testing.T) {
	t.Parallel()
	const n = 4000
	s := open(t)
	c := begin(t, s, "attic", "i1")
	var works []store.WorkView
	for id := int64(1); id <= n; id++ {
		w := store.WorkView{ID: id, Kind: store.WorkMovie, Title: fmt.Sprint(id), Seq: id, Year: 1950 + int(id)%50}
		if w.Genres = []string{"Folk"}; id%2 == 0 {
			w.Genres = []string{"Jazz"}
		}
		works = append(works, w)
	}
	writeWorks(t, s, c, works)
	asked := traced(t, s)
	for _, analyzed := range []bool{false, true} {
		if analyzed {
			if _, err := s.pool.Exec(t.Context(), "ANALYZE works"); err != nil {
				t.Fatal(err)
			}
		}
		for _, sort := range []string{"year", "-year", "title", "-added", "updated"} {
			q := workQuestion(t, "not_genre=jazz&sort="+sort)
			q.Limit = 400
			asked.taken()
			res, err := s.QueryWorks(t.Context(), q)
			if err != nil || len(res.Works) == 0 {
				t.Fatalf("by %s there are %d works, %v", sort, len(res.Works), err)
			}
			for _, q := range asked.taken() {
				if !strings.Contains(q.SQL, " AS key, ") {
					continue
				}
				most, _ := q.Args[len(q.Args)-1].(int)
				if rows := carriedOut(t, s, q).rows(); rows > float64(most+n/50) {
					t.Errorf("by %s %.0f works are read for %d: %s", sort, rows, most, q.SQL)
				}
			}
		}
	}
}

// So it is with items.
func TestItemsInAnOrderAreReadInPieces(t *testing.T) {
	t.Parallel()
	const n = 4000
	s := open(t)
	c := comeOf(t, s, n)
	var all []Change
	for id := int64(1); id <= n/2; id++ {
		all = append(all, item(id, fmt.Sprint(id), fmt.Sprintf(`"title":"Film %d"`, id),
			fmt.Sprintf(`"year":%d,"genres":[%q]`, 1950+id%50, []string{"Folk", "Jazz"}[id%2])))
	}
	say(t, c, "b", all...)
	asked := traced(t, s)
	for _, analyzed := range []bool{false, true} {
		if analyzed {
			if _, err := s.pool.Exec(t.Context(), "ANALYZE items"); err != nil {
				t.Fatal(err)
			}
		}
		for _, sort := range []string{"year", "-year", "title", "-added", "path", "-size", "taken", "-track",
			"duration"} {
			by, descending := strings.CutPrefix(sort, "-")
			q := store.Query{Sort: by, Descending: descending, Limit: 300, Filter: parseFilter(t, "not_genre=jazz")}
			for range 5 {
				asked.taken()
				res, err := s.Query(t.Context(), q)
				if err != nil {
					t.Fatalf("by %s: %v", sort, err)
				}
				for _, q := range asked.taken() {
					if !strings.Contains(q.SQL, " IS TRUE FROM items") {
						continue
					}
					most, _ := q.Args[len(q.Args)-1].(int)
					if rows := carriedOut(t, s, q).rows(); rows > float64(most+n/50) {
						t.Errorf("by %s %.0f items are read for %d: %s", sort, rows, most, q.SQL)
					}
				}
				if q.After = res.Next; q.After == "" {
					break
				}
			}
		}
	}
}
