package inotify

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
	// namesInHint is how many names are compared one by one; for more, listing the directory is cheaper.
	namesInHint = 256
	// namesPerDir is how many names of one directory are remembered before they become the directory.
	namesPerDir = 1024
	// maxPending is how many entries are remembered in all before those of a root become the root.
	maxPending = 32768
	// slot is the grain of time in which entries become due together, so that many events at once do not wake the
	// sender for each of its names.
	slot = 5 * time.Millisecond
)

// Debouncer holds events back until their name is quiet.
//
// Each pending name has an entry with a generation, which every event raises. The queue is ordered by
// the time at which an entry was due when it was put there; whoever takes it out compares generations:
// if events came since, the entry is due later and goes back. So an event costs a map access and two
// assignments, one goroutine with one timer serves all entries, and nothing is passed on by another.
type Debouncer struct {
	start time.Time
	wake  chan struct{} // capacity 1: "something is due before you wake"

	mu       sync.Mutex // guards what follows; held for bookkeeping only
	debounce time.Duration
	maxWait  time.Duration
	dirs     map[dirKey]*dirEvents
	queue    entryQueue // the live entries, and dead ones until they surface or are swept
	live     int
	sending  int   // hints taken and not yet delivered
	sleeping int64 // when Run means to wake
}

// dirKey is a directory of a root.
type dirKey struct{ root, dir string }

// dirEvents is what is pending in one directory.
type dirEvents struct {
	dirKey
	self  *entry            // the directory itself: all its names, or all below it
	names map[string]*entry // its names one by one
}

// entry is one pending name, or a pending directory. Times are nanoseconds since Debouncer.start.
type entry struct {
	events     *dirEvents // nil once passed on or covered by another
	name       string
	recursive  bool
	coversDir  bool   // stands for all the names of its directory until it is passed on
	coversRoot bool   // stands for all the events of its root until it is passed on
	atOnce     bool   // due without waiting for quiet
	removed    bool   // the last event says that it was removed
	generation uint32 // raised by every event
	queued     uint32 // the generation for which due was computed
	first      int64
	last       int64
	due        int64
}

// NewDebouncer returns a debouncer that passes on a name once it was quiet for debounce, or has waited for maxWait.
func NewDebouncer(debounce, maxWait time.Duration) *Debouncer {
	return &Debouncer{
		start:    time.Now(),
		wake:     make(chan struct{}, 1),
		debounce: debounce,
		maxWait:  maxWait,
		dirs:     make(map[dirKey]*dirEvents),
		sleeping: math.MaxInt64,
	}
}

func (d *Debouncer) now() int64 { return int64(time.Since(d.start)) }

// SetTiming changes both durations for everything that is not yet due.
func (d *Debouncer) SetTiming(debounce, maxWait time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.debounce, d.maxWait = debounce, maxWait
	for _, e := range d.queue {
		e.due = d.dueOf(e)
		e.queued = e.generation
	}
	heap.Init(&d.queue)
	d.wakeBefore(0)
}

// Name records an event of one name.
func (d *Debouncer) Name(root, dir, name string) { d.record(root, dir, name, false) }

// Removed records that a name was removed.
func (d *Debouncer) Removed(root, dir, name string) { d.record(root, dir, name, true) }

func (d *Debouncer) record(root, dir, name string, removed bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	if e := d.coalesced(root, dir); e != nil {
		e.recursive = e.recursive || name == ignore.FileName
		e.event(now)
		return
	}
	ev := d.eventsOf(root, dir)
	e := ev.names[name]
	switch {
	case e != nil:
		e.event(now)
		e.removed = removed
	case len(ev.names) >= namesPerDir:
		d.coalesceDir(ev, now)
		ev.self.recursive = ev.self.recursive || name == ignore.FileName
	case d.live >= maxPending:
		d.coalesceRoot(root, now)
	default:
		if ev.names == nil {
			ev.names = make(map[string]*entry)
		}
		e = &entry{events: ev, name: name, first: now, removed: removed}
		ev.names[name] = e
		d.push(e, now)
	}
}

// Dir records an event of a whole directory, or of all below it.
func (d *Debouncer) Dir(root, dir string, recursive bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.recordDir(root, dir, recursive, false)
}

// DirAtOnce is Dir without waiting for quiet.
func (d *Debouncer) DirAtOnce(root, dir string, recursive bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.recordDir(root, dir, recursive, true)
}

func (d *Debouncer) recordDir(root, dir string, recursive, atOnce bool) {
	now := d.now()
	if e := d.coalesced(root, dir); e != nil && !atOnce && (e.coversRoot || !recursive) {
		e.event(now)
		return
	}
	ev := d.eventsOf(root, dir)
	e := ev.self
	if e == nil {
		if d.live >= maxPending && !atOnce {
			d.coalesceRoot(root, now)
			return
		}
		e = &entry{events: ev, first: now}
		ev.self = e
		e.recursive, e.atOnce = recursive, atOnce
		d.push(e, now)
		return
	}
	e.recursive = e.recursive || recursive
	e.event(now)
	if atOnce && !e.atOnce {
		// It is due earlier than the queue says: only a new entry can overtake.
		d.discard(e)
		again := &entry{events: ev, first: now, recursive: e.recursive, atOnce: true}
		ev.self = again
		d.push(again, now)
	}
}

// Forget drops what is pending of a root.
func (d *Debouncer) Forget(root string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dropRoot(root)
	d.sweep()
}

// Pending counts what is pending or being delivered.
func (d *Debouncer) Pending() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.live + d.sending
}

// Run passes on each hint when it is due, until the context ends.
func (d *Debouncer) Run(ctx context.Context, hint func(media.Hint)) {
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

func (d *Debouncer) deliver(h media.Hint, hint func(media.Hint)) {
	defer func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.sending--
	}()
	hint(h)
}

// take returns the next due hint, with everything of its directory that is due; or else how long to sleep.
// A hint that is taken counts as pending until deliver has passed it on.
func (d *Debouncer) take() (media.Hint, time.Duration, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	for len(d.queue) > 0 {
		e := d.queue[0]
		switch {
		case e.events == nil:
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
			return d.hintOf(e.events, now), 0, true
		}
	}
	d.queue, d.dirs = nil, make(map[dirKey]*dirEvents) // both are as large as they ever were
	d.sleeping = math.MaxInt64
	return media.Hint{}, time.Hour, false
}

// hintOf takes out of a directory all that is due. Where the name of an ignore file is not passed on as a name, all
// below the directory is concerned.
func (d *Debouncer) hintOf(ev *dirEvents, now int64) media.Hint {
	h := media.Hint{Root: ev.root, Dir: ev.dir}
	whole := ev.self != nil && d.dueOf(ev.self) <= now
	if whole {
		h.Recursive = ev.self.recursive
		d.discard(ev.self)
		ev.self = nil
	}
	rules := false
	for name, e := range ev.names {
		if d.dueOf(e) <= now {
			d.discard(e)
			delete(ev.names, name)
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
	d.release(ev)
	return h
}

// dueOf is when an entry is to be passed on, as far as is known now.
func (d *Debouncer) dueOf(e *entry) int64 {
	if e.atOnce {
		return e.first
	}
	return min(e.last+int64(d.debounce), e.first+int64(d.maxWait))
}

func (e *entry) event(now int64) {
	e.generation++
	e.last = now
}

func (d *Debouncer) push(e *entry, now int64) {
	e.event(now)
	e.queued = e.generation
	e.due = d.dueOf(e)
	d.live++
	if len(d.queue) > 2*d.live+namesPerDir {
		d.sweep()
	}
	heap.Push(&d.queue, e)
	d.wakeBefore(e.due)
}

// wakeBefore wakes Run if it would sleep past due.
func (d *Debouncer) wakeBefore(due int64) {
	if due < d.sleeping {
		d.sleeping = due
		select {
		case d.wake <- struct{}{}:
		default:
		}
	}
}

// discard takes an entry out of play; the queue drops it when it surfaces.
func (d *Debouncer) discard(e *entry) {
	e.events = nil
	d.live--
}

// sweep drops the dead entries from the queue.
func (d *Debouncer) sweep() {
	d.queue = slices.DeleteFunc(d.queue, func(e *entry) bool { return e.events == nil })
	heap.Init(&d.queue)
}

func (d *Debouncer) eventsOf(root, dir string) *dirEvents {
	k := dirKey{root, dir}
	ev := d.dirs[k]
	if ev == nil {
		ev = &dirEvents{dirKey: k}
		d.dirs[k] = ev
	}
	return ev
}

func (d *Debouncer) release(ev *dirEvents) {
	if ev.self == nil && len(ev.names) == 0 {
		delete(d.dirs, ev.dirKey)
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
