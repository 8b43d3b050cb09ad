package store

import (
	"cmp"
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/store/filter"
	"github.com/catalogizer/catalogizerd/internal/store/words"
)

// Works that words find rank by tiers, as items do: those that have the words as they are before those that have them
// as beginnings, inside of others, or nearly; of the first two, those that have them in the title first. In a tier the
// shortest titles come first. So a place depends on nothing but the work itself, and pages go on where they ended.
const workTiers = 2 * (int(near2) + 1)

const (
	workTierStep = 1 << 20 // divides tiers in the keys by which works rank
	workLooks    = 20_000  // works that words find of which kind and roots are looked at, until enough have them
)

// workMatches finds works by words, a tier at a time.
type workMatches struct {
	t      *textQuery
	which  string // what SQL can tell of the works that are asked for; "": all may be
	enough int
	tier   int  // the next
	spread bool // what is meant by rare words was looked for
}

// newWorkMatches is nil where nothing is looked for.
func newWorkMatches(c *conn, q *WorkQuery) (*workMatches, error) {
	t, err := newTextQuery(c, q.Text)
	if err != nil || len(t.Terms) == 0 {
		return nil, err
	}
	t.table, t.Common = "work_search", false
	which, err := q.which(c)
	return &workMatches{t: t, which: which, enough: q.Limit + 1}, err
}

// which is a condition that all works have which pass the query's kinds and roots.
func (q *WorkQuery) which(c *conn) (string, error) {
	var all []string
	if len(q.Kinds) > 0 {
		var numbers []string
		for _, k := range q.Kinds {
			numbers = append(numbers, strconv.FormatInt(workKindNumber(k), 10))
		}
		all = append(all, "w.kind IN ("+strings.Join(numbers, ",")+")")
	}
	if roots := q.Filter.Wanted(filter.Root); len(roots) > 0 {
		var any []string
		for _, name := range roots {
			number, err := c.number("SELECT id FROM work_roots WHERE name = ?", name)
			if err != nil {
				return "", err
			}
			var numbered, named workDoc // those of before
			if numbered.number(docRootNumber, number); number != 0 {
				any = append(any, fmt.Sprintf("instr(w.doc, x'%x') > 0", []byte(numbered))) // or what looks like it
			}
			named.text(docRoot, name)
			any = append(any, fmt.Sprintf("instr(w.doc, x'%x') > 0", []byte(named)))
		}
		all = append(all, "("+strings.Join(any, " OR ")+")")
	}
	return strings.Join(all, " AND "), nil
}

// isForm reports whether works may have a form; the first time that it is asked of others than those that stand in the
// question, it looks for what is meant.
func (m *workMatches) isForm(f form) (bool, error) {
	if f > begins && !m.spread {
		m.spread = true
		if err := m.t.spreadOut(); err != nil {
			return false, err
		}
	}
	return f <= m.t.Widest() && (f != begins || m.t.Terms[len(m.t.Terms)-1].Open), nil
}

// next gives the first MaxMatches works of the next tier that has any, the best first; none: there are no more.
func (m *workMatches) next() (found []entry, err error) {
	for ; m.tier < workTiers && len(found) == 0; m.tier++ {
		f, inTitle := form(m.tier/2), m.tier%2 == 0
		is, err := m.isForm(f)
		if err != nil {
			return nil, err
		}
		if !is || f > begins && !inTitle { // which rank alike wherever they stand
			continue
		}
		if found, err = m.ranked(m.expression(f, inTitle)); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// expression is for what has a form, and not the one before it: in the title, or elsewhere.
func (m *workMatches) expression(f form, inTitle bool) string {
	all, before := "("+m.t.all(f)+")", ""
	if f > exact {
		before = m.t.all(f - 1)
	}
	switch title := titleColumn + all; {
	case f > begins:
		return but(all, before)
	case inTitle:
		return but(title, before)
	case before == "":
		return but(all, title)
	default:
		return but(all, title+" OR ("+before+")")
	}
}

// The search keeps of each text how many words its columns have: https://sqlite.org/fts5.html#fts5_data_structures
const (
	rankedWorksSQL = "SELECT s.rowid, z.sz FROM work_search s CROSS JOIN work_search_docsize z ON z.id = s.rowid " +
		"WHERE s.work_search MATCH ?1 LIMIT ?2"
	someWorksSQL = "SELECT s.id, z.sz FROM (SELECT rowid AS id FROM work_search WHERE work_search MATCH ?1 " +
		"AND rowid > ?3 ORDER BY rowid LIMIT ?4) s CROSS JOIN works w ON w.id = s.id AND "
	ofSomeWorks = " CROSS JOIN work_search_docsize z ON z.id = s.id LIMIT ?2"
	lastOfSome  = "SELECT count(*), max(id) FROM (SELECT rowid AS id FROM work_search WHERE work_search MATCH ?1 " +
		"AND rowid > ?2 ORDER BY rowid LIMIT ?3)"
)

// ranked reads the matches of the present tier, and ranks them by how many words their titles have. One letter says too
// little to rank by.
func (m *workMatches) ranked(expression string) (found []entry, err error) {
	base, isShort := int64(m.tier)*workTierStep, words.IsShort(m.t.Terms)
	type place struct{ key, id int64 }
	places := make([]place, 0, 256)
	take := func(r row) error {
		p := place{base, r.int(0)}
		if n, size := binary.Uvarint(r.bytes(1)); size > 0 && !isShort {
			p.key += int64(min(n, workTierStep-1)) //nolint:gosec // as small
		}
		places = append(places, p)
		return nil
	}
	if m.which == "" {
		err = m.t.c.each(rankedWorksSQL, take, expression, int64(MaxMatches))
	}
	for looked, last := int64(workLooks), int64(0); m.which != "" && looked == workLooks && len(places) < m.enough; {
		err = m.t.c.each(someWorksSQL+m.which+ofSomeWorks, take, expression, int64(MaxMatches), last, int64(workLooks))
		if err != nil || len(places) >= m.enough {
			break
		}
		_, err = m.t.c.one(lastOfSome, func(r row) { looked, last = r.int(0), r.int(1) }, expression, last, int64(workLooks))
		if err != nil {
			break
		}
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.id, b.id)) })
	for _, p := range places {
		found = append(found, entry{id: p.id, key: p.key})
	}
	return found, err
}

// sorted reads the first MaxMatches works of all forms with what a column holds of them, in no order.
func (m *workMatches) sorted(column string) (found []entry, err error) {
	for f := exact; f <= near2 && len(found) < MaxMatches; f++ {
		is, err := m.isForm(f)
		if err != nil {
			return nil, err
		}
		if !is {
			continue
		}
		without := ""
		if f > exact {
			without = m.t.all(f - 1)
		}
		err = m.t.c.each("SELECT s.rowid, w."+column+" FROM work_search s CROSS JOIN works w ON w.id = s.rowid "+
			"WHERE s.work_search MATCH ? LIMIT ?", func(r row) error {
			e := entry{id: r.int(0), key: r[1]}
			if key, is := r[1].([]byte); is {
				e.key = slices.Clone(key)
			}
			found = append(found, e)
			return nil
		}, but(m.t.all(f), without), driver.Value(int64(MaxMatches-len(found))))
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// but is an expression for what one finds and another does not.
func but(expression, without string) string {
	if without == "" {
		return expression
	}
	return "(" + expression + ") NOT (" + without + ")"
}
