package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Separator stands between a source's name and a root's in the name of a hub's root.
const Separator = "~"

// RootName is what the hub calls a source's root.
func RootName(source, root string) string { return source + Separator + root }

// idBits are those of an item's id at its source; the catalog's number stands above them. Both together stay below
// 2^53, which is as far as numbers go in JavaScript.
const (
	idBits      = 40
	maxCatalogs = 1 << 12
)

// ErrMoved says that somebody else has taken in what was read behind the same cursor: read on behind the newest.
var ErrMoved = errors.New("the source was read further by another hub")

// Catalog is one instance behind a source's name, as far as it was taken in. It belongs to one goroutine, Prepare apart.
type Catalog struct {
	Source   string
	Instance string // of the daemon; empty where it does not say
	Cursor   string // to go on from; empty: with a first load
	Loading  bool   // not all has come since the load began

	store    *Store
	id       int32
	renewing bool
	d        *describer // of Prepare, made when it is needed
}

// HubID is the hub's id of an item of the catalog.
func (c *Catalog) HubID(id int64) int64 { return ID(c.id, id) }

// ID is the hub's id of what a catalog has under an id.
func ID(catalog int32, id int64) int64 { return int64(catalog)<<idBits | id }

// SourceID takes an id apart.
func SourceID(id int64) (catalog int32, at int64) { return int32(id >> idBits), id & (1<<idBits - 1) }

// Number is the catalog's own.
func (c *Catalog) Number() int32 { return c.id }

// SourceOf names the source that has or had a catalog; empty: none did.
func (s *Store) SourceOf(ctx context.Context, catalog int32) (name string, err error) {
	err = s.again(ctx, func() error {
		return s.pool.QueryRow(ctx, "SELECT source FROM catalogs WHERE id = $1", catalog).Scan(&name)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("find the source of catalog %d: %w", catalog, err)
	}
	return name, nil
}

// first and behind bound the ids of the catalog.
func (c *Catalog) first() int64  { return int64(c.id) << idBits }
func (c *Catalog) behind() int64 { return int64(c.id+1) << idBits }

const catalogColumns = "id, source, instance, cursor, loading, renewing"

func (s *Store) scanCatalog(r pgx.Row) (*Catalog, error) {
	c := &Catalog{store: s}
	return c, r.Scan(&c.id, &c.Source, &c.Instance, &c.Cursor, &c.Loading, &c.renewing)
}

// Newest is the catalog that a source had last; nil: it never had one.
func (s *Store) Newest(ctx context.Context, source string) (*Catalog, error) {
	c, err := s.scanCatalog(s.pool.QueryRow(ctx,
		"SELECT "+catalogColumns+" FROM catalogs WHERE source = $1 ORDER BY id DESC LIMIT 1", source))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find the catalog of source %s: %w", source, failed(err))
	}
	return c, nil
}

// Begin begins a load of what is behind a source's name: of the same catalog where was has its instance, and otherwise
// of another one, or of the same instance's from before. What is held goes on being shown until it has come again, its
// path has been taken, or all has come.
func (s *Store) Begin(ctx context.Context, source, instance string, was *Catalog) (c *Catalog, err error) {
	err = s.write(ctx, func(tx pgx.Tx) error {
		if was == nil || instance == "" || was.Instance != instance {
			c, err = s.other(ctx, tx, source, instance)
		} else {
			const held = "SELECT " + catalogColumns + " FROM catalogs WHERE id = $1 FOR UPDATE"
			c, err = s.scanCatalog(tx.QueryRow(ctx, held, was.id))
			if err == nil && c.Cursor != was.Cursor {
				err = ErrMoved
			}
		}
		if err != nil {
			return err
		}
		if err := c.forgetArrived(ctx, tx); err != nil {
			return err
		}
		const held = "SELECT EXISTS (SELECT FROM items WHERE id >= $1 AND id < $2 AND NOT gone)"
		if err := tx.QueryRow(ctx, held, c.first(), c.behind()).Scan(&c.renewing); err != nil {
			return err
		}
		if !c.renewing { // else what could not be taken in stays until all has come
			if err := c.forgetAllPoison(ctx, tx); err != nil {
				return err
			}
		}
		c.Cursor, c.Loading = "", true
		const begun = "UPDATE catalogs SET cursor = '', loading = true, renewing = $2 WHERE id = $1"
		_, err = tx.Exec(ctx, begun, c.id, c.renewing)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("begin to load source %s: %w", source, err)
	}
	return c, nil
}

// Name notes which instance the catalog is of, where that was not known: its daemon goes on from the catalog's cursor, so
// it is the one that did not say.
func (c *Catalog) Name(ctx context.Context, instance string) error {
	if c.Instance != "" || instance == "" {
		return nil
	}
	err := c.store.write(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE catalogs SET instance = $2 WHERE id = $1 AND instance = ''", c.id, instance)
		return err
	})
	if err != nil {
		return fmt.Errorf("note which daemon source %s is: %w", c.Source, err)
	}
	c.Instance = instance
	return nil
}

// other makes another catalog of a source.
func (s *Store) other(ctx context.Context, tx pgx.Tx, source, instance string) (*Catalog, error) {
	c, err := s.scanCatalog(tx.QueryRow(ctx,
		"INSERT INTO catalogs (source, instance) VALUES ($1, $2) RETURNING "+catalogColumns, source, instance))
	if err == nil && c.id >= maxCatalogs {
		err = fmt.Errorf("the hub has seen %d catalogs, and there are numbers for no more: begin with a new database",
			c.id)
	}
	return c, err
}
