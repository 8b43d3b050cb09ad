package postgres

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/librarian"
	"github.com/catalogizer/catalogizerd/internal/media/works/workstest"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// episode is one of a show, as a source tells of it.
func episode(t *testing.T, id int64, season, n int) Change {
	t.Helper()
	f := workstest.File{Root: "shows", Kind: media.KindEpisode,
		Path: fmt.Sprintf("Velm/Season %d/Velm S%02dE%02d.mkv", season, season, n),
		Said: media.Description{Title: "Velm", Series: "Velm", Season: &season, Episodes: []int{n}}}
	return telling(t, id, &f, "present")
}

// works are the ids and the sources of works, by kind and number.
func worksBy(t *testing.T, s *Store) (ids map[string]int64, roots map[string][]string) {
	t.Helper()
	ids, roots = map[string]int64{}, map[string][]string{}
	for id, w := range shelved(t, s) {
		name := w.Kind
		if w.Number != nil {
			name += fmt.Sprint(" ", *w.Number)
		}
		if w.Kind == store.WorkEpisode {
			continue
		}
		name += w.Group
		ids[name], roots[name] = id, w.Roots
	}
	return ids, roots
}

// A show with seasons on two NASes is one show, whatever becomes of one of these.
func TestAShowOfTwoSourcesIsOneWhateverBecomesOfASource(t *testing.T) {
	s := open(t)
	attic := begin(t, s, "attic", "i1")
	say(t, attic, "a", episode(t, 1, 1, 1), episode(t, 2, 1, 2))
	complete(t, attic)
	cellar := begin(t, s, "cellar", "i2")
	second := []Change{episode(t, 1, 2, 1), episode(t, 2, 2, 2)}
	say(t, cellar, "a", second...)
	complete(t, cellar)
	derive(t, s)
	was, roots := worksBy(t, s)
	if both := []string{"attic~shows", "cellar~shows"}; len(was) != 3 || !slices.Equal(roots["series"], both) ||
		!slices.Equal(roots["season 2"], both[1:]) {
		t.Fatalf("%v %v", was, roots)
	}
	same := func(when string) {
		t.Helper()
		derive(t, s)
		if is, _ := worksBy(t, s); fmt.Sprint(is) != fmt.Sprint(was) {
			t.Errorf("%s the works are %v, and were %v", when, is, was)
		}
	}

	numbers := func() (out []int64) {
		for _, w := range shelved(t, s) {
			out = append(out, w.Seq)
		}
		slices.Sort(out)
		return out
	}
	before := numbers()
	cellar = begin(t, s, "cellar", "i2")
	say(t, cellar, "b", second...)
	complete(t, cellar)
	if same("behind another load"); !slices.Equal(numbers(), before) {
		t.Errorf("a load of the same gave works numbers %v, and they had %v", numbers(), before)
	}

	cellar = begin(t, s, "cellar", "i3")
	say(t, cellar, "a", episode(t, 7, 2, 1))
	same("while another daemon takes a place")
	say(t, cellar, "b", episode(t, 8, 2, 2))
	complete(t, cellar)
	same("behind another daemon in the place of one")

	if err := s.Leave(t.Context(), []string{"attic"}); err != nil {
		t.Fatal(err)
	}
	derive(t, s)
	is, roots := worksBy(t, s)
	if len(is) != 2 || is["series"] != was["series"] || len(roots["series"]) != 1 {
		t.Errorf("without one of the sources the works are %v of %v, and were %v", is, roots, was)
	}
	cellar, err := s.Newest(t.Context(), "cellar")
	if err != nil {
		t.Fatal(err)
	}
	say(t, cellar, "c", episode(t, 7, 2, 1), episode(t, 8, 2, 2))
	same("with the source that came back")
}

// Roots of another group make works of their own, as soon as their source says so.
func TestRootsOfSourcesJoinByTheirGroups(t *testing.T) {
	s := open(t)
	roots := func(source, group string) {
		t.Helper()
		said := map[string][]byte{"shows": fmt.Appendf(nil, `{"name":"shows","group":%q}`, group)}
		if err := s.Say(t.Context(), source, said); err != nil {
			t.Fatal(err)
		}
		if err := s.readHead(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	roots("attic", "")
	say(t, begin(t, s, "attic", "i1"), "a", episode(t, 1, 1, 1))
	say(t, begin(t, s, "cellar", "i2"), "a", episode(t, 1, 2, 1)) // which has not said how its roots are
	derive(t, s)
	was, _ := worksBy(t, s)
	wake, unsubscribe := s.Subscribe()
	defer unsubscribe()
	roots("cellar", "kids")
	select {
	case <-wake:
	default:
		t.Error("who derives is not told")
	}
	derive(t, s)
	is, _ := worksBy(t, s)
	if len(is) != 4 || is["series"] == 0 || is["serieskids"] == 0 ||
		is["series"] != was["series"] && is["serieskids"] != was["series"] {
		t.Errorf("the works are %v, and were %v", is, was)
	}
	roots("cellar", "")
	derive(t, s)
	if again, _ := worksBy(t, s); len(again) != 3 || again["series"] == 0 {
		t.Errorf("of one group again the works are %v", again)
	}
}

// Another group that comes between the reading of a batch and its writing is known once that has failed, whoever tells
// of it later.
func TestAnotherGroupBesideABatchIsKnownAtOnce(t *testing.T) {
	s := open(t)
	say(t, begin(t, s, "attic", "i1"), "a", episode(t, 1, 1, 1))
	derive(t, s)
	l := s.Library()
	var b *store.WorkBatch
	err := l.ReadUnits(t.Context(), func(r librarian.Reader) error { b = r.Batch(); return nil })
	if err != nil {
		t.Fatal(err)
	}
	b.Upto = s.Head()
	if err := s.Say(t.Context(), "attic", map[string][]byte{"shows": []byte(`{"group":"kids"}`)}); err != nil {
		t.Fatal(err)
	}
	if err := l.Write(t.Context(), b); !errors.Is(err, store.ErrRegrouped) || s.Worked() != 0 {
		t.Errorf("works are said to be derived up to %d: %v", s.Worked(), err)
	}
}

// A hub of the release before made no works: its database gets those of what it holds.
func TestAnEarlierDatabaseGetsWorksOfWhatItHolds(t *testing.T) {
	database := shared.Database(t)
	conn, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec("CREATE TABLE schema_version (version integer NOT NULL)")
	for n := 1; n <= 3; n++ {
		sql, err := schema.ReadFile(fmt.Sprintf("schema/%04d.sql", n))
		if err != nil {
			t.Fatal(err)
		}
		exec(string(sql))
		exec("INSERT INTO schema_version VALUES ($1)", n)
	}
	exec("INSERT INTO hub (epoch, instance, head, floor) VALUES ('e', 'i', 4, 0)")
	for n, root := range []string{"attic~films", "cellar~films", "cellar~films"} {
		id := ID(int32(n+1), 1) //nolint:gosec // there are few
		const another = "INSERT INTO catalogs (source, instance, cursor, loading) VALUES ($1, 'x', 'c', false)"
		exec(another, fmt.Sprint("s", n))
		exec(`INSERT INTO items (id, seq, filter_seq, gone, what, root, path, kind, state, analysis, size, modified, added,
			doc) VALUES ($1, $2, 0, $3, 1, $4, $5, 'movie', 0, 1, 5, 1, 1, $6)`, id, n+2, n == 2, root,
			fmt.Appendf(nil, "Velm (1999)/Velm %d.mkv", n), []byte(`"title":"Velm","year":1999`))
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := openAt(t, database)
	if lag, err := s.WorksLag(t.Context()); err != nil || lag != 3 {
		t.Errorf("works are %d changes behind, %v", lag, err)
	}
	derive(t, s)
	all := shelved(t, s)
	for _, w := range all {
		if w.Items != 2 || w.Title != "Velm" || len(w.Roots) != 2 || w.Seq <= 4 {
			t.Errorf("%+v", w.WorkView)
		}
	}
	if len(all) != 1 {
		t.Errorf("%d works of one film", len(all))
	}
}
