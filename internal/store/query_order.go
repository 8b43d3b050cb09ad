package store

import (
	"bytes"
	"cmp"
	"database/sql/driver"
	"slices"
	"strings"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// entry is an item by its place in an order.
type entry struct {
	id   int64
	key  driver.Value // int64, float64 or []byte; nil: unknown
	root string
	cell int64
	tier tier // in the ranked order

	verdict filter.Verdict // of the filters
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

// pace ends a page that takes its time: it may hold fewer than were asked for, even none, and goes on where it ended.
type pace struct {
	ends   time.Time
	often  int   // looks until it asks for the time again
	few    int64 // items that are found and sorted, rather than found in their order among all others
	looked int
	end    *entry // where it ended; nil: the time was enough
}

const (
	pageTime  = 40 * time.Millisecond // how long a page looks for items that pass the filters
	paceOften = 32
	fewItems  = 5_000
)

// isOver reports whether the page ends, where it has looked at what is up to an entry. It never ends where it began.
func (p *pace) isOver(e *entry) bool {
	if p.looked++; p.looked > 1 && p.looked%p.often == 0 && p.end == nil && time.Now().After(p.ends) {
		end := *e
		p.end = &end
	}
	return p.end != nil
}

// endIfLate ends the page at a place where the time is over.
func (p *pace) endIfLate(e *entry) {
	if p.end == nil && time.Now().After(p.ends) {
		p.end = e
	}
}

// sorted reads one entry more than a page holds, behind a place, by merging the orders of the cells.
func sorted(c *conn, q *Query, cells []cell, at *entry, p *pace) (out []entry, err error) {
	if q.Under != "" {
		few, err := isFewBelow(c, q, cells, p.few)
		if err != nil {
			return nil, err
		}
		if few {
			return sortedBelow(c, q, cells, at)
		}
	}
	_, _, bounded := boundsOf(q.Filter, q.Sort)
	for _, unknown := range []bool{false, true} {
		full := len(out) > q.Limit || p.end != nil
		hasNone := unknown && (bounded || !mayBeUnknown(q.Sort))
		isPast := !unknown && at != nil && at.key == nil
		if full || hasNone || isPast {
			continue
		}
		from := at
		if unknown && from != nil && from.key != nil {
			from = nil
		}
		if unknown && isOfSome(q.Sort) {
			return unknownOfSome(c, q, cells, from, out, p)
		}
		if out, err = merge(c, q, cells, unknown, from, out, p); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// groups divides the cells into those of each root, by name.
func groups(q *Query, cells []cell) (out [][]cell) {
	slices.SortFunc(cells, func(a, b cell) int {
		if q.Descending {
			a, b = b, a
		}
		return strings.Compare(a.root, b.root)
	})
	for _, c := range cells {
		if n := len(out); n > 0 && out[n-1][0].root == c.root {
			out[n-1] = append(out[n-1], c)
		} else {
			out = append(out, []cell{c})
		}
	}
	return out
}

// mostPieces is how much of all cells together is read at once.
const mostPieces = 4096

// merge appends to out what comes next of several cells, until it holds more than a page.
func merge(c *conn, q *Query, cells []cell, unknown bool, from *entry, out []entry, p *pace) ([]entry, error) {
	streams := make([]*stream, 0, len(cells))
	for _, cell := range cells {
		streams = append(streams, &stream{q: q, cell: cell, unknown: unknown, last: from, begun: from,
			piece: 2*(q.Limit+1)/len(cells) + 8, most: mostPieces / len(cells)})
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
		next := best.ready[0]
		best.ready = best.ready[1:]
		passes, err := q.passes(c, &next)
		if err != nil {
			return nil, err
		}
		if passes {
			out = append(out, next)
		}
		if p.isOver(&next) {
			break
		}
	}
	return out, nil
}

// belowSQL is the items of a root below a directory; its arguments are belowArgs.
const (
	belowDirs = "FROM dirs d CROSS JOIN items i ON i.dir = d.id AND i.state "
	belowRoot = " WHERE d.root = ?1 AND (d.path = ?2 OR d.path >= ?3 AND d.path < ?4)"
	belowSQL  = "SELECT i.id " + belowDirs + "= {present}" + belowRoot + " UNION ALL SELECT i.id " + belowDirs + "> {present}" + belowRoot
)

func (q *Query) belowArgs(root int64) []driver.Value {
	from, to := q.pathRange()
	return []driver.Value{root, []byte(q.Under), from, to}
}

// rootsOfCells are the roots of cells, each once.
func rootsOfCells(cells []cell) map[int64]bool {
	roots := map[int64]bool{}
	for _, c := range cells {
		roots[c.rootID] = true
	}
	return roots
}

func isFewBelow(c *conn, q *Query, cells []cell, left int64) (bool, error) {
	for root := range rootsOfCells(cells) {
		n, err := c.number("SELECT count(*) FROM ("+belowSQL+" LIMIT ?5)", append(q.belowArgs(root), left)...)
		if left -= n; err != nil || left <= 0 {
			return false, err
		}
	}
	return true, nil
}

// sortedBelow finds all items below the query's directory and sorts them.
func sortedBelow(c *conn, q *Query, cells []cell, at *entry) (found []entry, err error) {
	of := make(map[int64]string, len(cells))
	for _, c := range cells {
		of[c.id] = c.root
	}
	for root := range rootsOfCells(cells) {
		err := c.each("SELECT k.id, k.cell, k."+q.Sort+q.keyColumns()+" FROM ("+belowSQL+") b CROSS JOIN sort_keys k ON k.id = b.id", func(r row) error {
			root, wanted := of[r.int(1)]
			if e := (entry{id: r.int(0), key: r[2], root: root}); wanted && (at == nil || compare(&e, at, q.Descending) > 0) {
				if err := q.judge(&e, r, 3); err != nil {
					return err
				}
				if wanted, err = q.passesHere(c, &e); wanted {
					found = append(found, e)
				}
			}
			return err
		}, q.belowArgs(root)...)
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(found, func(a, b entry) int { return compare(&a, &b, q.Descending) })
	return found[:min(len(found), q.Limit+1)], nil
}

// isBelow reports whether an item is below the query's directory.
func isBelow(c *conn, q *Query, id int64) (below bool, err error) {
	if q.Under == "" {
		return true, nil
	}
	_, err = c.one("SELECT d.path FROM items i JOIN dirs d ON d.id = i.dir WHERE i.id = ?",
		func(r row) { below = q.isBelow(string(r.bytes(0))) }, id)
	return below, err
}

// stream reads one cell in order, a piece at a time.
type stream struct {
	q       *Query
	cell    cell
	unknown bool   // those without a value, rather than those with one
	last    *entry // read so far; nil: nothing yet
	begun   *entry // last, before anything was read
	piece   int
	most    int // of a piece: each is larger than the one before, where many do not pass
	ready   []entry
	done    bool
}

// stretch is a part of an order that one look into its index finds.
type stretch struct {
	where string
	args  []driver.Value
}

// bound narrows a stretch to what the query's filters leave of the order. Where it begins behind a place it has one end
// already: SQLite looks into an index by one, and is not to take the other.
func (s *stream) bound(st stretch, begun bool) stretch {
	from, to, bounded := boundsOf(s.q.Filter, s.q.Sort)
	if !bounded {
		return st
	}
	if !begun || s.q.Descending {
		st.where, st.args = st.where+" AND "+s.q.Sort+" >= ?", append(st.args, from)
	}
	if !begun || !s.q.Descending {
		st.where, st.args = st.where+" AND "+s.q.Sort+" <= ?", append(st.args, to)
	}
	return st
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
			s.bound(stretch{col + " " + than + " ?", []driver.Value{s.last.key}}, true),
		}
	case mayBeUnknown(col):
		return []stretch{s.bound(stretch{col + " IS NOT NULL", nil}, false)}
	}
	return []stretch{s.bound(stretch{"1", nil}, false)}
}

// sql reads a stretch in order.
func (s *stream) sql(where string) string {
	dir := ""
	if s.q.Descending {
		dir = " DESC"
	}
	key, order := s.q.Sort, s.q.Sort+dir+", id"+dir
	if s.unknown {
		key, order = "NULL", "id"+dir
	}
	return "SELECT id, " + key + s.q.keyColumns() + " FROM sort_keys k INDEXED BY sort_" + s.q.Sort +
		" WHERE cell = ? AND " + where + " ORDER BY " + order + " LIMIT ?"
}

// fill reads the next piece where the last is used up.
func (s *stream) fill(c *conn) error {
	if len(s.ready) > 0 || s.done {
		return nil
	}
	if s.last != s.begun { // it is not the first
		s.piece = max(s.piece, min(2*s.piece, s.most))
	}
	s.ready = s.ready[:0]
	for _, st := range s.stretches() {
		args := append([]driver.Value{s.cell.id}, st.args...)
		err := c.each(s.sql(st.where), func(r row) error {
			s.ready = append(s.ready, entry{id: r.int(0), key: r[1], root: s.cell.root})
			return s.q.judge(&s.ready[len(s.ready)-1], r, 2)
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
