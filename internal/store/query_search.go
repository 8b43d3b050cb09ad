package store

import (
	"database/sql/driver"
	"errors"
	"math"
	"slices"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/store/filter"
	"github.com/catalogizer/catalogizerd/internal/store/words"
)

// searchMost bounds what a search does of some kinds.
type searchMost struct {
	ranked int // matches of a tier; as many more are looked at for those that pass the filters
	few    int // matches that are found and sorted, rather than looked for in their order among all other items
	known  int // matches whose ids are gathered, rather than each item's texts looked at
}

func joinPath(dir, name []byte) string {
	if len(dir) == 0 {
		return string(name)
	}
	return string(dir) + "/" + string(name)
}

// tier is a part of the ranked order. What is in one stands before all of the next; in it, the shortest titles of the
// first matches come first, and then the other matches by id. Each place depends on nothing but the item itself: so
// pages hold every item once, whatever else comes and goes.
type tier struct {
	number int
	until  int64  // ids up to this one are ranked; 0: that is not known yet
	spread uint16 // of textQuery
}

const (
	titleColumn = "{title} : "
	nameColumns = "{title people album} : "
)

// wanted is the expression for what a tier has or has not.
func (t *textQuery) wanted(w words.Wanted) string {
	return [...]string{words.Anywhere: "", words.InNames: nameColumns, words.InTitle: titleColumn}[w.Place] +
		"(" + t.all(w.Form) + ")"
}

// tier gives where the matches of a tier are found; ok is false where there are none.
func (t *textQuery) tier(n int) (s source, ranked, ok bool) {
	is, ok := t.Tier(n)
	if !ok {
		return s, false, false
	}
	not := make([]string, len(is.Not))
	for i, w := range is.Not {
		not[i] = t.wanted(w)
	}
	excluded := strings.Join(not, " OR ")
	if t.Common && is.Has.Form >= begins {
		return t.source(is.Has.Form, is.Not[0].Form, excluded), is.Ranked, true
	}
	return source{expression: but(t.wanted(is.Has), excluded)}, is.Ranked, true
}

// ranking reads the matches of a question in their order.
type ranking struct {
	c     *conn
	q     *Query
	t     *textQuery
	cells map[int64]string // the roots of those that pass the filters
	pace  *pace
	out   []entry

	isLate bool // of items that no work holds: the rest was not looked at
}

// ranked reads one entry more than a page holds of the matches, the best first, behind a place.
func (s *Store) ranked(c *conn, q *Query, cells []cell, at *entry, p *pace) ([]entry, error) {
	t, err := newTextQuery(c, q.Text)
	if err != nil || len(t.Terms) == 0 {
		return nil, err
	}
	if t.Common {
		p.often = paceOften / 8
	}
	r := &ranking{c: c, q: q, t: t, cells: rootsByCell(cells), pace: p}
	first := 0
	if at != nil {
		if first = at.tier.number; at.tier.spread != 0 {
			err = t.spreadTo(at.tier.spread)
		}
	}
	from := first
	if q.Unheld && first < words.FirstMeant && err == nil {
		var none bool
		if none, err = r.noneHas(); none {
			from, at = words.FirstMeant, nil
		}
	}
	for n := from; n < words.Tiers && err == nil && !r.isDone(); n++ {
		if n == words.FirstMeant && first < words.FirstMeant {
			if err = t.spreadOut(); err != nil {
				break
			}
		}
		if err = r.tier(n, at); err == nil && !r.isDone() && n+1 < words.Tiers {
			p.endIfLate(&entry{key: int64(-1), tier: tier{number: n + 1, spread: t.Spread}})
		}
		at = nil
	}
	return r.out, err
}

func rootsByCell(cells []cell) map[int64]string {
	roots := make(map[int64]string, len(cells))
	for _, c := range cells {
		roots[c.id] = c.root
	}
	return roots
}

func (r *ranking) isDone() bool { return len(r.out) > r.q.Limit || r.pace.end != nil || r.isLate }

// tier reads a tier behind a place.
func (r *ranking) tier(n int, at *entry) error {
	src, isRanked, ok := r.t.tier(n)
	if !ok {
		return nil
	}
	place := tier{number: n, spread: r.t.Spread}
	rest := int64(0)
	if at != nil && at.key == nil {
		rest = at.id
	}
	if isRanked {
		if at != nil && at.tier.until == 0 {
			at = nil
		}
		if at != nil {
			place.until = at.tier.until
		}
		if at == nil || at.key != nil {
			if err := r.first(src, &place, at); err != nil || r.isDone() {
				return err
			}
			rest = place.until
		}
		if place.until == math.MaxInt64 {
			return nil
		}
	}
	err := r.matches(src, ids{rest, math.MaxInt64}, func(e *entry, passes bool) error {
		e.key, e.root, e.tier = nil, "", place
		if passes {
			r.out = append(r.out, *e)
		}
		if r.isDone() || r.pace.isOver(e) {
			return errFound
		}
		return nil
	})
	return err
}

// matches calls fn with the matches of a source among ids.
func (r *ranking) matches(src source, among ids, fn func(e *entry, passes bool) error) error {
	const key = "ifnull(length(k.title), 1000)"
	if !r.q.Unheld {
		return eachMatch(r.c, r.q, key, r.cells, src, among, fn)
	}
	inTime, err := eachFree(r.c, r.q, key, r.cells, src, among, r.pace.ends, fn)
	r.isLate = r.isLate || !inTime
	return err
}

// errFound ends a reading that has what it wants.
var errFound = errors.New("enough is found")

// first reads the ranked matches of a tier; where a question comes to it, it finds up to where they go.
func (r *ranking) first(src source, place *tier, at *entry) error {
	until, looked := int64(math.MaxInt64), 0
	if at != nil {
		until = place.until
	}
	best, found := bestOf{most: r.q.Limit + 1 - len(r.out)}, 0
	err := r.matches(src, ids{0, until}, func(e *entry, passes bool) error {
		if passes {
			found++
			if at == nil || compare(e, at, false) > 0 {
				best.add(e)
			}
		}
		if looked++; at == nil && (found == r.q.most.ranked || looked == 2*r.q.most.ranked) {
			until = e.id
			return errFound
		}
		return nil
	})
	if err != nil {
		return err
	}
	place.until = until
	for _, e := range best.inOrder() {
		e.tier, e.root = *place, ""
		r.out = append(r.out, e)
	}
	return nil
}

// bestOf keeps the first of many entries: at most so many.
type bestOf struct {
	most    int
	entries []entry
	worst   *entry // no later one is among the first; nil: any may be
}

func (b *bestOf) add(e *entry) {
	if b.worst != nil && compare(e, b.worst, false) >= 0 {
		return
	}
	if b.entries = append(b.entries, *e); len(b.entries) == 2*b.most+freeBatch {
		worst := b.inOrder()[b.most-1]
		b.entries, b.worst = b.entries[:b.most], &worst
	}
}

// inOrder gives them in their order.
func (b *bestOf) inOrder() []entry {
	slices.SortFunc(b.entries, func(x, y entry) int { return compare(&x, &y, false) })
	return b.entries[:min(len(b.entries), b.most)]
}

// ids are those behind one and up to another.
type ids struct{ after, upto int64 }

var everyID = ids{0, math.MaxInt64}

// eachMatch calls fn with the matches of a source among ids, in their order, and whether they pass the filters.
func eachMatch(
	c *conn, q *Query, key string, cells map[int64]string, src source, among ids,
	fn func(e *entry, passes bool) error,
) error {
	sql, args := q.matchesSQL(src, key, among)
	err := eachOf(c, q, sql, args, cells, src, fn)
	if errors.Is(err, errFound) {
		err = nil
	}
	return err
}

// eachOf is eachMatch for the rows of a statement that matchesSQL has given. What ends it is its error.
func eachOf(
	c *conn, q *Query, sql string, args []driver.Value, cells map[int64]string, src source,
	fn func(e *entry, passes bool) error,
) error {
	e := &entry{} // who keeps it copies it
	return c.each(sql, func(r row) (err error) {
		root, passes := cells[r.int(1)]
		*e = entry{id: r.int(0), root: root, key: r[2], cell: r.int(1)}
		if passes && q.Under != "" {
			passes = r.int(3) != 0
		}
		if passes {
			err = q.judge(e, r, 4)
			passes = e.verdict != filter.Fails
		}
		if passes && err == nil && src.check != nil {
			passes, err = src.check(e.id)
		}
		if passes && err == nil {
			passes, err = q.checks.pass(c, e)
		}
		if err == nil {
			err = fn(e, passes)
		}
		return err
	}, args...)
}

// matchesSQL reads matches in the order of ids: id, cell, a key, and whether they are below the query's directory.
func (q *Query) matchesSQL(src source, key string, among ids) (string, []driver.Value) {
	args := []driver.Value{among.after, among.upto}
	from, order := "sort_keys k", " WHERE k.id > ?1 AND k.id <= ?2 ORDER BY k.id"
	switch {
	case src.among != "":
		from, order = "json_each(?3) j CROSS JOIN sort_keys k ON k.id = j.value", " WHERE k.id > ?1 AND k.id <= ?2"
		args = append(args, src.among)
	case src.expression != "":
		from = "search CROSS JOIN sort_keys k ON k.id = search.rowid"
		order = " WHERE search MATCH ?3 AND search.rowid > ?1 AND search.rowid <= ?2 ORDER BY search.rowid"
		args = append(args, src.expression)
	}
	columns, below := "k.id, k.cell, "+key, ", NULL"
	if q.Under != "" || q.Sort == byPath {
		from += " CROSS JOIN items i ON i.id = k.id CROSS JOIN dirs d ON d.id = i.dir"
		below = ", d.path = ?4 OR d.path >= ?5 AND d.path < ?6 OR ?7"
		for len(args) < 3 {
			args = append(args, nil)
		}
		low, high := q.pathRange()
		everywhere := int64(0)
		if q.Under == "" {
			everywhere = 1
		}
		args = append(args, []byte(q.Under), low, high, everywhere)
	}
	return "SELECT " + columns + below + q.keyColumns() + " FROM " + from + order, args
}
