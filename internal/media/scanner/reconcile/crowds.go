package reconcile

import (
	"sync"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// maxCrowds is how many files with many names are remembered; with one more all are forgotten.
const maxCrowds = 1 << 16

// file tells a file from others by all that may tell it: where an identity proves nothing, its size and time do.
type file struct {
	volume      int64
	id          tree.FileID
	size, mtime int64
}

func (rc *reconciliation) fileOf(e *tree.Entry) file { return file{rc.vol, e.ID, e.Size, e.MTime} }

func fileOfRow(it *store.Item) file { return file{it.Volume, it.FileID, it.Size, it.MTime} }

// look is what a look at any name of a file shows beside its size and time.
type look struct {
	ctime int64
	links uint32
}

// Crowds remembers of files with many names what need not be asked again for each of them. It only ever saves work:
// what it has forgotten is asked of the catalog and the disk. It is safe for concurrent use; nil remembers nothing.
type Crowds struct {
	mu    sync.Mutex
	left  int64          // counts the names that are no more in their places
	stand map[file]int64 // in which walk all known names were in their places, but for those that came since
	told  map[file]look  // what all names are known to show, or have been asked for because of
}

// learnt is what a scan adds to them once it is written.
type learnt struct {
	stand []file
	walk  int64
	left  int64 // the count when that was found
	told  map[file]look
}

// placed reports whether a file's other names have all been found in their places in a walk, so that one more is new.
func (c *Crowds) placed(f file, walk int64) bool {
	if c == nil || walk == 0 {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stand[f] == walk
}

// asked reports whether all names of a file are known to show something, or have been asked for because of it.
func (c *Crowds) asked(f file, l look) bool {
	if c == nil {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	known, ok := c.told[f]
	return ok && known == l
}

// Leave says that names of files are no more in their places: others that come may be theirs.
func (c *Crowds) Leave() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left++
	clear(c.stand)
}

func (c *Crowds) departures() int64 {
	if c == nil {
		return 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.left
}

// Learn takes in what a scan found, which is durable by now.
func (c *Crowds) Learn(v *Result) {
	l := &v.learnt
	if c == nil || len(l.stand)+len(l.told) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stand == nil || len(c.stand)+len(c.told)+len(l.stand)+len(l.told) > maxCrowds {
		c.stand, c.told = map[file]int64{}, map[file]look{}
	}
	if l.left == c.left {
		for _, f := range l.stand {
			c.stand[f] = l.walk
		}
	}
	for f, l := range l.told {
		c.told[f] = l
	}
}
