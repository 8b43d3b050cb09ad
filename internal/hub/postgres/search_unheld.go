package postgres

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
)

// The table search_unheld has the rows of search of items that no work holds. Two write it: who takes in the words of
// items, of those that are new, and who writes works, of items that these hold since, or hold no more. Each holds a
// lock from its look at what there is until its transaction ends: so the second of two who write of one item at once
// sees what the first one wrote.

// unheldLock is what who writes search_unheld holds.
const unheldLock = 0x6875623a34

func lockUnheld(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(unheldLock))
	return err
}

// addUnheld adds those of some items that have words, and that no work holds but such as end. The works of an item are
// looked up one by one, whatever is thought of how many there are.
const addUnheld = `INSERT INTO search_unheld SELECT s.* FROM unnest($1::bigint[]) AS f (id)
	CROSS JOIN LATERAL (SELECT id, length, words FROM search WHERE search.id = f.id OFFSET 0) s
	WHERE NOT EXISTS (SELECT FROM (SELECT m.work FROM members m WHERE m.item = f.id OFFSET 0) m
		CROSS JOIN LATERAL (SELECT w.gone FROM works w WHERE w.id = m.work OFFSET 0) w
		WHERE w.gone = 0 AND m.work <> ALL ($2::bigint[]) OFFSET 0)
	ON CONFLICT (id) DO UPDATE SET length = excluded.length, words = excluded.words`

// writeUnheld keeps the words of items that no work holds, once those of all are written.
func (b *batch) writeUnheld(ctx context.Context, tx pgx.Tx) error {
	if len(b.written)+len(b.gone) == 0 {
		return nil
	}
	if err := lockUnheld(ctx, tx); err != nil {
		return err
	}
	if len(b.gone) > 0 {
		if _, err := tx.Exec(ctx, "DELETE FROM search_unheld WHERE id = ANY ($1)", b.gone); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, addUnheld, b.written, []int64{})
	return err
}

// writeUnheld keeps the words of items that works hold since, or hold no more. Works that are there before are still to
// be found, as they were.
func (w *worksWriting) writeUnheld() error {
	held := map[int64]bool{}
	for i := range w.members {
		item, _ := w.members[i][2].(int64)
		held[item] = true
	}
	for i := range w.b.Puts {
		if p := &w.b.Puts[i]; p.Old != nil && p.Old.Gone > 0 { // it is back, with members that stayed
			for j := range p.New.Members {
				held[p.New.Members[j].Item] = true
			}
		}
	}
	ended := make([]int64, 0, len(w.b.Gone))
	for i := range w.b.Gone {
		ended = append(ended, w.b.Gone[i].Work)
	}
	freed, err := w.membersOfEnded(ended)
	if err != nil {
		return err
	}
	var now, maybe []int64
	for item := range held {
		now = append(now, item)
	}
	for _, item := range append(freed, w.freed...) {
		if !held[item] {
			maybe = append(maybe, item)
		}
	}
	if len(now)+len(maybe) == 0 {
		return nil
	}
	if err := lockUnheld(w.ctx, w.tx); err != nil {
		return err
	}
	if len(now) > 0 {
		if err := w.exec("DELETE FROM search_unheld WHERE id = ANY ($1)", now); err != nil {
			return err
		}
	}
	if len(maybe) == 0 {
		return nil
	}
	slices.Sort(maybe)
	return w.exec(addUnheld, slices.Compact(maybe), ended)
}

// membersOfEnded are the items of works that end.
func (w *worksWriting) membersOfEnded(ended []int64) ([]int64, error) {
	if len(ended) == 0 {
		return nil, nil
	}
	rows, err := w.tx.Query(w.ctx, "SELECT item FROM members WHERE work = ANY ($1)", ended)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
