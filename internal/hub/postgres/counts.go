package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// countTime is how long numbers of items may take: there are few rows of them.
const countTime = 5 * time.Second

// ItemCounts counts the items of all sources. Where the database does not answer they are as many as when it last did.
func (s *Store) ItemCounts() store.Counts {
	ctx, cancel := context.WithTimeout(context.Background(), countTime)
	defer cancel()
	var c store.Counts
	err := s.again(ctx, func() error {
		return s.pool.QueryRow(ctx, `SELECT coalesce(sum(n), 0), coalesce(sum(n) FILTER (WHERE state <> 0), 0),
			coalesce(sum(n) FILTER (WHERE state = 0 AND analysis = 0), 0), coalesce(sum(n) FILTER (WHERE analysis = 2), 0)
			FROM sums`).Scan(&c.Items, &c.Missing, &c.Pending, &c.Failed)
	})
	if was := s.counts.Load(); err != nil && was != nil {
		return *was
	}
	s.counts.Store(&c)
	return c
}

// RootItems counts the items of each root, by the hub's names, missing ones too. With store.ErrAway they are as many as
// when the database last answered. Nobody may change the answer.
func (s *Store) RootItems(ctx context.Context) (map[string]int64, error) {
	of := map[string]int64{}
	err := s.again(ctx, func() error {
		rows, err := s.pool.Query(ctx, "SELECT root, sum(n)::bigint FROM sums GROUP BY root")
		if err != nil {
			return err
		}
		var root string
		var n int64
		_, err = pgx.ForEachRow(rows, []any{&root, &n}, func() error { of[root] = n; return nil })
		return err
	})
	if err != nil {
		err = fmt.Errorf("count the items of the roots: %w", err)
		if was := s.rootItems.Load(); was != nil {
			return *was, err
		}
		return nil, err
	}
	s.rootItems.Store(&of)
	return of, nil
}

// Poison counts, of each source, the items that could not be taken in.
func (s *Store) Poison(ctx context.Context) (of map[string]int64, err error) {
	of = map[string]int64{}
	err = s.again(ctx, func() error {
		rows, err := s.pool.Query(ctx, `SELECT k.source, count(*) FROM poison p
			JOIN catalogs k ON k.id = p.id >> 40 GROUP BY k.source`)
		if err != nil {
			return err
		}
		var source string
		var n int64
		_, err = pgx.ForEachRow(rows, []any{&source, &n}, func() error { of[source] = n; return nil })
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count what could not be taken in: %w", err)
	}
	return of, nil
}

// Said are the roots of a source as it said last, by the names that it has for them.
func (s *Store) Said(ctx context.Context, source string) (of map[string][]byte, err error) {
	of = map[string][]byte{}
	err = s.again(ctx, func() error {
		rows, err := s.pool.Query(ctx, "SELECT name, said FROM roots WHERE source = $1", source)
		if err != nil {
			return err
		}
		var name string
		var said []byte
		_, err = pgx.ForEachRow(rows, []any{&name, &said}, func() error { of[name] = said; said = nil; return nil })
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the roots of source %s: %w", source, err)
	}
	return of, nil
}

// Say keeps what a source says of its roots, for when it is away.
func (s *Store) Say(ctx context.Context, source string, of map[string][]byte) error {
	err := s.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM roots WHERE source = $1", source); err != nil {
			return err
		}
		for name, said := range of {
			_, err := tx.Exec(ctx, "INSERT INTO roots (source, name, said) VALUES ($1, $2, $3)", source, name, said)
			if err != nil {
				return err
			}
		}
		if err := changeParties(ctx, tx, source, of); err != nil {
			return err
		}
		return notifyOf(ctx, tx, ofSources)
	})
	if err != nil {
		return fmt.Errorf("keep the roots of source %s: %w", source, err)
	}
	return nil
}
