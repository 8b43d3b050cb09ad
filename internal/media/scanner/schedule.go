package scanner

import (
	"container/heap"
	"context"
	"slices"
	"time"

	"go.uber.org/zap"
)

// tick does what is due.
func (r *runner) tick(ctx context.Context) {
	now := time.Now()
	for len(r.later) > 0 && !r.later[0].at.After(now) {
		r.untaken(heap.Pop(&r.later).(*postponed).job)
	}
	if !now.Before(r.identAt) {
		r.identify(ctx)
	}
	if !r.online {
		return
	}
	if r.s.timing.Load().RescanInterval > 0 && !r.scanAt.IsZero() && !now.Before(r.scanAt) {
		r.startPass(&pass{}) // schedules the next when it ends
		r.scanAt = time.Time{}
	}
	if !r.pollAt.IsZero() && !now.Before(r.pollAt) {
		r.poll()
	}
	if !r.dueAt.IsZero() && !now.Before(r.dueAt) {
		r.recheck(ctx)
	}
	if !r.weighAt.IsZero() && !now.Before(r.weighAt) {
		r.weigh(ctx)
	}
	if !r.reapAt.IsZero() && !now.Before(r.reapAt) {
		r.reap(ctx)
	}
	r.nextPass()
}

// poll asks for what no event tells of: all of a root that sends none, else the directories without a
// watch.
func (r *runner) poll() {
	r.pollAt = time.Time{}
	if r.polled.Load() {
		r.startPass(&pass{poll: !r.row.FullPolls, quiet: true}) // schedules the next when it ends
		return
	}
	dirs := r.s.watch.Polled(r.name)
	if slices.Contains(dirs, Everything) {
		r.startPass(&pass{poll: true, quiet: true})
		return
	}
	for _, dir := range dirs {
		r.queue.hurry(&job{dir: dir})
	}
	r.schedulePoll()
}

// wait is how long nothing is due.
func (r *runner) wait() time.Duration {
	at := r.identAt
	if len(r.later) > 0 {
		at = earlier(at, r.later[0].at)
	}
	if r.online {
		at = earlier(earlier(earlier(at, r.dueAt), r.reapAt), r.weighAt)
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
		r.queue.hurry(&job{dir: d.Path, due: true})
	}
	r.dueAt = time.Time{}
	switch {
	case len(due) > 0: // looked at by then
		r.dueAt = time.Now().Add(10 * time.Second)
	case next > 0:
		r.dueAt = time.Unix(0, next)
	}
}

// postponed is a job for later.
type postponed struct {
	at     time.Time
	job    *job
	failed bool // a retry, that does not keep the root from being idle
}

type laterHeap []*postponed

func (h laterHeap) Len() int { return len(h) }

func (h laterHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }

func (h laterHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

func (h *laterHeap) Push(x any) { *h = append(*h, x.(*postponed)) }

func (h *laterHeap) Pop() any {
	old := *h
	p := old[len(old)-1]
	*h = old[:len(old)-1]
	return p
}

func (r *runner) postpone(j *job, d time.Duration) {
	heap.Push(&r.later, &postponed{at: time.Now().Add(d), job: j})
}

func (r *runner) postponeFailed(j *job, d time.Duration) {
	heap.Push(&r.later, &postponed{at: time.Now().Add(d), job: j, failed: true})
}
