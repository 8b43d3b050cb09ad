package store

import (
	"bytes"
	"cmp"
	"database/sql/driver"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// entry is an item by its place in an order.
type entry struct {
	id   int64
	key  driver.Value // int64, float64 or []byte; nil: unknown
	root string
}

// pageEnd is where a page ended, as text between two requests.
type pageEnd struct {
	Order string   `json:"o"`
	ID    int64    `json:"i"`
	Root  string   `json:"r,omitempty"` // in the order of paths, which is by root first
	Int   *int64   `json:"n,omitempty"` // at most one of these; none: the value is unknown
	Float *float64 `json:"f,omitempty"`
	Bytes *[]byte  `json:"b,omitempty"`
}

func endAt(e *entry, order string) *pageEnd {
	p := &pageEnd{Order: order, ID: e.id, Root: e.root}
	switch k := e.key.(type) {
	case int64:
		p.Int = &k
	case float64:
		p.Float = &k
	case []byte:
		p.Bytes = &k
	}
	return p
}

// String encodes it; JSON gives numbers back as they were.
func (p *pageEnd) String() string {
	b, err := json.Marshal(p)
	if err != nil {
		return "" // a number that is none: there is no order behind it
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// parseEnd decodes what String encoded for the same order; nil is the beginning.
func parseEnd(text, order string) (*entry, error) {
	if text == "" {
		return nil, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	var p pageEnd
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: after: not the end of a page", ErrQuery)
	}
	if p.Order != order {
		return nil, fmt.Errorf("%w: after: the page was of another order", ErrQuery)
	}
	e := &entry{id: p.ID, root: p.Root}
	switch {
	case p.Int != nil:
		e.key = *p.Int
	case p.Float != nil:
		e.key = *p.Float
	case p.Bytes != nil:
		e.key = append([]byte{}, *p.Bytes...) // never nil, which SQLite would take for unknown
	}
	return e, nil
}

// compare orders entries of one root by their keys, unknown ones last either way, and then by id.
func compare(a, b *entry, descending bool) int {
	if (a.key == nil) != (b.key == nil) {
		if a.key == nil {
			return 1
		}
		return -1
	}
	n := 0
	switch k := a.key.(type) {
	case int64:
		other, _ := b.key.(int64)
		n = cmp.Compare(k, other)
	case float64:
		other, _ := b.key.(float64)
		n = cmp.Compare(k, other)
	case []byte:
		other, _ := b.key.([]byte)
		n = bytes.Compare(k, other)
	}
	if n = cmp.Or(n, cmp.Compare(a.id, b.id)); descending {
		return -n
	}
	return n
}

// sorted reads one entry more than a page holds, behind a place, by merging the orders of the cells.
func sorted(c *conn, q *Query, cells []cell, at *entry) (out []entry, err error) {
	for _, group := range groups(q, cells) {
		behind := at
		if at != nil && q.Sort == byPath {
			switch order := strings.Compare(group[0].root, at.root); {
			case order != 0 && (order < 0) != q.Descending:
				continue // all of this root lies before
			case order != 0:
				behind = nil
			}
		}
		for _, unknown := range []bool{false, true} {
			if len(out) > q.Limit || (unknown && !mayBeUnknown(q.Sort)) || (!unknown && behind != nil && behind.key == nil) {
				continue
			}
			from := behind
			if unknown && from != nil && from.key != nil {
				from = nil
			}
			if out, err = merge(c, q, group, unknown, from, out); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// groups divides the cells into those that are merged with each other: all, or those of each root, by
// name, where the order is that of paths.
func groups(q *Query, cells []cell) (out [][]cell) {
	if q.Sort != byPath {
		return [][]cell{cells}
	}
	byRoot := map[string][]cell{}
	for _, c := range cells {
		byRoot[c.root] = append(byRoot[c.root], c)
	}
	for _, group := range byRoot {
		out = append(out, group)
	}
	slices.SortFunc(out, func(a, b []cell) int {
		if q.Descending {
			a, b = b, a
		}
		return strings.Compare(a[0].root, b[0].root)
	})
	return out
}

// merge appends to out what comes next of several cells, until it holds more than a page.
func merge(c *conn, q *Query, cells []cell, unknown bool, from *entry, out []entry) ([]entry, error) {
	streams := make([]*stream, 0, len(cells))
	for _, cell := range cells {
		few, err := isFew(c, q, cell.id)
		if err != nil {
			return nil, err
		}
		streams = append(streams, &stream{q: q, cell: cell, unknown: unknown, few: few, last: from, piece: 2*(q.Limit+1)/len(cells) + 8})
	}
	for len(out) <= q.Limit {
		var best *stream
		for _, s := range streams {
			if err := s.fill(c); err != nil {
				return nil, err
			}
			if len(s.ready) > 0 && (best == nil || compare(&s.ready[0], &best.ready[0], q.Descending) < 0) {
				best = s
			}
		}
		if best == nil {
			break
		}
		out, best.ready = append(out, best.ready[0]), best.ready[1:]
	}
	return out, nil
}

// fewBelow is how many items of a cell below a directory are found and sorted, rather than found in the
// order of the cell among all others.
const fewBelow = 50000

func isFew(c *conn, q *Query, cell int64) (bool, error) {
	from, to, ok := q.pathRange()
	if !ok || q.Sort == byPath {
		return false, nil
	}
	n, err := c.number("SELECT count(*) FROM (SELECT 1 FROM sort_keys WHERE cell = ? AND path >= ? AND path < ? LIMIT ?)", cell, from, to, int64(fewBelow))
	return n < fewBelow, err
}

// stream reads one cell in order, a piece at a time.
type stream struct {
	q       *Query
	cell    cell
	unknown bool   // those without a value, rather than those with one
	few     bool   // find and sort them
	last    *entry // read so far; nil: nothing yet
	piece   int
	ready   []entry
	done    bool
}

// stretch is a part of an order that one look into its index finds.
type stretch struct {
	where string
	args  []driver.Value
}

// stretches gives what comes behind the last entry: what has its value and a later id, and then what has
// a later value. A comparison of both at once would find its place by the value alone, and pass over
// all that have the same.
func (s *stream) stretches() []stretch {
	col, than := s.q.Sort, ">"
	if s.q.Descending {
		than = "<"
	}
	switch {
	case s.unknown && s.last != nil:
		return []stretch{{col + " IS NULL AND id " + than + " ?", []driver.Value{s.last.id}}}
	case s.unknown:
		return []stretch{{col + " IS NULL", nil}}
	case s.last != nil:
		return []stretch{
			{col + " = ? AND id " + than + " ?", []driver.Value{s.last.key, s.last.id}},
			{col + " " + than + " ?", []driver.Value{s.last.key}},
		}
	case mayBeUnknown(col):
		return []stretch{{col + " IS NOT NULL", nil}}
	}
	return []stretch{{"1", nil}}
}

// sql reads a stretch in order.
func (s *stream) sql(where string) string {
	dir, plus := "", ""
	if s.q.Descending {
		dir = " DESC"
	}
	index := s.q.Sort
	if s.few {
		index, plus = byPath, "+"
	}
	key, order := s.q.Sort, plus+s.q.Sort+dir+", "+plus+"id"+dir
	if s.unknown {
		key, order = "NULL", plus+"id"+dir
	}
	if _, _, ok := s.q.pathRange(); ok {
		where += " AND path >= ? AND path < ?"
	}
	return "SELECT id, " + key + " FROM sort_keys INDEXED BY sort_" + index + " WHERE cell = ? AND " + where + " ORDER BY " + order + " LIMIT ?"
}

// fill reads the next piece where the last is used up.
func (s *stream) fill(c *conn) error {
	if len(s.ready) > 0 || s.done {
		return nil
	}
	s.ready = s.ready[:0]
	for _, st := range s.stretches() {
		args := append([]driver.Value{s.cell.id}, st.args...)
		if from, to, ok := s.q.pathRange(); ok {
			args = append(args, from, to)
		}
		err := c.each(s.sql(st.where), func(r row) error {
			s.ready = append(s.ready, entry{r.int(0), r[1], s.cell.root})
			return nil
		}, append(args, int64(s.piece-len(s.ready)))...)
		if err != nil {
			return err
		}
		if len(s.ready) == s.piece {
			last := s.ready[s.piece-1]
			s.last = &last
			return nil
		}
	}
	s.done = true
	return nil
}
