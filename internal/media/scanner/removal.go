package scanner

import (
	"context"
	"errors"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"go.uber.org/zap"
)

// RemovalGrace is how long an item is missing before a daemon forgets it: a move may show its other half that late.
const RemovalGrace = 10 * time.Second

const (
	removalFloor = 100         // so many at once are never held
	removalSpan  = time.Minute // what vanishes within it vanishes at once
	reapBatch    = 1000
)

// markDirMissing marks the items of a directory that is proven absent missing; the directories below follow,
// each in a request of its own.
func (r *runner) markDirMissing(ctx context.Context, j *job) {
	res := &outcome{job: j}
	if back, err := r.isBack(ctx, j.dir); err != nil || back {
		res.err = err
		if back {
			res.children = []*job{{dir: j.dir, recursive: true, walk: j.walk}}
		}
		r.outcomes <- res // has room for every job in flight
		return
	}
	at, volumes, gone := time.Now().UnixNano(), r.volumes.Load(), false
	after, err := r.markMissingInParts(ctx, j.absent, at, &res.result)
	if err != nil {
		res.err, res.unwritten = err, true
		r.outcomes <- res
		return
	}
	before := res.result
	r.commit(ctx, res, func(tx *store.Tx) (err error) {
		var below []store.Dir
		res.result, res.children = before, nil
		below, gone, err = reconcile.MarkDirMissing(tx, *j.absent, after, at, volumes, &res.result)
		for i := range below {
			res.children = append(res.children, removal(&below[i], j.walk))
		}
		return err
	}, func(err error) {
		if err == nil && gone {
			r.unwatch(j.dir) // before anything looks there again; one that came back has watched it anew
		}
	})
}

// resumeRemovals goes on with directories whose absence was proven and whose items have not followed: the process
// or the walk ended in between, or they could not be looked at. No listing above shows them any more.
func (r *runner) resumeRemovals(p *walk) {
	gone, err := r.s.store.GoneDirs(r.s.group.Context(), r.id)
	if err != nil {
		r.log.Warn("unfinished removals not read", zap.Error(err))
	}
	for i := range gone {
		if p != nil {
			p.outstanding++
		}
		r.queue.push(removal(&gone[i], p))
	}
}

// isBack reports whether a directory that a listing did not hold is there now, and is not one that is passed over.
// The listing may be older than the last scan of the directory itself; nobody looks there while this is done.
func (r *runner) isBack(ctx context.Context, dir string) (bool, error) {
	e, err := r.tree.Stat(ctx, dir)
	switch {
	case errors.Is(err, tree.ErrNotExist), errors.Is(err, tree.ErrNotDir):
		return false, nil
	case err != nil:
		return false, err
	case e.Type != tree.Dir:
		return false, nil
	}
	if listed, err := r.asListed(ctx, dir); err != nil || !listed {
		return false, err
	}
	_, ignored, err := r.rulesAbove(ctx, dir)
	if errors.Is(err, tree.ErrNotExist) || errors.Is(err, tree.ErrNotDir) {
		return false, nil
	}
	return !ignored, err
}

// markMissingInParts marks the items of a large directory missing but for the last of them, some in each transaction.
// It gives the name up to which it came.
func (r *runner) markMissingInParts(ctx context.Context, d *store.Dir, at int64, v *reconcile.Result) (after string, err error) {
	names, err := r.s.store.SomeNames(ctx, d.ID, reconcile.PartRows)
	if err != nil {
		return "", err
	}
	for _, to := range names {
		now := *v
		err := r.s.store.Update(ctx, func(tx *store.Tx) error {
			row, found, err := tx.DirByID(d.ID)
			if err != nil || !found || !row.Gone {
				return err
			}
			return reconcile.MarkItemsMissing(tx, d, after, to, at, r.volumes.Load(), &now)
		})
		if err != nil {
			return after, err
		}
		after, *v = to, now
	}
	return after, nil
}

// reapSoon has missing items looked at once their grace is over.
func (r *runner) reapSoon() {
	r.thresholdAt = time.Now()
	if r.reapAt.IsZero() {
		r.reapAt = time.Now().Add(r.s.timing.Load().Grace + 50*time.Millisecond)
	}
}

// checkThreshold holds what is missing, once every scan that may still find some of it is done, where too much vanished
// at once. So people see it as soon as the root is idle, and not only when the grace is over.
func (r *runner) checkThreshold(ctx context.Context) {
	if r.s.eventsPending() || !r.s.nothingPendingOn(r) {
		r.thresholdAt = time.Now().Add(50 * time.Millisecond)
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
		r.reapAt = time.Now().Add(max(t.Grace/10, 10*time.Millisecond))
		return
	}
	r.reapAt = time.Time{}
	before := time.Now().Add(-missingFor).UnixNano() + 1
	var left, held bool
	err := r.s.store.Update(ctx, func(tx *store.Tx) (err error) {
		left, held, err = r.reapBatchIn(tx, before)
		return err
	})
	switch {
	case err != nil:
		r.log.Error("missing items not taken in", zap.Error(err))
		r.reapAt = time.Now().Add(time.Minute)
	case held:
		r.reapAt = time.Now()
	case left:
		r.reapAt = time.Now().Add(t.Grace/10 + time.Millisecond)
	}
}

// reapBatchIn handles one batch. It reports whether more may be missing, and whether a batch was held.
func (r *runner) reapBatchIn(tx *store.Tx, before int64) (left, held bool, err error) {
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
	return tx.MissingCount(r.id) > 0, false, nil
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
