//nolint:misspell // misspelled words are what is looked for
package postgres

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/media/librarian"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// unheldRows are those that search_unheld is to have.
const unheldRows = `SELECT id, length, words FROM search s WHERE NOT EXISTS (
	SELECT FROM members m JOIN works w ON w.id = m.work WHERE w.gone = 0 AND m.item = s.id)`

// wrongOfUnheld are how many rows search_unheld lacks or has too many, and how many it has.
func wrongOfUnheld(t *testing.T, s *Store) (wrong, rows int) {
	t.Helper()
	const compare = "WITH wanted AS (" + unheldRows + `) SELECT count(*), (SELECT count(*) FROM search_unheld) FROM (
		(TABLE wanted EXCEPT TABLE search_unheld) UNION ALL (TABLE search_unheld EXCEPT TABLE wanted)) t`
	if err := s.pool.QueryRow(t.Context(), compare).Scan(&wrong, &rows); err != nil {
		t.Fatal(err)
	}
	return wrong, rows
}

// However items come, move and go, while their works and their words are taken in at once and broken off: the words of
// items that no work holds are those of all, but of items that one holds.
func TestItemsThatNoWorkHoldsAreKnownWhateverHappens(t *testing.T) {
	t.Parallel()
	s := open(t)
	random := rand.New(rand.NewPCG(7, 8))
	c := begin(t, s, "attic", "i1")
	index := func(ctx context.Context) { takeWords(ctx, t, (&indexing{s: s}).both) }
	derives := func(ctx context.Context) {
		err := librarian.NewOf(librarian.Config{AtOnce: 200}, s.Library(), zap.NewNop()).CatchUp(ctx)
		if err != nil && ctx.Err() == nil && !errors.Is(err, store.ErrRegrouped) {
			t.Errorf("works are not derived: %v", err)
		}
	}
	const rounds, films = 40, 300
	isHeld, freed, held := map[int64]bool{}, 0, 0
	for round := range rounds {
		var all []Change
		for range random.IntN(200) {
			id := 1 + random.Int64N(films)
			at := fmt.Sprintf("Film %d (1999)/Film %d.mkv", id/2, id)
			switch random.IntN(5) {
			case 0:
				all = append(all, without(id))
			case 1: // in no work
				all = append(all, item(id, at, fmt.Sprintf(`"title":"Film %d"`, id), `"kind":"photo"`))
			default:
				all = append(all, item(id, at, fmt.Sprintf(`"title":"Film %d"`, id/2), `"year":1999`))
			}
		}
		say(t, c, fmt.Sprint(round), all...)
		derived := make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		go func() { defer close(derived); derives(ctx) }()
		twoAtOnce(t, random, round, index)
		if round%2 == 0 {
			cancel()
		}
		<-derived
		cancel()
		if wrong, _ := wrongOfUnheld(t, s); wrong > 0 {
			t.Fatalf("round %d: of %d items it is wrong whether works hold them", round, wrong)
		}
		const free = "SELECT id, EXISTS (SELECT FROM search_unheld u WHERE u.id = s.id) FROM search s"
		rows, err := s.pool.Query(t.Context(), free)
		if err != nil {
			t.Fatal(err)
		}
		var id int64
		var isFree bool
		_, err = pgx.ForEachRow(rows, []any{&id, &isFree}, func() error {
			switch was, known := isHeld[id]; {
			case known && was && isFree:
				freed++
			case known && !was && !isFree:
				held++
			}
			isHeld[id] = !isFree
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if freed == 0 || held == 0 {
		t.Errorf("works let go of %d items that they held, and took %d that none held", freed, held)
	}
	derive(t, s)
	takeIn(t, s)
	if wrong, rows := wrongOfUnheld(t, s); wrong > 0 || rows == 0 {
		t.Errorf("in the end of %d items it is wrong whether works hold them, of %d that none does", wrong, rows)
	}
}

// Of very many items that words find, and that works hold, a search for those that no work holds reads nothing.
func TestASearchForItemsThatNoWorkHoldsReadsNoOthers(t *testing.T) {
	t.Parallel()
	const held, free = 2000, 10
	s := open(t)
	c := begin(t, s, "attic", "i1")
	var all []Change
	var works []store.WorkView
	for id := int64(1); id <= held+free; id++ {
		all = append(all, titled(id, fmt.Sprint("Lantern ", id)))
		if id > free {
			works = append(works, store.WorkView{ID: id, Kind: store.WorkMovie, Title: fmt.Sprint("Lantern ", id),
				Seq: id, Items: 1, Members: []store.Member{{Item: id, Rank: 1, Role: store.RoleMain}}})
		}
	}
	say(t, c, "a", all...)
	takeIn(t, s)
	writeWorks(t, s, c, works)
	takeIn(t, s)
	asked := traced(t, s)
	for _, filter := range []string{"", "kind=movie", "year=1990.."} {
		for _, text := range []string{"lantern", "lanter", "lantren", "ntern"} {
			q := store.Query{Text: text, Limit: 20, Filter: parseFilter(t, filter), Unheld: true}
			res, err := s.Query(t.Context(), q)
			want := free
			if strings.HasPrefix(filter, "year") {
				want = 0
			}
			if err != nil || len(res.Items) != want {
				t.Fatalf("%s %s finds %d items, %v", text, filter, len(res.Items), err)
			}
			rows := 0.0
			for _, q := range asked.taken() {
				if strings.Contains(q.SQL, "search_unheld") {
					rows += carriedOut(t, s, q).rows()
				}
			}
			asked.taken()
			if rows > 20*free {
				t.Errorf("%s %s reads %.0f rows for %d items", text, filter, rows, want)
			}
		}
	}
}
