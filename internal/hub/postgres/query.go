package postgres

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// statement collects a statement's parts and what its parameters stand for.
type statement struct {
	where []string
	args  []any
}

// arg gives the sign that stands for a value.
func (s *statement) arg(v any) string {
	s.args = append(s.args, v)
	return "$" + strconv.Itoa(len(s.args))
}

func (s *statement) must(condition string) { s.where = append(s.where, condition) }

func (s *statement) condition() string { return strings.Join(s.where, " AND ") }

// textColumns are the fields of texts that have columns.
var textColumns = map[filter.Field]string{filter.Root: "root", filter.Kind: "kind"}

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
	case textColumns[c.Field] != "":
		return textColumns[c.Field] + " = ANY (" + s.arg(c.Values) + ")"
	case c.Field == filter.State:
		return "state = ANY (" + s.arg(numbersOf(c.Values, states)) + ")"
	case c.Field == filter.Analysis:
		return "analysis = ANY (" + s.arg(numbersOf(c.Values, analyses)) + ")"
	case c.Field == filter.Fingerprint:
		return "fingerprint = ANY (" + s.arg(fingerprints(c.Values)) + ")"
	case ofColumns[c.Field]: // works, and what is held: a source does not say
		return "false"
	}
	texts := make([]string, 0, len(c.Values)+1)
	if c.Anything {
		texts = append(texts, factText(c.Field, ""))
	}
	for _, v := range c.Values {
		texts = append(texts, factText(c.Field, v))
	}
	return "facts && " + s.arg(texts)
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
	from := []byte(dir + "/")
	s.must("path >= " + s.arg(from) + " AND path < " + s.arg([]byte(dir+"0"))) // '0' follows '/'
}

// matching are the items that pass a query's filters.
func matching(q *store.Query) (s statement, err error) {
	if q.Text != "" {
		return s, fmt.Errorf("%w: a hub finds nothing by words yet: leave out q, or ask its sources", store.ErrQuery)
	}
	s.must("NOT gone")
	s.filters(q.Filter)
	s.below(q.Under)
	return s, nil
}

// Query reads a page of items in order: ties by id, unknown values last.
func (s *Store) Query(ctx context.Context, q store.Query) (res store.Result, err error) {
	if err := q.Check(); err != nil {
		return res, err
	}
	at, err := q.Begin()
	if err != nil {
		return res, err
	}
	err = s.read(ctx, func(tx pgx.Tx) error {
		if res.AsOf, err = headIn(ctx, tx); err != nil {
			return err
		}
		var places []store.PagePlace
		for _, part := range parts(&q, at) {
			if len(places) > q.Limit {
				break
			}
			if err := readPart(ctx, tx, &q, part, &res, &places); err != nil {
				return err
			}
		}
		cut(&q, &res, places)
		return nil
	})
	return res, asSlow(err)
}

// cut ends a page at its limit, or at its bytes, and says where the next one begins.
func cut(q *store.Query, res *store.Result, places []store.PagePlace) {
	n, weight := 0, 0
	for n < len(places) && n < q.Limit {
		if weight += res.Items[n].Weight(); weight > store.PageBytes && n > 0 {
			break
		}
		n++
	}
	if n < len(places) {
		res.Next = q.End(&places[n-1])
	}
	res.Items = res.Items[:n]
}

// asSlow tells a statement that took too long.
func asSlow(err error) error {
	const canceled = "57014"
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == canceled {
		return fmt.Errorf("%w: ask for less, or when fewer ask", store.ErrSlow)
	}
	return err
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

// orders are the columns of the orders.
var orders = map[string]string{"title": "title", "added": "added", "modified": "modified", "size": "size",
	"year": "year", "duration": "duration", "taken": "taken", "track": "track", "episode": "episode"}

func readPart(
	ctx context.Context, tx pgx.Tx, q *store.Query, p part, res *store.Result, places *[]store.PagePlace,
) error {
	s, err := matching(q)
	if err != nil {
		return err
	}
	than, dir := ">", ""
	if q.Descending {
		than, dir = "<", " DESC"
	}
	column, key := orders[q.Sort], "NULL"
	var order string
	switch {
	case q.Sort == "path":
		key = "path"
		order = "root" + dir + ", substring(path FOR 1000)" + dir + ", path" + dir + ", id" + dir
		if p.at != nil {
			root, path, id := s.arg(p.at.Root), s.arg(p.at.Key), s.arg(p.at.ID)
			const behind = "(root, substring(path FOR 1000), path, id) %s " +
				"(%s, substring(%s::bytea FOR 1000), %s::bytea, %s)"
			s.must(fmt.Sprintf(behind, than, root, path, path, id))
		}
	case p.unknown:
		s.must(column + " IS NULL")
		order = "id" + dir
		if p.at != nil {
			s.must("id " + than + " " + s.arg(p.at.ID))
		}
	default:
		key = column
		s.must(column + " IS NOT NULL")
		order = column + dir + ", id" + dir
		if p.at != nil {
			s.must(fmt.Sprintf("(%s, id) %s (%s, %s)", column, than, s.arg(p.at.Key), s.arg(p.at.ID)))
		}
	}
	limit := s.arg(q.Limit + 1 - len(*places))
	rows, err := tx.Query(ctx, "SELECT id, "+key+", "+viewColumns+" FROM items WHERE "+s.condition()+
		" ORDER BY "+order+" LIMIT "+limit, s.args...)
	if err != nil {
		return err
	}
	var id int64
	var of any
	var r scanned
	_, err = pgx.ForEachRow(rows, append([]any{&id, &of}, r.into()...), func() error {
		v := r.take(id)
		res.Items = append(res.Items, v)
		place := store.PagePlace{ID: id, Key: of}
		if q.Sort == "path" {
			place.Root, place.Key = v.Root, []byte(v.Path)
		}
		*places = append(*places, place)
		return nil
	})
	return err
}

// Item reads one item; found is false where there is none. Its root has no number here.
func (s *Store) Item(ctx context.Context, id int64) (v store.View, root int64, found bool, err error) {
	var r scanned
	err = s.pool.QueryRow(ctx, "SELECT "+viewColumns+" FROM items WHERE id = $1 AND NOT gone", id).Scan(r.into()...)
	if errors.Is(err, pgx.ErrNoRows) {
		return v, 0, false, nil
	}
	if err != nil {
		return v, 0, false, fmt.Errorf("read item %d: %w", id, err)
	}
	return r.take(id), math.MaxInt64, true, nil
}
