package postgres

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// What filters ask of works is what a work says of itself, and store.WorkQuery.Says tells it, as it does in a daemon.
// What stands here has the database read fewer works than all: each that passes is among these.

// isNarrowed reports whether the database can tell more of the works that are asked for than their kinds.
func isNarrowed(q *store.WorkQuery) bool {
	var s statement
	s.worksLike(q)
	return len(s.where) > 0
}

// amongWorks adds what the database can tell of the works that are asked for, by the columns of works AS w.
func (s *statement) amongWorks(q *store.WorkQuery) {
	s.must("w.gone = 0")
	if len(q.Kinds) > 0 {
		s.must("w.kind = ANY (" + s.arg(kindNumbers(q.Kinds)) + ")")
	}
	s.worksLike(q)
}

func kindNumbers(kinds []string) (out []int16) {
	for _, k := range kinds {
		out = append(out, int16(store.WorkKindNumber(k))) //nolint:gosec // there are few
	}
	return out
}

// worksLike adds what filters tell beside kinds.
func (s *statement) worksLike(q *store.WorkQuery) {
	if q.Parent > 0 {
		s.must("w.parent = " + s.arg(q.Parent))
	}
	s.byFacts = true
	q.Filter.Each(func(c filter.Condition) {
		if c.Negated { // most pass
			return
		}
		same := func(n int64) any { return n }
		milliseconds := func(n int64) any { return n / int64(time.Millisecond) }
		switch {
		case c.Field == filter.Kind || c.Field == filter.Height || ofColumns[c.Field]:
		case c.Field == filter.Year:
			s.must(s.within("w.year", c.Spans, same))
		case c.Field == filter.Added:
			s.must(s.within("w.added", c.Spans, same))
		case c.Field == filter.Size:
			s.must(s.within("w.size", c.Spans, same))
		case c.Field == filter.Updated:
			s.must(s.within("w.updated", c.Spans, milliseconds))
		case c.Field == filter.Duration:
			s.must(s.within("w.duration", rounded(c.Spans), same))
		case !c.Field.IsNumber():
			s.must(s.finds(&c))
		}
	})
}

// rounded are ranges of seconds as such of milliseconds, which hold a little more.
func rounded(spans []filter.Span) (out []filter.Span) {
	for _, span := range spans {
		of := func(n int64) float64 { return filter.ToSeconds(max(0, min(n, filter.Longest))) * 1000 }
		out = append(out, filter.Span{From: int64(min(of(span.From), math.MaxInt32*1e6)) - 1,
			To: int64(min(of(span.To), math.MaxInt32*1e6)) + 1})
	}
	return out
}

// lieUnder says which of some works have a main item, or are above one that has, in a directory of any root or below
// it.
func lieUnder(ctx context.Context, tx pgx.Tx, works []int64, dir string) (map[int64]bool, error) {
	s := statement{}
	ids := s.arg(works)
	s.must("(m.how IS NULL OR substring(m.how FOR 1) = '\\x00') AND NOT i.gone")
	s.below(dir)
	// What is below a work is found step by step, until there is one; offset: by the index, whatever the plan.
	rows, err := tx.Query(ctx, "SELECT t.id FROM unnest("+ids+"::bigint[]) t (id) CROSS JOIN LATERAL ("+
		"WITH RECURSIVE below (id) AS (SELECT t.id UNION ALL SELECT w.id FROM below b CROSS JOIN LATERAL ("+
		"SELECT id FROM works w WHERE w.parent = b.id AND w.parent > 0 AND w.gone = 0 OFFSET 0) w) "+
		"SELECT FROM below b CROSS JOIN LATERAL ("+
		"SELECT FROM members m CROSS JOIN LATERAL (SELECT FROM items i WHERE i.id = m.item AND "+s.condition()+
		" OFFSET 0) i WHERE m.work = b.id LIMIT 1) m LIMIT 1) f", s.args...)
	if err != nil {
		return nil, err
	}
	out := make(map[int64]bool, len(works))
	var id int64
	_, err = pgx.ForEachRow(rows, []any{&id}, func() error { out[id] = true; return nil })
	return out, err
}

// saying reads works, and gives those that are asked for, in the order of ids.
func saying(ctx context.Context, tx pgx.Tx, q *store.WorkQuery, ids []int64) (out []store.WorkView, err error) {
	found := make(map[int64]store.WorkView, len(ids))
	var s statement
	where := "WHERE w.id = ANY (" + s.arg(ids) + ") AND " + isThere
	if s.worksLike(q); len(s.where) > 0 {
		where += " AND (" + s.condition() + ") IS TRUE" // of each: an index of it would find others too
	}
	err = eachWork(ctx, tx, where, func(w *store.WorkView) error {
		if q.Says(w) {
			found[w.ID] = *w
		}
		return nil
	}, s.args...)
	if err != nil {
		return nil, fmt.Errorf("read works: %w", err)
	}
	ids = slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { _, is := found[id]; return !is })
	if q.Under != "" && len(ids) > 0 {
		under, err := lieUnder(ctx, tx, ids, q.Under)
		if err != nil {
			return nil, fmt.Errorf("find where works lie: %w", err)
		}
		ids = slices.DeleteFunc(ids, func(id int64) bool { return !under[id] })
	}
	for _, id := range ids {
		out = append(out, found[id])
	}
	return out, nil
}
