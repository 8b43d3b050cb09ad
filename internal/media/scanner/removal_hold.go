package scanner

import (
	"context"
	"errors"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
	"go.uber.org/zap"
)

const (
	removalFloor = 100         // so many at once are never held
	removalSpan  = time.Minute // what vanishes within it vanishes at once
)

// checkThreshold holds what is missing, once every scan that may still find some of it is done, where too much vanished
// at once. So people see it as soon as the root is idle, and not only when the grace is over.
func (r *runner) checkThreshold(ctx context.Context) {
	if r.s.eventsPending() || !r.s.nothingPendingOn(r) {
		r.waitForScans(&r.thresholdAt, 50*time.Millisecond)
		return
	}
	r.thresholdAt = time.Time{}
	var held bool
	err := r.s.store.Update(ctx, func(tx *store.Tx) (err error) {
		held, err = r.holdBatch(tx)
		return err
	})
	switch {
	case err != nil:
		r.log.Error("missing items not weighed", zap.Error(err))
		r.thresholdAt = time.Now().Add(15 * time.Second)
	case held:
		r.thresholdAt = time.Now()
		r.tell()
	default:
		r.searchBins()
	}
}

// holdBatch holds one batch of what is missing where too much vanished at once. It reports whether it did.
//
// What vanished last is held first. So those of one burst that are held already are counted with those that
// are not yet, however many batches it takes and whatever ends the process between two of them.
func (r *runner) holdBatch(tx *store.Tx) (held bool, err error) {
	tooMany, err := r.tooMany(tx)
	if err == nil && !tooMany {
		_, tooMany, err = tx.Doubted(r.id)
	}
	if err != nil || !tooMany {
		return false, err
	}
	items, err := tx.NewestMissing(r.id, reapBatch)
	if err != nil {
		return false, err
	}
	for i := range items {
		old := items[i]
		items[i].State = store.Held
		if err := tx.SaveQuietly(&old, &items[i]); err != nil {
			return false, err
		}
	}
	return len(items) > 0, nil
}

// tooMany reports whether so much vanished at once that a person has to say that it is really gone.
func (r *runner) tooMany(tx *store.Tx) (bool, error) {
	missing := tx.MissingCount(r.id)
	if missing == 0 {
		return false, nil
	}
	since := max(time.Now().Add(-removalSpan).UnixNano(), r.row.AcceptedAt)
	forgotten, err := tx.Forgotten(r.id, since)
	if err != nil {
		return false, err
	}
	may := max(removalFloor, int64(r.cfg.MaxRemovals*float64(r.s.store.RootItems(r.id)+forgotten)))
	with, err := tx.HeldWith(r.id, int64(removalSpan), may+1)
	return missing+with+forgotten > may, err
}

// held tells which items are held: those that somebody may accept who has seen them.
func (r *runner) held(ctx context.Context) (ids []int64, err error) {
	err = r.s.store.Update(ctx, func(tx *store.Tx) (err error) {
		ids, err = tx.HeldIDs(r.id)
		return err
	})
	return ids, err
}

// forget forgets those of some accepted items that are still held, and says how many. What a person accepted does not
// count against what vanishes next.
func (r *runner) forget(ctx context.Context, accepted []int64) (n int64, err error) {
	row := r.row
	err = r.s.store.Update(ctx, func(tx *store.Tx) error {
		var items []store.Item
		for _, id := range accepted {
			it, found, err := tx.Item(id)
			if err != nil {
				return err
			}
			if found && it.State == store.Held && it.Root == r.id { // else it is back
				items = append(items, it)
			}
		}
		n = int64(len(items))
		row.AcceptedAt = time.Now().UnixNano() + 1
		return errors.Join(removeItems(tx, items), tx.SaveRoot(&row), tx.TrustTotals(r.id))
	})
	if err != nil {
		return 0, err
	}
	r.row = row
	r.tell()
	return n, nil
}
