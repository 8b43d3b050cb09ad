package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// indexing runs the search index too.
func indexing(t *testing.T) *running {
	t.Helper()
	r := runFresh(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = r.Index(ctx, FirstPass{}) }()
	t.Cleanup(func() { cancel(); <-done })
	return r
}

func (r *running) untilIndexed(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(3 * time.Minute); !r.Indexed(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("not indexed")
		}
	}
}

// all reads every page of a query; between them others change the catalog.
func (r *running) all(t *testing.T, q Query, between func(page int)) (out []View) {
	t.Helper()
	for page := 0; ; page++ {
		res, err := r.Query(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, res.Items...)
		if q.After = res.Next; q.After == "" {
			return out
		}
		if between != nil {
			between(page)
		}
	}
}

// fill puts items of several roots, directories and kinds, some of which say nothing of themselves.
func fill(t *testing.T, r *running) {
	t.Helper()
	kinds := []media.Kind{media.KindMovie, media.KindTrack, media.KindPhoto}
	for _, name := range []string{"films", "a-films", "music"} {
		root := r.addRoot(name)
		r.update(func(tx *Tx) error {
			for i := range 40 {
				path := fmt.Sprintf("%s/%d/file %d", []string{"b", "B", "a-", "a", "a/b"}[i%5], i%2, i)
				_, err := putIn(tx, root, path, func(it *Item) {
					it.Kind, it.Size, it.MTime, it.Added = kinds[i%3], int64(i*7%11), int64(i*13%17), int64(i*3%5)
					var doc []string
					if i%4 > 0 {
						doc = append(doc, fmt.Sprintf(`"title":"Title %d"`, i*5%13))
					}
					if i%3 > 0 {
						doc = append(doc, fmt.Sprintf(`"year":%d,"media":{"duration_seconds":%d.5}`, 2000+i*11%7, i%9))
					}
					it.Doc = []byte(strings.Join(doc, ","))
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	r.untilIndexed(t)
}

// sortValue is what a person sees of an order: whether it is known, and where it stands.
func sortValue(v *View, sort string) (known bool, value string) {
	k := knownOf(v.Doc)
	number := func(n int64) string { return fmt.Sprintf("%020d", n) }
	switch sort {
	case "title":
		return k.Title != "", string(newSorter().titleKey(k.Title))
	case "added":
		return true, number(v.Added)
	case "modified":
		return true, number(v.MTime)
	case "size":
		return true, number(v.Size)
	case "year":
		return k.Year != 0, number(k.Year)
	case "duration":
		return k.DurationSeconds > 0, fmt.Sprintf("%020.3f", k.DurationSeconds)
	case "taken", "track", "episode":
		return false, "" // nothing here has one; TestPagesOfEverySortHoldEverythingInOrder has what does
	}
	return true, v.Root + "\x00" + v.Path
}

func TestPagesHoldEveryItemOnceInOrderWhateverTheOrderAndTheFilter(t *testing.T) {
	r := indexing(t)
	fill(t, r)
	filters := map[string]Query{
		"all": {}, "root": {Roots: []string{"music", "films"}}, "kinds": {Kinds: []string{"movie", "photo"}},
		"under": {Under: "a"}, "under in root": {Roots: []string{"films"}, Under: "b/0", Kinds: []string{"track", "movie"}},
		"present": {State: "present"}, "missing": {State: "missing"}, "nobody": {Roots: []string{"nobody"}},
	}
	limits := []int{1, 7, 120}
	if testing.Short() {
		limits = []int{50}
	}
	everything := r.all(t, Query{Limit: 1000}, nil)
	if len(everything) != 120 {
		t.Fatalf("%d items, want 120", len(everything))
	}
	for name, q := range filters {
		var want []int64
		for i := range everything {
			if q.matches(&everything[i]) {
				want = append(want, everything[i].ID)
			}
		}
		slices.Sort(want)
		for _, sort := range columns {
			for _, descending := range []bool{false, true} {
				for _, limit := range limits {
					q.Sort, q.Descending, q.Limit = sort, descending, limit
					got := r.all(t, q, nil)
					var ids []int64
					for i := range got {
						ids = append(ids, got[i].ID)
						if i > 0 && !inOrder(&got[i-1], &got[i], sort, descending) {
							t.Fatalf("%s by %s: %d %s before %d %s", name, q.order(), got[i-1].ID, got[i-1].AppendJSON(nil), got[i].ID, got[i].AppendJSON(nil))
						}
					}
					slices.Sort(ids)
					if !slices.Equal(ids, want) {
						t.Fatalf("%s by %s, %d a page: %v, want %v", name, q.order(), limit, ids, want)
					}
				}
			}
		}
	}
}

func inOrder(a, b *View, sort string, descending bool) bool {
	knownA, valueA := sortValue(a, sort)
	knownB, valueB := sortValue(b, sort)
	if knownA != knownB {
		return knownA // unknown values last, either way
	}
	n := strings.Compare(valueA, valueB)
	if n == 0 || !knownA {
		n = int(a.ID - b.ID)
	}
	return (n < 0) != descending
}

func TestPagesNeitherRepeatNorPassOverWhatStaysWhileOthersComeAndGo(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	r := indexing(t)
	fill(t, r)
	stay := map[int64]bool{}
	var leaving []int64
	for i, v := range r.all(t, Query{Limit: 1000}, nil) {
		if stay[v.ID] = i%3 > 0; !stay[v.ID] {
			leaving = append(leaving, v.ID)
			delete(stay, v.ID)
		}
	}
	root := r.addRoot("new")
	for _, sort := range columns {
		for _, descending := range []bool{false, true} {
			seen := map[int64]int{}
			n := 0
			for _, v := range r.all(t, Query{Sort: sort, Descending: descending, Limit: 10}, func(page int) {
				if n++; len(leaving) > 0 && page%2 == 0 {
					id := leaving[0]
					leaving = leaving[1:]
					r.update(func(tx *Tx) error {
						it, _, err := tx.Item(id)
						if err != nil {
							return err
						}
						return tx.Remove(&it)
					})
				}
				r.put(root, fmt.Sprintf("%s%v/%d", sort, descending, n), func(it *Item) { it.Size, it.Added, it.MTime = int64(n%11), int64(n%5), int64(n%17) })
				r.untilIndexed(t)
			}) {
				seen[v.ID]++
			}
			for id := range stay {
				if seen[id] != 1 {
					t.Errorf("by %s, descending %v: item %d %d times", sort, descending, id, seen[id])
				}
			}
			for id, times := range seen {
				if times > 1 {
					t.Errorf("by %s, descending %v: item %d %d times", sort, descending, id, times)
				}
			}
		}
	}
}

func TestAPageShowsNothingThatHasCeasedToMatch(t *testing.T) {
	r := runFresh(t, Options{}) // nothing is indexed but by hand: the index is behind
	root := r.addRoot("films")
	movie := r.put(root, "a", func(it *Item) { it.Kind = media.KindMovie })
	if err := r.indexNext(t.Context(), newSorter()); err != nil {
		t.Fatal(err)
	}
	r.change(movie.ID, func(it *Item) { it.Kind = media.KindVideo })
	for kind, want := range map[string]int{"movie": 0, "video": 0} {
		res, err := r.Query(t.Context(), Query{Kinds: []string{kind}, Limit: 10, Within: unhurried})
		if err != nil || len(res.Items) != want {
			t.Errorf("%s: %d items, %v", kind, len(res.Items), err)
		}
		if res.AsOf >= r.Head() {
			t.Errorf("as of %d, but the index has not seen the change %d", res.AsOf, r.Head())
		}
	}
}

func TestSearchFindsTitlesPeopleAlbumsAndPathsAndPagesByRankOrOrder(t *testing.T) {
	r := indexing(t)
	root := r.addRoot("films")
	docs := map[string]string{
		"one/blade runner.mkv": `"title":"Blade Runner","year":1982`, "two/x.mkv": `"title":"Runner","year":2000`,
		"three/y.flac": `"artist":"Vangelis","album":"Blade Runner"`, "four/東京物語.mkv": `"title":"東京物語"`, "five/runnerup.txt": ``,
	}
	for path, doc := range docs {
		r.put(root, path, func(it *Item) { it.Doc = []byte(doc) })
	}
	r.untilIndexed(t)
	for text, want := range map[string]string{
		"blade": "one/blade runner.mkv three/y.flac", "vangelis": "three/y.flac", "runn": "five/runnerup.txt one/blade runner.mkv three/y.flac two/x.mkv",
		`"runner blade"`: "", `"blade runner"`: "one/blade runner.mkv three/y.flac", "京物": "four/東京物語.mkv", "BLADE vang": "three/y.flac", "!!!": "", `"`: "",
	} {
		for _, sort := range append([]string{""}, columns...) {
			for _, limit := range []int{1, 100} {
				var paths []string
				for _, v := range r.all(t, Query{Text: text, Limit: limit, Sort: sort}, nil) {
					paths = append(paths, v.Path)
				}
				slices.Sort(paths)
				if got := strings.Join(paths, " "); got != want {
					t.Errorf("%s by %q, %d a page: %s, want %s", text, sort, limit, got, want)
				}
			}
		}
	}
	if got := r.all(t, Query{Text: "runner", Limit: 10}, nil); got[0].Path != "two/x.mkv" {
		t.Errorf("first of runner is %s", got[0].Path)
	}
	if got := r.all(t, Query{Text: "runner", Limit: 10, Sort: "year", Descending: true}, nil); got[0].Path != "two/x.mkv" || got[1].Path != "one/blade runner.mkv" {
		t.Errorf("by year: %s, %s", got[0].Path, got[1].Path)
	}
	if res, err := r.Query(t.Context(), Query{Text: "!!!", Limit: 10}); err != nil || res.AsOf != r.Head() {
		t.Errorf("nothing to search for as of %d, %v", res.AsOf, err)
	}
}

func TestTitlesSortNaturally(t *testing.T) {
	r := indexing(t)
	root := r.addRoot("films")
	want := []string{"a 2", "A 10", "Ä 11", "ant", "Étude", "Zoo"}
	for i := range want {
		r.put(root, fmt.Sprint(i*7%6), func(it *Item) { it.Doc = []byte(`"title":"` + want[i*5%6] + `"`) })
	}
	r.untilIndexed(t)
	var got []string
	for _, v := range r.all(t, Query{Sort: "title", Limit: 2}, nil) {
		got = append(got, knownOf(v.Doc).Title)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestWhatIsNoQueryIsRefused(t *testing.T) {
	r := indexing(t)
	fill(t, r)
	page, err := r.Query(t.Context(), Query{Sort: "title", Limit: 10, Within: unhurried})
	if err != nil {
		t.Fatal(err)
	}
	for name, q := range map[string]Query{
		"sort": {Sort: "colour", Limit: 1}, "state": {State: "gone", Limit: 1}, "limit": {}, "garbage": {After: "x", Limit: 1},
		"another order": {Sort: "size", After: page.Next, Limit: 1}, "the other way": {Sort: "title", Descending: true, After: page.Next, Limit: 1},
		"another sort of place": {Text: "file", After: page.Next, Limit: 1},
	} {
		if _, err := r.Query(t.Context(), q); !errors.Is(err, ErrQuery) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEveryStretchOfAnOrderIsReadFromItsIndex(t *testing.T) {
	r := runFresh(t, Options{})
	plan := func(s *stream, where string) (out string) {
		err := r.read(t.Context(), func(c *conn) error {
			return c.each("EXPLAIN QUERY PLAN "+strings.ReplaceAll(s.sql(where), "?", "1"), func(row row) error { out += row.text(3) + ";"; return nil })
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for _, sort := range columns[1:] { // but paths, of which the directories have the order
		for _, descending := range []bool{false, true} {
			for _, last := range []*entry{nil, {id: 1, key: int64(1)}} {
				for _, unknown := range []bool{false, mayBeUnknown(sort) && !isOfSome(sort)} {
					s := &stream{q: &Query{Sort: sort, Descending: descending}, unknown: unknown, last: last}
					for _, st := range s.stretches() {
						want := "(cell=?"
						if strings.Contains(st.where, " = ?") || strings.Contains(st.where, "IS NULL") {
							want += " AND " + sort + "=?"
						} else if strings.Contains(st.where, " ?") {
							want += " AND " + sort + st.where[len(sort)+1:len(sort)+2] + "?)"
						}
						if strings.Contains(st.where, "id ") {
							want += " AND rowid"
						}
						if got := plan(s, st.where); !strings.HasPrefix(got, "SEARCH k USING COVERING INDEX sort_"+sort+" "+want) || strings.Contains(got, "TEMP") {
							t.Errorf("%s\n%s, want %s", s.sql(st.where), got, want)
						}
					}
				}
			}
		}
	}
}
