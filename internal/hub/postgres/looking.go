package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/catalogizer/catalogizerd/internal/store"
)

const (
	// pageTime is how long a page looks for items that pass the filters.
	pageTime = 60 * time.Millisecond
	// sortTime is how long it looks for all that pass, to sort them.
	sortTime = 120 * time.Millisecond
	// firstPiece is how many items are looked at at once beside those of a page, of an order; each next piece is larger.
	firstPiece, largestPiece = 400, 4000
)

// looking looks for the items of a page.
type looking struct {
	tx    pgx.Tx
	q     *asked
	ends  time.Time
	found []store.PagePlace // one more than a page holds, where there is one
	end   *store.PagePlace  // where the time was over; nil: it was enough
}

// find looks for what comes behind a place: among all that pass, where these are few, and else among all in their
// order.
func (l *looking) find(ctx context.Context, at *store.PagePlace) error {
	if l.q.IsRanked() {
		return l.rank(ctx, at)
	}
	few, byWords, err := l.isFew(ctx)
	if err != nil {
		return err
	}
	if few {
		done, err := within(ctx, l.tx, sortTime, func(tx pgx.Tx) error { return l.sort(ctx, tx, at, byWords) })
		if done || err != nil {
			return err
		}
		l.found = nil
	}
	for _, p := range parts(l.q.Query, at) {
		if err := l.walk(ctx, p); err != nil || len(l.found) > l.q.Limit || l.end != nil {
			return err
		}
	}
	return nil
}

// within runs fn for as long as a time allows, and reports whether that was enough.
func within(ctx context.Context, tx pgx.Tx, limit time.Duration, fn func(pgx.Tx) error) (done bool, err error) {
	err = pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error { // a savepoint
		_, err := tx.Exec(ctx, fmt.Sprintf("SET LOCAL statement_timeout = %d", max(1, limit.Milliseconds())))
		if err != nil {
			return err
		}
		if err := fn(tx); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "SET LOCAL statement_timeout = "+statementTimeout)
		return err
	})
	if isLate(err) && ctx.Err() == nil {
		return false, nil
	}
	return err == nil, err
}

// isLate reports whether a statement took longer than it might.
func isLate(err error) bool {
	const canceled = "57014"
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == canceled
}

// isFew reports whether those that pass are found and sorted faster than a page of them is met among all in their
// order. Of N items of which n pass, that is n against a page's share of N/n.
func (l *looking) isFew(ctx context.Context) (few, byWords bool, err error) {
	if !l.q.isNarrow() {
		return false, false, nil
	}
	n, byWords, err := l.estimate(ctx)
	if err != nil {
		return false, false, err
	}
	if l.q.words != nil && n <= fewFound { // which are found at once
		return true, byWords, nil
	}
	var all float64
	err = l.tx.QueryRow(ctx, "SELECT coalesce(sum(n), 0)::float8 FROM sums").Scan(&all)
	return n*n <= float64(l.q.Limit)*all, byWords, err
}

// estimate is how many pass. byWords says that the words find no more than the filters let through.
func (l *looking) estimate(ctx context.Context) (n float64, byWords bool, err error) {
	found := math.Inf(1)
	if l.q.words != nil {
		found = float64(l.q.words.everything().most)
	}
	s := statement{byFacts: true}
	s.must("NOT gone")
	s.wanted(l.q.Query)
	if len(s.where) == 1 && l.q.words != nil {
		return found, true, nil
	}
	n, err = estimated(ctx, l.tx, "items", &s)
	return min(n, found), found <= n, err
}

// estimated is how many rows of a table a statement finds, as far as the database can tell without a look.
func estimated(ctx context.Context, tx pgx.Tx, table string, s *statement) (float64, error) {
	var text []byte
	explain := "EXPLAIN (FORMAT JSON) SELECT FROM " + table + " WHERE " + s.condition()
	if err := tx.QueryRow(ctx, explain, s.args...).Scan(&text); err != nil {
		return 0, err
	}
	var plans []struct {
		Plan struct {
			Rows float64 `json:"Plan Rows"`
		}
	}
	if err := json.Unmarshal(text, &plans); err != nil || len(plans) == 0 {
		return 0, fmt.Errorf("read a plan: %w", err)
	}
	return plans[0].Plan.Rows, nil
}

// sort finds all that pass, and takes the first of them.
func (l *looking) sort(ctx context.Context, tx pgx.Tx, at *store.PagePlace, byWords bool) error {
	s := statement{byFacts: true}
	of := s.matching(l.q, byWords)
	o := orderOf(l.q.Query)
	// found first
	from := "SELECT id, root, path, " + o.key + " AS key FROM " + of + " WHERE " + s.condition() + " OFFSET 0"
	s.where = []string{"true"}
	if at != nil {
		s.must(o.behind(&s, at, "key"))
	}
	order := "key" + o.dir + " NULLS LAST, id" + o.dir
	if o.isPath {
		order = "root" + o.dir + ", path" + o.dir + ", id" + o.dir
	}
	limit := s.arg(l.q.Limit + 1)
	query := "SELECT id, root, key, true FROM (" + from + ") found WHERE " + s.condition() + " ORDER BY " + order +
		" LIMIT " + limit
	_, _, err := l.take(ctx, tx, query, s.args)
	return err
}

// take takes the places that a query gives which pass, until the page is full. It says how many there were, and which
// was the last.
func (l *looking) take(
	ctx context.Context, tx pgx.Tx, query string, args []any,
) (last *store.PagePlace, n int, err error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, 0, err
	}
	var p store.PagePlace
	var passes bool
	_, err = pgx.ForEachRow(rows, []any{&p.ID, &p.Root, &p.Key, &passes}, func() error {
		n++
		at := p
		last = &at
		if passes && len(l.found) <= l.q.Limit {
			l.found = append(l.found, p)
		}
		p.Key = nil
		return nil
	})
	return last, n, err
}

// walk looks at the items of a part of the order, a piece after the other, until the page is full or the time over.
func (l *looking) walk(ctx context.Context, p part) error {
	if err := byOrder(ctx, l.tx); err != nil {
		return err
	}
	passing := statement{}
	passing.wanted(l.q.Query)
	l.q.in(&passing)
	piece := l.q.Limit + 1
	if len(passing.where) == 0 {
		passing.must("true")
	} else {
		piece += firstPiece
	}
	for at := p.at; len(l.found) <= l.q.Limit; piece = min(2*piece, largestPiece) {
		last, n, err := l.walkPiece(ctx, part{at: at, unknown: p.unknown}, passing, piece)
		if err != nil || n < piece {
			return err
		}
		if p.unknown {
			last.Key = nil // those that have one were passed over
		}
		if at = last; len(l.found) <= l.q.Limit && time.Now().After(l.ends) {
			l.end = at
			return nil
		}
	}
	return nil
}

// walkPiece looks at the next items of a part.
func (l *looking) walkPiece(
	ctx context.Context, p part, passing statement, most int,
) (last *store.PagePlace, n int, err error) {
	s := statement{args: passing.args[:len(passing.args):len(passing.args)]}
	o := orderOf(l.q.Query)
	s.must("NOT gone")
	passes := passing.condition()
	switch {
	case o.isPath:
	case p.unknown && o.isOfSome:
		passes += " AND " + o.column + " IS NULL" // of which there is no index
	case p.unknown:
		s.must(o.column + " IS NULL")
	default:
		s.must(o.column + " IS NOT NULL")
	}
	o.narrow(&s, l.q.Query)
	order := o.column + o.dir + ", id" + o.dir
	switch {
	case o.isPath:
		order = "root" + o.dir + ", " + indexedPathOf + o.dir + ", path" + o.dir + ", id" + o.dir
	case p.unknown && o.isOfSome:
		order = "id" + o.dir
	}
	if p.at != nil {
		s.must(o.next(&s, p))
	}
	limit := s.arg(most)
	query := "SELECT id, root, " + o.key + ", (" + passes + ") IS TRUE FROM items WHERE " + s.condition() +
		" ORDER BY " + order + " LIMIT " + limit
	return l.take(ctx, l.tx, query, s.args)
}

// each calls fn with all that pass, in any order, once they are read into what into points to; complete is false where
// the time was not enough.
func (l *looking) each(
	ctx context.Context, tx pgx.Tx, q *asked, columns string, into []any, fn func(),
) (complete bool, err error) {
	byWords := q.words != nil
	if byWords && q.isFiltered() {
		if _, byWords, err = (&looking{tx: tx, q: q}).estimate(ctx); err != nil {
			return false, err
		}
	}
	s := statement{byFacts: true}
	from := s.matching(q, byWords)
	return within(ctx, tx, time.Until(l.ends), func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, "SELECT "+columns+" FROM "+from+" WHERE "+s.condition(), s.args...)
		if err != nil {
			return err
		}
		_, err = pgx.ForEachRow(rows, into, func() error { fn(); return nil })
		return err
	})
}
