package app

import (
	"context"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// prune bounds the tombstones: the feed is never longer than the catalog, and a first load that is under
// way is not cut off.
func (d *Daemon) prune(ctx context.Context) error {
	const every, least = 10 * time.Minute, 10000
	run.Every(ctx, every, func() {
		keep := max(d.store.ItemCounts().Items, least)
		limit := d.bus.Oldest()
		err := d.store.Update(ctx, func(tx *store.Tx) error {
			_, err := tx.Prune(keep, limit)
			return err
		})
		if err != nil && ctx.Err() == nil {
			d.log.Warn("tombstones not pruned", zap.Error(err))
		}
	})
	return nil
}
