package scanner

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"go.uber.org/zap"
)

// tick does what is due.
func (r *runner) tick(ctx context.Context) {
	now := time.Now()
	for j := r.delayed.due(now); j != nil; j = r.delayed.due(now) {
		r.enqueue(j)
	}
	if passed(now, r.identAt) {
		r.identify(ctx)
	}
	if passed(now, r.skipsAt) || !r.skipsAt.IsZero() && r.nothingPending() {
		r.countSkipped(ctx)
	}
	if !r.online {
		return
	}
	if r.s.timing.Load().RescanInterval > 0 && passed(now, r.scanAt) && r.inWindow(now) {
		r.startWalk(&walk{}) // schedules the next when it ends
		r.scanAt = time.Time{}
	}
	r.scansEnded(now)
	for _, timed := range []struct {
		at time.Time
		do func(context.Context)
	}{{r.pollAt, r.poll}, {r.dueAt, r.recheck}, {r.thresholdAt, r.checkThreshold}, {r.reapAt, r.reap}} {
		if passed(now, timed.at) {
			timed.do(ctx)
		}
	}
	r.nextWalk()
}

// passed reports whether a time has come that is set.
func passed(now, at time.Time) bool { return !at.IsZero() && !now.Before(at) }

// windowLook is how often it is looked whether the hours have come in which a comparison that is due may begin. A clock
// that is set, or a machine that slept, is noticed by then.
const windowLook = 10 * time.Minute

// inWindow reports whether a comparison that is due may begin now, and puts it off where it may not.
func (r *runner) inWindow(now time.Time) bool {
	t := r.s.timing.Load()
	if t.Window == nil {
		return true
	}
	opens := t.Window.Next(now)
	if !opens.After(now) {
		return true
	}
	spread := rand.N(2 * time.Minute) // not all roots at once
	r.scanAt = now.Add(min(opens.Sub(now)+spread, windowLook))
	return false
}

// poll asks for what no event tells of: all of a root that sends none, else the file systems below it that send none
// and the directories without a watch.
func (r *runner) poll(context.Context) {
	r.pollAt = time.Time{}
	if r.polled.Load() {
		r.startWalk(&walk{poll: !r.row.FullPolls, quiet: true}) // schedules the next when it ends
		return
	}
	dirs, all := r.s.watch.Polled(r.name)
	if all {
		r.startWalk(&walk{poll: true, quiet: true})
		return
	}
	for _, dir := range dirs {
		r.queue.pushUrgent(&job{dir: dir})
	}
	for dir := range r.remotes {
		r.startWalk(&walk{Scan: media.Scan{Path: dir}, poll: !r.row.FullPolls, quiet: true})
	}
	r.schedulePoll()
}

// wait is how long nothing is due.
func (r *runner) wait() time.Duration {
	at := earlier(earlier(r.identAt, r.skipsAt), r.delayed.first())
	if r.online {
		at = earlier(earlier(earlier(at, r.dueAt), r.reapAt), r.thresholdAt)
		if r.s.timing.Load().RescanInterval > 0 {
			at = earlier(at, r.scanAt)
		}
		at = earlier(at, r.pollAt)
	}
	return max(time.Until(at), time.Millisecond)
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}

// recheck asks for the directories whose time has come.
func (r *runner) recheck(ctx context.Context) {
	due, next, err := r.s.store.DueDirs(ctx, r.id, time.Now().UnixNano(), 1000)
	if err != nil {
		r.log.Warn("due directories not read", zap.Error(err))
		r.dueAt = time.Now().Add(time.Minute)
		return
	}
	for _, d := range due {
		if !r.delayed.waits(d.Path, failed) { // else it is looked at when it is tried again
			r.queue.pushUrgent(&job{dir: d.Path, due: true})
		}
	}
	r.dueAt = time.Time{}
	switch {
	case len(due) > 0: // looked at by then
		r.dueAt = time.Now().Add(10 * time.Second)
	case next > 0:
		r.dueAt = time.Unix(0, next)
	}
}

func (r *runner) postpone(j *job, d time.Duration, why delayReason) {
	r.delayed.put(j, time.Now().Add(d), why)
}
