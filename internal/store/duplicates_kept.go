package store

import (
	"reflect"
	"slices"
	"sync"
	"time"

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

// textTime is how long the ids of all that has the words are read, where looking at one item after the other takes
// longer.
const textTime = 30 * time.Millisecond

// idSet is a set of ids, a bit for each: that of a million lies in 125 kB.
type idSet map[int64]*[heldPage / 64]uint64

func (s idSet) add(id int64) {
	page := s[id/heldPage]
	if page == nil {
		page = new([heldPage / 64]uint64)
		s[id/heldPage] = page
	}
	page[id%heldPage/64] |= 1 << (id % 64)
}

func (s idSet) has(id int64) bool {
	page := s[id/heldPage]
	return page != nil && page[id%heldPage/64]&(1<<(id%64)) != 0
}

// rowsThatMayPass tells which groups are worth a look at their items.
type rowsThatMayPass struct {
	cells map[int64]string
	texts idSet // that have the words; nil: none are asked for, or each item is looked at
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
	d.rows = &rowsThatMayPass{cells: rootsByCell(cells)}
	if d.q.text == nil {
		return nil
	}
	src := d.q.text.source(d.q.text.widest(), exact, "")
	if src.expression == "" || src.check != nil {
		return nil
	}
	set, looked, ends := idSet{}, 0, time.Now().Add(textTime)
	err = eachID(d.c, src, everyID, func(id int64) error {
		if looked++; looked%freeLooks == 0 && time.Now().After(ends) {
			set = nil
			return errFound
		}
		set.add(id)
		return nil
	})
	if d.rows.texts = set; set == nil {
		err = nil
	}
	return err
}

// mayRepeat reports whether at least two names of a group may pass, as far as rows of sort_keys tell.
func (d *sameSearch) mayRepeat(g alike) (bool, error) {
	passing := 0
	err := d.c.each("SELECT k.id, k.cell"+d.q.keyColumns()+" FROM sort_keys k INDEXED BY sort_same "+
		"WHERE k.size = ? AND k.fingerprint = ? ORDER BY k.id", func(r row) error {
		_, wanted := d.rows.cells[r.int(1)]
		if !wanted || d.rows.texts != nil && !d.rows.texts.has(r.int(0)) {
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
