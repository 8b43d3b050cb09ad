package scanner

import (
	"container/heap"
	"time"
)

// delayReason is why a job waits for its time.
type delayReason uint8

const (
	unresolved delayReason = iota // a scan left something open: what is missing may be found
	growing                       // a file may not be whole
	failed                        // a scan failed: the root is idle all the same
	resting                       // a large directory was listed a moment ago
	delayReasons
)

// delayKey is what jobs have in common that wait as one.
type delayKey struct {
	dir    string
	reason delayReason
	kind   jobKind
}

// delayedJob is a job for later.
type delayedJob struct {
	delayKey
	at    time.Time
	job   *job
	index int
}

// delayQueue holds jobs that wait for their time, earliest first. Those of one directory that wait for the same reason
// are one: however often a scan asks for another, and whoever asked for the scan, no second chain begins.
type delayQueue struct {
	heap  delayHeap
	by    map[delayKey]*delayedJob
	count [delayReasons]int
}

// put has a job wait until a time; where one like it waits already, for both until the earlier time.
func (l *delayQueue) put(j *job, at time.Time, why delayReason) {
	w := delayKey{j.dir, why, j.kind}
	if p := l.by[w]; p != nil {
		p.job.absorb(j)
		p.job.absent = j.absent
		if at.Before(p.at) {
			p.at = at
			heap.Fix(&l.heap, p.index)
		}
		return
	}
	if l.by == nil {
		l.by = map[delayKey]*delayedJob{}
	}
	p := &delayedJob{delayKey: w, at: at, job: j}
	l.by[w] = p
	l.count[why]++
	heap.Push(&l.heap, p)
}

// due takes a job whose time has come, or nil.
func (l *delayQueue) due(now time.Time) *job {
	if len(l.heap) == 0 || l.heap[0].at.After(now) {
		return nil
	}
	p := heap.Pop(&l.heap).(*delayedJob)
	delete(l.by, p.delayKey)
	l.count[p.reason]--
	return p.job
}

// first is when the earliest is due; zero: none waits.
func (l *delayQueue) first() (at time.Time) {
	if len(l.heap) > 0 {
		at = l.heap[0].at
	}
	return at
}

// has reports whether anything waits for a reason.
func (l *delayQueue) has(why delayReason) bool { return l.count[why] > 0 }

// waits reports whether a scan of a directory waits for a reason.
func (l *delayQueue) waits(dir string, why delayReason) bool {
	return l.by[delayKey{dir, why, scanDir}] != nil
}

// clear drops all.
func (l *delayQueue) clear() { *l = delayQueue{} }

type delayHeap []*delayedJob

func (h delayHeap) Len() int { return len(h) }

func (h delayHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }

func (h delayHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *delayHeap) Push(x any) {
	p := x.(*delayedJob)
	p.index = len(*h)
	*h = append(*h, p)
}

func (h *delayHeap) Pop() any {
	old := *h
	p := old[len(old)-1]
	*h = old[:len(old)-1]
	return p
}
