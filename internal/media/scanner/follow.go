package scanner

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"go.uber.org/zap"
)

// follow does what a look asks for next.
func (r *runner) follow(res *result) {
	j, v := res.job, &res.verdict
	r.answer(v.echoes)
	r.skipsChanged(v)
	r.noteRemote(res)
	if !r.online {
		return // all of it is looked at when it is back
	}
	for i := range v.gone { // below what follows, so that it is taken last: see mayFollow
		r.push(&job{dir: v.gone[i].Path, gone: &v.gone[i], pass: j.pass})
	}
	if j.pass == nil || !j.pass.over() || j.gone != nil {
		r.push(res.children...)
	}
	if len(v.doubts) > 0 || len(v.asks) > 0 || v.list {
		// With what is settled already: the next look has to know it too, or doubts anew what this one knew.
		again := &job{dir: j.dir, id: j.id, names: j.names, rules: j.rules, ruled: j.ruled, doubts: slices.Concat(j.doubts, v.doubts), asks: slices.Concat(j.asks, v.asks), tries: j.tries + 1}
		if v.list {
			again.names = nil
		}
		switch {
		case again.tries <= 4 && j.pass != nil && !j.pass.over(): // its moves are the pass's
			again.pass = j.pass
			again.pass.outstanding++
			r.queue.push(again)
		case again.tries <= 4:
			r.queue.hurry(again)
		default:
			r.postpone(again, r.s.timing.Load().MaxWait, unsure)
		}
	}
	if v.stale {
		r.postpone(&job{dir: j.dir}, r.s.timing.Load().Debounce, unsure)
	}
	for _, dir := range v.above {
		r.queue.hurry(&job{dir: dir})
	}
	if v.missing > 0 || len(v.gone) > 0 {
		r.reapSoon()
	}
	if len(v.growing) > 0 {
		r.postpone(&job{dir: j.dir, names: j.namesOf(v.growing), tries: j.tries + 1}, r.patience(j.tries), growing)
	}
	if at := v.recheckAt; at > 0 {
		if t := time.Unix(0, at); r.dueAt.IsZero() || t.Before(r.dueAt) {
			r.dueAt = t
		}
	}
	if v.doubted {
		r.log.Warn("the file system has another size than when everything was there: what is missing is held")
	}
	if v.stampLied && j.pass != nil && !j.pass.poll {
		r.distrustStamps()
	}
}

// push adds jobs of a walk. Where their pass is over they go on by themselves.
func (r *runner) push(jobs ...*job) {
	for _, j := range jobs {
		if j.pass != nil && j.pass.over() {
			j.pass = nil
		}
		if j.pass != nil {
			j.pass.outstanding++
		}
		r.queue.push(j)
	}
}

// namesOf gives the names to look at again: few of them by name, else the directory.
func (j *job) namesOf(names []string) []string {
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

// failed decides what an error of a look means.
func (r *runner) failed(res *result) {
	j := res.job
	r.skipsChanged(&res.verdict)
	if res.absent {
		delete(r.remotes, j.dir)
	}
	switch {
	case errors.Is(res.err, context.Canceled):
	case errors.Is(res.err, tree.ErrAway):
		r.goOffline(res.err)
	case !r.online: // all of it is looked at when it is back
	case res.absent && j.dir != "":
		r.queue.hurry(&job{dir: tree.Parent(j.dir)}) // only the directory above can say that it is gone
	case errors.Is(res.err, tree.ErrOtherVolume):
	default:
		if j.dir == "" {
			r.identAt, r.asked = time.Now(), time.Time{} // whether the root can be used at all is not to be seen half a minute later
		}
		r.tries[j.dir]++
		n, limit := r.tries[j.dir], 10*time.Minute
		if res.unwritten {
			limit = 15 * time.Second // the store has said why; once it can be written to again, it is for all of them
		} else {
			r.log.Info("directory not looked at, what is known of it stands", zap.String("dir", j.dir), zap.Int("tries", n), zap.Error(res.err))
		}
		again := *j
		again.pass, again.rules = nil, nil
		wait := min(time.Second<<min(n, 10), limit)
		if errors.Is(res.err, store.ErrUnwritten) { // the catalog does not say what was seen: that is not idle
			r.postpone(&again, wait, unsure)
			return
		}
		r.postpone(&again, wait, failed)
	}
}
