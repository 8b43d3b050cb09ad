package scanner

import (
	"context"
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
	var binned []store.Item
	for i := range missing {
		if r.isBinned(ctx, here, &missing[i]) {
			binned = append(binned, missing[i].Item)
		}
	}
	if _, err := r.checkRoot(ctx); err != nil || len(binned) == 0 { // what was seen counts only while the root is itself
		return false, err
	}
	grace := int64(r.s.timing.Load().Grace)
	err = r.s.store.Update(ctx, func(tx *store.Tx) error {
		found = false
		for i := range binned {
			it, known, err := tx.Item(binned[i].ID)
			if err != nil {
				return err
			}
			if !known || it.State != store.Missing || it.MissingAt != binned[i].MissingAt {
				continue // it came back, or is held
			}
			old := it
			it.MissingAt -= grace
			if err := tx.SaveQuietly(&old, &it); err != nil {
				return err
			}
			found = true
		}
		return nil
	})
	return found, err
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
