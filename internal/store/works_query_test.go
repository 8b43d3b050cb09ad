package store

import (
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A page of works, in whatever order, of a kind or of all, the first and the next, is read along an index: nothing is
// sorted.
func TestAPageOfWorksIsReadInOrder(t *testing.T) {
	r := runFresh(t, Options{})
	asked := 0
	ask := func(c *conn, s *workStream) {
		for _, st := range s.stretches() {
			args := append(st.args, int64(10)) //nolint:gocritic // a list of its own
			err := c.each("EXPLAIN QUERY PLAN "+s.sql(st.where), func(row row) error {
				asked++
				if plan := row.text(3); strings.Contains(plan, "TEMP B-TREE") || !strings.Contains(plan, "works_"+workSorts[s.q.Sort]) {
					t.Errorf("%s\nis done by %s", s.sql(st.where), plan)
				}
				return nil
			}, args...)
			if err != nil {
				t.Errorf("%s: %v", s.sql(st.where), err)
			}
		}
	}
	err := r.read(t.Context(), func(c *conn) error {
		for sort := range workSorts {
			for _, descending := range []bool{false, true} {
				places := []*entry{nil, {id: 7, key: driver.Value(int64(3))}}
				if slices.Contains([]string{"title", "year", "number", "duration"}, sort) {
					places = append(places, &entry{id: 7}) // among those that say nothing
				}
				for _, last := range places {
					q := &WorkQuery{Sort: sort, Descending: descending, Limit: 100}
					kind := workKindNumber(WorkMovie)
					if sort == "updated" {
						kind = 0
					}
					ask(c, &workStream{q: q, kind: kind, last: last})
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if asked < len(workSorts)*2*2 {
		t.Errorf("only %d plans were asked for", asked)
	}
}

// Who names a kind twice gets its works once, in every order.
func TestAKindThatIsNamedTwiceIsListedOnce(t *testing.T) {
	r := runFresh(t, Options{})
	r.keep(fresh(WorkView{Kind: WorkMovie, Title: "A"}), fresh(WorkView{Kind: WorkBook, Title: "B"}))
	for sort := range workSorts {
		for name, q := range map[string]WorkQuery{
			"a filter": {Filter: parsedWorks(t, "kind=movie,book,movie&kind=book")},
			"kinds":    {Kinds: []string{WorkMovie, WorkBook, WorkMovie}},
		} {
			q.Sort, q.Limit = sort, 10
			res, err := r.QueryWorks(t.Context(), q)
			if err != nil || len(res.Works) != 2 {
				t.Errorf("%s, by %s: %d works, %v", name, sort, len(res.Works), err)
			}
		}
	}
}

// A page of a hundred among a hundred thousand works of every kind, in every order, page behind page.
func BenchmarkPageOfWorks(b *testing.B) {
	r := runAt(b, b.TempDir(), Options{})
	b.Cleanup(r.stop)
	const many, piece = 100_000, 2_000
	var puts []WorkPut
	for i := range many {
		n := float64(i % 50)
		w := WorkView{Kind: WorkKinds()[i%len(WorkKinds())], Title: fmt.Sprint("Title ", i*7919%many), Size: int64(i * 31 % 9999),
			AddedAt: int64(i*17%many + 1), Items: 1, Genres: []string{"Drama"}}
		if w.SortTitle = w.Title; i%3 > 0 {
			w.Year, w.Number, w.Duration = 1950+i%70, &n, int64(i%9000+1)
		}
		if puts = append(puts, fresh(w)); len(puts) == piece {
			r.keep(puts...)
			puts = puts[:0]
		}
	}
	for sort := range workSorts {
		for _, way := range []string{"", "-"} {
			b.Run(way+sort, func(b *testing.B) {
				q := WorkQuery{Sort: sort, Descending: way == "-", Limit: 100}
				read := 0
				for b.Loop() {
					res, err := r.QueryWorks(b.Context(), q)
					if err != nil || len(res.Works) == 0 { // fewer where its time is over, none never
						b.Fatalf("%d works, %v", len(res.Works), err)
					}
					read += len(res.Works)
					q.After = res.Next
				}
				b.ReportMetric(float64(read)/float64(b.N), "works/page")
			})
		}
	}
}
