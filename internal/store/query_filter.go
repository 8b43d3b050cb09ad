package store

import (
	"database/sql/driver"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/store/filter"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// ofCells are the fields that all items of a cell have alike. An item is held, and is so no more, without a number of the
// feed, by which cells are kept: of cells where something is missing, each row says that.
var ofCells = []filter.Field{filter.Root, filter.Kind, filter.State}

// ofRows are the fields that stand in an item's row, beside those of cells.
var ofRows = []filter.Field{filter.Held, filter.Analysis, filter.Extension, filter.Size, filter.Added, filter.Modified,
	filter.Fingerprint, filter.Work}

// checks are what a query compares in each item that an order gives.
type checks struct {
	s       *Store
	filter  *filter.Set // without what cells tell
	rows    *rowCheck
	withDoc bool
	facts   filter.Facts
}

// newChecks is nil where cells tell all.
func (s *Store) newChecks(c *conn, q *Query) (*checks, error) {
	if !q.isChecked() {
		return nil, nil
	}
	set := q.Filter.Without(ofCells...)
	rows, err := newRowCheck(c, set, q.Under)
	return &checks{s: s, filter: set, rows: rows, withDoc: !set.Without(ofRows...).IsEmpty()}, err
}

// isChecked reports whether more is compared than cells tell.
func (q *Query) isChecked() bool { return !q.Filter.Without(ofCells...).IsEmpty() || q.Under != "" }

// keyColumns are those that judge reads; none, where there is nothing to compare.
func (q *Query) keyColumns() string {
	if q.checks == nil {
		return ""
	}
	return ", " + keyColumns
}

// judge says what the keyColumns of a row tell of an item, which begin at a place.
func (q *Query) judge(e *entry, r row, at int) (err error) {
	if q.checks != nil {
		e.verdict, err = q.checks.rows.look(r, at)
	}
	return err
}

// withoutDoc are feedColumns for who does not need the longest.
var withoutDoc = strings.Replace(feedColumns, "i.doc", "NULL", 1)

// pass reports whether an item passes: by its row where that tells, else as it is now.
func (k *checks) pass(c *conn, e *entry) (passes bool, err error) {
	if k == nil || e.verdict != filter.Unsure {
		return k == nil || e.verdict == filter.Passes, nil
	}
	columns := feedColumns
	if !k.withDoc {
		columns = withoutDoc
	}
	var v View
	found, err := c.one("SELECT "+columns+" FROM items i JOIN dirs d ON d.id = i.dir WHERE i.id = ?",
		func(r row) { v = scanView(k.s, r) }, e.id)
	if err != nil || !found {
		return false, err
	}
	return k.passView(c, &v)
}

func (k *checks) passView(c *conn, v *View) (bool, error) {
	k.facts.Clear()
	err := itemFacts(c, &k.facts, v, k.filter.Needs(filter.Work))
	return err == nil && k.filter.Matches(&k.facts), err
}

// itemFacts are all of an item, with the works that it belongs to where they are asked for.
func itemFacts(c *conn, f *filter.Facts, v *View, withWorks bool) error {
	rowFacts(f, v)
	docFacts(f, v.Doc)
	if !withWorks {
		return nil
	}
	return c.each("SELECT work FROM members WHERE item = ?", func(r row) error {
		f.Add(filter.Work, strconv.FormatInt(r.int(0), 10))
		return nil
	}, v.ID)
}

// cellPasses reports whether items of a cell may pass.
func (q *Query) cellPasses(c *cell) bool {
	if q.Filter.IsEmpty() {
		return true
	}
	var f filter.Facts
	rowFacts(&f, &View{Root: c.root, Kind: c.mediaKind(), State: c.state})
	if c.state == Present { // where nothing is held
		return q.Filter.Only(append(slices.Clone(ofCells), filter.Held)...).Matches(&f)
	}
	return q.Filter.Only(ofCells...).Matches(&f)
}

// ranges are the fields of which an order holds the numbers.
var ranges = map[filter.Field]string{filter.Added: "added", filter.Modified: "modified", filter.Size: "size",
	filter.Year: "year", filter.Duration: "duration", filter.Taken: "taken"}

// boundsOf are the least and the greatest value of a column that passes; none: there is no such.
func boundsOf(set *filter.Set, column string) (from, to driver.Value, bounded bool) {
	for field, of := range ranges {
		if of != column {
			continue
		}
		span, wanted := set.Span(field)
		if !wanted {
			return nil, nil, false
		}
		if field == filter.Duration {
			return filter.ToSeconds(max(span.From, 0)), filter.ToSeconds(min(span.To, filter.Longest)), true
		}
		return span.From, span.To, true
	}
	return nil, nil, false
}

// indexes are those of sort_keys by which items of a query are found: in its order, or by a range of its filter.
func (q *Query) indexes() (names []string) {
	switch q.Sort {
	case byRank:
		return nil
	case byPath: // items of few folders are walked in that of their coming
		names = append(names, "sort_added")
	default:
		names = append(names, "sort_"+q.Sort)
	}
	for _, column := range ranges {
		if _, _, bounded := boundsOf(q.Filter, column); bounded && q.Text == "" {
			names = append(names, "sort_"+column)
		}
	}
	return names
}

// fewChecked is how many items are found and compared, rather than compared in their order among all others.
const fewChecked = 3000

// narrowed finds and sorts the items that pass, where a filter tells of few that may.
func (s *Store) narrowed(c *conn, q *Query, cells []cell, at *entry) (out []entry, few bool, err error) {
	ids, few, err := candidates(c, q, cells)
	if !few || err != nil {
		return nil, false, err
	}
	roots := make(map[int64]string, len(cells))
	for _, cell := range cells {
		roots[cell.id] = cell.root
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		e, found, err := entryOf(c, q, id, roots)
		if err != nil {
			return nil, false, err
		}
		if !found || at != nil && q.compare(&e, at) <= 0 {
			continue
		}
		passes, err := q.passes(c, &e)
		if err != nil {
			return nil, false, err
		}
		if passes {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b entry) int { return q.compare(&a, &b) })
	return out[:min(len(out), q.Limit+1)], true, nil
}

// entryOf is an item's place in the query's order.
func entryOf(c *conn, q *Query, id int64, roots map[int64]string) (e entry, found bool, err error) {
	sql := "SELECT k.cell, k." + q.Sort + ", NULL, NULL" + q.keyColumns() + " FROM sort_keys k WHERE k.id = ?"
	if q.Sort == byPath {
		sql = "SELECT k.cell, NULL, d.path, i.name" + q.keyColumns() + " FROM sort_keys k CROSS JOIN items i ON i.id = k.id " +
			"CROSS JOIN dirs d ON d.id = i.dir WHERE k.id = ?"
	}
	var lost error
	_, err = c.one(sql, func(r row) {
		e = entry{id: id, key: r[1], cell: r.int(0)}
		e.root, found = roots[e.cell]
		switch key := e.key.(type) {
		case []byte:
			e.key = slices.Clone(key)
		case nil:
			if q.Sort == byPath {
				e.key = []byte(tree.Join(string(r.bytes(2)), string(r.bytes(3))))
			}
		}
		lost = q.judge(&e, r, 4)
	}, id)
	return e, found, errors.Join(err, lost)
}

// candidates are the items that one of the filters leaves, where those are few.
func candidates(c *conn, q *Query, cells []cell) (ids []int64, few bool, err error) {
	take := func(r row) error { ids = append(ids, r.int(0)); return nil }
	if works := q.Filter.Wanted(filter.Work); len(works) > 0 {
		for _, id := range works {
			err := c.each("SELECT item FROM members WHERE work = ? LIMIT ?", take, id, int64(q.few-len(ids)))
			if err != nil {
				return nil, false, err
			}
		}
		return ids, len(ids) < q.few, nil
	}
	for _, column := range ranges {
		from, to, bounded := boundsOf(q.Filter, column)
		if !bounded || column == q.Sort {
			continue
		}
		ids = ids[:0]
		for _, cell := range cells {
			err := c.each("SELECT id FROM sort_keys INDEXED BY sort_"+column+
				" WHERE cell = ? AND "+column+" >= ? AND "+column+" <= ? LIMIT ?",
				take, cell.id, from, to, int64(q.few-len(ids)))
			if err != nil {
				return nil, false, err
			}
		}
		if len(ids) < q.few {
			return ids, true, nil
		}
	}
	return nil, false, nil
}
