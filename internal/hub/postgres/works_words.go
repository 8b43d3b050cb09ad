package postgres

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
	"github.com/catalogizer/catalogizerd/internal/store/words"
)

// worksAsOf is the number up to which an answer shows what works there are: the words of those that changed behind the
// place of the search are not taken in yet.
func (s *Store) worksAsOf(ctx context.Context, tx pgx.Tx, q *store.WorkQuery) (seq int64, err error) {
	if seq, err = s.headIn(ctx, tx); q.Text == "" || err != nil {
		return seq, err
	}
	const next = "SELECT coalesce(min(seq) - 1, $1) FROM works WHERE seq > (SELECT works FROM search_place)"
	return seq, tx.QueryRow(ctx, next, seq).Scan(&seq)
}

// askWorks prepares what a query of works looks for, which is nil where that is no words; none says that nothing is
// found.
func (s *Store) askWorks(ctx context.Context, tx pgx.Tx, q *store.WorkQuery) (of *search, none bool, err error) {
	if q.Text == "" {
		return nil, false, nil
	}
	if of, err = s.newSearch(ctx, tx, q.Text); err != nil || len(of.Terms) == 0 {
		return nil, true, err
	}
	if !q.IsRanked() {
		err = of.SpreadOut(countingWorks{ctx, of})
	}
	return of, false, err
}

// countingWorks tells a question how many works have what it looks for. Other words are those of items.
type countingWorks struct {
	ctx context.Context //nolint:containedctx // of one question, which asks within a call
	q   *search
}

// Count counts the works that have the first terms.
func (c countingWorks) Count(terms int, f words.Form, most int) (int64, error) {
	return c.count(c.q.expression(terms, words.Wanted{Form: f}), most)
}

// CountTerm counts the works that have a term.
func (c countingWorks) CountTerm(i int, f words.Form, most int) (int64, error) {
	return c.count(c.q.term(i, words.Wanted{Form: f}), most)
}

func (c countingWorks) count(expression string, most int) (n int64, err error) {
	err = c.q.tx.QueryRow(c.ctx, "SELECT count(*) FROM (SELECT FROM work_search WHERE words @@ $1::text::tsquery "+
		"LIMIT $2) t", expression, most).Scan(&n)
	return n, err
}

// CountUnsure has nothing to look at: all works that have a beginning are looked up.
func (c countingWorks) CountUnsure(int) (found, looked int, err error) { return 0, 0, nil }

// Mean finds what is meant by the terms that are spread.
func (c countingWorks) Mean() error { return counting(c).Mean() }

// widest is an expression for all that has what is asked for.
func (q *search) widest() string { return q.all(words.Wanted{Form: q.Widest()}) }

// ofThese has an expression find only works of the kinds and roots that a query asks for.
func ofThese(expression string, q *store.WorkQuery) string {
	only := func(field filter.Field, values []string) {
		any := make([]string, len(values))
		for i, v := range values {
			any[i] = "'" + factLexeme(field, v) + "'"
		}
		expression += " & (" + strings.Join(any, " | ") + ")"
	}
	if len(q.Kinds) > 0 {
		only(filter.Kind, q.Kinds)
	}
	q.Filter.Each(func(c filter.Condition) {
		if c.Field == filter.Root && !c.Negated && !c.Anything && len(c.Values) > 0 {
			only(filter.Root, c.Values)
		}
	})
	return expression
}

// worksFound is where works w are that an expression finds, with how long their titles are: by words first, and then one
// by one by what w must be, whatever a plan thinks of how many there are. It is all but the order.
func worksFound(s *statement, expression, where string) string {
	return "(SELECT id, length FROM work_search WHERE words @@ " + s.arg(expression) + "::text::tsquery OFFSET 0) f " +
		"CROSS JOIN LATERAL (SELECT * FROM works w WHERE w.id = f.id OFFSET 0) w WHERE " + where
}

// checked adds that for each work that is looked at, by an expression that no index is asked for.
func (s *statement) checked(of *search) {
	if of != nil {
		const its = "(SELECT words FROM work_search WHERE work_search.id = w.id)"
		s.must("ts_match_vq(" + its + ", " + s.arg(of.widest()) + "::text::tsquery)")
	}
}

// isFewByWords is isFew of what words find, of which no more are counted than that takes.
func (l *workLooking) isFewByWords(ctx context.Context) (bool, error) {
	all, err := l.all(ctx)
	if err != nil {
		return false, err
	}
	most := max(fewFound, int(math.Sqrt(float64(l.q.Limit)*all))) // few are found at once
	n, err := countingWorks{ctx, l.words}.count(ofThese(l.words.widest(), l.q), most+1)
	return n <= int64(most), err
}

// rank looks for what comes behind a place in the order of words: see store.WorkTiers.
func (l *workLooking) rank(ctx context.Context, at *store.PagePlace) error {
	m := &workMatches{l: l, q: l.words}
	if at != nil {
		key, _ := at.Key.(int64)
		m.tier = int(max(0, min(key/store.WorkTierStep, int64(store.WorkTiers))))
	}
	for {
		found, err := m.next(ctx)
		if len(found) == 0 || err != nil {
			return err
		}
		err = l.look(ctx, at, func(_ context.Context, at *store.PagePlace, most int) ([]workPlace, error) {
			return behind(found, at, most), nil
		})
		if err != nil || l.end != nil {
			return err
		}
		if time.Now().After(l.ends) {
			l.end = &found[len(found)-1].PagePlace
			return nil
		}
	}
}

// behind are the first of ranked places behind one.
func behind(found []workPlace, at *store.PagePlace, most int) []workPlace {
	if at != nil {
		key, _ := at.Key.(int64)
		i, _ := slices.BinarySearchFunc(found, rankedPlace{key, at.ID}, func(p workPlace, at rankedPlace) int {
			return rankedAs(&p).compare(at)
		})
		for i < len(found) && rankedAs(&found[i]).compare(rankedPlace{key, at.ID}) <= 0 {
			i++
		}
		found = found[i:]
	}
	return found[:min(len(found), most)]
}

// workMatches finds works by words, a tier at a time, as a daemon does.
type workMatches struct {
	l      *workLooking
	q      *search
	tier   int  // the next
	spread bool // what is meant by rare words was looked for
}

// isForm reports whether works may have a form; the first time that it is asked of others than those that stand in the
// question, it looks for what is meant.
func (m *workMatches) isForm(ctx context.Context, f words.Form) (bool, error) {
	if f > words.Begins && !m.spread {
		m.spread = true
		if err := m.q.SpreadOut(countingWorks{ctx, m.q}); err != nil {
			return false, err
		}
	}
	return f <= m.q.Widest() && (f != words.Begins || m.q.Terms[len(m.q.Terms)-1].Open), nil
}

// next gives the matches of the next tier that has any, the best first; none: there are no more.
func (m *workMatches) next(ctx context.Context) (found []workPlace, err error) {
	for ; m.tier < store.WorkTiers && len(found) == 0; m.tier++ {
		f, inTitle := words.Form(m.tier/2), m.tier%2 == 0
		is, err := m.isForm(ctx, f)
		if err != nil {
			return nil, fmt.Errorf("find what is meant: %w", err)
		}
		if !is || f > words.Begins && !inTitle { // which rank alike wherever they stand
			continue
		}
		if found, err = m.ranked(ctx, m.expression(f, inTitle)); err != nil {
			return nil, fmt.Errorf("find works by words: %w", err)
		}
	}
	return found, nil
}

// expression is for what has a form, and not the one before it: in the title, or elsewhere.
func (m *workMatches) expression(f words.Form, inTitle bool) string {
	all, title := m.q.all(words.Wanted{Form: f}), m.q.all(words.Wanted{Form: f, Place: words.InTitle})
	before := ""
	if f > words.Exact {
		before = m.q.all(words.Wanted{Form: f - 1})
	}
	switch {
	case f > words.Begins:
		return all + but(before)
	case inTitle:
		return title + but(before)
	default:
		return all + but(title) + but(before)
	}
}

func but(expression string) string {
	if expression == "" {
		return ""
	}
	return " & !" + expression
}

// ranked reads the first store.MaxMatches of what an expression finds, by their ids, and ranks them by how many words
// their titles have: no more, whatever else is asked of them, as a daemon does. One letter says too little to rank by.
func (m *workMatches) ranked(ctx context.Context, expression string) (found []workPlace, err error) {
	base, isShort := int64(m.tier)*store.WorkTierStep, words.IsShort(m.q.Terms)
	err = m.pieces(ctx, ofThese(expression, m.l.q), func(expression string) (enough bool, err error) {
		const matches = "SELECT id, length FROM (SELECT id, length FROM work_search WHERE words @@ $1::text::tsquery " +
			"OFFSET 0) f ORDER BY id LIMIT $2"
		rows, err := m.q.tx.Query(ctx, matches, expression, store.MaxMatches-len(found))
		if err != nil {
			return false, err
		}
		var id int64
		var length int32
		_, err = pgx.ForEachRow(rows, []any{&id, &length}, func() error {
			p := rankedPlace{base, id}
			if !isShort {
				p.key += int64(length)
			}
			found = append(found, workPlace{store.PagePlace{ID: id, Key: p.key}, true})
			return nil
		})
		return len(found) >= store.MaxMatches, err
	})
	slices.SortFunc(found, func(a, b workPlace) int { return rankedAs(&a).compare(rankedAs(&b)) })
	return found, err
}

// pieces calls fn with an expression that finds the same among some works, in the order of their ids, until it has
// enough: where very many are found, no more are read of them than are wanted.
func (m *workMatches) pieces(ctx context.Context, expression string, fn func(string) (enough bool, err error)) error {
	var last int64
	if err := m.q.tx.QueryRow(ctx, "SELECT last_work FROM works_place").Scan(&last); err != nil {
		return err
	}
	last = stretchOf(last)
	if last > 0 {
		n, err := countingWorks{ctx, m.q}.count(expression, fewFound+1)
		if err != nil {
			return err
		}
		if n <= fewFound {
			last = 0
		}
	}
	if last == 0 {
		_, err := fn(expression)
		return err
	}
	for from, many := int64(0), int64(1); from <= last; many *= 4 {
		var some []stretch
		for ; from <= last && int64(len(some)) < many; from++ {
			some = append(some, stretch{number: from})
		}
		if enough, err := fn(among(expression, some)); enough || err != nil {
			return err
		}
	}
	return nil
}

// rankedPlace is where a work stands in the order of words.
type rankedPlace struct{ key, id int64 }

func rankedAs(p *workPlace) rankedPlace {
	key, _ := p.Key.(int64)
	return rankedPlace{key, p.ID}
}

func (p rankedPlace) compare(other rankedPlace) int {
	return cmp.Or(cmp.Compare(p.key, other.key), cmp.Compare(p.id, other.id))
}

// lookAtFound counts the first store.MaxMatches works that words find; complete is false where there are more, or the
// time was not enough.
func lookAtFound(
	ctx context.Context, tx pgx.Tx, q *store.WorkQuery, of *search, out *store.FacetCounter,
) (complete bool, err error) {
	ends := time.Now().Add(facetTime)
	var ids []int64
	late := false
	inTime, err := within(ctx, tx, time.Until(ends), func(tx pgx.Tx) error {
		m := &workMatches{q: of}
		return m.pieces(ctx, ofThese(of.widest(), q), func(expression string) (enough bool, err error) {
			var s statement
			s.amongWorks(q)
			from := worksFound(&s, expression, s.condition())
			limit := s.arg(store.MaxMatches + 1 - len(ids))
			rows, err := tx.Query(ctx, "SELECT f.id FROM "+from+" ORDER BY f.id LIMIT "+limit, s.args...)
			if err == nil {
				var some []int64
				some, err = pgx.CollectRows(rows, pgx.RowTo[int64])
				ids = append(ids, some...)
			}
			late = time.Now().After(ends)
			return late || len(ids) > store.MaxMatches, err
		})
	})
	if err != nil {
		return false, err
	}
	complete = inTime && !late && len(ids) <= store.MaxMatches
	for ids = ids[:min(len(ids), store.MaxMatches)]; len(ids) > 0; {
		some := ids[:min(len(ids), facetPiece)]
		ids = ids[len(some):]
		if inTime, err := count(ctx, tx, q, some, out); !inTime || err != nil {
			return false, err
		}
		if len(ids) > 0 && time.Now().After(ends) {
			return false, nil
		}
	}
	return complete, nil
}
