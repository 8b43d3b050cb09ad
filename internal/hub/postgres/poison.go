package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Reconsider takes in what could not be taken in when it came, as far as it can be by now: a later version may make sense
// of it. It says how many items were, and does nothing while the catalog is loaded, when nobody knows whether they are
// still there. No group must be taken in meanwhile.
func (c *Catalog) Reconsider(ctx context.Context) (n int, err error) {
	if c.Loading {
		return 0, nil
	}
	for after := c.first() - 1; ; {
		some, last, err := c.poisoned(ctx, after)
		if err != nil || len(some) == 0 {
			return n, err
		}
		taken, err := c.Apply(ctx, c.Prepare(Group{Changes: some, Cursor: c.Cursor}))
		if err != nil {
			return n, err
		}
		n, after = n+len(some)-taken.Poison, last
	}
}

// poisoned are the next items behind an id of the hub's that could not be taken in, as they came, and the id of the last.
func (c *Catalog) poisoned(ctx context.Context, after int64) (some []Change, last int64, err error) {
	err = c.store.again(ctx, func() error {
		some = nil
		rows, err := c.store.pool.Query(ctx, "SELECT id, item FROM poison WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3",
			after, c.behind(), littleRows)
		if err != nil {
			return err
		}
		var item []byte
		_, err = pgx.ForEachRow(rows, []any{&last, &item}, func() error {
			_, id := SourceID(last)
			some = append(some, Change{ID: id, Item: append([]byte{}, item...)})
			return nil
		})
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("read what of source %s could not be taken in: %w", c.Source, failed(err))
	}
	return some, last, nil
}

// forgetPoison forgets which items could not be taken in that the source has no longer, as has come out when all of a
// load had come, and those of catalogs that it had before.
func (c *Catalog) forgetPoison(ctx context.Context, tx pgx.Tx) error {
	if c.renewing {
		const left = "DELETE FROM poison p WHERE id >= $1 AND id < $2 " +
			"AND NOT EXISTS (SELECT FROM arrived a WHERE a.id = p.id)"
		if _, err := tx.Exec(ctx, left, c.first(), c.behind()); err != nil {
			return err
		}
	}
	const former = "DELETE FROM poison p USING catalogs k WHERE k.id = p.id >> 40 AND k.source = $1 AND k.id <> $2"
	_, err := tx.Exec(ctx, former, c.Source, c.id)
	return err
}

// forgetAllPoison forgets which items could not be taken in.
func (c *Catalog) forgetAllPoison(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, "DELETE FROM poison WHERE id >= $1 AND id < $2", c.first(), c.behind())
	return err
}
