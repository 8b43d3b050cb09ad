package postgres

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"go.uber.org/zap/zaptest"

	"github.com/catalogizer/catalogizerd/internal/hub/pgtest"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/run/runtest"
	"github.com/catalogizer/catalogizerd/internal/store"
)

func TestMain(m *testing.M) {
	code := m.Run()
	shared.Stop()
	if err := runtest.Leaks(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// shared is the server of all tests, which have a database each.
var shared pgtest.Shared

func open(t testing.TB) *Store {
	t.Helper()
	return openAt(t, shared.Database(t))
}

func openAt(t testing.TB, database string) *Store {
	t.Helper()
	s, err := Open(t.Context(), database, "", zaptest.NewLogger(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	lead(t, s)
	return s
}

// lead gives a store the lead, whoever has it.
func lead(tb testing.TB, s *Store) {
	tb.Helper()
	c, err := pgx.ConnectConfig(tb.Context(), s.pool.Config().ConnConfig)
	if err != nil {
		tb.Fatal(err)
	}
	_, err = s.takeOver(tb.Context(), c, "test")
	if err := errors.Join(err, c.Close(tb.Context())); err != nil {
		tb.Fatal(err)
	}
}

// begin begins to load a source.
func begin(t testing.TB, s *Store, source, instance string) *Catalog {
	t.Helper()
	was, err := s.Newest(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.Begin(t.Context(), source, instance, was)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// item is one as a source tells of it; more are further members.
func item(id int64, path string, more ...string) Change {
	text := fmt.Sprintf(`{"id":%d,"root":"films","path":%q,"name":"x","size":1,"modified_at":"2026-01-02T03:04:05Z",`+
		`"added_at":"2026-01-02T03:04:05.123456789Z","state":"present","kind":"movie","analysis":"done"`, id, path)
	return Change{ID: id, Item: []byte(text + strings.Join(append([]string{""}, more...), ",") + "}")}
}

func without(id int64) Change { return Change{ID: id} }

// say has a source say something, behind which it stands at a cursor.
func say(t testing.TB, c *Catalog, cursor string, changes ...Change) Taken {
	t.Helper()
	taken, err := c.Apply(t.Context(), c.Prepare(Group{changes, cursor}))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.store.readHead(t.Context()); err != nil {
		t.Fatal(err)
	}
	return taken
}

func complete(t *testing.T, c *Catalog) {
	t.Helper()
	if err := c.Complete(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.store.readHead(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Continues reports whether a cursor is accepted, by a database that is there.
func (s *Store) Continues(at media.Cursor) bool {
	accepted, err := s.Accepts(at)
	return err == nil && accepted
}

// follower is a client of the feed that holds what it was told.
type follower struct {
	s  *Store
	at media.Cursor
	of map[int64]store.Change
}

func follow(t *testing.T, s *Store) *follower {
	t.Helper()
	f := &follower{s: s, at: s.Cursor(0), of: map[int64]store.Change{}}
	f.read(t)
	return f
}

// read takes in what there is, a few at once, and gives it.
func (f *follower) read(t *testing.T) (all []store.Change) {
	t.Helper()
	for {
		p, err := f.s.ChangesOf(t.Context(), store.Sorts{Items: true}, f.at.Seq, f.s.Head(), store.Bounds{Rows: 3})
		if err != nil {
			t.Fatal(err)
		}
		for _, ch := range p.Changes {
			if ch.Seq <= f.at.Seq {
				t.Errorf("number %d comes behind %d", ch.Seq, f.at.Seq)
			}
			if f.of[ch.ID] = ch; ch.Delete {
				delete(f.of, ch.ID)
			}
		}
		all = append(all, p.Changes...)
		f.at = f.s.Cursor(p.Upto)
		if p.Upto >= f.s.Head() {
			return all
		}
	}
}

// paths are those that a client holds, with their roots, as a set.
func (f *follower) paths() map[string]int {
	out := map[string]int{}
	for _, ch := range f.of {
		out[ch.Was.Root+"/"+ch.Was.Path]++
	}
	return out
}

// listed are the items that a list of all gives.
func listed(t *testing.T, s *Store) (out []store.View) {
	t.Helper()
	q := store.Query{Limit: 2}
	for {
		res, err := s.Query(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, res.Items...)
		if q.After = res.Next; q.After == "" {
			return out
		}
	}
}

func members(t *testing.T, item []byte) (out map[string]any) {
	t.Helper()
	if err := json.Unmarshal(item, &out); err != nil {
		t.Fatalf("%v: %s", err, item)
	}
	return out
}
