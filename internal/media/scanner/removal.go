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
	r.commit(ctx, res, 0, func(tx *store.Tx) (err error) {
		var below []store.Dir
		r.s.crowds.Leave()
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

// saidGone reports whether a listing has proven before that a directory is not there.
func (r *runner) saidGone(ctx context.Context, dir string) bool {
	d, found, err := r.s.store.Dir(ctx, r.id, dir)
	return err == nil && found && d.Gone
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
			r.s.crowds.Leave()
			return reconcile.MarkItemsMissing(tx, d, after, to, at, r.volumes.Load(), &now)
		})
		if err != nil {
			return after, err
		}
		after, *v = to, now
	}
	return after, nil
}
