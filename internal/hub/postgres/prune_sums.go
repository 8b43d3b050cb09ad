package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// keptSums are the tables that say how much there is of something. What there is nothing of any more has rows of zeros,
// which say nothing.
var keptSums = []string{"sums", "facet_sums", "facet_totals", "work_sums", "work_totals"}

// pruneSums forgets rows of zeros. They are looked for while others write, and removed by who alone may: whoever writes
// sums holds the right to give numbers.
func (s *Store) pruneSums(ctx context.Context) error {
	const zero = "n = 0 AND size = 0 AND milliseconds = 0"
	for _, table := range keptSums {
		for n := pruneRows; n == pruneRows; {
			var at []pgtype.TID
			err := s.read(ctx, func(tx pgx.Tx) error {
				rows, err := tx.Query(ctx, "SELECT ctid FROM "+table+" WHERE "+zero+" LIMIT $1", pruneRows)
				if err == nil {
					at, err = pgx.CollectRows(rows, pgx.RowTo[pgtype.TID])
				}
				return err
			})
			if n = len(at); err == nil && n > 0 {
				right := numbering{s: s}
				err = right.write(ctx, func(tx pgx.Tx) error {
					if err := right.lock(ctx, tx); err != nil {
						return err
					}
					// Where another row has come to its place, it is of zeros too, or stays.
					_, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE ctid = ANY ($1::tid[]) AND "+zero, at)
					return err
				})
			}
			if err != nil {
				return fmt.Errorf("forget sums of nothing in %s: %w", table, err)
			}
		}
	}
	return nil
}
