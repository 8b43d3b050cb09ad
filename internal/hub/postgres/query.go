package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// statement collects a statement's parts and what its parameters stand for.
type statement struct {
	where []string
	args  []any
	// byFacts has words be looked for in facts even where columns have them: there is an index of those.
	byFacts bool
}

// arg gives the sign that stands for a value.
func (s *statement) arg(v any) string {
	s.args = append(s.args, v)
	return "$" + strconv.Itoa(len(s.args))
}

func (s *statement) must(condition string) { s.where = append(s.where, condition) }

func (s *statement) condition() string { return strings.Join(s.where, " AND ") }

// textColumns are the fields of words that have columns.
var textColumns = map[filter.Field]string{filter.Root: "root", filter.Kind: "kind", filter.State: "state",
	filter.Analysis: "analysis"}

// numberColumns are those of numbers.
var numberColumns = map[filter.Field]string{filter.Year: "year", filter.Added: "added", filter.Size: "size",
	filter.Height: "height", filter.Modified: "modified", filter.Taken: "taken"}

// The words of what columns say by numbers.
var (
	states   = map[string]int16{"present": 0, "missing": 1}
	analyses = map[string]int16{"pending": 0, "done": 1, "failed": 2, "none": 3}
)

// filters adds what a set asks for.
func (s *statement) filters(set *filter.Set) {
	set.Each(func(c filter.Condition) {
		found := s.finds(&c)
		if c.Negated {
			found = "(" + found + ") IS NOT TRUE" // unknown passes
		}
		s.must(found)
	})
	if boxes := set.Boxes(); len(boxes) > 0 {
		any := make([]string, len(boxes))
		for i, b := range boxes {
			any[i] = s.box(b)
		}
		s.must("(" + strings.Join(any, " OR ") + ")")
	}
}

func (s *statement) box(b filter.Box) string {
	in, or := "AND", fmt.Sprintf("longitude >= %s %%s longitude <= %s", s.arg(b.West), s.arg(b.East))
	if b.West > b.East {
		in = "OR"
	}
	return fmt.Sprintf("(latitude BETWEEN %s AND %s AND ("+or+"))", s.arg(b.South), s.arg(b.North), in)
}

// finds is what an item must be for a condition to find it.
func (s *statement) finds(c *filter.Condition) string {
	switch {
	case c.Field == filter.Duration:
		seconds := func(n int64) any { return filter.ToSeconds(max(0, min(n, filter.Longest))) }
		return s.within("duration", c.Spans, seconds)
	case c.Field.IsNumber():
		return s.within(numberColumns[c.Field], c.Spans, func(n int64) any { return n })
	case textColumns[c.Field] != "" && !s.byFacts:
		return s.ofColumn(c)
	case c.Field == filter.Fingerprint:
		return "fingerprint = ANY (" + s.arg(fingerprints(c.Values)) + ")"
	case c.Field == filter.Work:
		return "id IN (SELECT m.item FROM members m JOIN works w ON w.id = m.work AND " + isThere +
			" WHERE m.work = ANY (" +
			s.arg(workIDs(c.Values)) + "))"
	case ofColumns[c.Field]: // what is held: a source does not say
		return "false"
	}
	ids := make([]int64, 0, len(c.Values)+1)
	if c.Anything {
		ids = append(ids, factID(c.Field, ""))
	}
	for _, v := range c.Values {
		ids = append(ids, factID(c.Field, v))
	}
	return "facts && " + s.arg(ids)
}

// ofColumn is what an item must be by a column of words.
func (s *statement) ofColumn(c *filter.Condition) string {
	var values any = c.Values
	switch c.Field {
	case filter.State:
		values = numbersOf(c.Values, states)
	case filter.Analysis:
		values = numbersOf(c.Values, analyses)
	}
	return textColumns[c.Field] + " = ANY (" + s.arg(values) + ")"
}

func (s *statement) within(column string, spans []filter.Span, as func(int64) any) string {
	any := make([]string, len(spans))
	for i, span := range spans {
		any[i] = fmt.Sprintf("%s BETWEEN %s AND %s", column, s.arg(as(span.From)), s.arg(as(span.To)))
	}
	return "(" + strings.Join(any, " OR ") + ")"
}

func numbersOf(words []string, of map[string]int16) (out []int16) {
	for _, w := range words {
		out = append(out, of[w])
	}
	return out
}

func workIDs(texts []string) (out []int64) {
	for _, t := range texts {
		if n, err := strconv.ParseInt(t, 10, 64); err == nil { // else it is nobody's
			out = append(out, n)
		}
	}
	return out
}

func fingerprints(texts []string) (out []int64) {
	for _, t := range texts {
		n, _ := strconv.ParseUint(t, 16, 64) // which was checked when it was read
		out = append(out, int64(n))          //nolint:gosec // any bits
	}
	return out
}

// below adds that items lie below a directory of their roots.
func (s *statement) below(dir string) {
	if dir == "" {
		return
	}
	from, to := s.arg([]byte(dir+"/")), s.arg([]byte(dir+"0")) // '0' follows '/'
	s.must("path >= " + from + " AND path < " + to)
	if len(dir) < indexedPath { // which tells nothing new but to the index
		s.must(indexedPathOf + " >= " + from + " AND " + indexedPathOf + " < " + to)
	}
}

// Of a path an index has its beginning.
const (
	indexedPath   = 1000
	indexedPathOf = "substring(path FOR 1000)"
)

// check refuses what cannot be asked, and makes out an order where none is asked for.
func check(q *store.Query) error { return q.Check() }

// matching adds what items must be that pass a query's filters and have its words, and gives where they are found.
// byWords has what the words find be looked up item by item, and else what passes the filters be asked for its words:
// which of both is less the caller knows, and no plan is to guess.
func (s *statement) matching(q *asked, byWords bool) (from string) {
	if from = "items"; byWords && q.words != nil && !q.none {
		src := q.words.everything()
		from = "(SELECT id AS match FROM search WHERE " + src.condition(s) + " OFFSET 0) f " +
			"CROSS JOIN LATERAL (SELECT * FROM items WHERE items.id = f.match OFFSET 0) items"
	} else {
		q.in(s)
	}
	s.must("NOT gone")
	s.wanted(q.Query)
	return from
}

// wanted adds what passes a query's filters.
func (s *statement) wanted(q *store.Query) {
	s.filters(q.Filter)
	s.below(q.Under)
	if len(q.Roots) > 0 {
		s.must("root = ANY (" + s.arg(q.Roots) + ")")
	}
	if len(q.Kinds) > 0 {
		s.must("kind = ANY (" + s.arg(q.Kinds) + ")")
	}
	if q.State != "" {
		s.must("state = " + s.arg(states[q.State]))
	}
}

// Query reads a page of items in order: ties by id, unknown values last.
func (s *Store) Query(ctx context.Context, q store.Query) (res store.Result, err error) {
	if err := check(&q); err != nil {
		return res, err
	}
	at, err := q.Begin()
	if err != nil {
		return res, err
	}
	err = s.read(ctx, func(tx pgx.Tx) error {
		res = store.Result{}
		if res.AsOf, err = s.asOf(ctx, tx, &q); err != nil {
			return err
		}
		wanted, err := s.ask(ctx, tx, &q)
		if err != nil || wanted.none {
			return err
		}
		l := &looking{tx: tx, q: wanted, ends: time.Now().Add(cmp.Or(q.Within, pageTime))}
		if err := l.find(ctx, at); err != nil {
			return err
		}
		return l.give(ctx, &res)
	})
	return res, asSlow(err)
}

// asOf is the number up to which an answer shows what there is: words are taken in behind the items that have them.
func (s *Store) asOf(ctx context.Context, tx pgx.Tx, q *store.Query) (seq int64, err error) {
	if seq, err = s.headIn(ctx, tx); q.Text == "" || err != nil {
		return seq, err
	}
	return seq, tx.QueryRow(ctx, "SELECT upto FROM search_place").Scan(&seq)
}

// give reads the items that were found, as many as the page takes by its limit and its bytes, and says where the next
// one begins.
func (l *looking) give(ctx context.Context, res *store.Result) error {
	found := l.found[:min(len(l.found), l.q.Limit)]
	ids := make([]int64, len(found))
	for i := range found {
		ids[i] = found[i].ID
	}
	views, err := viewsOf(ctx, l.tx, ids)
	if err != nil {
		return err
	}
	n, weight := 0, 0
	for ; n < len(found); n++ {
		v, isThere := views[found[n].ID]
		if !isThere { // its words have still to go
			continue
		}
		if weight += v.Weight(); weight > store.PageBytes && len(res.Items) > 0 {
			break
		}
		res.Items = append(res.Items, v)
	}
	switch {
	case n > 0 && n < len(l.found):
		res.Next = l.q.End(&l.found[n-1])
	case l.end != nil:
		res.Next = l.q.End(l.end)
	}
	return nil
}

// viewsOf reads items by their ids.
func viewsOf(ctx context.Context, tx pgx.Tx, ids []int64) (map[int64]store.View, error) {
	out := make(map[int64]store.View, len(ids))
	rows, err := tx.Query(ctx, "SELECT id, "+viewColumns+" FROM items WHERE id = ANY ($1) AND NOT gone", ids)
	if err != nil {
		return nil, err
	}
	var id int64
	var r scanned
	_, err = pgx.ForEachRow(rows, append([]any{&id}, r.into()...), func() error {
		out[id] = r.take(id)
		return nil
	})
	return out, err
}

// asSlow tells a statement that took too long.
func asSlow(err error) error {
	if isLate(err) {
		return fmt.Errorf("%w: ask for less, or when fewer ask", store.ErrSlow)
	}
	return err
}

// Item reads one item; found is false where there is none. Its root has no number here.
func (s *Store) Item(ctx context.Context, id int64) (v store.View, root int64, found bool, err error) {
	var r scanned
	err = s.again(ctx, func() error {
		return s.pool.QueryRow(ctx, "SELECT "+viewColumns+" FROM items WHERE id = $1 AND NOT gone", id).Scan(r.into()...)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return v, 0, false, nil
	}
	if err != nil {
		return v, 0, false, fmt.Errorf("read item %d: %w", id, err)
	}
	return r.take(id), math.MaxInt64, true, nil
}
