package realtime

import (
	"sync"
	"sync/atomic"
)

// op is a piece of work for a root's keeper.
type op struct {
	kind opKind
	dir  string
	node *node // opEvict: the directory, which may have moved on
}

type opKind uint8

const (
	opLook    opKind = iota // a directory was made, moved here or changed: watch it if it is there
	opRenew                 // a directory was removed or moved away: drop its watches, then as opLook
	opForget                // drop a directory and all below it
	opRemount               // as opForget, then have it looked at whole
	opVerify                // events were lost: drop the watches of what is not there any more
	opEvict                 // its watch goes to a directory that changed more recently
)

// opsAhead is how much work of events the keeper may be behind with.
const opsAhead = 16384

// opQueue holds work in the order in which it came.
type opQueue struct {
	ready chan struct{} // capacity 1: "there is work"
	open  atomic.Int64  // what is queued or being done

	mu  sync.Mutex // guards ops
	ops []op
}

func newOpQueue() *opQueue { return &opQueue{ready: make(chan struct{}, 1)} }

// idle says that all work is done.
func (q *opQueue) idle() bool { return q.open.Load() == 0 }

// done says that one piece of work is done.
func (q *opQueue) done() { q.open.Add(-1) }

// add queues work that is bounded by what asks for it.
func (q *opQueue) add(o op) {
	q.open.Add(1)
	q.mu.Lock()
	q.ops = append(q.ops, o)
	q.mu.Unlock()
	q.signal()
}

// addBounded queues work, or says that there is too much.
func (q *opQueue) addBounded(o op) bool {
	q.mu.Lock()
	full := len(q.ops) >= opsAhead
	if !full {
		q.open.Add(1)
		q.ops = append(q.ops, o)
	}
	q.mu.Unlock()
	q.signal()
	return !full
}

func (q *opQueue) signal() {
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

// take returns everything queued.
func (q *opQueue) take() []op {
	q.mu.Lock()
	defer q.mu.Unlock()
	ops := q.ops
	q.ops = nil
	return ops
}
