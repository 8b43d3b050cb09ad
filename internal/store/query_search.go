package store

import (
	"database/sql/driver"
	"encoding/json"
	"slices"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// search finds the first MaxMatches items that match, and of those one more than a page holds, in order,
// behind a place.
func (s *Store) search(c *conn, q *Query, cells []cell, at *entry, p *pace) (out []entry, err error) {
	match := matchExpression(q.Text)
	if match == "" {
		return nil, nil
	}
	roots := make(map[int64]string, len(cells))
	ids := make([]int64, 0, len(cells))
	for _, c := range cells {
		roots[c.id] = c.root
		ids = append(ids, c.id)
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	sql, args := searchSQL(q, match, string(list))
	err = c.each(sql, func(r row) error {
		e := entry{id: r.int(0), key: r[2], root: roots[r.int(1)]}
		if q.Sort == byPath {
			e.key = []byte(tree.Join(string(r.bytes(2)), string(r.bytes(3))))
		}
		if at == nil || q.compare(&e, at) > 0 {
			out = append(out, e)
		}
		return nil
	}, args...)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(out, func(a, b entry) int { return q.compare(&a, &b) })
	return q.firstOf(c, out, p)
}

// firstOf are the first of matches that pass, one more than a page holds.
func (q *Query) firstOf(c *conn, found []entry, p *pace) (out []entry, err error) {
	for i := range found {
		passes, err := q.checks.pass(c, found[i].id)
		if err != nil {
			return nil, err
		}
		if passes {
			out = append(out, found[i])
		}
		if len(out) > q.Limit || q.checks != nil && p.isOver(&found[i]) {
			break
		}
	}
	return out, nil
}

// compare orders entries of all roots.
func (q *Query) compare(a, b *entry) int {
	if q.Sort == byPath && a.root != b.root {
		if q.Descending {
			a, b = b, a
		}
		return strings.Compare(a.root, b.root)
	}
	return compare(a, b, q.Descending)
}

// examined is how many matches are looked at for those that pass the filters.
const examined = 10 * MaxMatches

func searchSQL(q *Query, match, cells string) (string, []driver.Value) {
	rank, key, join := "0", "k."+q.Sort, ""
	if q.Sort == byRank {
		rank, key = "bm25(search, 10.0, 5.0, 4.0, 1.0)", "m.rank"
	}
	if q.Sort == byPath {
		key = "d.path, i.name"
	}
	if q.Sort == byPath || q.Under != "" {
		join = "CROSS JOIN items i ON i.id = m.id CROSS JOIN dirs d ON d.id = i.dir "
	}
	sql := "SELECT m.id, k.cell, " + key + " FROM (SELECT rowid AS id, " + rank + " AS rank FROM search WHERE search MATCH ? LIMIT ?) m " +
		"CROSS JOIN sort_keys k ON k.id = m.id " + join + "WHERE k.cell IN (SELECT value FROM json_each(?))"
	args := []driver.Value{match, int64(examined), cells}
	if q.Under != "" {
		from, to := q.pathRange()
		sql += " AND (d.path = ? OR d.path >= ? AND d.path < ?)"
		args = append(args, []byte(q.Under), from, to)
	}
	return sql + " LIMIT ?", append(args, int64(MaxMatches))
}
