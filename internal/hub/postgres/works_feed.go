package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// filledAtOnce are works whose members are read together: of a page of the feed, which ends by its bytes, few may be
// needed.
const filledAtOnce = 64

// eachWorkChange reads works, and calls fn with what the feed says of each, as long as it returns true. ended is false
// where it did not.
func eachWorkChange(
	ctx context.Context, tx pgx.Tx, fn func(ch store.Change) (more bool), where string, args ...any,
) (ended bool, err error) {
	var works []store.WorkView
	err = eachWork(ctx, tx, where, func(w *store.WorkView) error { works = append(works, *w); return nil }, args...)
	if err != nil {
		return false, err
	}
	for len(works) > 0 {
		some := works[:min(len(works), filledAtOnce)]
		works = works[len(some):]
		if err := holdMembers(ctx, tx, some); err != nil {
			return false, err
		}
		for i := range some {
			if !fn(some[i].Change()) {
				return false, nil
			}
		}
	}
	return true, nil
}

// changedWorks reads works with numbers in a stretch, those that are gone as deletions, and how far it came.
func changedWorks(
	ctx context.Context, tx pgx.Tx, after, end int64, most store.Bounds,
) (out []store.Change, upto int64, err error) {
	bytes := 0
	ended, err := eachWorkChange(ctx, tx, func(ch store.Change) bool {
		if bytes += ch.Size(); bytes > most.Bytes && len(out) > 0 {
			return false
		}
		out = append(out, ch)
		return true
	}, "WHERE w.seq > $1 AND w.seq <= $2 ORDER BY w.seq LIMIT $3", after, end, most.Rows)
	if n := len(out); n > 0 && (!ended || n == most.Rows) {
		end = out[n-1].Seq
	}
	return out, end, err
}

// loadWorks reads works above a position by id that have not changed since h0, those that are gone left out; next is
// the position behind them, and done says that no others follow.
func loadWorks(
	ctx context.Context, tx pgx.Tx, h0, position int64, most store.Bounds,
) (out []store.Change, next int64, done bool, err error) {
	rows, bytes := 0, 0
	next = position
	ended, err := eachWorkChange(ctx, tx, func(ch store.Change) bool {
		if !ch.Delete && ch.Seq <= h0 { // a later change comes by its number
			if bytes += ch.Size(); bytes > most.Bytes && len(out) > 0 {
				return false
			}
			out = append(out, ch)
		}
		next = ch.ID
		rows++
		return true
	}, "WHERE w.id > $1 AND "+isThere+" ORDER BY w.id LIMIT $2", position, most.Rows)
	return out, next, ended && rows < most.Rows, err
}
