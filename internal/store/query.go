package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// ErrQuery says that a query asks for something that there is not.
var ErrQuery = errors.New("bad query")

// MaxMatches is how many matches of a search are ranked.
const MaxMatches = 10000

// Query asks for a page of items. The zero value of a field asks for nothing special.
type Query struct {
	Roots      []string
	Under      string // directory; with exactly one root, or in each
	Kinds      []string
	State      string // present or missing
	Text       string
	Sort       string // path, title, added, modified, size, year, duration
	Descending bool
	Limit      int
	After      string // from Result.Next
}

// Result is a page of items. Next is empty on the last page.
type Result struct {
	Items []View
	Next  string
	AsOf  int64 // the feed's number from which on a client has to read to miss nothing
}

var sortColumns = map[string]string{
	"title": "title", "added": "added", "modified": "modified", "size": "size", "year": "year", "duration": "duration",
}

// Query reads a page of items in order; ties by id, unknown values last.
func (s *Store) Query(ctx context.Context, q Query) (Result, error) {
	switch {
	case q.Text != "":
		return s.search(ctx, &q)
	case q.Sort == "" || q.Sort == "path":
		return s.queryPath(ctx, &q)
	}
	col, ok := sortColumns[q.Sort]
	if !ok {
		return Result{}, fmt.Errorf("%w: sort by %q: choose path, title, added, modified, size, year or duration", ErrQuery, q.Sort)
	}
	return s.querySorted(ctx, &q, col)
}

// place is where a page ended: the sort value of its last item and its id.
type place struct {
	null bool
	num  string // integers and floats as text
	key  string // title keys
	id   int64
	ok   bool
}

func parsePlace(s string) (p place, err error) {
	if s == "" {
		return p, nil
	}
	parts := strings.SplitN(s, ".", 3)
	if len(parts) != 3 {
		return p, fmt.Errorf("%w: after", ErrQuery)
	}
	p.ok, p.null = true, parts[0] == "n"
	if p.id, err = strconv.ParseInt(parts[1], 36, 64); err != nil {
		return p, fmt.Errorf("%w: after", ErrQuery)
	}
	if parts[0] == "k" {
		p.key, err = unhex(parts[2])
	} else {
		p.num = parts[2]
	}
	return p, err
}

func (p place) String() string {
	id := strconv.FormatInt(p.id, 36)
	switch {
	case p.null:
		return "n." + id + "."
	case p.key != "":
		return fmt.Sprintf("k.%s.%x", id, p.key)
	}
	return "v." + id + "." + p.num
}

func unhex(s string) (string, error) {
	var b []byte
	if _, err := fmt.Sscanf(s, "%x", &b); err != nil {
		return "", fmt.Errorf("%w: after", ErrQuery)
	}
	return string(b), nil
}

// value is the place's sort value as SQLite compares it.
func (p place) value() driver.Value {
	if p.key != "" {
		return []byte(p.key)
	}
	if n, err := strconv.ParseInt(p.num, 10, 64); err == nil {
		return n
	}
	f, _ := strconv.ParseFloat(p.num, 64)
	return f
}

// filter is the part of a WHERE clause over sort_keys k that a query's filters make, and whether few
// items pass it, so that it is better to find those and sort them than to walk the order and skip the rest.
func (s *Store) filter(q *Query) (where string, args []driver.Value, few bool, err error) {
	var conds []string
	roots, err := s.rootIDs(q.Roots)
	if err != nil {
		return "", nil, false, err
	}
	in := func(col string, n int) string { return col + " IN (?" + strings.Repeat(",?", n-1) + ")" }
	if roots != nil {
		conds = append(conds, in("k.root", max(len(roots), 1)))
		for _, id := range roots {
			args = append(args, id)
		}
		if len(roots) == 0 {
			args = append(args, int64(-1))
		}
	}
	if len(q.Kinds) > 0 {
		conds = append(conds, in("k.kind", len(q.Kinds)))
		for _, k := range q.Kinds {
			args = append(args, k)
		}
	}
	few = s.isFew(roots, q.Kinds)
	switch q.State {
	case "":
	case "present":
		conds = append(conds, "k.state = 0")
	case "missing":
		conds = append(conds, "k.id IN (SELECT id FROM items WHERE state IN (1, 2))")
		few = true
	default:
		return "", nil, false, fmt.Errorf("%w: state %q: choose present or missing", ErrQuery, q.State)
	}
	if q.Under != "" {
		conds = append(conds, "EXISTS (SELECT 1 FROM items i JOIN dirs d ON d.id = i.dir WHERE i.id = k.id AND (d.path = ? OR (d.path >= ? AND d.path < ?)))")
		args = append(args, []byte(q.Under), []byte(q.Under+"/"), []byte(q.Under+"0")) // '0' follows '/'
	}
	if len(conds) == 0 {
		return "1", args, false, nil
	}
	return strings.Join(conds, " AND "), args, few, nil
}

// isFew reports whether the filters by root and kind leave so little of the catalog that walking a whole order
// for it would be slow.
func (s *Store) isFew(roots []int64, kinds []string) bool {
	all := s.kindItems(func(int64, string) bool { return true })
	n := s.kindItems(func(root int64, kind string) bool {
		return (roots == nil || slices.Contains(roots, root)) && (len(kinds) == 0 || slices.Contains(kinds, kind))
	})
	return n < all/20
}

// rootIDs gives the ids of roots by name; nil where none are named. Unknown names match nothing.
func (s *Store) rootIDs(names []string) ([]int64, error) {
	if len(names) == 0 {
		return nil, nil
	}
	ids := []int64{}
	if m := s.roots.Load(); m != nil {
		for id, name := range *m {
			if slices.Contains(names, name) {
				ids = append(ids, id)
			}
		}
	}
	return ids, nil
}

// querySorted walks an order of sort_keys: first the known values, then the unknown.
func (s *Store) querySorted(ctx context.Context, q *Query, col string) (res Result, err error) {
	at, err := parsePlace(q.After)
	if err != nil {
		return res, err
	}
	where, args, few, err := s.filter(q)
	if err != nil {
		return res, err
	}
	err = s.read(ctx, func(c *conn) error {
		if res.AsOf, err = c.number("SELECT value FROM meta WHERE key = 'indexed'"); err != nil {
			return err
		}
		var ids []int64
		var last place
		for _, null := range []bool{false, true} {
			if len(ids) > q.Limit || (at.ok && at.null && !null) {
				continue
			}
			sql, vals := sortedSQL(col, where, q.Descending, few, null, at)
			vals = append(append(slices.Clone(args), vals...), int64(q.Limit+1-len(ids)))
			err := c.each(sql, func(r row) error {
				ids = append(ids, r.int(0))
				if len(ids) == q.Limit {
					last = placeOf(r, null)
				}
				return nil
			}, vals...)
			if err != nil {
				return err
			}
		}
		if len(ids) > q.Limit {
			ids, res.Next = ids[:q.Limit], last.String()
		}
		return s.views(c, ids, &res)
	})
	return res, err
}

func placeOf(r row, null bool) place {
	p := place{id: r.int(0), null: null}
	switch v := r[1].(type) {
	case []byte:
		p.key = string(v)
	case int64:
		p.num = strconv.FormatInt(v, 10)
	case float64:
		p.num = strconv.FormatFloat(v, 'g', -1, 64)
	}
	return p
}

// sortedSQL reads ids and values in one order. A unary plus keeps SQLite from walking an index where
// finding the few items and sorting them is faster.
func sortedSQL(col, where string, desc, few, null bool, at place) (string, []driver.Value) {
	dir, cmp := "", ">"
	if desc {
		dir, cmp = " DESC", "<"
	}
	order, key := "k."+col, "k."+col
	if few {
		order = "+" + order
	}
	var vals []driver.Value
	if null {
		where += " AND " + key + " IS NULL"
		if at.ok && at.null {
			where += " AND k.id " + cmp + " ?"
			vals = append(vals, at.id)
		}
		return "SELECT k.id, NULL FROM sort_keys k WHERE " + where + " ORDER BY k.id" + dir + " LIMIT ?", vals
	}
	where += " AND " + key + " IS NOT NULL"
	if at.ok {
		where += fmt.Sprintf(" AND (%s, k.id) %s (?, ?)", key, cmp)
		vals = append(vals, at.value(), at.id)
	}
	return fmt.Sprintf("SELECT k.id, %s FROM sort_keys k WHERE %s ORDER BY %s%s, k.id%s LIMIT ?", key, where, order, dir, dir), vals
}

// views reads the items of ids, in their order; those that are gone meanwhile are left out.
func (s *Store) views(c *conn, ids []int64, res *Result) error {
	for _, id := range ids {
		_, err := c.one("SELECT "+feedColumns+" FROM items i JOIN dirs d ON d.id = i.dir WHERE i.id = ? AND i.state < 3",
			func(r row) { res.Items = append(res.Items, scanView(s, r)) }, id)
		if err != nil {
			return err
		}
	}
	return nil
}

// search ranks the first MaxMatches matches, or sorts them where an order is asked for.
func (s *Store) search(ctx context.Context, q *Query) (res Result, err error) {
	match := matchExpression(q.Text)
	if match == "" {
		return res, nil
	}
	at, err := parsePlace(q.After)
	if err != nil {
		return res, err
	}
	where, args, _, err := s.filter(q)
	if err != nil {
		return res, err
	}
	key := "bm25(search, 10.0, 5.0, 4.0, 1.0)"
	if col, ok := sortColumns[q.Sort]; ok {
		key = "k." + col
	} else if q.Sort != "" && q.Sort != "path" {
		return res, fmt.Errorf("%w: sort by %q", ErrQuery, q.Sort)
	}
	vals := append([]driver.Value{match}, args...)
	vals = append(vals, int64(MaxMatches))
	sql := "SELECT id, v FROM (SELECT k.id AS id, " + key + " AS v FROM search JOIN sort_keys k ON k.id = search.rowid WHERE search MATCH ? AND " + where + " LIMIT ?)"
	dir, cmp := "", ">"
	if q.Descending {
		dir, cmp = " DESC", "<"
	}
	switch {
	case at.ok && at.null:
		sql += " WHERE v IS NULL AND id " + cmp + " ?"
		vals = append(vals, at.id)
	case at.ok:
		sql += " WHERE v IS NULL OR (v, id) " + cmp + " (?, ?)"
		vals = append(vals, at.value(), at.id)
	}
	sql += " ORDER BY v IS NULL, v" + dir + ", id" + dir + " LIMIT ?"
	vals = append(vals, int64(q.Limit+1))
	err = s.read(ctx, func(c *conn) error {
		if res.AsOf, err = c.number("SELECT value FROM meta WHERE key = 'indexed'"); err != nil {
			return err
		}
		var ids []int64
		var last place
		err := c.each(sql, func(r row) error {
			ids = append(ids, r.int(0))
			if len(ids) == q.Limit {
				last = placeOf(r, r.null(1))
			}
			return nil
		}, vals...)
		if err != nil {
			return err
		}
		if len(ids) > q.Limit {
			ids, res.Next = ids[:q.Limit], last.String()
		}
		return s.views(c, ids, &res)
	})
	return res, err
}

// Item reads one item; found is false where there is none.
func (s *Store) Item(ctx context.Context, id int64) (v View, root int64, found bool, err error) {
	err = s.read(ctx, func(c *conn) error {
		found, err = c.one("SELECT "+feedColumns+" FROM items i JOIN dirs d ON d.id = i.dir WHERE i.id = ? AND i.state < 3",
			func(r row) { v, root = scanView(s, r), r.int(3) }, id)
		return err
	})
	return v, root, found, err
}

// Pictures reads the pictures that may belong to an item: artwork of its directory, and images that bear
// its name.
func (s *Store) Pictures(ctx context.Context, id int64) (out []View, err error) {
	err = s.read(ctx, func(c *conn) error {
		var dir int64
		var name []byte
		if found, err := c.one("SELECT dir, name FROM items WHERE id = ?", func(r row) { dir, name = r.int(0), r.bytes(1) }, id); err != nil || !found {
			return err
		}
		stem := strings.TrimSuffix(string(name), path.Ext(string(name)))
		take := func(r row) error { out = append(out, scanView(s, r)); return nil }
		const from = "SELECT " + feedColumns + " FROM items i JOIN dirs d ON d.id = i.dir WHERE i.dir = ? AND i.state = 0 AND "
		if err := c.each(from+"i.kind IN ('metadata', 'artwork', 'subtitle') AND i.kind = 'artwork'", take, dir); err != nil {
			return err
		}
		return c.each(from+"i.name > ? AND i.name < ? AND i.kind IN ('image', 'photo')", take, dir, []byte(stem+"."), []byte(stem+"/")) // '/' follows '.'
	})
	return out, err
}
