package scanner

import (
	"context"
	"slices"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
	"go.uber.org/zap"
)

// RemovalGrace is how long an item is missing before a daemon forgets it: a move may show its other half that late.
const RemovalGrace = 10 * time.Second

// reapBatch is how many items are forgotten, held or accepted in one transaction.
const reapBatch = 1000

// reapSoon has missing items looked at once their grace is over.
func (r *runner) reapSoon() {
	r.thresholdAt = time.Now()
	if grace := r.s.timing.Load().Grace; r.reapAt.IsZero() && grace > 0 {
		r.reapAt = time.Now().Add(grace + 50*time.Millisecond)
	} else if grace == 0 {
		r.reapAt = time.Now()
	}
}

// waitForScans puts off what every scan is to end before: until the root's own have, or so long, since those of other
// roots do not tell.
func (r *runner) waitForScans(at *time.Time, most time.Duration) {
	*at = time.Now().Add(most)
	if !slices.Contains(r.waiting, at) {
		r.waiting = append(r.waiting, at)
	}
}

// scansEnded has what waited for the root's scans be done now, if they have ended.
func (r *runner) scansEnded(now time.Time) {
	if len(r.waiting) == 0 || !r.nothingPending() {
		return
	}
	for _, at := range r.waiting {
		if !at.IsZero() {
			*at = now
		}
	}
	r.waiting = r.waiting[:0]
}

// reap forgets items that have been missing for their grace, once every scan that may still find them
// is done, or holds them where too many vanished at once. Events wait at all times where a program goes on writing:
// those of what has been missing for longer than one can wait are not among them.
func (r *runner) reap(ctx context.Context) {
	t := r.s.timing.Load()
	missingFor := t.Grace
	if r.s.eventsPending() { // asked first: they become scans
		missingFor += 2 * t.MaxWait
	}
	if !r.s.nothingPendingOn(r) {
		r.waitForScans(&r.reapAt, max(t.Grace/10, 10*time.Millisecond))
		return
	}
	r.reapAt = time.Time{}
	before := time.Now().Add(-missingFor).UnixNano() + 1
	var left, more bool
	err := r.s.store.Update(ctx, func(tx *store.Tx) (err error) {
		left, more, err = r.reapBatchIn(tx, before)
		return err
	})
	switch {
	case err != nil:
		r.log.Error("missing items not taken in", zap.Error(err))
		r.reapAt = time.Now().Add(time.Minute)
	case more:
		r.reapAt = time.Now()
	case left:
		r.reapAt = time.Now().Add(t.Grace/10 + time.Millisecond)
	}
}

// reapBatchIn handles one batch. It reports whether anything is missing still, and whether another batch is due now.
func (r *runner) reapBatchIn(tx *store.Tx, before int64) (left, more bool, err error) {
	if held, err := r.holdBatch(tx); held || err != nil {
		return false, held, err
	}
	items, err := tx.MissingItems(r.id, before, reapBatch)
	if err != nil {
		return false, false, err
	}
	if err := removeItems(tx, items); err != nil {
		return false, false, err
	}
	if err := tx.PrunePreviousIdentities(time.Now().UnixNano()); err != nil {
		return false, false, err
	}
	return tx.MissingCount(r.id) > 0, len(items) == reapBatch, nil
}

// removeItems forgets items for good, and then the directories that held nothing else.
func removeItems(tx *store.Tx, items []store.Item) error {
	dirs := map[int64]struct{}{}
	for i := range items {
		if err := tx.Remove(&items[i]); err != nil {
			return err
		}
		dirs[items[i].Dir] = struct{}{}
	}
	for dir := range dirs {
		if err := tx.DropEmptyDir(dir); err != nil {
			return err
		}
	}
	return nil
}
