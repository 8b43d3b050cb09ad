package scanner

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"go.uber.org/zap"
)

// walk is one walk over a root or a part of it.
type walk struct {
	media.Scan
	names       []string // of the directory that its path lies in; nil: its path is a directory, all below is meant
	poll        bool     // pass over what the stamps prove
	full        bool     // compare row by row
	quiet       bool     // not worth showing: a poll
	startup     bool
	cancelled   bool
	outstanding int   // jobs waiting or flying
	expected    int64 // items known below its path when it began
	number      int64 // tells it from all others of this process, from when it began
	lastID      int64 // the highest that an item had then
	finished    chan struct{}
}

func (p *walk) over() bool { return p.cancelled || p.State == media.ScanFailed }

// count counts a scan.
func (p *walk) count(res *outcome) {
	if res.err != nil {
		if p.Errors++; p.Error == "" {
			p.Error = res.err.Error()
		}
		return
	}
	v := &res.result
	if res.job.kind == scanDir && res.job.tries == 0 { // else what a scan left open is looked at again
		if res.scan.names == nil {
			p.Directories++
		}
		p.Files += int64(res.scan.files)
		p.Changed += int64(v.Deferred)
	}
	p.Added += int64(v.Added)
	p.Changed += int64(v.Changed)
	p.Moved += int64(v.Moved)
	p.Removed += int64(v.Missing)
	for _, at := range v.ReturnedAt { // counted as removed when its old place was looked at first
		if at >= p.StartedAt.UnixNano() {
			p.Removed--
		}
	}
}

// startWalk queues a walk. One of the whole root that waits already is not queued again.
func (r *runner) startWalk(p *walk) *walk {
	for _, q := range r.walks {
		if q.State == media.ScanQueued && q.Path == p.Path && q.full == p.full && q.poll == p.poll {
			return q
		}
	}
	p.Scan.Root, p.State = r.name, media.ScanQueued
	if !p.quiet {
		p.ID = r.s.scanIDs.Add(1)
	}
	p.finished = make(chan struct{})
	r.walks = append(r.walks, p)
	r.s.remember(p)
	return p
}

// nextWalk starts the oldest walk that waits, if none runs.
func (r *runner) nextWalk() {
	if !r.online || len(r.walks) == 0 || r.walks[0].State != media.ScanQueued {
		return
	}
	p := r.walks[0]
	now := time.Now().UTC()
	p.State, p.StartedAt = media.ScanRunning, &now
	p.expected = r.s.store.RootItems(r.id)
	p.number, p.lastID = r.s.walkNumbers.Add(1), r.s.store.LastID()
	p.outstanding = 1
	if p.names != nil {
		r.queue.push(&job{dir: tree.Parent(p.Path), names: p.names, full: p.full, walk: p})
	} else {
		r.queue.push(&job{dir: p.Path, recursive: true, full: p.full, poll: p.poll, walk: p})
	}
	if !p.poll {
		r.resumeRemovals(p)
	}
	r.s.remember(p)
}

// finishWalk ends a walk whose last job is done.
func (r *runner) finishWalk(p *walk) {
	if p.outstanding > 0 || p.FinishedAt != nil {
		r.s.remember(p)
		return
	}
	switch {
	case p.State == media.ScanFailed:
	case p.cancelled:
		p.State = media.ScanCancelled
	default:
		p.State = media.ScanDone
	}
	r.endWalk(p)
}

func (r *runner) endWalk(p *walk) {
	now := time.Now().UTC()
	p.FinishedAt = &now
	for i, q := range r.walks {
		if q == p {
			r.walks = append(r.walks[:i], r.walks[i+1:]...)
			break
		}
	}
	r.s.remember(p)
	close(p.finished)
	if p.State == media.ScanDone && p.Path == "" && !p.poll && p.Errors == 0 {
		r.forgetFormerVolumes()
	}
	if p.State == media.ScanDone && p.Path == "" && p.Errors == 0 {
		r.measure(p.StartedAt.UnixNano())
	}
	if p.State != media.ScanFailed && p.Path == "" { // one that failed begins anew when the root is back
		r.schedule(p)
	}
	if !p.quiet {
		r.log.Info("scan ended", zap.String("path", p.Path), zap.String("state", p.State), zap.Int64("directories", p.Directories),
			zap.Int64("files", p.Files), zap.Int64("added", p.Added), zap.Int64("changed", p.Changed), zap.Int64("moved", p.Moved),
			zap.Int64("removed", p.Removed), zap.Int64("errors", p.Errors))
	}
}

// schedule sets when the next walk of the whole root is due, spread by a tenth either way.
func (r *runner) schedule(p *walk) {
	if !p.poll {
		r.startup = false
		r.scanAt = time.Time{}
		if r.s.timing.Load().RescanInterval > 0 {
			r.scanAt = time.Now().Add(untilDue(r.s.timing.Load()))
		}
	}
	r.schedulePoll()
}

// untilDue is when the next comparison is due. Where hours are kept for it, it is when they come around: a little less
// than a whole number of days from now.
func untilDue(t *Config) time.Duration {
	if t.Window != nil {
		return t.RescanInterval - t.RescanInterval/10
	}
	return jitter(t.RescanInterval)
}

func (r *runner) schedulePoll() {
	r.pollAt = time.Time{}
	if r.cfg.PollInterval > 0 {
		r.pollAt = time.Now().Add(jitter(r.cfg.PollInterval))
	}
}

func jitter(d time.Duration) time.Duration {
	return d + time.Duration((rand.Float64()-0.5)*0.2*float64(d))
}

// cancelWalk ends a walk: what waits of it is dropped, what flies is finished, and what was proven absent goes all
// the same: no listing shows it any more, and nobody else would ask.
func (r *runner) cancelWalk(p *walk, state, reason string) {
	if p.FinishedAt != nil {
		return
	}
	p.cancelled = true
	if state == media.ScanFailed {
		p.State, p.Error = state, reason
	}
	var gone []*job
	p.outstanding -= r.queue.drop(func(j *job) bool {
		if j.walk == p && j.kind == removeDir {
			gone = append(gone, j)
		}
		return j.walk == p
	})
	if state == media.ScanCancelled { // a root that is back resumes them
		r.push(gone...)
	}
	if p.State == media.ScanQueued {
		p.State, p.outstanding = media.ScanCancelled, 0
	}
	r.finishWalk(p)
}

// eta estimates the seconds that a running walk still takes, from what its root held before.
func (p *walk) eta(now time.Time) *float64 {
	if p.State != media.ScanRunning || p.Path != "" || p.expected == 0 || p.Files == 0 {
		return nil
	}
	left := float64(max(p.expected-p.Files, 0)) / float64(p.Files) * now.Sub(*p.StartedAt).Seconds()
	return &left
}

// view is the walk as the outside sees it.
func (p *walk) view() media.Scan {
	s := p.Scan
	s.ETASeconds = p.eta(time.Now())
	return s
}

func (p *walk) String() string { return fmt.Sprintf("scan %d of %s:%s", p.ID, p.Scan.Root, p.Path) }
