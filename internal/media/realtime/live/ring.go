package live

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/catalogizer/catalogizerd/internal/store"
)

const (
	ringChunks = 2048      // stretches of the feed kept ready
	ringBytes  = 8 << 20   // of encoded items in them
	chunkBytes = 192 << 10 // of encoded items in one message, so that it stays below maxFrame
	chunkRows  = 500
)

// chunk is a stretch of the feed, (after, upto], with its items encoded once for everybody.
type chunk struct {
	after, upto int64
	whole       bool  // read in one moment in which nothing stood above it
	seen        int64 // the head when it was read
	changes     []store.Change
	works       bool // works were read too
	bytes       int
}

// Ring keeps the last stretches of the feed ready. Its methods are safe for concurrent use, but Add, which belongs to
// one goroutine.
type Ring struct {
	feed Feed
	upto atomic.Int64 // its end: what subscribers may read up to
	past atomic.Int64 // the feed's, of which its stretches are
	told shared       // messages that were made of it

	mu     sync.RWMutex // guards what follows; held for look-ups only
	chunks []*chunk     // contiguous, oldest first
	bytes  int
}

// NewRing returns an empty ring that stands at the feed's head.
func NewRing(feed Feed) *Ring {
	r := &Ring{feed: feed}
	r.Reset()
	return r
}

// Upto is the number at which the ring ends.
func (r *Ring) Upto() int64 { return r.upto.Load() }

// Past is that of the feed of which the ring is.
func (r *Ring) Past() int64 { return r.past.Load() }

// Reset empties the ring, which stands at the feed's head then.
func (r *Ring) Reset() {
	past := r.feed.Past() // before the head, which may be another's by the time that it is read
	r.told.reset()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.chunks, r.bytes = nil, 0
	r.upto.Store(r.feed.Head())
	r.past.Store(past) // last: who sees it sees where the ring stands
}

// Add appends a page that begins where the ring ends; works says that it was read with works.
func (r *Ring) Add(p store.Page, works bool) {
	for _, c := range split(r.Upto(), p) {
		c.works = works
		r.append(c)
	}
}

// split cuts a page into stretches that fit a message each. A stretch ends at the number of its last
// change; the last one ends where the page does.
func split(after int64, p store.Page) []*chunk {
	var out []*chunk
	changes := p.Changes
	c := &chunk{after: after, seen: p.Head}
	for i := range changes {
		size := changes[i].Size()
		if len(c.changes) > 0 && (c.bytes+size > chunkBytes || len(c.changes) >= chunkRows) {
			c.upto = c.changes[len(c.changes)-1].Seq
			out = append(out, c)
			c = &chunk{after: c.upto, seen: p.Head}
		}
		c.changes = append(c.changes, changes[i])
		c.bytes += size
	}
	c.upto, c.whole = p.Upto, p.Upto == p.Head
	return append(out, c)
}

func (r *Ring) append(c *chunk) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.chunks = append(r.chunks, c)
	r.bytes += c.bytes
	drop := 0
	for len(r.chunks)-drop > ringChunks || (r.bytes > ringBytes && len(r.chunks)-drop > 1) {
		r.bytes -= r.chunks[drop].bytes
		drop++
	}
	if drop > 0 {
		r.chunks = append(r.chunks[:0:0], r.chunks[drop:]...)
	}
	r.upto.Store(c.upto)
}

// at finds the stretch that begins at a number. Where the number lies inside of a stretch, or before the ring, it
// gives the boundary up to which the store has to be read first (0: the end).
func (r *Ring) at(after int64) (c *chunk, boundary int64) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if len(r.chunks) == 0 {
		return nil, r.upto.Load()
	}
	if after < r.chunks[0].after {
		return nil, r.chunks[0].after
	}
	i, found := slices.BinarySearchFunc(r.chunks, after, func(c *chunk, at int64) int { return int(c.after - at) })
	if found {
		return r.chunks[i], 0
	}
	if i > 0 && after < r.chunks[i-1].upto {
		return nil, r.chunks[i-1].upto
	}
	return nil, r.upto.Load()
}
