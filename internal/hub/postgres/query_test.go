package postgres

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

func parseFilter(t *testing.T, query string) *filter.Set {
	t.Helper()
	v, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	set, err := filter.Parse(v, filter.Items)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// pages reads all pages of a query, each of which may look for so long.
func pages(t *testing.T, s *Store, q store.Query) (ids []int64, read int) {
	t.Helper()
	for {
		res, err := s.Query(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		read++
		for i := range res.Items {
			_, at := SourceID(res.Items[i].ID)
			ids = append(ids, at)
		}
		if q.After = res.Next; q.After == "" {
			return ids, read
		}
	}
}

// many is a catalog in which of each third item the year is known, of each second the genre.
func many(t *testing.T, s *Store, n int64) *Catalog {
	t.Helper()
	c := begin(t, s, "attic", "i1")
	var all []Change
	for id := int64(1); id <= n; id++ {
		var more []string
		if id%3 == 0 {
			more = append(more, fmt.Sprintf(`"year":%d`, 1900+id%90))
		}
		if id%2 == 0 {
			more = append(more, `"genres":["Folk"]`)
		}
		all = append(all, item(id, fmt.Sprintf("%d/%d", id%7, id), more...))
	}
	say(t, c, "a", all...)
	return c
}

// However a page looks for what passes, and wherever its time is over, all pages together hold each item once and in
// order.
func TestAllPagesHoldWhatPassesInOrder(t *testing.T) {
	t.Parallel()
	s := open(t)
	const n = 2500
	many(t, s, n)
	for _, of := range []struct {
		filter string
		passes func(id int64) bool
	}{
		{"genre=folk", func(id int64) bool { return id%2 == 0 }},
		{"not_genre=folk", func(id int64) bool { return id%2 != 0 }},
		{"genre=folk&year=1900..1901", func(id int64) bool { return id%2 == 0 && id%3 == 0 && id%90 <= 1 }},
		{"genre=nothing", func(int64) bool { return false }},
	} {
		for _, descending := range []bool{false, true} {
			var want []int64
			for id := int64(1); id <= n; id++ {
				if of.passes(id) {
					want = append(want, id)
				}
			}
			slices.SortFunc(want, func(a, b int64) int {
				if a%3 != 0 || b%3 != 0 { // the unknown ones last, either way
					if (a%3 == 0) != (b%3 == 0) {
						return cmp.Compare(min(a%3, 1), min(b%3, 1))
					}
					return turned(descending, cmp.Compare(a, b))
				}
				return turned(descending, cmp.Or(cmp.Compare(a%90, b%90), cmp.Compare(a, b)))
			})
			for _, within := range []time.Duration{0, time.Nanosecond} {
				q := store.Query{Filter: parseFilter(t, of.filter), Sort: "year", Descending: descending, Limit: 300,
					Within: within}
				ids, read := pages(t, s, q)
				if !slices.Equal(ids, want) {
					t.Errorf("%s, descending %v: %d pages hold %v, not %v", of.filter, descending, read, ids, want)
				}
			}
		}
	}
}

func turned(descending bool, n int) int {
	if descending {
		return -n
	}
	return n
}

func TestWhatIsTheSameIsFoundAcrossSources(t *testing.T) {
	t.Parallel()
	s := open(t)
	a, b := begin(t, s, "attic", "i1"), begin(t, s, "cellar", "i2")
	same := func(id int64, fingerprint int, kind string) Change {
		return Change{ID: id, Item: fmt.Appendf(nil, `{"id":%d,"root":"films","path":"%d","name":"x","size":%d,`+
			`"modified_at":"2026-01-02T03:04:05Z","added_at":"2026-01-02T03:04:05Z","state":"present","kind":%q,`+
			`"analysis":"done","title":"The %s","fingerprint":"%016x"}`, id, id, 100*fingerprint, kind, kind, fingerprint)}
	}
	say(t, a, "a", same(1, 1, "movie"), same(2, 2, "movie"), same(3, 3, "photo"), same(4, 4, "movie"))
	say(t, b, "b", same(1, 1, "movie"), same(2, 2, "photo"), same(3, 3, "photo"), same(4, 3, "photo"),
		same(5, 2, "movie"))
	checkWith := func(few float64, filter string, want ...string) {
		t.Helper()
		var have []string
		q := store.Query{Limit: 1}
		if text, isText := strings.CutPrefix(filter, "q="); isText {
			q.Text = text
		} else {
			q.Filter = parseFilter(t, filter)
		}
		for {
			res, err := s.duplicates(t.Context(), q, few)
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range res.Groups {
				have = append(have, fmt.Sprintf("%d wasted by %d", store.Wasted(g.Size, g.Files), len(g.Items)))
			}
			if q.After = res.Next; q.After == "" {
				break
			}
		}
		if !slices.Equal(have, want) {
			t.Errorf("with %q: %q, not %q", filter, have, want)
		}
	}
	check := func(filter string, want ...string) {
		t.Helper()
		for _, few := range []float64{0, fewSame} { // group by group, and all at once
			checkWith(few, filter, want...)
		}
	}
	check("", "600 wasted by 3", "400 wasted by 3", "100 wasted by 2")
	check("kind=movie", "200 wasted by 2", "100 wasted by 2")
	check("root=cellar~films", "300 wasted by 2", "200 wasted by 2")
	takeIn(t, s)
	check("q=the", "600 wasted by 3", "400 wasted by 3", "100 wasted by 2")
	check("q=movie", "200 wasted by 2", "100 wasted by 2")
	check("q=pho", "600 wasted by 3")
	check("q=nothing")
	say(t, b, "c", without(3), same(2, 9, "photo"))
	check("", "300 wasted by 2", "200 wasted by 2", "100 wasted by 2")
	say(t, b, "d", without(4), without(5), without(1))
	check("")
}
