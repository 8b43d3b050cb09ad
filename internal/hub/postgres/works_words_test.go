//nolint:misspell // misspelled words are what is looked for
package postgres

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// wordTwins are twins whose works and items have words of the same vocabulary.
func wordTwins(t *testing.T, items, works int) (*twins, *asTwo) {
	t.Helper()
	of := startTwo(t)
	of.fill(t, items)
	of.agree(t)
	w := &twins{daemon: of.daemon, hub: of.hub, of: of.c}
	for q := (store.Query{Limit: 1000}); len(w.items) < items; {
		res, err := w.daemon.Query(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for i := range res.Items {
			w.items = append(w.items, res.Items[i].ID)
		}
		if q.After = res.Next; q.After == "" {
			break
		}
	}
	w.putWorks(t, works, func(v *store.WorkView) {
		v.Title = of.words(1 + of.random.IntN(4))
		v.SortTitle = v.Title
		if of.random.IntN(2) == 0 {
			v.Artists, v.Series = []string{of.words(2), of.words(1)}, of.words(of.random.IntN(3))
		}
		if of.random.IntN(3) == 0 {
			v.Authors, v.Narrators = []string{of.words(1)}, []string{of.words(2)}
		}
	})
	writeWorks(t, w.hub, w.of, w.works)
	takeIn(t, w.hub)
	return w, of
}

// Whatever words are asked for, with whatever filters and in whatever order, a hub finds the works that a daemon does
// that has the same, in the same order and page by page.
func TestWordsFindTheWorksThatADaemonFinds(t *testing.T) {
	t.Parallel()
	w, of := wordTwins(t, 600, 900)
	texts := []string{"%", `"`, "* OR NOT (", "a", "x", "t", "th", "the", "京", "東京", "語", "anter", "lantren",
		"gren lantrn", "spiderman", "spider man", "wall-e", "ёлки", "strasse", `"the river"`, `"river the`, "0", "2021",
		"the a x", "'", "kinght", "cathderal", "rivre the"}
	for range 150 {
		texts = append(texts, of.question(nil))
	}
	narrowed := []string{"", "", "", "&kind=movie", "&kind=series,season&root=ROOTfilms", "&not_kind=movie", "&year=900..",
		"&root=ROOTmusic", "&under=lantern", "&parent=1", "&sort=title", "&sort=-added", "&sort=-year&kind=track",
		"&sort=number",
		"&sort=duration&genre=folk", "&sort=updated", "&sort=-size&under=the"}
	found := 0
	for i, text := range texts {
		for _, more := range []string{"", narrowed[of.random.IntN(len(narrowed))]} {
			question := "q=" + url.QueryEscape(text) + more
			daemon, hub := w.asked(t, question, []int{7, 50, 400}[i%3])
			if found += len(daemon); !slices.Equal(daemon, hub) {
				t.Fatalf("%s (%s): the hub gives %d, and the daemon %d\n%.3000s\n\n%.3000s", text, more, len(hub),
					len(daemon), strings.Join(hub, "\n"), strings.Join(daemon, "\n"))
			}
		}
	}
	t.Logf("%d questions find %d works", 2*len(texts), found)
	if found < 10*len(texts) {
		t.Errorf("%d questions find but %d works", 2*len(texts), found)
	}
}

// Facets of works that words find count what a daemon counts.
func TestFacetsOfWorksByWordsAreThoseOfADaemon(t *testing.T) {
	t.Parallel()
	w, of := wordTwins(t, 200, 400)
	count := func(question, root string,
		facets func(context.Context, store.WorkQuery, []string) (store.Facets, error),
	) string {
		for {
			f, err := facets(t.Context(), workQuestion(t, strings.ReplaceAll(question, "ROOT", root)),
				[]string{"kind", "genre", "year"})
			if err != nil {
				t.Fatalf("%s: %v", question, err)
			}
			if f.Complete { // else the machine is busy
				f.AsOf = 0
				b, err := json.Marshal(f)
				if err != nil {
					t.Fatal(err)
				}
				return string(b)
			}
		}
	}
	texts := []string{"the", "lantren", "x", "%", "river green"}
	for range 30 {
		texts = append(texts, of.question(nil))
	}
	for _, text := range texts {
		for _, more := range []string{"", "&kind=movie", "&root=ROOTfilms&not_kind=track", "&under=the"} {
			question := "q=" + url.QueryEscape(text) + more
			daemon, hub := count(question, "", w.daemon.WorkFacets), count(question, "attic~", w.hub.WorkFacets)
			if daemon != hub {
				t.Errorf("%q %s: the hub counts\n%s\nand the daemon\n%s", text, more, hub, daemon)
			}
		}
	}
}

// A search for items that no work holds finds those that a daemon finds.
func TestWordsFindTheItemsThatNoWorkHolds(t *testing.T) {
	t.Parallel()
	_, of := wordTwins(t, 600, 150)
	unheld, all := 0, 0
	for i, text := range []string{"the", "river", "lantren", "mkv", "a", "magic green", "silver", "of", "x"} {
		q := store.Query{Text: text, Limit: []int{5, 700}[i%2]}
		all += of.compareAs(t, q, q)
		q.Unheld = true
		unheld += of.compareAs(t, q, q)
	}
	if unheld == 0 || unheld >= all {
		t.Errorf("of %d items %d are in no work", all, unheld)
	}
}

// However works come, change and go, whoever takes words in is broken off, and several do at once: in the end there is
// what there would be if all had been taken in at once.
func TestWordsAreThoseOfTheWorksWhateverHappens(t *testing.T) {
	t.Parallel()
	s := open(t)
	random := rand.New(rand.NewPCG(5, 6))
	c := begin(t, s, "attic", "i1")
	index := func(ctx context.Context) { takeWords(ctx, t, (&indexing{s: s}).nextWorks) }
	const rounds = 40
	for round := range rounds {
		var some []store.WorkView
		of := map[int64]bool{}
		for range random.IntN(300) {
			v := store.WorkView{ID: 1 + random.Int64N(900), Kind: store.WorkKinds()[random.IntN(3)], Seq: random.Int64(),
				Title: []string{"Straße", "東京物語", "X-Files", "DSC01234", ""}[random.IntN(5)]}
			if of[v.ID] {
				continue
			}
			of[v.ID] = true
			if random.IntN(2) == 0 {
				v.Artists, v.Series = []string{"Anna"}, "Dark"
			}
			if random.IntN(4) == 0 {
				v.Gone = time.Now().UnixNano()
			}
			some = append(some, v)
		}
		writeWorks(t, s, c, some)
		twoAtOnce(t, random, round, index)
	}
	isAsAnew(t, s)
	res, err := s.QueryWorks(t.Context(), store.WorkQuery{Text: "strasse dark", Limit: 5})
	if err != nil || len(res.Works) == 0 || res.AsOf != s.Head() {
		t.Errorf("%d are found at %d of %d, %v", len(res.Works), res.AsOf, s.Head(), err)
	}
}

// A database of schema 6, which has words of items alone, gets those of the works that are there; and until it has, an
// answer says from where on a client has to read the feed.
func TestADatabaseWithoutWordsOfWorksIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	database := shared.Database(t)
	s := openAt(t, database)
	c := begin(t, s, "attic", "i1")
	say(t, c, "a", titled(1, "Green Lantern"), titled(2, "The Magic Lantern"))
	writeWorks(t, s, c, []store.WorkView{{ID: 1, Kind: store.WorkMovie, Title: "Green Lantern", Seq: 1},
		{ID: 2, Kind: store.WorkMovie, Title: "The Magic Lantern", Seq: 2},
		{ID: 3, Kind: store.WorkMovie, Title: "Lantern", Seq: 3, Gone: 1}})
	takeIn(t, s)
	want := kept(t, s)
	_, err := s.pool.Exec(t.Context(), "DROP TABLE work_search; ALTER TABLE search_place DROP COLUMN works; "+
		"DROP TABLE search_unheld, facet_totals, work_totals; DROP FUNCTION is_single; "+
		"DELETE FROM schema_version WHERE version > 6")
	if err != nil {
		t.Fatal(err)
	}
	next := openAt(t, database)
	ask := func() store.WorkResult {
		res, err := next.QueryWorks(t.Context(), store.WorkQuery{Text: "lantern", Limit: 9})
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	if n, err := next.SearchLag(t.Context()); n != 3 || err != nil {
		t.Errorf("%d are still to come, %v", n, err)
	}
	if res := ask(); len(res.Works) != 0 || res.AsOf != 2 { // of the items' numbers
		t.Errorf("%d are found as of %d", len(res.Works), res.AsOf)
	}
	takeIn(t, next)
	if have := kept(t, next); have != want {
		t.Errorf("kept is\n%s\nand was\n%s", have, want)
	}
	if res := ask(); len(res.Works) != 2 || res.Works[0].ID != 1 || res.AsOf != next.Head() {
		t.Errorf("found are %+v as of %d", res.Works, res.AsOf)
	}
}

// A work whose words the database does not take keeps no other from being found.
func TestWordsOfAWorkThatAreNotTakenKeepNoOther(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := begin(t, s, "attic", "i1")
	writeWorks(t, s, c, []store.WorkView{{ID: 1, Kind: store.WorkMovie, Title: "Old Lantern", Seq: 1},
		{ID: 2, Kind: store.WorkMovie, Title: strings.Repeat("x", 5000), Seq: 2},
		{ID: 3, Kind: store.WorkMovie, Title: strings.Repeat("Lantern of ", 20_000), Seq: 3},
		{ID: 4, Kind: store.WorkMovie, Title: "Lantern", Seq: 4}})
	takeIn(t, s)
	if n, err := s.SearchLag(t.Context()); n != 0 || err != nil {
		t.Errorf("%d are still to come, %v", n, err)
	}
	res, err := s.QueryWorks(t.Context(), store.WorkQuery{Text: "lantern", Limit: 9})
	if err != nil || len(res.Works) != 3 || res.Works[0].ID != 4 || res.Works[1].ID != 1 {
		t.Errorf("%d are found, %v", len(res.Works), err)
	}
}
