package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// sweepRows are ended in one transaction: others are not to wait for it long.
const sweepRows = 2000

// Complete says that all of the source has come that there was when its load began. Items that did not come are gone,
// be they of the catalog or of former ones behind the source's name. It may be repeated until it has succeeded.
func (c *Catalog) Complete(ctx context.Context) error {
	if !c.Loading {
		return nil
	}
	if err := c.sweepAll(ctx); err != nil {
		return fmt.Errorf("end what source %s has no longer: %w", c.Source, err)
	}
	err := c.store.write(ctx, func(tx pgx.Tx) error {
		if err := c.claim(ctx, tx); err != nil {
			return err
		}
		if err := c.forgetPoison(ctx, tx); err != nil {
			return err
		}
		if err := c.forgetArrived(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "UPDATE catalogs SET loading = false, renewing = false WHERE id = $1", c.id)
		return err
	})
	if err != nil {
		return fmt.Errorf("end the load of source %s: %w", c.Source, err)
	}
	c.Loading, c.renewing = false, false
	return nil
}

// forgetArrived forgets what has come of a load.
func (c *Catalog) forgetArrived(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, "DELETE FROM arrived WHERE id >= $1 AND id < $2", c.first(), c.behind())
	return err
}

// Replaces reports whether there is anything that Complete may end: what was held before the load began.
func (c *Catalog) Replaces(ctx context.Context) (bool, error) {
	if c.renewing {
		return true, nil
	}
	all, err := c.store.catalogs(ctx, c.Source)
	return len(all) > 1, err
}

// sweepAll ends what did not come, of the catalog and of those that the source had before.
func (c *Catalog) sweepAll(ctx context.Context) error {
	all, err := c.store.catalogs(ctx, c.Source)
	if err != nil {
		return err
	}
	for _, k := range all {
		own := k.id == c.id
		if own && !c.renewing {
			continue
		}
		if err := c.sweep(ctx, k.first(), k.behind(), own); err != nil {
			return err
		}
	}
	return nil
}

// catalogs are all that a source has had.
func (s *Store) catalogs(ctx context.Context, source string) (out []*Catalog, err error) {
	rows, err := s.pool.Query(ctx, "SELECT "+catalogColumns+" FROM catalogs WHERE source = $1 ORDER BY id", source)
	if err != nil {
		return nil, failed(err)
	}
	out, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (*Catalog, error) { return s.scanCatalog(r) })
	return out, failed(err)
}

// endSome ends the next items of a range behind an id, all or those that have not arrived.
const endSome = `WITH next AS (
	SELECT id FROM items i WHERE id > $2 AND id < $3 AND NOT gone
		AND ($5 OR NOT EXISTS (SELECT FROM arrived a WHERE a.id = i.id)) ORDER BY id LIMIT $4),
ended AS (
	UPDATE items i SET seq = $1 + e.n, ` + gone + `
	FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM next) e WHERE i.id = e.id RETURNING i.id)
SELECT count(*), coalesce(max(id), 0) FROM ended`

// sweep ends items in a range of ids, some in each transaction: with own, those that have not arrived.
func (c *Catalog) sweep(ctx context.Context, first, behind int64, own bool) error {
	m := numbering{s: c.store}
	for after, n := first-1, int64(sweepRows); n == sweepRows; {
		err := m.write(ctx, func(tx pgx.Tx) error {
			if err := c.claim(ctx, tx); err != nil {
				return err
			}
			if err := m.lock(ctx, tx); err != nil {
				return err
			}
			if err := tx.QueryRow(ctx, endSome, m.head, after, behind, sweepRows, !own).Scan(&n, &after); err != nil {
				return err
			}
			m.head += n
			return m.unlock(ctx, tx)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Leave ends the items of sources that are not among those that the hub has now. Their ids are kept: a source that
// comes back under its name has its items under the same ones.
func (s *Store) Leave(ctx context.Context, having []string) error {
	const others = "SELECT " + catalogColumns + " FROM catalogs WHERE NOT (source = ANY ($1)) ORDER BY id"
	rows, err := s.pool.Query(ctx, others, having)
	if err != nil {
		return fmt.Errorf("look for sources that have left: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (*Catalog, error) { return s.scanCatalog(r) })
	for _, c := range all {
		if err = c.leave(ctx); err != nil {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("end the items of sources that have left: %w", err)
	}
	if err := s.do(ctx, "DELETE FROM roots WHERE NOT (source = ANY ($1))", having); err != nil {
		return err
	}
	return s.do(ctx, "DELETE FROM standings WHERE NOT (source = ANY ($1))", having)
}

// leave ends all items of a catalog. First of all it is to be loaded anew, as what is gone here comes again only with a
// load: the source may be back before all is.
func (c *Catalog) leave(ctx context.Context) error {
	if c.Cursor == "" && c.Loading && !c.renewing {
		return nil // nothing has come since it left, or ever
	}
	const anew = "UPDATE catalogs SET cursor = '', loading = true, renewing = $2 WHERE id = $1"
	err := c.store.write(ctx, func(tx pgx.Tx) error {
		if err := c.claim(ctx, tx); err != nil {
			return err
		}
		if err := c.forgetArrived(ctx, tx); err != nil {
			return err
		}
		if err := c.forgetAllPoison(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, anew, c.id, true)
		return err
	})
	if err != nil {
		return err
	}
	c.Cursor = ""
	if err := c.sweep(ctx, c.first(), c.behind(), false); err != nil {
		return err
	}
	return c.store.do(ctx, anew, c.id, false)
}
