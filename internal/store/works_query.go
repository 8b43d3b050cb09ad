package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// WorkQuery asks for a page of works. The zero value of a field asks for nothing special.
type WorkQuery struct {
	Kinds      []string
	Parent     int64
	Text       string      // words that its title, series and people must hold
	Filter     *filter.Set // what else it has to say of itself
	Under      string      // a directory that a main item has to lie in, or below it
	Sort       string      // title, added, updated, year, number, size, duration; "": number below a work, else title
	Descending bool
	Limit      int    // works of a page, at least one
	After      string // from WorkResult.Next
	From       string // a value of the order at which the page begins; see beginning
	Members    bool   // works with their first members

	facts filter.Facts
}

// WorkResult is a page of works. Next is empty on the last page. A page may hold fewer works than asked for, even none,
// though others follow.
type WorkResult struct {
	Works []WorkView
	Next  string
	AsOf  int64
}

// workSorts are the orders of works by the columns that have them. Numbers of the feed rise as works change.
var workSorts = map[string]string{"title": "title", "added": "added", "updated": "seq", "year": "year",
	"number": "number", "size": "size", "duration": "duration"}

// workListed are the indexes of what sorts works. The feed reads by that of its numbers too, which is not one of them.
var workListed = []string{"works_title", "works_added", "works_year", "works_number", "works_size", "works_duration"}

// QueryWorks reads a page of works in order: ties by id, unknown values last.
func (s *Store) QueryWorks(ctx context.Context, q WorkQuery) (res WorkResult, err error) {
	if err := q.check(); err != nil {
		return res, err
	}
	at, err := q.begin()
	if err != nil {
		return res, err
	}
	if q.Text == "" && q.Parent == 0 { // else they are not found in their order
		if err := s.buildFor(ctx, "works_"+workSorts[q.Sort]); err != nil {
			return res, err
		}
	}
	err = s.readQuery(ctx, q.Text, func(c *conn) error {
		if res.AsOf, err = c.number("SELECT value FROM meta WHERE key = 'head'"); err != nil {
			return err
		}
		next, err := q.page(c, at, &res)
		if err == nil && next != nil {
			res.Next = q.endAt(next)
		}
		return err
	})
	return res, err
}

// order names the order, so that a place of another is not taken for one of it.
func (q *WorkQuery) order() string {
	if q.Descending {
		return "works -" + q.Sort
	}
	return "works " + q.Sort
}

// begin is the place behind which the page begins; nil: it is the first.
func (q *WorkQuery) begin() (*entry, error) {
	return beginning(q.After, q.From, q.Sort, q.Descending, q.order(), newSorter().workTitleKey)
}

func (q *WorkQuery) endAt(e *entry) string { return endAt(e, q.order()).String() }

// weight is about what the work takes as JSON, in bytes or more.
func (w *WorkView) weight() int { return 512 + len(w.Title)*4 + 64*len(w.Members) }

func (q *WorkQuery) check() error {
	if len(q.Kinds) == 0 {
		q.Kinds = q.Filter.Wanted(filter.Kind)
	}
	q.Kinds = slices.Compact(slices.Sorted(slices.Values(q.Kinds))) // each is a stretch of the order of its own
	if parents := q.Filter.Wanted(filter.Parent); q.Parent == 0 && len(parents) == 1 {
		q.Parent, _ = strconv.ParseInt(parents[0], 10, 64) // what is no number is nobody's, by the filter
	}
	switch {
	case q.Sort != "":
	case q.Text != "":
		q.Sort, q.Descending = byRank, false
	case q.Parent > 0:
		q.Sort = "number"
	default:
		q.Sort = "title"
	}
	if err := checkText(q.Text); err != nil {
		return err
	}
	if workSorts[q.Sort] == "" && (q.Sort != byRank || q.Text == "") {
		return fmt.Errorf("%w: sort by %q: choose title, added, updated, year, number, size or duration",
			ErrQuery, q.Sort)
	}
	for _, k := range q.Kinds {
		if workKindNumber(k) == 0 {
			return fmt.Errorf("%w: kind %q: choose %s", ErrQuery, k, strings.Join(WorkKinds(), ", "))
		}
	}
	if q.Limit < 1 {
		return fmt.Errorf("%w: limit %d", ErrQuery, q.Limit)
	}
	return nil
}

// workPageTime is how long a page looks for works that match.
const workPageTime = 40 * time.Millisecond

// page reads a page behind a place; it gives the place behind which the next goes on, if one does.
func (q *WorkQuery) page(c *conn, at *entry, res *WorkResult) (next *entry, err error) {
	source, err := q.source(c, at)
	if err != nil {
		return nil, err
	}
	ends := time.Now().Add(workPageTime)
	bytes := 0
	for looked := 1; ; looked++ {
		e, err := source()
		if err != nil || e == nil {
			return nil, err
		}
		all, err := worksWhere(c, "w.id = ? AND w.gone = 0", e.id)
		if err != nil {
			return nil, err
		}
		passes := false
		if len(all) == 1 {
			if passes, err = q.passes(c, &all[0]); err != nil {
				return nil, err
			}
		}
		if passes {
			w := &all[0]
			if len(res.Works) == q.Limit || bytes > PageBytes {
				return at, nil
			}
			if q.Members {
				if err := fillMembers(c, w); err != nil {
					return nil, err
				}
			}
			bytes += w.weight()
			res.Works = append(res.Works, *w)
		}
		at = e
		if looked%64 == 0 && time.Now().After(ends) {
			return at, nil
		}
	}
}

// source gives a function that gives one place after the other behind at, nil behind the last.
func (q *WorkQuery) source(c *conn, at *entry) (func() (*entry, error), error) {
	switch {
	case q.Text != "":
		return q.matching(c, at)
	case q.Parent > 0:
		return q.children(c, at)
	case q.Sort == "updated":
		return (&workStream{q: q, kind: 0, last: at}).next(c), nil
	}
	kinds := q.Kinds
	if len(kinds) == 0 {
		kinds = WorkKinds()
	}
	streams := make([]*workStream, len(kinds))
	nexts := make([]func() (*entry, error), len(kinds))
	heads := make([]*entry, len(kinds))
	for i, k := range kinds {
		streams[i] = &workStream{q: q, kind: workKindNumber(k), last: at}
		nexts[i] = streams[i].next(c)
	}
	begun := false
	return func() (*entry, error) {
		for i := range heads {
			if !begun {
				var err error
				if heads[i], err = nexts[i](); err != nil {
					return nil, err
				}
			}
		}
		begun = true
		best := -1
		for i, e := range heads {
			if e != nil && (best < 0 || compare(e, heads[best], q.Descending) < 0) {
				best = i
			}
		}
		if best < 0 {
			return nil, nil
		}
		e := heads[best]
		var err error
		heads[best], err = nexts[best]()
		return e, err
	}, nil
}

// children reads all of a work's children and sorts them.
func (q *WorkQuery) children(c *conn, at *entry) (func() (*entry, error), error) {
	var found []entry
	err := c.each("SELECT id, "+workSorts[q.Sort]+" FROM works WHERE "+isChildWork, func(r row) error {
		found = append(found, entry{id: r.int(0), key: r[1]})
		return nil
	}, q.Parent)
	return q.inOrder(at, found), err
}

// matching gives the works that are found by the words: ranked, a tier at a time, or the first MaxMatches of them as is
// asked for.
func (q *WorkQuery) matching(c *conn, at *entry) (func() (*entry, error), error) {
	m, err := newWorkMatches(c, q)
	if m == nil || err != nil {
		return q.inOrder(nil, nil), err
	}
	if q.Sort != byRank {
		found, err := m.sorted(workSorts[q.Sort])
		return q.inOrder(at, found), err
	}
	if at != nil {
		key, _ := at.key.(int64)
		m.tier = int(max(0, min(key/workTierStep, int64(workTiers))))
	}
	next := q.inOrder(nil, nil)
	return func() (*entry, error) {
		for {
			e, err := next()
			if e != nil || err != nil {
				return e, err
			}
			found, err := m.next()
			if len(found) == 0 || err != nil {
				return nil, err
			}
			next = q.inOrder(at, found)
		}
	}, nil
}

// inOrder sorts places and gives those behind one.
func (q *WorkQuery) inOrder(at *entry, found []entry) func() (*entry, error) {
	found = slices.DeleteFunc(found, func(e entry) bool { return at != nil && compare(&e, at, q.Descending) <= 0 })
	slices.SortFunc(found, func(a, b entry) int { return compare(&a, &b, q.Descending) })
	i := 0
	return func() (*entry, error) {
		if i == len(found) {
			return nil, nil
		}
		i++
		return &found[i-1], nil
	}
}

// workStream reads works of a kind in order, a piece at a time; of kind 0 all, by their last change.
type workStream struct {
	q     *WorkQuery
	kind  int64
	last  *entry
	ready []entry
	done  bool
}

func (s *workStream) next(c *conn) func() (*entry, error) {
	return func() (*entry, error) {
		if len(s.ready) == 0 && !s.done {
			if err := s.fill(c); err != nil {
				return nil, err
			}
		}
		if len(s.ready) == 0 {
			return nil, nil
		}
		e := s.ready[0]
		s.ready = s.ready[1:]
		return &e, nil
	}
}

const workPiece = 256

func (s *workStream) fill(c *conn) error {
	piece := min(workPiece, s.q.Limit+1)
	for _, st := range s.stretches() {
		err := c.each(s.sql(st.where), func(r row) error {
			s.ready = append(s.ready, entry{id: r.int(0), key: r[1]})
			return nil
		}, append(st.args, int64(piece-len(s.ready)))...)
		if err != nil {
			return err
		}
		if len(s.ready) >= piece {
			last := s.ready[len(s.ready)-1]
			s.last = &last
			return nil
		}
	}
	s.done = true
	return nil
}

// stretches are parts of the order behind the last place, each one look into its index: see stream.stretches.
func (s *workStream) stretches() (out []stretch) {
	col, than := workSorts[s.q.Sort], ">"
	if s.q.Descending {
		than = "<"
	}
	var of []driver.Value
	where := ""
	if s.kind != 0 {
		of, where = []driver.Value{s.kind}, "kind = ? AND "
	}
	add := func(cond string, args ...driver.Value) {
		out = append(out, stretch{where + cond, append(slices.Clone(of), args...)})
	}
	nullable := col == "title" || col == "year" || col == "number" || col == "duration"
	switch {
	case s.last != nil && s.last.key == nil:
		add(col+" IS NULL AND id "+than+" ?", s.last.id)
		return out
	case s.last != nil:
		add(col+" = ? AND id "+than+" ?", s.last.key, s.last.id)
		add(col+" "+than+" ?", s.last.key)
	case nullable:
		add(col + " IS NOT NULL")
	default:
		add("1")
	}
	if nullable {
		add(col + " IS NULL")
	}
	return out
}

func (s *workStream) sql(where string) string {
	col, dir := workSorts[s.q.Sort], ""
	if s.q.Descending {
		dir = " DESC"
	}
	order := col + dir + ", id" + dir
	if strings.Contains(where, " IS NULL") {
		order = "id" + dir
	}
	return "SELECT id, " + col + " FROM works INDEXED BY works_" + col + " WHERE " + where + " AND gone = 0 " +
		"ORDER BY " + order + " LIMIT ?"
}
