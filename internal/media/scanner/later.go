package scanner

import (
	"container/heap"
	"time"
)

// cause is why a job waits for its time.
type cause uint8

const (
	unsure  cause = iota // a look left something open: what is missing may be found
	growing              // a file may not be whole
	failed               // a look failed: the root is idle all the same
	causes
)

// waitsFor is what jobs have in common that wait as one.
type waitsFor struct {
	dir   string
	cause cause
	gone  bool // the job is not a look, but removes
}

// postponed is a job for later.
type postponed struct {
	waitsFor
	at    time.Time
	job   *job
	index int
}

// later holds jobs that wait for their time, earliest first. Those of one directory that wait for the same cause
// are one: however often a look asks for another, and whoever asked for the look, no second chain begins.
type later struct {
	heap  laterHeap
	by    map[waitsFor]*postponed
	count [causes]int
}

// put has a job wait until a time; where one like it waits already, for both until the earlier time.
func (l *later) put(j *job, at time.Time, why cause) {
	w := waitsFor{j.dir, why, j.gone != nil}
	if p := l.by[w]; p != nil {
		p.job.absorb(j)
		p.job.gone = j.gone
		if at.Before(p.at) {
			p.at = at
			heap.Fix(&l.heap, p.index)
		}
		return
	}
	if l.by == nil {
		l.by = map[waitsFor]*postponed{}
	}
	p := &postponed{waitsFor: w, at: at, job: j}
	l.by[w] = p
	l.count[why]++
	heap.Push(&l.heap, p)
}

// due takes a job whose time has come, or nil.
func (l *later) due(now time.Time) *job {
	if len(l.heap) == 0 || l.heap[0].at.After(now) {
		return nil
	}
	p := heap.Pop(&l.heap).(*postponed)
	delete(l.by, p.waitsFor)
	l.count[p.cause]--
	return p.job
}

// first is when the earliest is due; zero: none waits.
func (l *later) first() (at time.Time) {
	if len(l.heap) > 0 {
		at = l.heap[0].at
	}
	return at
}

// has reports whether anything waits for a cause.
func (l *later) has(why cause) bool { return l.count[why] > 0 }

// waits reports whether a look at a directory waits for a cause.
func (l *later) waits(dir string, why cause) bool { return l.by[waitsFor{dir, why, false}] != nil }

// clear drops all.
func (l *later) clear() { *l = later{} }

type laterHeap []*postponed

func (h laterHeap) Len() int { return len(h) }

func (h laterHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }

func (h laterHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *laterHeap) Push(x any) {
	p := x.(*postponed)
	p.index = len(*h)
	*h = append(*h, p)
}

func (h *laterHeap) Pop() any {
	old := *h
	p := old[len(old)-1]
	*h = old[:len(old)-1]
	return p
}
