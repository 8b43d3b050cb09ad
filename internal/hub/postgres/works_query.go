package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// workSorts are the orders of works by the columns that have them. Numbers of the feed rise as works change.
var workSorts = map[string]string{"title": "title", "added": "added", "updated": "seq", "year": "year",
	"number": "number", "size": "size", "duration": "duration"}

// checkWorks refuses what cannot be asked, and makes out an order where none is asked for.
func checkWorks(q *store.WorkQuery) error { return q.Check() }

// QueryWorks reads a page of works in order: ties by id, unknown values last.
func (s *Store) QueryWorks(ctx context.Context, q store.WorkQuery) (res store.WorkResult, err error) {
	if err := checkWorks(&q); err != nil {
		return res, err
	}
	at, err := q.Begin()
	if err != nil {
		return res, err
	}
	err = s.read(ctx, func(tx pgx.Tx) error {
		res = store.WorkResult{}
		if res.AsOf, err = s.worksAsOf(ctx, tx, &q); err != nil {
			return err
		}
		wanted, none, err := s.askWorks(ctx, tx, &q)
		if err != nil || none {
			return err
		}
		l := &workLooking{tx: tx, q: &q, words: wanted, ends: time.Now().Add(pageTime), res: &res}
		if err := l.find(ctx, at); err != nil {
			return err
		}
		if l.end != nil {
			res.Next = q.End(l.end)
		}
		if q.Members {
			return holdMembers(ctx, tx, res.Works)
		}
		return nil
	})
	return res, asSlow(err)
}

// holdMembers gives works their first members.
func holdMembers(ctx context.Context, tx pgx.Tx, works []store.WorkView) error {
	ids := make([]int64, len(works))
	for i := range works {
		ids[i] = works[i].ID
	}
	of, err := membersOf(ctx, tx, ids, store.MaxMembers+1)
	if err != nil {
		return fmt.Errorf("read the members of works: %w", err)
	}
	for i := range works {
		works[i].Hold(of[works[i].ID])
	}
	return nil
}

// workLooking looks for the works of a page.
type workLooking struct {
	tx     pgx.Tx
	q      *store.WorkQuery
	words  *search // nil: none are looked for
	ends   time.Time
	res    *store.WorkResult
	weight int
	last   *store.PagePlace // what was looked at last
	end    *store.PagePlace // where the next page goes on; nil: there is none

	isByOrder bool // see byOrder
}

// workPlace is where a work stands in the order. passes says that the database knows nothing against it.
type workPlace struct {
	store.PagePlace
	passes bool
}

// find looks for what comes behind a place: among all that the database leaves, where these are few, and else among all
// in their order.
func (l *workLooking) find(ctx context.Context, at *store.PagePlace) error {
	if l.q.IsRanked() {
		return l.rank(ctx, at)
	}
	few, err := l.isFew(ctx)
	if err != nil {
		return err
	}
	if few {
		before := *l.res
		done, err := within(ctx, l.tx, sortTime, func(tx pgx.Tx) error {
			return l.look(ctx, at, func(ctx context.Context, at *store.PagePlace, most int) ([]workPlace, error) {
				return l.sorted(ctx, tx, at, most)
			})
		})
		if done || err != nil {
			return err
		}
		*l.res, l.weight, l.end = before, 0, nil
	}
	for _, p := range l.parts(at) {
		err := l.look(ctx, p.at, func(ctx context.Context, at *store.PagePlace, most int) ([]workPlace, error) {
			return l.inOrder(ctx, part{at: at, unknown: p.unknown}, most)
		})
		if err != nil || l.end != nil {
			return err
		}
	}
	return nil
}

// isFew reports whether those that the database leaves are found and sorted faster than a page of them is met among all
// in their order: see looking.isFew.
func (l *workLooking) isFew(ctx context.Context) (bool, error) {
	if l.q.Parent > 0 {
		return true, nil
	}
	if l.words != nil {
		return l.isFewByWords(ctx)
	}
	if !isNarrowed(l.q) {
		return false, nil
	}
	var s statement
	s.amongWorks(l.q)
	n, err := estimated(ctx, l.tx, "works w", &s)
	if err != nil {
		return false, err
	}
	all, err := l.all(ctx)
	return n*n <= float64(l.q.Limit)*all, err
}

// all is how many works there are.
func (l *workLooking) all(ctx context.Context) (n float64, err error) {
	const sql = "SELECT coalesce(sum(n), 0)::float8 FROM work_sums WHERE value = 0"
	err = l.tx.QueryRow(ctx, sql).Scan(&n)
	return n, err
}

// look takes what passes of places, which next gives behind one, a piece after the other, until the page is full or the
// time over.
func (l *workLooking) look(
	ctx context.Context, at *store.PagePlace,
	next func(ctx context.Context, behind *store.PagePlace, most int) ([]workPlace, error),
) error {
	piece := l.q.Limit + 1
	if isNarrowed(l.q) || !l.q.OfKinds() {
		piece *= 2
	}
	for ; l.end == nil; piece = min(2*piece, largestPiece) {
		places, err := next(ctx, at, piece)
		if err != nil {
			return err
		}
		if err := l.take(ctx, places); err != nil || len(places) < piece {
			return err
		}
		at = &places[len(places)-1].PagePlace
		if l.last = at; l.end == nil && time.Now().After(l.ends) {
			l.end = at
		}
	}
	return nil
}

// take takes the works of places that are asked for, until the page is full.
func (l *workLooking) take(ctx context.Context, places []workPlace) error {
	var ids []int64
	of := make(map[int64]*store.PagePlace, len(places))
	for i := range places {
		if p := &places[i]; p.passes {
			ids = append(ids, p.ID)
			of[p.ID] = &p.PagePlace
		}
	}
	const atOnce, where = 256, 32 // of a large piece the page may need few; where works lie takes its time
	most := max(atOnce, l.q.Limit+1)
	if l.q.Under != "" {
		most = where
	}
	for len(ids) > 0 {
		some := ids[:min(len(ids), most)]
		ids = ids[len(some):]
		works, err := saying(ctx, l.tx, l.q, some)
		if err != nil {
			return err
		}
		for i := range works {
			if len(l.res.Works) == l.q.Limit || l.weight > store.PageBytes {
				l.end = l.last
				return nil
			}
			l.last = of[works[i].ID]
			l.weight += works[i].Weight() + memberWeight(l.q, &works[i])
			l.res.Works = append(l.res.Works, works[i])
		}
		if l.last = of[some[len(some)-1]]; len(ids) > 0 && time.Now().After(l.ends) {
			l.end = l.last
			return nil
		}
	}
	return nil
}

// memberWeight is about what the members of a work take, where they are asked for: they are read when the page is
// known.
func memberWeight(q *store.WorkQuery, w *store.WorkView) int {
	if !q.Members {
		return 0
	}
	return 64 * min(w.Items, store.MaxMembers)
}

// order is how the works of a query are sorted.
func (l *workLooking) order() order {
	o := order{column: workSorts[l.q.Sort], than: ">"}
	if l.q.Descending {
		o.than, o.dir = "<", " DESC"
	}
	return o
}

// parts are those of the order: what has a value, and what has none.
func (l *workLooking) parts(at *store.PagePlace) (out []part) {
	if at == nil || at.Key != nil {
		out = append(out, part{at: at})
		at = nil
	}
	switch l.q.Sort {
	case "added", "updated", "size": // nothing is without
		return out
	}
	return append(out, part{at: at, unknown: true})
}

// sorted finds all that the database leaves, and gives the first behind a place.
func (l *workLooking) sorted(
	ctx context.Context, tx pgx.Tx, at *store.PagePlace, most int,
) ([]workPlace, error) {
	var s statement
	s.amongWorks(l.q)
	o := l.order()
	of := "works w WHERE " + s.condition()
	if l.words != nil {
		of = worksFound(&s, ofThese(l.words.widest(), l.q), s.condition())
	}
	from := "SELECT w.id, w." + o.column + " AS key FROM " + of + " OFFSET 0" // found first
	s.where = []string{"true"}
	if at != nil {
		s.must(o.behind(&s, at, "key"))
	}
	limit := s.arg(most)
	return places(ctx, tx, "SELECT id, key, true FROM ("+from+") found WHERE "+s.condition()+
		" ORDER BY key"+o.dir+" NULLS LAST, id"+o.dir+" LIMIT "+limit, s.args)
}

// inOrder gives the next works of a part, those of each kind by the index of the order.
func (l *workLooking) inOrder(ctx context.Context, p part, most int) ([]workPlace, error) {
	var passing statement
	passing.must("true")
	passing.worksLike(l.q)
	passing.checked(l.words)
	s := statement{args: passing.args}
	o := l.order()
	s.must("w.gone = 0")
	order := o.column + o.dir + ", id" + o.dir
	if p.unknown { // which the index has in the order of ids
		s.must(o.column + " IS NULL")
	} else {
		s.must(o.column + " IS NOT NULL")
	}
	if p.at != nil {
		s.must(o.next(&s, p))
	}
	if !l.isByOrder {
		if err := byOrder(ctx, l.tx); err != nil {
			return nil, err
		}
		l.isByOrder = true
	}
	columns := "id, " + o.column + " AS key, (" + passing.condition() + ") IS TRUE"
	if l.q.Sort == "updated" {
		if len(l.q.Kinds) > 0 {
			columns += " AND w.kind = ANY (" + s.arg(kindNumbers(l.q.Kinds)) + ")"
		}
		limit := s.arg(most)
		return places(ctx, l.tx, "SELECT "+columns+" FROM works w WHERE "+s.condition()+" ORDER BY "+order+
			" LIMIT "+limit, s.args)
	}
	kinds := l.q.Kinds
	if len(kinds) == 0 {
		kinds = store.WorkKinds()
	}
	of, limit := s.arg(kindNumbers(kinds)), s.arg(most)
	return places(ctx, l.tx, "SELECT f.* FROM unnest("+of+"::smallint[]) k (kind) CROSS JOIN LATERAL (SELECT "+columns+
		" FROM works w WHERE w.kind = k.kind AND "+s.condition()+" ORDER BY "+order+" LIMIT "+limit+") f ORDER BY "+
		strings.Replace(order, o.column, "key", 1)+" LIMIT "+limit, s.args)
}

func places(ctx context.Context, tx pgx.Tx, query string, args []any) (out []workPlace, err error) {
	rows, err := tx.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	var p workPlace
	_, err = pgx.ForEachRow(rows, []any{&p.ID, &p.Key, &p.passes}, func() error {
		out = append(out, p)
		p.Key = nil
		return nil
	})
	return out, err
}
