package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// lagCounted is up to how many changes a lag is counted: it is asked for often, above all while much is to come.
const lagCounted = 2000

// WorksLag says how many changes of items works have not taken in: up to lagCounted as they are counted, and of more as
// many as the feed has had numbers for, of which those of works, and of what has changed again, are no such changes.
func (s *Store) WorksLag(ctx context.Context) (n int64, err error) {
	err = s.read(ctx, func(tx pgx.Tx) error {
		if err := byOrder(ctx, tx); err != nil {
			return err
		}
		var after int64
		if err := tx.QueryRow(ctx, "SELECT upto FROM works_place").Scan(&after); err != nil {
			return err
		}
		var rest int64
		n, rest, err = behindIn(ctx, tx, "items", after)
		n += rest
		return err
	})
	if err != nil {
		return n, fmt.Errorf("count how far works are behind: %w", err)
	}
	return n, nil
}

// SearchLag says how many changes of items and works the search has still to take in, as WorksLag does.
func (s *Store) SearchLag(ctx context.Context) (n int64, err error) {
	err = s.read(ctx, func(tx pgx.Tx) error {
		if err := byOrder(ctx, tx); err != nil {
			return err
		}
		var items, works int64
		if err := tx.QueryRow(ctx, "SELECT upto, works FROM search_place").Scan(&items, &works); err != nil {
			return err
		}
		ofItems, restOfItems, err := behindIn(ctx, tx, "items", items)
		if err != nil {
			return err
		}
		ofWorks, restOfWorks, err := behindIn(ctx, tx, "works", works)
		n = ofItems + ofWorks + max(restOfItems, restOfWorks) // which have the same numbers
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count what the search has still to take in: %w", err)
	}
	return n, nil
}

// behindIn counts the rows of a table with numbers above one, up to lagCounted, and how many numbers follow these.
func behindIn(ctx context.Context, tx pgx.Tx, table string, after int64) (n, rest int64, err error) {
	var last, head int64
	err = tx.QueryRow(ctx, "SELECT count(*), coalesce(max(seq), 0), (SELECT head FROM hub) FROM ("+
		"SELECT seq FROM "+table+" WHERE seq > $1 ORDER BY seq LIMIT $2) t", after, lagCounted).Scan(&n, &last, &head)
	if n == lagCounted {
		rest = max(0, head-last)
	}
	return n, rest, err
}
