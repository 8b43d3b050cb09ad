package postgres

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/hub/pgtest"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// reads are the questions of clients, by what they are called.
func reads(t *testing.T, s *Store) map[string]func() error {
	t.Helper()
	q := func() store.Query { return store.Query{Limit: 10} }
	ctx := t.Context()
	return map[string]func() error{
		"items": func() error { r, err := s.Query(ctx, q()); return holding(len(r.Items), err) },
		"item":  func() error { _, _, found, err := s.Item(ctx, ID(1, 1)); return holding(2*oneIf(found), err) },
		"facets": func() error {
			r, err := s.ItemFacets(ctx, q(), []string{"kind"})
			return holding(int(r.Total.Count), err)
		},
		"duplicates": func() error { _, err := s.Duplicates(ctx, q()); return err },
		"changes": func() error {
			p, err := s.ChangesOf(ctx, store.Sorts{Items: true}, 0, 0, store.Bounds{Rows: 10})
			return holding(len(p.Changes), err)
		},
		"a load": func() error {
			p, _, err := s.LoadOf(ctx, &store.FeedFilter{}, s.Cursor(s.Head()), store.Bounds{Rows: 10})
			return holding(len(p), err)
		},
		"since": func() error {
			_, err := s.Since(ctx, "2026-01-02T03:04:05Z", &store.FeedFilter{}) // of now it is known without being asked
			return err
		},
		"roots":       func() error { of, err := s.RootItems(ctx); return holding(int(of["attic~films"]), err) },
		"poison":      func() error { _, err := s.Poison(ctx); return err },
		"said":        func() error { _, err := s.Said(ctx, "attic"); return err },
		"a source of": func() error { _, err := s.SourceOf(ctx, 1); return err },
	}
}

func oneIf(is bool) int {
	if is {
		return 1
	}
	return 0
}

// holding fails where there are not the two items that there should be.
func holding(n int, err error) error {
	if err == nil && n != 2 {
		return errors.New("it does not hold two items")
	}
	return err
}

// Whoever asks when the database has come back is answered, though all connections that are kept are to the one that was
// killed; and is told while it is away.
func TestReadersOutliveTheirConnections(t *testing.T) {
	server := pgtest.Start(t)
	s := openAt(t, server.Database(t))
	say(t, begin(t, s, "attic", "i1"), "a", item(1, "a"), item(2, "b"))
	all := reads(t, s)
	for _, what := range slices.Sorted(maps.Keys(all)) {
		fill(t, s)
		server.Kill(t)
		server.Start(t)
		if err := all[what](); err != nil {
			t.Errorf("%s, when the database is back: %v", what, err)
		}
	}
	counts := s.ItemCounts()
	server.Kill(t)
	s.pool.Reset() // who serves a connection sees that the server is gone when it waits next, and may answer once more
	for _, what := range slices.Sorted(maps.Keys(all)) {
		if err := all[what](); !errors.Is(err, store.ErrAway) {
			t.Errorf("%s, while the database is away: %v", what, err)
		}
	}
	if of, err := s.RootItems(t.Context()); !errors.Is(err, store.ErrAway) || of["attic~films"] != 2 {
		t.Errorf("the items of roots, while the database is away: %v, %v", of, err)
	}
	if now := s.ItemCounts(); now != counts || now.Items != 2 {
		t.Errorf("items, while the database is away: %+v", now)
	}
}

// A connection that is lost in the midst of a question costs its asker nothing, who is told each thing once.
func TestAReadThatLosesItsConnectionBeginsAnew(t *testing.T) {
	s := open(t)
	say(t, begin(t, s, "attic", "i1"), "a", item(1, "a"), item(2, "b"))
	asked := 0
	err := s.read(t.Context(), func(tx pgx.Tx) error {
		if asked++; asked == 1 {
			_, err := tx.Exec(t.Context(), "SELECT pg_terminate_backend(pg_backend_pid())")
			return err
		}
		return tx.QueryRow(t.Context(), "SELECT 1").Scan(new(int))
	})
	if err != nil || asked != 2 {
		t.Errorf("asked %d times: %v", asked, err)
	}
}

// fill has the pool keep as many connections as it may.
func fill(t *testing.T, s *Store) {
	t.Helper()
	var all, done sync.WaitGroup
	all.Add(connections)
	for range connections {
		done.Go(func() {
			err := s.read(t.Context(), func(pgx.Tx) error { all.Done(); all.Wait(); return nil })
			if err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
}

// A connection that heard of changes is not left to others, where nobody would take from it what it goes on to hear.
func TestNobodyElseUsesAConnectionThatListens(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx, end := context.WithCancel(t.Context())
	defer end()
	ended := make(chan error, 1)
	go func() { ended <- s.listen(ctx) }()
	const hears = "SELECT EXISTS (SELECT FROM pg_stat_activity " +
		"WHERE datname = current_database() AND query LIKE 'LISTEN%')"
	eventually(t, "it listens", func() (is bool) {
		if err := s.pool.QueryRow(t.Context(), hears).Scan(&is); err != nil {
			t.Fatal(err)
		}
		return is
	})
	end()
	if err := <-ended; err == nil {
		t.Error("it has ended by itself")
	}
	for _, c := range s.pool.AcquireAllIdle(t.Context()) {
		var channels int
		if err := c.QueryRow(t.Context(), "SELECT count(*) FROM pg_listening_channels()").Scan(&channels); err != nil {
			t.Error(err)
		}
		if channels > 0 {
			t.Error("a connection of the pool listens")
		}
		c.Release()
	}
}

// A cursor that may be of what was given since this hub heard of the database last is not refused while nobody knows.
func TestACursorIsNotRefusedWhileTheDatabaseIsAway(t *testing.T) {
	server := pgtest.Start(t)
	at := server.Database(t)
	s := openAt(t, at)
	c := begin(t, s, "attic", "i1")
	say(t, c, "a", item(1, "a"))
	held, next := s.Cursor(1), s.Cursor(2)
	second := openAt(t, at)
	if c, _ = second.Newest(t.Context(), "attic"); c == nil {
		t.Fatal("the catalog is lost")
	}
	say(t, c, "b", item(2, "b"))
	others := second.Cursor(2)
	server.Kill(t)
	s.pool.Reset()
	if accepted, err := s.Accepts(held); !accepted || err != nil {
		t.Errorf("of what it knows: %v, %v", accepted, err)
	}
	for what, at := range map[string]media.Cursor{"of another hub": others, "that is further": next} {
		if _, err := s.Accepts(at); !errors.Is(err, store.ErrAway) {
			t.Errorf("a cursor %s is judged, though nobody knows: %v", what, err)
		}
	}
	foreign := media.Cursor{Epoch: "another", Run: held.Run, Seq: 1}
	if accepted, err := s.Accepts(foreign); accepted || err != nil {
		t.Errorf("a cursor of another catalog: %v, %v", accepted, err)
	}
	server.Start(t)
	if accepted, err := s.Accepts(others); !accepted || err != nil {
		t.Errorf("when it is back: %v, %v", accepted, err)
	}
	if accepted, err := s.Accepts(next); accepted || err != nil {
		t.Errorf("one that nobody has given: %v, %v", accepted, err)
	}
}
