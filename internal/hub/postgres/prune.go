package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// pruneRows are forgotten in one transaction.
const pruneRows = 5000

// Prune forgets ends of items that are older than an age, and none above a number of the feed, or that the search or
// works have not taken in: clients that have not come for so long load anew. It says how many went. Ends of works go
// with them, and sums of what there is nothing of.
func (s *Store) Prune(ctx context.Context, age time.Duration, none int64) (n int64, err error) {
	var upto int64
	err = s.write(ctx, func(tx pgx.Tx) error { // the floor first: nobody is to be without an end that he counts on
		const old = "SELECT least(coalesce(max(seq), 0), $2, (SELECT upto FROM search_place)) " +
			"FROM moments WHERE at <= now() - $1::interval"
		if err := tx.QueryRow(ctx, old, age, none).Scan(&upto); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE hub SET floor = $1 WHERE floor < $1 AND $1 <= head", upto)
		return err
	})
	if err == nil {
		err = s.readHead(ctx)
	}
	if err == nil {
		err = s.pruneWorks(ctx, age, none)
	}
	if err == nil {
		err = s.pruneSums(ctx)
	}
	const some = `DELETE FROM items WHERE id IN (SELECT id FROM items WHERE gone AND seq <= $1 ORDER BY seq LIMIT $2)
		AND gone AND seq <= $1`
	for gone := int64(pruneRows); err == nil && gone == pruneRows; n += gone {
		err = s.write(ctx, func(tx pgx.Tx) error {
			tag, err := tx.Exec(ctx, some, min(upto, s.floor.Load(), s.worked.Load()), pruneRows)
			gone = tag.RowsAffected()
			return err
		})
	}
	if err == nil { // the newest that is old says when the floor was
		err = s.do(ctx, "DELETE FROM moments WHERE seq < $1", min(upto, s.floor.Load()))
	}
	if err != nil {
		return n, fmt.Errorf("forget old ends of items: %w", err)
	}
	return n, nil
}

// pruneWorks forgets works that have been gone for longer than an age, and whose ends are not above a number of the
// feed, and have been taken in by the search.
func (s *Store) pruneWorks(ctx context.Context, age time.Duration, none int64) error {
	before := time.Now().Add(-age).UnixNano()
	for n := pruneRows; n == pruneRows; {
		err := s.write(ctx, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, "SELECT FROM works_place FOR UPDATE"); err != nil {
				return err
			}
			const ended = "SELECT id, seq FROM works WHERE gone > 0 AND gone < $1 AND seq <= $2 " +
				"AND seq <= (SELECT works FROM search_place) ORDER BY gone LIMIT $3"
			rows, err := tx.Query(ctx, ended, before, none, pruneRows)
			if err != nil {
				return err
			}
			var ids []int64
			var id, seq, floor int64
			_, err = pgx.ForEachRow(rows, []any{&id, &seq}, func() error {
				ids, floor = append(ids, id), max(floor, seq)
				return nil
			})
			if n = len(ids); err != nil || n == 0 {
				return err
			}
			if _, err := tx.Exec(ctx, "DELETE FROM members WHERE work = ANY ($1)", ids); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "DELETE FROM works WHERE id = ANY ($1)", ids); err != nil {
				return err
			}
			_, err = tx.Exec(ctx, "UPDATE works_place SET floor = greatest(floor, $1)", floor)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
