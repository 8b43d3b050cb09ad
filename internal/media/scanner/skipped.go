package scanner

import (
	"context"
	"errors"
	"reflect"
	"syscall"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"go.uber.org/zap"
)

// recountEvery is how often it is counted what is not followed while scans change it; the last count follows when they
// are done.
const recountEvery = time.Second

// unreadable reports whether the error of a scan is the directory's own, and not the root's, the daemon's or the
// moment's.
func unreadable(ctx context.Context, err error) bool {
	if err == nil || away(ctx, err) {
		return false
	}
	for _, other := range []error{
		tree.ErrNotExist, tree.ErrNotDir, tree.ErrOtherVolume, tree.ErrUnsettled, store.ErrUnwritten, store.ErrDisk,
		context.Canceled, context.DeadlineExceeded, syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM,
	} {
		if errors.Is(err, other) {
			return false
		}
	}
	return true
}

// noteUnreadable records of a directory that it could not be looked at, and reports whether that is news. It has a row
// from then on, which goes as that of any other directory does; what is known of its items stands. It is called on a
// worker.
func (r *runner) noteUnreadable(ctx context.Context, dir string) (news bool) {
	d, found, err := r.s.store.Dir(ctx, r.id, dir)
	if err != nil || found && (d.Skipped == store.Unreadable || d.Gone) {
		return false
	}
	err = r.s.store.Update(ctx, func(tx *store.Tx) error {
		news = false
		above, known, err := tx.Dir(r.id, tree.Parent(dir))
		if err != nil || dir != "" && (!known || above.Gone) {
			return err
		}
		d, err := tx.EnsureDir(r.id, dir, above.Volume)
		if err != nil || d.Gone || d.Skipped == store.Unreadable {
			return err
		}
		d.Settled, d.Stamp, d.Skipped, news = false, 0, store.Unreadable, true
		return tx.SaveDir(&d)
	})
	if err != nil {
		r.log.Debug("not recorded that a directory cannot be looked at", zap.String("dir", dir), zap.Error(err))
		return false
	}
	return news
}

// skipsChanged has it counted anew what is not followed, where a scan changed that.
func (r *runner) skipsChanged(v *reconcile.Result) {
	if v.SkippedChanged && r.skipsAt.IsZero() {
		r.skipsAt = time.Now().Add(recountEvery)
	}
}

// countSkipped counts what is not followed, and tells of it once scans no longer change it.
func (r *runner) countSkipped(ctx context.Context) {
	now, err := r.s.store.Skipped(ctx, r.id)
	if err != nil {
		if ctx.Err() == nil {
			r.log.Warn("not counted what is not followed", zap.Error(err))
		}
		r.skipsAt = time.Now().Add(time.Minute)
		return
	}
	r.skipsAt = time.Time{}
	if r.skipped == nil || !reflect.DeepEqual(*r.skipped, now) {
		r.skipped = &now
	}
	if !r.online {
		return
	}
	if !r.nothingPending() {
		r.skipsAt = time.Now().Add(recountEvery)
		return
	}
	if worthTelling(&r.toldOf, &now) {
		r.logSkipped(&now)
		r.toldOf = now
	}
}

// worthTelling reports whether the log, which was told of some of what is not followed, is to be told again: whenever
// mounts change, or what cannot be looked at. Links change all day below folders in which programs work, so only the
// first ones do, twice as many as it was told of, and that there are none any more.
func worthTelling(told, now *media.Skipped) bool {
	return told.Mounts != now.Mounts || told.Unreadable != now.Unreadable ||
		(told.Links == 0) != (now.Links == 0) || told.Links > 0 && now.Links >= 2*told.Links
}

func (r *runner) logSkipped(now *media.Skipped) {
	if !now.Any() {
		r.log.Info("everything is followed again")
		return
	}
	r.log.Warn(now.Text(r.s.store.RootItems(r.id)))
}
