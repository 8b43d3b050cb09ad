package scanner

import (
	"context"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// coverBatch is how many items one request holds.
const coverBatch = 1000

// cover holds what is catalogued of a directory, and of all below it, on the file system of the directory above, where
// another one is mounted on it. No path leads to these files, so they do not stand; but they are not gone: they keep
// their ids, and are found again when that is unmounted. Once all are held the directory above notes it, and with its
// next listing without the mount it forgets that.
func (r *runner) cover(ctx context.Context, j *job) {
	res := &outcome{job: j}
	defer func() { r.outcomes <- res }() // has room for every job in flight
	above := tree.Parent(j.dir)
	same, err := r.sameVolume(ctx, above, j.dir)
	for more := true; err == nil && more; {
		more = false
		var n int
		err = r.s.store.Update(ctx, func(tx *store.Tx) error {
			d, found, err := tx.Dir(r.id, above)
			if err != nil || !found || d.Gone || d.Skipped.Covers(tree.Base(j.dir)) {
				return err
			}
			if !same {
				if n, err = tx.CoverItems(r.id, j.dir, d.Volume, time.Now().UnixNano(), coverBatch); err != nil {
					return err
				}
			}
			if more = n == coverBatch; more {
				return nil
			}
			d.Skipped.Cover(tree.Base(j.dir))
			return tx.SaveDir(&d)
		})
		if err == nil {
			res.result.Missing += n
		}
	}
	res.err = err
}

// sameVolume reports whether a directory on which something is mounted shows the file system of the one above, of which
// another directory is mounted there: then its own scan says what is there and what is not.
func (r *runner) sameVolume(ctx context.Context, above, dir string) (bool, error) {
	e, err := r.tree.Stat(ctx, dir)
	if err != nil {
		return false, err
	}
	if !e.Mount { // not any more: the next scan above does without
		return true, nil
	}
	if !r.cfg.CrossMounts {
		return false, nil
	}
	a, err := r.tree.List(ctx, above)
	if err != nil {
		return false, err
	}
	b, err := r.tree.List(ctx, dir)
	if err != nil {
		return false, err
	}
	return a.Volume.ID == b.Volume.ID, nil
}
