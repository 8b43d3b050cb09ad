package realtime

import (
	"container/heap"
	"context"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/tree/ignore"
)

// Bounds of what is pending.
const (
	// namesInHint is how many names are looked at one by one; for more, listing the directory is cheaper.
	namesInHint = 256
	// namesPerDir is how many names of one directory are remembered before they become the directory.
	namesPerDir = 1024
	// maxPending is how many entries are remembered in all before those of a root become the root.
	maxPending = 32768
	// slot is the grain of time in which entries become due together, so that a burst does not wake the
	// sender for each of its names.
	slot = 5 * time.Millisecond
)

// debouncer holds events back until their name is quiet.
//
// Each pending name has an entry with a generation, which every event raises. The queue is ordered by
// the time at which an entry was due when it was put there; whoever takes it out compares generations:
// if events came since, the entry is due later and goes back. So an event costs a map access and two
// assignments, one goroutine with one timer serves all entries, and nothing can fire that run does not
// fire.
type debouncer struct {
	start time.Time
	wake  chan struct{} // capacity 1: "something is due before you wake"

	mu       sync.Mutex // guards what follows; held for bookkeeping only
	quiet    time.Duration
	limit    time.Duration
	bursts   map[place]*burst
	queue    entryQueue // the live entries, and dead ones until they surface or are swept
	live     int
	sending  int   // hints taken and not yet delivered
	sleeping int64 // when run means to wake
}

// place is a directory of a root.
type place struct{ root, dir string }

// burst is what is pending in one directory.
type burst struct {
	place
	self  *entry            // the directory itself: all its names, or all below it
	names map[string]*entry // its names one by one
}

// entry is one pending name, or a pending directory. Times are nanoseconds since debouncer.start.
type entry struct {
	burst      *burst // nil once fired or absorbed
	name       string
	recursive  bool
	flood      bool   // stands for all the names of its directory until it fires
	deluge     bool   // stands for all the events of its root until it fires
	atOnce     bool   // due without waiting for quiet
	generation uint32 // raised by every event
	queued     uint32 // the generation for which due was computed
	first      int64
	last       int64
	due        int64
}

func newDebouncer(quiet, limit time.Duration) *debouncer {
	return &debouncer{
		start:    time.Now(),
		wake:     make(chan struct{}, 1),
		quiet:    quiet,
		limit:    limit,
		bursts:   make(map[place]*burst),
		sleeping: math.MaxInt64,
	}
}

func (d *debouncer) now() int64 { return int64(time.Since(d.start)) }

// setTiming changes both durations for everything that is not yet due.
func (d *debouncer) setTiming(quiet, limit time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.quiet, d.limit = quiet, limit
	for _, e := range d.queue {
		e.due = d.dueOf(e)
		e.queued = e.generation
	}
	heap.Init(&d.queue)
	d.signal(0)
}

// name records an event of one name.
func (d *debouncer) name(root, dir, name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	if e := d.flooded(root, dir); e != nil {
		e.recursive = e.recursive || name == ignore.FileName
		e.hit(now)
		return
	}
	b := d.burst(root, dir)
	e := b.names[name]
	switch {
	case e != nil:
		e.hit(now)
	case len(b.names) >= namesPerDir:
		d.floodDir(b, now)
		b.self.recursive = b.self.recursive || name == ignore.FileName
	case d.live >= maxPending:
		d.floodRoot(root, now)
	default:
		if b.names == nil {
			b.names = make(map[string]*entry)
		}
		e = &entry{burst: b, name: name, first: now}
		b.names[name] = e
		d.push(e, now)
	}
}

// dir records an event of a whole directory, or of all below it.
func (d *debouncer) dir(root, dir string, recursive bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.recordDir(root, dir, recursive, false)
}

// dirAtOnce is dir without waiting for quiet.
func (d *debouncer) dirAtOnce(root, dir string, recursive bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.recordDir(root, dir, recursive, true)
}

func (d *debouncer) recordDir(root, dir string, recursive, atOnce bool) {
	now := d.now()
	if e := d.flooded(root, dir); e != nil && !atOnce && (e.deluge || !recursive) {
		e.hit(now)
		return
	}
	b := d.burst(root, dir)
	e := b.self
	if e == nil {
		if d.live >= maxPending && !atOnce {
			d.floodRoot(root, now)
			return
		}
		e = &entry{burst: b, first: now}
		b.self = e
		e.recursive, e.atOnce = recursive, atOnce
		d.push(e, now)
		return
	}
	e.recursive = e.recursive || recursive
	e.hit(now)
	if atOnce && !e.atOnce {
		// It is due earlier than the queue says: only a new entry can overtake.
		d.kill(e)
		again := &entry{burst: b, first: now, recursive: e.recursive, atOnce: true}
		b.self = again
		d.push(again, now)
	}
}

// forget drops what is pending of a root.
func (d *debouncer) forget(root string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dropRoot(root)
	d.sweep()
}

// busy counts what is pending or being delivered.
func (d *debouncer) busy() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.live + d.sending
}

// run passes on each hint when it is due, until the context ends.
func (d *debouncer) run(ctx context.Context, hint func(media.Hint)) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for ctx.Err() == nil {
		h, wait, ok := d.take()
		if ok {
			d.deliver(h, hint)
			continue
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
		case <-d.wake:
		case <-timer.C:
		}
	}
}

func (d *debouncer) deliver(h media.Hint, hint func(media.Hint)) {
	defer func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.sending--
	}()
	hint(h)
}

// take returns the next due hint, with everything of its directory that is due; or else how long to sleep.
// A hint that is taken counts as busy until deliver has passed it on.
func (d *debouncer) take() (media.Hint, time.Duration, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	for len(d.queue) > 0 {
		e := d.queue[0]
		switch {
		case e.burst == nil:
			heap.Pop(&d.queue)
		case e.queued != e.generation:
			e.queued = e.generation
			e.due = d.dueOf(e)
			heap.Fix(&d.queue, 0)
		case e.due > now:
			wait := (e.due-now)/int64(slot)*int64(slot) + int64(slot)
			d.sleeping = now + wait
			return media.Hint{}, time.Duration(wait), false
		default:
			d.sending++
			return d.fire(e.burst, now), 0, true
		}
	}
	d.queue, d.bursts = nil, make(map[place]*burst) // both are as large as the largest burst was
	d.sleeping = math.MaxInt64
	return media.Hint{}, time.Hour, false
}

// fire takes out of a burst all that is due. Where the name of an ignore file is not passed on as a name, all below
// the directory is concerned.
func (d *debouncer) fire(b *burst, now int64) media.Hint {
	h := media.Hint{Root: b.root, Dir: b.dir}
	whole := b.self != nil && d.dueOf(b.self) <= now
	if whole {
		h.Recursive = b.self.recursive
		d.kill(b.self)
		b.self = nil
	}
	rules := false
	for name, e := range b.names {
		if d.dueOf(e) <= now {
			d.kill(e)
			delete(b.names, name)
			rules = rules || name == ignore.FileName
			if !whole {
				h.Names = append(h.Names, name)
			}
		}
	}
	if len(h.Names) > namesInHint {
		h.Names = nil
	}
	h.Recursive = h.Recursive || rules && h.Names == nil
	slices.Sort(h.Names)
	d.release(b)
	return h
}

// dueOf is when an entry is to be looked at, as far as is known now.
func (d *debouncer) dueOf(e *entry) int64 {
	if e.atOnce {
		return e.first
	}
	return min(e.last+int64(d.quiet), e.first+int64(d.limit))
}

func (e *entry) hit(now int64) {
	e.generation++
	e.last = now
}

func (d *debouncer) push(e *entry, now int64) {
	e.hit(now)
	e.queued = e.generation
	e.due = d.dueOf(e)
	d.live++
	if len(d.queue) > 2*d.live+namesPerDir {
		d.sweep()
	}
	heap.Push(&d.queue, e)
	d.signal(e.due)
}

// signal wakes run if it would sleep past due.
func (d *debouncer) signal(due int64) {
	if due < d.sleeping {
		d.sleeping = due
		select {
		case d.wake <- struct{}{}:
		default:
		}
	}
}

// kill takes an entry out of play; the queue drops it when it surfaces.
func (d *debouncer) kill(e *entry) {
	e.burst = nil
	d.live--
}

// sweep drops the dead entries from the queue.
func (d *debouncer) sweep() {
	d.queue = slices.DeleteFunc(d.queue, func(e *entry) bool { return e.burst == nil })
	heap.Init(&d.queue)
}

func (d *debouncer) burst(root, dir string) *burst {
	p := place{root, dir}
	b := d.bursts[p]
	if b == nil {
		b = &burst{place: p}
		d.bursts[p] = b
	}
	return b
}

func (d *debouncer) release(b *burst) {
	if b.self == nil && len(b.names) == 0 {
		delete(d.bursts, b.place)
	}
}

// flooded returns the entry that stands for everything in a directory, if there is one.
func (d *debouncer) flooded(root, dir string) *entry {
	if b := d.bursts[place{root, ""}]; b != nil && b.self != nil && b.self.deluge {
		return b.self
	}
	if b := d.bursts[place{root, dir}]; b != nil && b.self != nil && b.self.flood {
		return b.self
	}
	return nil
}

// floodDir lets one entry stand for all the names of a directory.
func (d *debouncer) floodDir(b *burst, now int64) {
	_, rules := b.names[ignore.FileName]
	for _, e := range b.names {
		d.kill(e)
	}
	b.names = nil
	d.flood(b, now, false)
	b.self.recursive = b.self.recursive || rules
}

// floodRoot lets one entry stand for everything in a root.
func (d *debouncer) floodRoot(root string, now int64) {
	d.dropRoot(root)
	d.sweep()
	d.flood(d.burst(root, ""), now, true)
}

func (d *debouncer) flood(b *burst, now int64, all bool) {
	if b.self == nil {
		b.self = &entry{burst: b, first: now}
		d.push(b.self, now)
	} else {
		b.self.hit(now)
	}
	b.self.flood = true
	if all {
		b.self.deluge, b.self.recursive = true, true
	}
}

func (d *debouncer) dropRoot(root string) {
	for p, b := range d.bursts {
		if p.root != root {
			continue
		}
		for _, e := range b.names {
			d.kill(e)
		}
		if b.self != nil {
			d.kill(b.self)
		}
		delete(d.bursts, p)
	}
}

// entryQueue is a heap by due time.
type entryQueue []*entry

func (q entryQueue) Len() int           { return len(q) }
func (q entryQueue) Less(i, j int) bool { return q[i].due < q[j].due }
func (q entryQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *entryQueue) Push(x any)        { *q = append(*q, x.(*entry)) }
func (q *entryQueue) Pop() any {
	old := *q
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*q = old[:len(old)-1]
	return last
}
