package scanner

import (
	"context"
	"slices"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"go.uber.org/zap"
)

// bins are the directories, at the top of a share, into which a NAS moves what is deleted: with its path, or without.
// Their content is passed over. A file that is found there has not gone elsewhere.
var bins = [...]string{"@Recycle", "#recycle", "#Recycle", ".recycle"}

// binnedAtMost is how many of the items that went missing last are looked for in the bins. The others wait for their
// grace, as all do where there is no bin.
const binnedAtMost = removalFloor

// searchBins looks for what is missing in the root's bins, beside all else. What is there has been deleted by somebody:
// its grace, in which a move may show its other half, is over.
func (r *runner) searchBins() {
	if r.searching || r.s.timing.Load().Grace == 0 {
		return
	}
	r.searching = true
	r.s.group.Go("search the bins of "+r.name, func(ctx context.Context) error {
		found, err := r.findInBins(ctx)
		if err != nil && ctx.Err() == nil {
			r.log.Info("bins not searched", zap.Error(err))
		}
		r.send(ctx, binsSearched{found})
		return nil
	})
}

// binsSearched has a runner forget what was found in a bin.
type binsSearched struct{ found bool }

func (c binsSearched) do(r *runner) {
	r.searching = false
	if c.found {
		r.reapAt = time.Now()
	}
}

// findInBins ends the grace of what is missing and in a bin, and reports whether anything is.
func (r *runner) findInBins(ctx context.Context) (found bool, err error) {
	var here []string
	for _, bin := range bins {
		if e, err := r.tree.Stat(ctx, bin); err == nil && e.Type == tree.Dir && !e.Mount {
			here = append(here, bin)
		}
	}
	if len(here) == 0 {
		return false, nil
	}
	missing, err := r.newlyMissing(ctx)
	if err != nil {
		return false, err
	}
	binned := slices.DeleteFunc(missing, func(it missingItem) bool { return !r.isBinned(ctx, here, &it) })
	// What was seen counts only while the root is itself.
	if _, err := r.checkRoot(ctx); err != nil || len(binned) == 0 {
		return false, err
	}
	err = r.s.store.Update(ctx, func(tx *store.Tx) (err error) {
		found, err = endGrace(tx, binned, int64(r.s.timing.Load().Grace))
		return err
	})
	return found, err
}

// endGrace has items that are still missing be so for as long as the grace, and reports whether any is.
func endGrace(tx *store.Tx, items []missingItem, grace int64) (any bool, err error) {
	for i := range items {
		it, known, err := tx.Item(items[i].ID)
		if err != nil {
			return false, err
		}
		if !known || it.State != store.Missing || it.MissingAt != items[i].MissingAt {
			continue // it came back, or is held
		}
		old := it
		it.MissingAt -= grace
		if err := tx.SaveQuietly(&old, &it); err != nil {
			return false, err
		}
		any = true
	}
	return any, nil
}

// missingItem is an item that is missing from a directory.
type missingItem struct {
	store.Item
	dir string
}

// newlyMissing reads what went missing within the grace, as much of it as is looked for.
func (r *runner) newlyMissing(ctx context.Context) (missing []missingItem, err error) {
	since := time.Now().Add(-r.s.timing.Load().Grace).UnixNano()
	err = r.s.store.Update(ctx, func(tx *store.Tx) error {
		missing = nil
		items, err := tx.NewestMissing(r.id, binnedAtMost)
		if err != nil {
			return err
		}
		for _, it := range items {
			if it.MissingAt < since || it.FileID == (tree.FileID{}) {
				continue
			}
			d, known, err := tx.DirByID(it.Dir)
			if err != nil {
				return err
			}
			if known {
				missing = append(missing, missingItem{it, d.Path})
			}
		}
		return nil
	})
	return missing, err
}

// isBinned reports whether an item's very file is in one of the bins.
func (r *runner) isBinned(ctx context.Context, here []string, it *missingItem) bool {
	for _, bin := range here {
		for _, path := range [...]string{tree.Join(bin, tree.Join(it.dir, it.Name)), tree.Join(bin, it.Name)} {
			e, err := r.tree.Stat(ctx, path)
			if err == nil && e.Type == tree.File && e.ID == it.FileID && it.SameContent(&e) {
				return true
			}
		}
	}
	return false
}
