package scanner

import (
	"context"
	"slices"

	"github.com/catalogizer/catalogizerd/internal/store"
	"go.uber.org/zap"
)

// kin are the file systems of a root, by their numbers in the store: the one that it is on, and those before it of which
// items are still to be found again on that. It never changes.
type kin struct {
	now    int64
	former []int64
}

// one reports whether two file systems are the same, or both this root's.
func (k *kin) one(a, b int64) bool { return a == b || k.has(a) && k.has(b) }

func (k *kin) has(v int64) bool {
	return len(k.former) > 0 && (v == k.now || slices.Contains(k.former, v))
}

// before are those that the present one took the place of, where that is the one asked for: a disk below the root, into
// which its tree crosses, took nobody's.
func (k *kin) before(v int64) []int64 {
	if v != k.now {
		return nil
	}
	return k.former
}

// settleOn takes over a root's row, with what the looks need of it.
func (r *runner) settleOn(row store.Root) {
	r.row = row
	r.home.Store(&row.Dir)
	r.kin.Store(&kin{now: row.Volume, former: row.FormerVolumes})
}

// forgetFormer forgets the file systems before the present one, once a whole pass has found again on it what was to be
// found: no item that stands is still on one of them. That is counted beside the runner.
func (r *runner) forgetFormer() {
	former := r.row.FormerVolumes
	if len(former) == 0 {
		return
	}
	r.s.group.Go("what is left of the disk before of "+r.name, func(ctx context.Context) error {
		n, err := r.s.store.StockOf(ctx, r.id, former, nil)
		switch {
		case err != nil:
			r.log.Info("not counted what is left of the disk before", zap.Error(err)) // the next pass asks again
		case n.Present == 0:
			r.leaveFormer(ctx, former)
		}
		return nil
	})
}

// leaveFormer forgets the file systems before the present one where they are those that are known.
func (r *runner) leaveFormer(ctx context.Context, former []int64) {
	r.command(ctx, func() {
		if !slices.Equal(former, r.row.FormerVolumes) {
			return
		}
		if err := r.s.store.Update(ctx, func(tx *store.Tx) error { return tx.ForgetFormerVolumes(r.id) }); err != nil {
			r.log.Warn("not forgotten what disk was here before", zap.Error(err))
			return
		}
		row := r.row
		row.FormerVolumes = nil
		r.settleOn(row)
	})
}

// command runs fn on the runner's goroutine, if that goes on.
func (r *runner) command(ctx context.Context, fn func()) {
	select {
	case r.inbox <- fn:
	case <-r.done:
	case <-ctx.Done():
	}
}
