package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// statements keeps what a database is asked, by one at a time.
type statements struct {
	mu       sync.Mutex // guards what follows
	all      []statementAsked
	settings string // of the transaction
}

// statementAsked is one, with the settings with which it was asked.
type statementAsked struct {
	pgx.TraceQueryStartData
	settings string
}

func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case strings.HasPrefix(q.SQL, "SELECT"):
		s.all = append(s.all, statementAsked{q, s.settings})
	case strings.HasPrefix(q.SQL, "begin"):
		s.settings = ""
	case strings.HasPrefix(q.SQL, "SET LOCAL enable"):
		s.settings += q.SQL + ";"
	}
	return ctx
}

func (s *statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// taken are those since the last call.
func (s *statements) taken() []statementAsked {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() { s.all = nil }()
	return s.all
}

// traced has a store's questions be kept.
func traced(t *testing.T, s *Store) *statements {
	t.Helper()
	of := new(statements)
	cfg := s.pool.Config()
	cfg.ConnConfig.Tracer = of
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.pool.Close()
	s.pool = pool
	return of
}

// planNode is a step of a plan that was carried out.
type planNode struct {
	Table string     `json:"Relation Name"`
	Index string     `json:"Index Name"`
	By    string     `json:"Index Cond"`
	Rows  float64    `json:"Actual Rows"`
	Less  float64    `json:"Rows Removed by Filter"`
	Loops float64    `json:"Actual Loops"`
	Plans []planNode `json:"Plans"`
}

// rows is how many rows of tables were read.
func (n *planNode) rows() (rows float64) {
	if n.Table != "" {
		rows = (n.Rows + n.Less) * n.Loops
	}
	for i := range n.Plans {
		rows += n.Plans[i].rows()
	}
	return rows
}

// besideKeys are indexes by which what has an id was looked up, though they do not begin with it.
func (n *planNode) besideKeys() (names []string) {
	if strings.Contains(n.By, "(id = ") && !strings.HasSuffix(n.Index, "_pkey") {
		names = append(names, n.Index)
	}
	for i := range n.Plans {
		names = append(names, n.Plans[i].besideKeys()...)
	}
	return names
}

// carriedOut is the plan of a statement that is carried out once more.
func carriedOut(t *testing.T, s *Store, q statementAsked) *planNode {
	t.Helper()
	var plans []struct{ Plan planNode }
	err := s.read(t.Context(), func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), q.settings); err != nil {
			return err
		}
		var text []byte
		err := tx.QueryRow(t.Context(), "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "+q.SQL, q.Args...).Scan(&text)
		if err == nil {
			err = json.Unmarshal(text, &plans)
		}
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", q.SQL, err)
	}
	return &plans[0].Plan
}

// Of tables that have just been filled the database knows nothing, or what was true before. Whatever it then takes them
// for, no question reads all of a table, or of an index, for each of its matches.
func TestQuestionsReadWhatTheyFindWhateverIsKnownOfIt(t *testing.T) {
	t.Parallel()
	const n = 2000
	s := open(t)
	for _, table := range []string{"items", "search", "works", "work_search", "members", "same"} {
		if _, err := s.pool.Exec(t.Context(), "ALTER TABLE "+table+" SET (autovacuum_enabled = false)"); err != nil {
			t.Fatal(err)
		}
	}
	c := begin(t, s, "attic", "i1")
	var all []Change
	var works []store.WorkView
	for id := int64(1); id <= n; id++ {
		all = append(all, item(id, fmt.Sprintf("%04d", id), fmt.Sprintf(`"title":"Lantern %d"`, id),
			fmt.Sprintf(`"fingerprint":"%016x"`, id/2), `"genres":["Folk"]`))
		works = append(works, store.WorkView{ID: id, Kind: store.WorkMovie, Title: fmt.Sprint("Lantern ", id), Seq: id,
			Genres: []string{"Folk"}, Items: 1,
			Members: []store.Member{{Item: max(1, id/2), Rank: 1, Role: store.RoleMain}}})
	}
	say(t, c, "a", all...)
	gone := slices.Clone(works)
	for i := range gone {
		gone[i].Gone, gone[i].Members = 1, nil
	}
	writeWorks(t, s, c, gone)
	if _, err := s.pool.Exec(t.Context(), "ANALYZE works"); err != nil { // as it was a moment ago: no work is there
		t.Fatal(err)
	}
	writeWorks(t, s, c, works)
	takeIn(t, s)
	asked := traced(t, s)
	questions := map[string]func() error{}
	for _, filter := range []string{"", "genre=folk", "kind=movie"} {
		q := store.Query{Text: "lantern", Filter: parseFilter(t, filter), Limit: 10}
		w := workQuestion(t, filter)
		w.Text, w.Limit = "lantern", 10
		questions["items "+filter] = func() error { _, err := s.Query(t.Context(), q); return err }
		bySize, worksBySize := q, w
		bySize.Sort, worksBySize.Sort = "size", "size"
		questions["items by size "+filter] = func() error { _, err := s.Query(t.Context(), bySize); return err }
		questions["unheld "+filter] = func() error { q := q; q.Unheld = true; _, err := s.Query(t.Context(), q); return err }
		questions["facets "+filter] = func() error { _, err := s.ItemFacets(t.Context(), q, []string{"genre"}); return err }
		questions["duplicates "+filter] = func() error { _, err := s.Duplicates(t.Context(), q); return err }
		questions["works "+filter] = func() error { _, err := s.QueryWorks(t.Context(), w); return err }
		questions["works by size "+filter] = func() error { _, err := s.QueryWorks(t.Context(), worksBySize); return err }
		questions["facets of works "+filter] = func() error {
			_, err := s.WorkFacets(t.Context(), w, []string{"genre"})
			return err
		}
	}
	for _, question := range []string{"", "sort=-size", "genre=folk", "genre=folk&sort=year&include=items", "under=00"} {
		q := workQuestion(t, question)
		q.Limit = 100
		questions["works by "+question] = func() error { _, err := s.QueryWorks(t.Context(), q); return err }
	}
	questions["a work"] = func() error { _, _, err := s.Work(t.Context(), 7); return err }
	questions["works of an item"] = func() error { _, err := s.WorksOf(t.Context(), c.HubID(7)); return err }
	questions["items of a work"] = func() error { _, _, err := s.WorkMembers(t.Context(), 7, nil, 0, 10); return err }
	for name, ask := range questions {
		if err := ask(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, q := range asked.taken() {
			plan := carriedOut(t, s, q)
			if rows := plan.rows(); rows > 10*n {
				t.Errorf("%s reads %.0f rows of %d matches: %s", name, rows, n, q.SQL)
			}
			if indexes := plan.besideKeys(); len(indexes) > 0 {
				t.Errorf("%s looks ids up by %q: %s", name, indexes, q.SQL)
			}
		}
		asked.taken()
	}
}
