package scanner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/ignore"
	"go.uber.org/zap"
)

const (
	proveEvery  = 30 * time.Second // a root that is there
	glanceEvery = 2 * time.Second  // where that costs next to nothing: no event tells that a link leads elsewhere now
	retryEvery  = time.Second      // one that is away; a share's breaker answers at once while it is open
	identLimit  = 20 * time.Second
)

// glancer is a tree that can tell without effort whether its root is still what it was.
type glancer interface {
	Glance(ctx context.Context) (tree.Volume, error)
}

// identify asks, off the runner's goroutine, whether the root is there and itself, and takes in the
// answer. A root that does not answer costs the runner nothing but that.
func (r *runner) identify(ctx context.Context) {
	r.identAt = time.Now().Add(time.Hour) // the answer says when next
	if r.identifying {
		return
	}
	r.identifying = true
	ident, ask := r.row.Ident, r.tree.Identify
	if g, ok := r.tree.(glancer); ok && r.online && time.Since(r.asked) < proveEvery {
		ask = g.Glance
	} else {
		r.asked = time.Now()
	}
	r.s.group.Go("identify "+r.name, func(context.Context) error {
		ictx, cancel := context.WithTimeout(ctx, identLimit)
		defer cancel()
		v, err := ask(ictx)
		if err == nil && (v.ID == ident || v.Former != "" && v.Former == ident) {
			err = r.checkRootDir(ictx, v)
		}
		r.send(ctx, volumeAnswer{ctx, v, err})
		return nil
	})
}

// volumeAnswer is what a root's tree said that it is.
type volumeAnswer struct {
	ctx    context.Context
	volume tree.Volume
	err    error
}

func (c volumeAnswer) do(r *runner) { r.identified(c.ctx, c.volume, c.err) }

// identified takes in what the root is now.
func (r *runner) identified(ctx context.Context, v tree.Volume, err error) {
	r.identifying = false
	r.identAt = time.Now().Add(retryEvery)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		r.notIdentified(err)
		return
	}
	if err := r.renameVolume(ctx, v); err != nil {
		r.goOffline(err)
		return
	}
	if r.row.Ident != "" && r.row.Ident != v.ID {
		vacant, err := r.resetVolume(ctx)
		if err != nil || !vacant {
			r.goOffline(errors.Join(r.otherPlace(v), err))
			r.propose(ctx, v)
			return
		}
	}
	r.withdraw()
	replaced := r.online && r.row.Dir != v.Root
	if err := r.recordVolume(ctx, v); err != nil {
		r.goOffline(err)
		return
	}
	r.identAt = time.Now().Add(r.identEvery(v))
	r.tree.Expect(v)
	r.sums.Store(v.Remote)
	r.setPolled(v, replaced)
	switch {
	case !r.online:
		r.comeOnline()
	case replaced:
		r.log.Info("another directory is in the root's place, it is compared whole")
		r.startWalk(&walk{})
	}
}

// renameVolume keeps the name that a root's file system has now, where it was known under a former one.
func (r *runner) renameVolume(ctx context.Context, v tree.Volume) error {
	if v.Former == "" || r.row.Ident != v.Former {
		return nil
	}
	if err := r.s.store.Update(ctx, func(tx *store.Tx) error { return tx.RenameVolume(v.Former, v.ID) }); err != nil {
		return fmt.Errorf("record the root's file system under its new name: %w", err)
	}
	r.row.Ident = v.ID
	return nil
}

// identEvery is how often a root that is there is asked what it is.
func (r *runner) identEvery(v tree.Volume) time.Duration {
	if _, glances := r.tree.(glancer); glances && !v.Remote {
		return glanceEvery
	}
	return proveEvery
}

// notIdentified decides what it means that a root does not say what it is.
func (r *runner) notIdentified(err error) {
	r.withdraw()
	if r.online && !errors.Is(err, tree.ErrAway) && !errors.Is(err, context.DeadlineExceeded) {
		// The error is this process's, as too many open files.
		r.log.Info("root not identified, it is taken for what it was", zap.Error(err))
		return
	}
	r.goOffline(err)
}

// recordVolume keeps what file system the root is on, and which directory of it is its own, where that is news.
func (r *runner) recordVolume(ctx context.Context, v tree.Volume) error {
	if r.row.Ident == v.ID && r.row.Dir == v.Root {
		return nil
	}
	row := r.row
	row.Ident, row.Dir = v.ID, v.Root
	if err := r.s.store.Update(ctx, func(tx *store.Tx) error { return tx.SaveRoot(&row) }); err != nil {
		return fmt.Errorf("record the root's file system: %w", err)
	}
	r.setRow(row)
	return nil
}

// resetVolume forgets what file system the root was on, if nothing was ever found there: an empty mount point was
// seen before its disk was mounted for the first time. It reports whether it did. Not while the root is online or scans
// are flying: what they saw of the old one may still come in.
func (r *runner) resetVolume(ctx context.Context) (vacant bool, err error) {
	if r.online || r.flying > 0 || r.s.store.RootItems(r.id) > 0 {
		return false, nil
	}
	err = r.s.store.Update(ctx, func(tx *store.Tx) (err error) {
		vacant, err = tx.ForgetEmpty(r.id)
		return err
	})
	return vacant, err
}

// setPolled decides whether events can be believed to come from the root's file system at all. What watched another
// directory than this one is deaf: a link that leads elsewhere now, or a directory above that was moved, is no event.
func (r *runner) setPolled(v tree.Volume, replaced bool) {
	polled := r.cfg.Poll || v.Remote || r.s.watch == nil
	if r.s.watch != nil && (!r.online || replaced) && !r.cfg.Poll {
		r.s.watch.Attach(r.name, r.cfg.Location, v, r.ignoredEvent)
	}
	r.polled.Store(polled)
}

// ignoredEvent says which events mean nothing: those of names that the root's own rules pass over. Ignore
// files steer what is catalogued, so their events do.
func (r *runner) ignoredEvent(path string, dir bool) bool {
	return tree.Base(path) != ignore.FileName && r.rules.Ignored(path, dir)
}

func (r *runner) comeOnline() {
	r.online, r.reason = true, ""
	r.log.Info("root is online")
	r.reapSoon()
	r.skipsAt = time.Now()
	r.dueAt = time.Now()
	r.startWalk(&walk{startup: true})
	r.nextWalk()
}

// goOffline stops everything about the root that needs it. Its items stay as they are.
func (r *runner) goOffline(err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	reason := err.Error()
	if r.online || r.reason == "" { // once: why it stays away may be worded anew at every try
		r.log.Warn("root is offline, its items stand", zap.String("reason", reason))
	}
	r.reason = reason
	r.identAt = time.Now().Add(retryEvery)
	if !r.online {
		return
	}
	r.online = false
	r.queue.drop(func(j *job) bool { return j.walk == nil })
	r.delayed.clear()
	for len(r.walks) > 0 {
		p := r.walks[0]
		r.cancelWalk(p, media.ScanFailed, reason)
		if len(r.walks) > 0 && r.walks[0] == p {
			break // its last scans are still flying
		}
	}
	if r.s.watch != nil {
		r.s.watch.RemoveRoot(r.name)
	}
}

// distrustStamps has every directory listed from here on: a full walk found names that no stamp told of.
func (r *runner) distrustStamps() {
	if r.row.FullPolls {
		return
	}
	r.row.FullPolls = true
	row := r.row
	r.log.Warn("directory times do not tell of changes here: every poll lists every directory")
	err := r.s.store.Enqueue(r.s.group.Context(), func(tx *store.Tx) error { return tx.SaveRoot(&row) }, func(error) {})
	if err != nil {
		r.log.Warn("not recorded that directory times are wrong here", zap.Error(err))
	}
}
