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

// ItemCounts counts the items of all sources. Where the database does not answer there are none.
func (s *Store) ItemCounts() (c store.Counts) {
	ctx, cancel := context.WithTimeout(context.Background(), countTime)
	defer cancel()
	_ = s.pool.QueryRow(ctx, `SELECT coalesce(sum(n), 0), coalesce(sum(n) FILTER (WHERE state <> 0), 0),
		coalesce(sum(n) FILTER (WHERE state = 0 AND analysis = 0), 0),
		coalesce(sum(n) FILTER (WHERE analysis = 2), 0) FROM sums`).Scan(&c.Items, &c.Missing, &c.Pending, &c.Failed)
	return c
}

// RootItems counts the items of each root, by the hub's names, missing ones too.
func (s *Store) RootItems(ctx context.Context) (of map[string]int64, err error) {
	rows, err := s.pool.Query(ctx, "SELECT root, sum(n)::bigint FROM sums GROUP BY root")
	if err != nil {
		return nil, fmt.Errorf("count the items of the roots: %w", err)
	}
	of = map[string]int64{}
	var root string
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&root, &n}, func() error { of[root] = n; return nil })
	return of, err
}

// Poison counts, of each source, the items that could not be taken in.
func (s *Store) Poison(ctx context.Context) (of map[string]int64, err error) {
	rows, err := s.pool.Query(ctx, `SELECT k.source, count(*) FROM poison p
		JOIN catalogs k ON k.id = p.id >> 40 GROUP BY k.source`)
	if err != nil {
		return nil, fmt.Errorf("count what could not be taken in: %w", err)
	}
	of = map[string]int64{}
	var source string
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&source, &n}, func() error { of[source] = n; return nil })
	return of, err
}

// Said are the roots of a source as it said last, by the names that it has for them.
func (s *Store) Said(ctx context.Context, source string) (of map[string][]byte, err error) {
	rows, err := s.pool.Query(ctx, "SELECT name, said FROM roots WHERE source = $1", source)
	if err != nil {
		return nil, fmt.Errorf("read the roots of source %s: %w", source, err)
	}
	of = map[string][]byte{}
	var name string
	var said []byte
	_, err = pgx.ForEachRow(rows, []any{&name, &said}, func() error { of[name] = said; said = nil; return nil })
	return of, err
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
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep the roots of source %s: %w", source, err)
	}
	return nil
}
