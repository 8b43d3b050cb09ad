package store

import (
	"cmp"
	"database/sql/driver"
	"slices"
)

// worstRank is behind all ranks within a form.
const worstRank = 1e6

// eachWorkMatch calls fn with works that have what is asked for, and how they rank: those that have the words as they
// are before those that have them as beginnings, inside of others, or nearly. Where a column is named, they do not rank,
// and fn is called with what it holds instead.
func eachWorkMatch(c *conn, text, column string, fn func(id int64, key driver.Value) error) error {
	t, err := newTextQuery(c, text)
	if err != nil || len(t.terms) == 0 {
		return err
	}
	t.table, t.common = "work_search", false
	for f := exact; f <= t.widest(); f++ {
		found, err := t.rankedWorks(f, column)
		if err != nil {
			return err
		}
		for _, w := range found {
			if column == "" {
				w.key = float64(f)*worstRank + w.rank
			}
			if err := fn(w.id, w.key); err != nil {
				return err
			}
		}
		if f == begins {
			if err := t.spreadOut(); err != nil {
				return err
			}
		}
	}
	return nil
}

type rankedWork struct {
	id   int64
	rank float64
	key  driver.Value
}

// rankedWorks are the first matches of a form that the one before it does not have.
func (t *textQuery) rankedWorks(f form, column string) (found []rankedWork, err error) {
	if f == begins && !t.terms[len(t.terms)-1].Open {
		return nil, nil
	}
	var without string
	if f > exact {
		without = t.all(f - 1)
	}
	sql := "SELECT rowid, bm25(work_search, 10.0, 5.0) FROM work_search WHERE work_search MATCH ? LIMIT ?"
	if column != "" { // to rank them takes longer than to find them
		sql = "SELECT s.rowid, w." + column + " FROM work_search s CROSS JOIN works w ON w.id = s.rowid " +
			"WHERE s.work_search MATCH ? LIMIT ?"
	}
	err = t.c.each(sql, func(r row) error {
		w := rankedWork{id: r.int(0), key: r[1]}
		switch key := r[1].(type) {
		case float64:
			w.rank = key
		case []byte:
			w.key = slices.Clone(key)
		}
		found = append(found, w)
		return nil
	}, but(t.all(f), without), int64(MaxMatches))
	if column != "" {
		return found, err
	}
	slices.SortFunc(found, func(a, b rankedWork) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.id, b.id))
	})
	return found, err
}

// but is an expression for what one finds and another does not.
func but(expression, without string) string {
	if without == "" {
		return expression
	}
	return "(" + expression + ") NOT (" + without + ")"
}
