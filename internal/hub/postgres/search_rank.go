package postgres

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/words"
)

// ranking reads what words find in its order, tier after tier, as a daemon does: see words.Tier.
type ranking struct {
	l *looking
	q *search

	isLate bool // of items that no work holds: the rest was not looked at
}

// errEnough ends a reading that has what it wants.
var errEnough = errors.New("enough is found")

// rank looks for what comes behind a place.
func (l *looking) rank(ctx context.Context, at *store.PagePlace) error {
	r := &ranking{l: l, q: l.q.words}
	first := 0
	if at != nil {
		if first = at.Tier; at.Spread != 0 {
			if err := r.q.SpreadTo(counting{ctx, r.q}, at.Spread); err != nil {
				return err
			}
		}
	}
	for n := first; n < words.Tiers && !r.isDone(); n++ {
		if n == words.FirstMeant && first < words.FirstMeant {
			if err := r.q.SpreadOut(counting{ctx, r.q}); err != nil {
				return err
			}
		}
		if err := r.tier(ctx, n, at); err != nil {
			return err
		}
		if !r.isDone() && n+1 < words.Tiers && time.Now().After(l.ends) {
			l.end = &store.PagePlace{Key: int64(-1), Tier: n + 1, Spread: r.q.Spread}
		}
		at = nil
	}
	return nil
}

func (r *ranking) isDone() bool { return len(r.l.found) > r.l.q.Limit || r.l.end != nil || r.isLate }

// tier reads a tier behind a place.
func (r *ranking) tier(ctx context.Context, n int, at *store.PagePlace) error {
	src, isRanked, ok := r.q.tier(n)
	if !ok {
		return nil
	}
	place := store.PagePlace{Tier: n, Spread: r.q.Spread}
	rest := int64(0)
	if at != nil && at.Key == nil {
		rest = at.ID
	}
	if isRanked {
		if at != nil && at.Until == 0 {
			at = nil
		}
		if at != nil {
			place.Until = at.Until
		}
		if at == nil || at.Key != nil {
			if err := r.first(ctx, src, &place, at); err != nil || r.isDone() {
				return err
			}
			rest = place.Until
		}
		if place.Until == math.MaxInt64 {
			return nil
		}
	}
	return r.matches(ctx, src, rest, lastID, r.l.q.Limit, 0, func(m *match) bool {
		p := place
		p.ID = m.id
		if m.passes {
			r.l.found = append(r.l.found, p)
		}
		if !r.isDone() && time.Now().After(r.l.ends) {
			r.l.end = &p
		}
		return r.isDone()
	})
}

// first reads the ranked matches of a tier; where a question comes to it, it finds up to where they go.
func (r *ranking) first(ctx context.Context, src source, place, at *store.PagePlace) error {
	until, looked, found := int64(math.MaxInt64), 0, 0
	if at != nil {
		until = place.Until
	}
	most := r.l.q.RankedMost()
	var best []match
	var last match
	if at != nil {
		last.id = at.ID
		last.length, _ = at.Key.(int64) // as all keys of this order are
	}
	atMost := 2 * most
	if at != nil { // all up to where they went: others may have come since
		atMost = 0
	}
	err := r.matches(ctx, src, 0, min(until, lastID), most, atMost, func(m *match) bool {
		if m.passes {
			found++
			if at == nil || m.compare(&last) > 0 {
				best = append(best, *m)
			}
		}
		if looked++; at == nil && (found == most || looked == atMost) {
			until = m.id
			return true
		}
		return false
	})
	if err != nil {
		return err
	}
	place.Until = until
	slices.SortFunc(best, func(a, b match) int { return a.compare(&b) })
	for i := range best[:min(len(best), r.l.q.Limit+1-len(r.l.found))] {
		p := *place
		p.ID, p.Key = best[i].id, best[i].length
		r.l.found = append(r.l.found, p)
	}
	return nil
}

// match is an item that words find.
type match struct {
	id     int64
	length int64 // of its title's key
	passes bool
}

func (m *match) compare(other *match) int {
	return cmp.Or(cmp.Compare(m.length, other.length), cmp.Compare(m.id, other.id))
}

// matches calls fn with the matches of a source among ids, in their order, until it has enough; wanted is about how
// many that takes, and most how many at most (0: any).
func (r *ranking) matches(
	ctx context.Context, src source, after, upto int64, wanted, most int, fn func(m *match) (enough bool),
) error {
	met := 0
	if r.l.q.Unheld {
		src.table = "search_unheld"
	}
	return r.q.pieces(src, after, upto, wanted, func(src source, after, upto int64) (int, bool, error) {
		var s statement
		from := src.rows(&s, after, upto, "")
		if most > 0 { // of what is not needed nothing else is looked up
			from = "(SELECT * FROM " + from + " ORDER BY f.id LIMIT " + s.arg(most-met) + ") f"
		}
		var passing statement
		passing.args = s.args
		passing.wanted(r.l.q.Query)
		passes := "true"
		if len(passing.where) > 0 {
			from += " LEFT JOIN items ON items.id = f.id"
			passes = "(NOT gone AND " + passing.condition() + ") IS TRUE"
		}
		rows, err := r.q.tx.Query(ctx, "SELECT f.id, f.length, "+passes+" FROM "+from+" ORDER BY f.id", passing.args...)
		if err != nil {
			return 0, false, err
		}
		var m match
		before := met
		_, err = pgx.ForEachRow(rows, []any{&m.id, &m.length, &m.passes}, func() error {
			if met++; fn(&m) {
				return errEnough
			}
			return nil
		})
		if errors.Is(err, errEnough) {
			return met - before, true, nil
		}
		r.isLate = r.l.q.Unheld && time.Now().After(r.l.ends)
		return met - before, r.isLate, err
	})
}
