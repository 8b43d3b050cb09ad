package app

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/media/works"
	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// worksForgotten is how many works that will not come back are forgotten at once.
const worksForgotten = 1000

// vacatedKept is how long it is known where items were before their newest change.
const vacatedKept = 30 * 24 * time.Hour

// pruneAnyway is how often it is looked what has become old enough, where nothing has changed meanwhile.
const pruneAnyway = 24 * time.Hour

// prune bounds the tombstones: the feed is never longer than the catalog, but for what works and the search have not
// taken in, and a first load that is under way is not cut off. Works that are gone are forgotten when their time to
// come back is over.
func (d *Daemon) prune(ctx context.Context) error {
	const every, least = 10 * time.Minute, 10000
	pruned, last := int64(-1), time.Time{}
	run.Every(ctx, every, func() {
		head := d.store.Head()
		if head == pruned && time.Since(last) < pruneAnyway { // nothing to do: let its disk sleep
			return
		}
		more, err := d.pruneTurn(ctx, max(d.store.ItemCounts().Items, least))
		if err != nil && ctx.Err() == nil {
			d.log.Warn("tombstones not pruned", zap.Error(err))
		}
		d.giveBack(ctx)
		if err == nil && !more && d.idle() {
			pruned, last = head, time.Now()
		}
	})
	return nil
}

// pruneTurn prunes once, and leaves so many tombstones, and those that somebody is still to hear of. It reports whether
// more works may be forgotten.
func (d *Daemon) pruneTurn(ctx context.Context, keep int64) (more bool, err error) {
	limit := min(d.bus.Oldest(), d.store.TakenIn())
	longAgo, err := d.store.SeqAt(ctx, time.Now().Add(-vacatedKept))
	if err != nil {
		longAgo = 0
	}
	err = d.store.Update(ctx, func(tx *store.Tx) error {
		needed, err := tx.NeededByTargets(longAgo)
		if err != nil {
			return err
		}
		limit := min(limit, needed)
		if _, err := tx.Prune(keep, limit); err != nil {
			return err
		}
		if err := errors.Join(tx.PruneMoments(time.Now()), tx.PruneVacated(limit, longAgo)); err != nil {
			return err
		}
		n, err := tx.ForgetWorks(time.Now().Add(-works.ReturnsWithin).UnixNano(), limit, worksForgotten)
		more = n == worksForgotten
		return err
	})
	return more, err
}

// giveBack gives the disk back what the catalog does not need any more, for as long as there is nothing else to do.
func (d *Daemon) giveBack(ctx context.Context) {
	for more := true; more && d.idle(); {
		var err error
		if more, err = d.store.GiveBack(ctx); err != nil && ctx.Err() == nil {
			d.log.Warn("space not given back", zap.Error(err))
		}
	}
}
