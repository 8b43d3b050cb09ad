package store

import (
	"cmp"
	"slices"
)

// worstRank is behind all ranks within a form.
const worstRank = 1e6

// eachWorkMatch calls fn with works that have what is asked for, and how they rank: those that have the words as they
// are before those that have them as beginnings, inside of others, or nearly.
func eachWorkMatch(c *conn, text string, fn func(id int64, rank float64) error) error {
	t, err := newTextQuery(c, text)
	if err != nil || len(t.terms) == 0 {
		return err
	}
	t.table, t.common = "work_search", false
	for f := exact; f <= t.widest(); f++ {
		found, err := t.rankedWorks(f)
		if err != nil {
			return err
		}
		for _, w := range found {
			if err := fn(w.id, float64(f)*worstRank+w.rank); err != nil {
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
}

// rankedWorks are the first matches of a form that the one before it does not have.
func (t *textQuery) rankedWorks(f form) (found []rankedWork, err error) {
	if f == begins && !t.terms[len(t.terms)-1].Open {
		return nil, nil
	}
	var without string
	if f > exact {
		without = t.all(f - 1)
	}
	err = t.c.each("SELECT rowid, bm25(work_search, 10.0, 5.0) FROM work_search "+
		"WHERE work_search MATCH ? LIMIT ?", func(r row) error {
		rank, _ := r[1].(float64)
		found = append(found, rankedWork{r.int(0), rank})
		return nil
	}, but(t.all(f), without), int64(MaxMatches))
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
