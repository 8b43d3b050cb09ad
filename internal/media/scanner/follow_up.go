package scanner

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"go.uber.org/zap"
)

// followUp does what a job asks for next.
func (r *runner) followUp(res *outcome) {
	j, v := res.job, &res.result
	r.s.crowds.Learn(v)
	r.scanSiblings(v.Siblings)
	r.skipsChanged(v)
	r.noteRemote(res)
	if !r.online {
		return // all of it is scanned when it is back
	}
	for i := range v.GoneDirs { // below what follows, so that it is taken last: see mayFollow
		r.push(removal(&v.GoneDirs[i], j.walk))
	}
	if j.walk == nil || !j.walk.over() || j.kind == removeDir {
		r.push(res.children...)
	}
	r.scanUndecided(res)
	if v.Missing > 0 || len(v.GoneDirs) > 0 {
		r.reapSoon()
	}
	if v.TotalChanged {
		r.log.Warn("the file system has another size than when everything was there: what is missing is held")
	}
	if v.StampWrong && j.walk != nil && !j.walk.poll {
		r.distrustStamps()
	}
}

// scanUndecided asks for the scans that are to decide what this one could not, now or once the time has come.
func (r *runner) scanUndecided(res *outcome) {
	j, v := res.job, &res.result
	if v.Open() {
		r.scanAgain(res)
	}
	if v.Stale {
		r.postpone(&job{dir: j.dir}, r.s.timing.Load().Debounce, unresolved)
	}
	for _, dir := range v.ParentsToScan {
		r.queue.pushUrgent(&job{dir: dir})
	}
	if len(v.Growing) > 0 {
		r.postpone(&job{dir: j.dir, names: fewNames(v.Growing), tries: j.tries + 1}, r.patience(j.tries), growing)
	}
	if v.RecheckAt > 0 {
		r.dueAt = earlier(r.dueAt, time.Unix(0, v.RecheckAt))
	}
}

// scanAgain asks for another scan of a directory, which first looks where this one could not decide.
func (r *runner) scanAgain(res *outcome) {
	j, v := res.job, &res.result
	// With what was asked before: the next scan has to know it too, or asks anew what this one knew.
	again := &job{
		dir: j.dir, id: j.id, names: res.scan.names, above: res.scan.above, tries: j.tries + 1,
		unresolvedMoves:     slices.Concat(j.unresolvedMoves, v.UnresolvedMoves),
		unconfirmedAbsences: slices.Concat(j.unconfirmedAbsences, v.UnconfirmedAbsences),
	}
	if v.NeedsListing {
		again.names = nil
	}
	switch {
	case again.tries <= 4 && j.walk != nil && !j.walk.over(): // its moves are the walk's
		again.walk = j.walk
		again.asked = askedBelow(j, res.children)
		again.walk.outstanding++
		r.queue.push(again)
	case again.tries <= 4:
		r.queue.pushUrgent(again)
	default:
		r.postpone(again, r.s.timing.Load().MaxWait, unresolved)
	}
}

// askedBelow are the directories below for which a walk has jobs by now: those that looks before this one asked for,
// and those that it asks for itself. Until they are looked at the catalog knows none of them, and another look would
// ask again.
func askedBelow(j *job, children []*job) map[string]struct{} {
	asked := j.asked
	for _, c := range children {
		if asked == nil && len(c.below) > 0 {
			asked = make(map[string]struct{}, len(c.below))
		}
		for _, d := range c.below {
			asked[d.name] = struct{}{}
		}
	}
	return asked
}

// push adds jobs of a walk. Where their walk is over they go on by themselves.
func (r *runner) push(jobs ...*job) {
	for _, j := range jobs {
		if j.walk != nil && j.walk.over() {
			j.walk = nil
		}
		if j.walk != nil {
			j.walk.outstanding += j.count()
		}
		r.queue.push(j)
	}
}

// fewNames gives the names to look at again where they are few; nil: the whole directory.
func fewNames(names []string) []string {
	if len(names) > maxNames {
		return nil
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// patience is how long to wait for a file that grows: a quiet while, then longer, at most max_wait.
func (r *runner) patience(tries int) time.Duration {
	return min(r.s.timing.Load().Debounce<<min(tries, 8), r.s.timing.Load().MaxWait)
}

// failed decides what an error of a job means.
func (r *runner) failed(res *outcome) {
	j := res.job
	r.skipsChanged(&res.result)
	if res.scan.absent {
		delete(r.remotes, j.dir)
	}
	switch {
	case errors.Is(res.err, context.Canceled):
	case errors.Is(res.err, tree.ErrAway):
		r.goOffline(res.err)
	case !r.online: // all of it is scanned when it is back
	case res.scan.saidGone:
		delete(r.tries, j.dir)
	case res.scan.absent && j.dir != "":
		r.queue.pushUrgent(&job{dir: tree.Parent(j.dir)}) // only the directory above can say that it is gone
	case errors.Is(res.err, tree.ErrOtherVolume):
	default:
		r.retry(res)
	}
}

// retry has a job that failed done again later.
func (r *runner) retry(res *outcome) {
	j := res.job
	if j.dir == "" { // whether the root can be used at all is not to be seen half a minute later
		r.identAt, r.asked = time.Now(), time.Time{}
	}
	r.tries[j.dir]++
	n, limit, why := r.tries[j.dir], 10*time.Minute, failed
	unread := errors.Is(res.err, store.ErrDisk)
	if res.unwritten || unread {
		limit = 15 * time.Second // the store has said why; once it can be written to again, it is for all of them
	} else {
		r.log.Info("directory not looked at, what is known of it stands",
			zap.String("dir", j.dir), zap.Int("tries", n), zap.Error(res.err))
	}
	if unread || errors.Is(res.err, store.ErrUnwritten) { // the catalog does not say what was seen: that is not idle
		why = unresolved
	}
	again := *j
	again.walk, again.above, again.row, again.asked = nil, rulesRead{}, knownRow{}, nil
	r.postpone(&again, min(time.Second<<min(n, 10), limit), why)
}

// scanSiblings looks at the other names of files, which may be in other roots.
func (r *runner) scanSiblings(siblings []reconcile.Sibling) {
	for _, e := range siblings {
		if e.Root == r.id {
			if r.online {
				r.queue.pushUrgent(&job{dir: e.Dir, names: []string{e.Name}})
			}
			continue
		}
		other := r.s.runnerByID(e.Root)
		if other == nil {
			continue // detached; when it comes back all of it is compared
		}
		other.hint(e.Dir, []string{e.Name}, false)
	}
}
