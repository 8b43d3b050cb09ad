package scanner

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/dustin/go-humanize"
	"go.uber.org/zap"
)

// A union of disks that lost one lists what is left, whole and without an error; so does a server whose own disk is
// away. A sign of it is their size. It is kept with each proof that all of a root is there, and while it is another
// one, what is missing is held: when the disk is back, nothing has happened.

// measure keeps how large the root's file systems are after a walk that found all there is of it and began at a time.
func (r *runner) measure(began int64) {
	if r.measuring || !r.sums.Load() && !r.cfg.CrossMounts {
		return
	}
	r.measuring = true
	own := store.Total{Root: r.id, Volume: r.row.Volume}
	r.s.group.Go("measure "+r.name, func(ctx context.Context) error {
		released, err := r.measured(ctx, &own, began)
		if err != nil && ctx.Err() == nil {
			r.log.Warn("size of the file system not kept", zap.Error(err))
		}
		r.send(ctx, totalsMeasured{released})
		return nil
	})
}

// totalsMeasured says that the sizes of a root's file systems are kept.
type totalsMeasured struct{ released bool } // items that were held are so no more

func (c totalsMeasured) do(r *runner) {
	if r.measuring = false; c.released {
		r.log.Info("the file system has the size of before: what was held and is still missing is weighed anew")
		r.reapSoon()
		r.tell()
	}
}

// measured takes in how large the root's file systems are now. It reports whether items that were held are so no more.
func (r *runner) measured(ctx context.Context, own *store.Total, began int64) (released bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, identLimit)
	defer cancel()
	var totals []store.Total
	err = r.s.store.Update(ctx, func(tx *store.Tx) (err error) {
		totals, err = tx.Totals(r.id)
		return err
	})
	if err != nil {
		return false, err
	}
	if !slices.ContainsFunc(totals, func(t store.Total) bool { return t.Volume == own.Volume }) {
		totals = append(totals, *own)
	}
	for i := range totals {
		bytes, err := r.tree.Total(ctx, totals[i].Dir)
		if absent(err) {
			continue
		}
		if away(ctx, err) { // the next walk asks again
			return released, nil
		}
		if err != nil || bytes == 0 {
			return released, err
		}
		free := false
		err = r.s.store.Update(ctx, func(tx *store.Tx) (err error) {
			free, err = r.settleTotal(tx, &totals[i], bytes, began)
			return err
		})
		if err == nil && free {
			released = true
			err = r.release(ctx, totals[i].Volume)
		}
		if err != nil {
			return false, err
		}
	}
	return released, nil
}

// settleTotal takes in how large a file system is after a walk. What is missing of it decides what that means. It
// reports whether what is held is to be released.
func (r *runner) settleTotal(tx *store.Tx, of *store.Total, bytes, began int64) (free bool, err error) {
	t, found, err := tx.Total(r.id, of.Volume)
	if !found {
		t = *of
	}
	if err != nil || t.Seen != 0 && began < t.Since {
		return false, err
	}
	same := t.Bytes != 0 && reconcile.SameTotal(t.Bytes, bytes)
	if t.Seen != 0 && same {
		t.Seen, t.Since = t.Bytes, time.Now().UnixNano()
		return true, tx.SaveTotal(&t)
	}
	if same && float64(max(bytes, t.Bytes)-min(bytes, t.Bytes)) <= reconcile.TotalDrift/2*float64(bytes) {
		return false, nil
	}
	out, err := tx.RootItems(r.id, 0, store.Missing, store.Held, 1)
	if err != nil || len(out) > 0 {
		return false, err
	}
	t.Bytes, t.Seen, t.Since = bytes, 0, 0
	return false, tx.SaveTotal(&t)
}

// release has what is held be missing since now, some in each transaction. A process that ends on the way goes on
// with it after its first walk.
func (r *runner) release(ctx context.Context, volume int64) error {
	for more := true; more; {
		err := r.s.store.Update(ctx, func(tx *store.Tx) (err error) {
			more, err = r.releaseBatch(tx, volume)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// releaseBatch releases some of what was held before the release began: what is held since then was weighed anew.
func (r *runner) releaseBatch(tx *store.Tx, volume int64) (more bool, err error) {
	t, found, err := tx.Total(r.id, volume)
	if err != nil || !found || !t.Releases() { // it is of another size again, or somebody has accepted what was held
		return false, err
	}
	items, err := tx.HeldItems(r.id, t.Since, reapBatch)
	if err != nil {
		return false, err
	}
	if len(items) == 0 {
		t.Seen, t.Since = 0, 0
		return false, tx.SaveTotal(&t)
	}
	for i := range items {
		old := items[i]
		items[i].State, items[i].MissingAt = store.Missing, time.Now().UnixNano()
		if err := tx.SaveQuietly(&old, &items[i]); err != nil {
			return false, err
		}
	}
	return true, nil
}

// whyHeld says why removals were not believed of a root that is at a location.
func whyHeld(h *store.Holding, location string) string {
	covered := ""
	if h.Covered > 0 {
		covered = fmt.Sprintf("%s is covered by a mount, and with it %s of these files", tree.Join(location, string([]rune(h.Mount))), humanize.Comma(h.Covered))
	}
	switch {
	case h.Covered == h.Items:
		return covered
	case covered != "":
		return covered + "; of the others " + whyHeld(&store.Holding{Doubt: h.Doubt, Items: h.Items - h.Covered}, location)
	case h.Doubt.Seen == 0:
		return "more vanished at once than max_removals allows"
	}
	return fmt.Sprintf(
		"the file system had %s when everything was there, and %s when this was missing: is a disk of it away?",
		sizeText(h.Doubt.Bytes), sizeText(h.Doubt.Seen))
}

func sizeText(bytes int64) string {
	return humanize.IBytes(uint64(max(bytes, 0))) //nolint:gosec // not negative
}
