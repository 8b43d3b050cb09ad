package scanner

import (
	"context"
	"slices"

	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
	"github.com/catalogizer/catalogizerd/internal/store"
	"go.uber.org/zap"
)

// setRow takes over a root's row, with what the scans need of it.
func (r *runner) setRow(row store.Root) {
	r.row = row
	r.rootDir.Store(&row.Dir)
	r.volumes.Store(&reconcile.Volumes{Now: row.Volume, Former: row.FormerVolumes})
}

// forgetFormerVolumes forgets the file systems before the present one, once a whole walk has found again on it what was
// to be found: no item that stands is still on one of them. That is counted beside the runner.
func (r *runner) forgetFormerVolumes() {
	former := r.row.FormerVolumes
	if len(former) == 0 {
		return
	}
	r.s.group.Go("what is left of the disk before of "+r.name, func(ctx context.Context) error {
		n, err := r.s.store.StockOf(ctx, r.id, former, nil)
		switch {
		case err != nil:
			r.log.Info("not counted what is left of the disk before", zap.Error(err)) // the next walk asks again
		case n.Present == 0:
			r.send(ctx, dropFormerVolumes{ctx, former})
		}
		return nil
	})
}

// dropFormerVolumes forgets the file systems before the present one where they are those that are known.
type dropFormerVolumes struct {
	ctx    context.Context
	former []int64
}

func (c dropFormerVolumes) do(r *runner) {
	if !slices.Equal(c.former, r.row.FormerVolumes) {
		return
	}
	if err := r.s.store.Update(c.ctx, func(tx *store.Tx) error { return tx.ForgetFormerVolumes(r.id) }); err != nil {
		r.log.Warn("not forgotten what disk was here before", zap.Error(err))
		return
	}
	row := r.row
	row.FormerVolumes = nil
	r.setRow(row)
}
