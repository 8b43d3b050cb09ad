package scanner

import (
	"maps"
	"sync"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
)

const (
	// farBehind is how far the clock of a file system may be behind, so that a time of its looks as old as that when it
	// is only just given.
	farBehind = int64(24 * time.Hour)
	// coarseStep is the largest step of time stamps that file systems have (FAT: 2 s).
	coarseStep = 2 * time.Second
	maxCoarse  = 4096
	coarseKept = time.Hour // where there are so many: one that is still there has been listed again by then
)

// coarseStamps are directories of polled file systems that changed lately by times of whole seconds (sshfs, FAT, HFS+).
// Whether a second of another machine's clock is over this one's does not tell: its clock may be behind. So such a time
// proves something once it has been seen for longer than a step. Of more than are remembered at a time, as in a library
// that was copied today, those are proven first that are, and then others: what is not remembered is listed again.
type coarseStamps struct {
	mu    sync.Mutex // guards what follows
	seen  map[string]coarseStamp
	swept time.Time // when those were forgotten last that are of long ago
}

type coarseStamp struct {
	mtime int64
	at    time.Time // when it was first seen
}

// proves reports whether a directory that was listed just now cannot change any more without another time.
func (c *coarseStamps) proves(g *reconcile.Snapshot) bool {
	mtime := g.Self.MTime
	if mtime%int64(time.Second) != 0 || g.Began-mtime > farBehind {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s, known := c.seen[g.Dir]
	since := time.Since(s.at) - time.Duration(g.Ended-g.Began) // when this listing began
	switch {
	case known && s.mtime == mtime && since > coarseStep:
		delete(c.seen, g.Dir)
		return true
	case known && s.mtime == mtime:
		return false
	}
	if c.seen == nil {
		c.seen = map[string]coarseStamp{}
	}
	if known || len(c.seen) < maxCoarse || c.sweep() {
		c.seen[g.Dir] = coarseStamp{mtime, time.Now()}
	}
	return false
}

// sweep makes room, if it can: of directories that are gone nothing else is forgotten.
func (c *coarseStamps) sweep() bool {
	if time.Since(c.swept) > time.Minute { // it looks at all
		c.swept = time.Now()
		maps.DeleteFunc(c.seen, func(_ string, s coarseStamp) bool { return time.Since(s.at) > coarseKept })
	}
	return len(c.seen) < maxCoarse
}
