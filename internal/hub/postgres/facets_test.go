package postgres

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

func TestValuesAreCountedAsADaemonCountsThem(t *testing.T) {
	s := open(t)
	c := begin(t, s, "attic", "i1")
	say(t, c, "a", item(1, "a", `"year":1995`, `"genres":["Drama","Crime"]`), item(2, "b", `"genres":["drama"]`),
		item(3, "c"))
	set, err := filter.Parse(url.Values{"not_genre": {"crime"}}, filter.Items)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct {
		of    *filter.Set
		total int64
		first store.FacetValue
	}{
		{nil, 3, store.FacetValue{Value: `"Drama"`, FacetSum: store.FacetSum{Count: 2, Size: 2}}},
		{set, 2, store.FacetValue{Value: `"Drama"`, FacetSum: store.FacetSum{Count: 1, Size: 1}}},
	} {
		f, err := s.ItemFacets(t.Context(), store.Query{Filter: want.of}, []string{"genre", "root"})
		for err == nil && !f.Complete { // a machine may be too busy for three items
			f, err = s.ItemFacets(t.Context(), store.Query{Filter: want.of}, []string{"genre", "root"})
		}
		if err != nil || !f.Complete || f.AsOf != s.Head() || f.Total.Count != want.total || f.By[0][0] != want.first ||
			f.By[1][0].Value != `"attic~films"` {
			t.Errorf("%+v, %v", f, err)
		}
	}
	if _, err := s.ItemFacets(t.Context(), store.Query{}, []string{"nothing"}); err == nil {
		t.Error("a facet that there is not is counted")
	}
}

// Whatever comes, changes, moves to another kind or root, and goes: what is kept of all roots, and of all kinds, is
// what the sums of each give.
func TestTotalsOfValuesAreTheirSums(t *testing.T) {
	t.Parallel()
	s := open(t)
	attic, cellar := begin(t, s, "attic", "i1"), begin(t, s, "cellar", "i2")
	of := func(id int64, kind string, year, size int) Change {
		return item(id, fmt.Sprint("d", id%3, "/", id), fmt.Sprintf(`"kind":%q,"year":%d,"size":%d`, kind, year, size),
			`"genres":["Drama","Crime"]`)
	}
	steps := [][]Change{
		{of(1, "movie", 1999, 5), of(2, "movie", 1999, 6), of(3, "track", 2001, 7)},
		{of(1, "track", 1999, 5), of(2, "movie", 1998, 60), of(4, "photo", 1999, 8), item(5, "x")},
		{without(1), of(3, "track", 2001, 70), without(4)},
		{without(2), without(3), without(5)},
	}
	zeros := 0
	for i, step := range steps {
		say(t, attic, fmt.Sprint("a", i), step...)
		say(t, cellar, fmt.Sprint("b", i), step[:1]...)
		requireTotals(t, s)
		var n int
		const zero = "SELECT count(*) FROM facet_totals WHERE n = 0"
		if err := s.pool.QueryRow(t.Context(), zero).Scan(&n); err != nil {
			t.Fatal(err)
		}
		zeros += n
		if err := s.pruneSums(t.Context()); err != nil {
			t.Fatal(err)
		}
		requireTotals(t, s)
	}
	for _, table := range keptSums {
		var rows int
		if err := s.pool.QueryRow(t.Context(), "SELECT count(*) FROM "+table).Scan(&rows); err != nil || rows > 0 {
			t.Errorf("of nothing %s keeps %d rows, %v", table, rows, err)
		}
	}
	if zeros == 0 {
		t.Error("nothing was left to be forgotten")
	}
	if f, err := s.ItemFacets(t.Context(), store.Query{}, []string{"year", "genre"}); err != nil || len(f.By[0]) != 0 {
		t.Errorf("of nothing there is %+v, %v", f, err)
	}
}

// requireTotals requires that totals are what sums give.
func requireTotals(t *testing.T, s *Store) {
	t.Helper()
	for name, differ := range map[string]string{
		"items": `SELECT count(*)
			FROM (SELECT value, kind, n, size, milliseconds FROM facet_totals WHERE n <> 0) a FULL JOIN (
			SELECT v AS value, coalesce(kind, '') AS kind, sum(n)::bigint AS n, sum(size) AS size,
				sum(milliseconds) AS milliseconds
			FROM (SELECT value AS v, * FROM facet_sums
				UNION ALL SELECT value >> 58 << 58, * FROM facet_sums WHERE (value >> 58) <> ALL ($1::bigint[])) c
			GROUP BY GROUPING SETS ((v, kind), (v)) HAVING sum(n) <> 0) b USING (value, kind, n, size, milliseconds)
			WHERE a IS NULL OR b IS NULL`,
		"works": `SELECT count(*) FROM (SELECT * FROM work_totals WHERE n <> 0) a FULL JOIN (
			SELECT value, sum(n)::bigint AS n, sum(size) AS size, sum(milliseconds) AS milliseconds
			FROM work_sums GROUP BY value HAVING sum(n) <> 0) b USING (value, n, size, milliseconds)
			WHERE cardinality($1::bigint[]) > 0 AND (a IS NULL OR b IS NULL)`,
	} {
		var several []int64
		for name := range hasSeveral {
			several = append(several, facetNumber(name))
		}
		var n int
		if err := s.pool.QueryRow(t.Context(), differ, several).Scan(&n); err != nil || n > 0 {
			t.Errorf("%d totals of %s are not their sums, %v", n, name, err)
		}
	}
}
