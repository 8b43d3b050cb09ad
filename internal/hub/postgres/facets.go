package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// errLate says that the time of an answer is over.
var errLate = errors.New("the time is over")

// facetRows are read at once of those that pass.
const facetRows = 1000

// ItemFacets counts the values that items have which pass a query's filters, in the order of their ids, for as long as
// an answer may take: of many items it is not complete.
func (s *Store) ItemFacets(ctx context.Context, q store.Query, by []string) (out store.Facets, err error) {
	q.Limit, q.Sort = 1, "added"
	if err := q.Check(); err != nil {
		return out, err
	}
	counter, err := store.CountFacets(&q, by)
	if err != nil {
		return out, err
	}
	var head int64
	complete := true
	err = s.read(ctx, func(tx pgx.Tx) error {
		if head, err = headIn(ctx, tx); err != nil {
			return err
		}
		err := eachPassing(ctx, tx, &q, func(v *store.View) error {
			if !counter.Take(v) {
				return errLate
			}
			return nil
		})
		if errors.Is(err, errLate) {
			complete = false
			return nil
		}
		return err
	})
	if err != nil {
		return out, asSlow(err)
	}
	out = counter.Facets(complete)
	out.AsOf = head
	return out, nil
}

// eachPassing gives the items that pass a query's filters, in the order of their ids.
func eachPassing(ctx context.Context, tx pgx.Tx, q *store.Query, do func(*store.View) error) error {
	for after, n := int64(0), facetRows; n == facetRows; {
		stmt, err := matching(q)
		if err != nil {
			return err
		}
		stmt.must("id > " + stmt.arg(after))
		limit := stmt.arg(facetRows)
		rows, err := tx.Query(ctx, "SELECT id, "+viewColumns+" FROM items WHERE "+stmt.condition()+
			" ORDER BY id LIMIT "+limit, stmt.args...)
		if err != nil {
			return err
		}
		n = 0
		var r scanned
		_, err = pgx.ForEachRow(rows, append([]any{&after}, r.into()...), func() error {
			n++
			v := r.take(after)
			return do(&v)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
