package inotify

import (
	"sync"
	"sync/atomic"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// command is work for a root's watch manager.
type command struct {
	kind  commandKind
	dir   string
	below []tree.Entry // watchBelow: the directories
	node  nodeID       // evictWatch: the directory, which may be another by then
}

type commandKind uint8

const (
	watchIfThere  commandKind = iota // a directory was made, moved here or changed: watch it if it is there
	renewWatches                     // a directory was removed or moved away: drop its watches, then watchIfThere
	forgetDir                        // drop a directory and all below it
	remountDir                       // as forgetDir, then have all of it listed
	verifyWatches                    // events were lost: drop the watches of what is not there any more
	watchBelow                       // directories were listed: watch them, before they are asked for one by one
	evictWatch                       // its watch goes to a directory that changed more recently
)

// maxCommands is how much work of events the watch manager may be behind with.
const maxCommands = 16384

// commandQueue holds commands in the order in which they came.
type commandQueue struct {
	ready chan struct{} // capacity 1: "there is work"
	open  atomic.Int64  // what is queued or being done, but for watchBelow: that contradicts nothing that is known

	mu     sync.Mutex // guards queued
	queued []command
}

func newCommandQueue() *commandQueue { return &commandQueue{ready: make(chan struct{}, 1)} }

// idle says that all work is done.
func (q *commandQueue) idle() bool { return q.open.Load() == 0 }

// done says that one command is done.
func (q *commandQueue) done(c command) {
	if c.kind != watchBelow {
		q.open.Add(-1)
	}
}

// add queues a command, the number of which is bounded by what asks for it.
func (q *commandQueue) add(c command) { q.put(c, false) }

// addBounded queues a command, or says that there are too many.
func (q *commandQueue) addBounded(c command) bool { return q.put(c, true) }

func (q *commandQueue) put(c command, bounded bool) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if bounded && len(q.queued) >= maxCommands {
		return false
	}
	if c.kind != watchBelow {
		q.open.Add(1)
	}
	q.queued = append(q.queued, c)
	select {
	case q.ready <- struct{}{}:
	default: // it has been told already
	}
	return true
}

// take returns everything queued.
func (q *commandQueue) take() []command {
	q.mu.Lock()
	defer q.mu.Unlock()
	queued := q.queued
	q.queued = nil
	return queued
}
