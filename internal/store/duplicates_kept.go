package store

import (
	"reflect"
	"slices"
	"sync"

	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// samePlaces keeps what pages of duplicates found and did not give, so that the next need not look for it again. What
// is forgotten is looked for anew. The zero value is ready. Any goroutine may use it.
type samePlaces struct {
	mu   sync.Mutex // guards what follows
	last int64
	of   []*samePlace // the newest last
}

// samePlace is what a page of duplicates left. It is not written to.
type samePlace struct {
	id    int64
	q     Query
	found []foundSame // not given, the most wasted first
	rest  []alike     // the first that was not looked at; none: all were
}

const (
	samePlacesKept = 8
	sameFoundKept  = 2000 // groups; of more a page does not end before some of them are given
)

// keep keeps a place, and gives its name.
func (k *samePlaces) keep(p *samePlace) int64 {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.last++
	p.id = k.last
	if k.of = append(k.of, p); len(k.of) > samePlacesKept {
		k.of = slices.Delete(k.of, 0, 1)
	}
	return p.id
}

// find gives a place that a page of the same question left; nil: it is forgotten.
func (k *samePlaces) find(id int64, q *Query) *samePlace {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, p := range k.of {
		if p.id == id && reflect.DeepEqual(p.q, q.narrowing()) {
			return p
		}
	}
	return nil
}

// narrowing is what a query lets pass, and nothing else of it.
func (q *Query) narrowing() Query {
	return Query{Text: q.Text, Under: q.Under, State: q.State, Roots: q.Roots, Kinds: q.Kinds, Filter: q.Filter}
}

// isNarrow reports whether not everything passes a query.
func (q *Query) isNarrow() bool {
	return q.Text != "" || q.Under != "" || q.State != "" || len(q.Roots)+len(q.Kinds) > 0 || !q.Filter.IsEmpty()
}

// narrow prepares for a query that not everything passes.
func (d *sameSearch) narrow() error {
	if !d.q.isNarrow() {
		return nil
	}
	cells, err := d.s.cells(d.c, d.q)
	if err != nil {
		return err
	}
	cells = slices.DeleteFunc(cells, func(c cell) bool { return c.state != Present })
	d.cells = rootsByCell(cells)
	if d.q.text == nil {
		return nil
	}
	_, _, err = d.q.text.gather(d.q.most.known)
	return err
}

// mayRepeat reports whether at least two names of a group may pass, as far as rows of sort_keys tell.
func (d *sameSearch) mayRepeat(g alike) (bool, error) {
	passing := 0
	err := d.c.each("SELECT k.id, k.cell"+d.q.keyColumns()+" FROM sort_keys k INDEXED BY sort_same "+
		"WHERE k.size = ? AND k.fingerprint = ? ORDER BY k.id", func(r row) error {
		if _, wanted := d.cells[r.int(1)]; !wanted || d.q.text.lacks(r.int(0)) {
			return nil
		}
		var e entry
		if err := d.q.judge(&e, r, 2); err != nil || e.verdict == filter.Fails {
			return err
		}
		if passing++; passing == 2 {
			return errFound
		}
		return nil
	}, g.Size, g.Fingerprint)
	if passing == 2 {
		return true, nil
	}
	return false, err
}
