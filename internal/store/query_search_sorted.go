package store

import (
	"slices"
	"strings"

	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// searched reads one entry more than a page holds of the matches, in an order of items. Where they are few they are
// found and sorted; else that order is read, and each item looked at.
func (s *Store) searched(c *conn, q *Query, cells []cell, at *entry, p *pace) ([]entry, error) {
	t, err := newTextQuery(c, q.Text)
	if err == nil && len(t.Terms) > 0 {
		err = t.spreadOut()
	}
	if err != nil || len(t.Terms) == 0 {
		return nil, err
	}
	n, gathered, err := t.gather(q.most.known)
	if err != nil {
		return nil, err
	}
	if !gathered || n <= q.most.few {
		out, few, err := s.fewMatches(c, q, cells, at, t)
		if few || err != nil {
			return out, err
		}
	}
	q.text, p.few, p.often = t, min(p.few, maxUnsure), paceOften/8
	if q.Sort == byPath {
		return s.byPaths(c, q, cells, at, p)
	}
	return sorted(c, q, cells, at, p)
}

// fewMatches finds and sorts the matches, where they are few.
func (s *Store) fewMatches(
	c *conn, q *Query, cells []cell, at *entry, t *textQuery,
) (out []entry, few bool, err error) {
	if n, err := t.count(t.all(exact), q.most.few+1); n > int64(q.most.few) || err != nil {
		return nil, false, err
	}
	src := t.source(t.Widest(), exact, "")
	most := q.most.few
	if src.expression == "" {
		return nil, false, nil
	}
	if src.check != nil {
		most = min(most, maxUnsure)
		if n, err := t.count(src.expression, most+1); n > int64(most) || err != nil {
			return nil, false, err
		}
	}
	key := "k." + q.Sort
	if q.Sort == byPath {
		key = "CASE WHEN d.path = x'' THEN i.name ELSE CAST(d.path || '/' || i.name AS BLOB) END"
	}
	looked := 0
	err = eachMatch(c, q, key, rootsByCell(cells), src, everyID, func(e *entry, passes bool) error {
		if looked++; looked > most {
			return errFound
		}
		if passes && (at == nil || q.compare(e, at) > 0) {
			out = append(out, *e)
		}
		return nil
	})
	if looked > most || err != nil {
		return nil, false, err
	}
	slices.SortFunc(out, func(a, b entry) int { return q.compare(&a, &b) })
	return out[:min(len(out), q.Limit+1)], true, nil
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

// passes reports whether an item that an order gives passes what the order does not narrow.
func (q *Query) passes(c *conn, e *entry) (bool, error) {
	if e.verdict == filter.Fails {
		return false, nil
	}
	if q.Under != "" && strings.Contains(q.Under, "/") { // else its row has told
		below, err := isBelow(c, q, e.id)
		if !below || err != nil {
			return false, err
		}
	}
	return q.passesHere(c, e)
}

// passesHere is passes for an item that is below the query's directory.
func (q *Query) passesHere(c *conn, e *entry) (bool, error) {
	if e.verdict == filter.Fails {
		return false, nil
	}
	if q.text != nil {
		if has, err := q.text.passes(e.id); !has || err != nil {
			return false, err
		}
	}
	return q.checks.pass(c, e)
}
