package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// byOrder has what follows in a transaction be read by the index of an order, and by ids. Where it takes a piece for
// much of what follows, or knows nothing of the table, the database would rather read all of that, and sort it.
func byOrder(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx,
		"SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
	return err
}

// order is one of items.
type order struct {
	column   string
	key      string // what a place in it is told by
	than     string
	dir      string
	isPath   bool
	isOfSome bool // most items have no value, and the index has none of these
}

// orders are the columns of the orders.
var orders = map[string]string{"title": "title", "added": "added", "modified": "modified", "size": "size",
	"year": "year", "duration": "duration", "taken": "taken", "track": "track", "episode": "episode"}

func orderOf(q *store.Query) order {
	o := order{column: orders[q.Sort], than: ">", isPath: q.Sort == "path"}
	switch q.Sort {
	case "taken", "track", "episode":
		o.isOfSome = true
	}
	if o.key = o.column; o.isPath {
		o.key = "path"
	}
	if q.Descending {
		o.than, o.dir = "<", " DESC"
	}
	return o
}

// behind is what comes behind a place, with values and without; key names the value.
func (o *order) behind(s *statement, at *store.PagePlace, key string) string {
	id := s.arg(at.ID)
	switch {
	case o.isPath:
		return fmt.Sprintf("(root, path, id) %s (%s, %s::bytea, %s)", o.than, s.arg(at.Root), s.arg(at.Key), id)
	case at.Key == nil:
		return fmt.Sprintf("%s IS NULL AND id %s %s", key, o.than, id)
	}
	return fmt.Sprintf("((%s, id) %s (%s, %s) OR %s IS NULL)", key, o.than, s.arg(at.Key), id, key)
}

// next is what comes behind a place in one part of the order.
func (o *order) next(s *statement, p part) string {
	id := s.arg(p.at.ID)
	switch {
	case o.isPath:
		root, path := s.arg(p.at.Root), s.arg(p.at.Key)
		return fmt.Sprintf("(root, "+indexedPathOf+", path, id) %s (%s, substring(%s::bytea FOR 1000), %s::bytea, %s)",
			o.than, root, path, path, id)
	case p.unknown:
		return fmt.Sprintf("id %s %s", o.than, id)
	}
	return fmt.Sprintf("(%s, id) %s (%s, %s)", o.column, o.than, s.arg(p.at.Key), id)
}

// orderFields are the fields of which an order has the numbers.
var orderFields = map[string]filter.Field{"added": filter.Added, "modified": filter.Modified, "size": filter.Size,
	"year": filter.Year, "duration": filter.Duration, "taken": filter.Taken}

// narrow bounds what is looked at in the order to what may pass, as far as the index of the order tells.
func (o *order) narrow(s *statement, q *store.Query) {
	field, isNumber := orderFields[q.Sort]
	q.Filter.Each(func(c filter.Condition) {
		one := len(c.Spans) == 1 || len(c.Values) == 1
		ofOrder := isNumber && c.Field == field || o.isPath && c.Field == filter.Root
		if one && ofOrder && !c.Negated {
			s.must(s.finds(&c))
		}
	})
	if o.isPath && q.Under != "" {
		s.below(q.Under)
	}
}

// part is a stretch of an order that one statement reads: what has a value, or what has none.
type part struct {
	at      *store.PagePlace // behind it; nil: from its beginning
	unknown bool
}

func parts(q *store.Query, at *store.PagePlace) (out []part) {
	isPath := q.Sort == "path"
	if at == nil || at.Key != nil || isPath {
		out = append(out, part{at: at})
		at = nil
	}
	switch q.Sort {
	case "path", "added", "modified", "size": // nothing is without
		return out
	}
	return append(out, part{at: at, unknown: true})
}
