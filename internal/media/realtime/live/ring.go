package live

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

const (
	ringChunks = 512       // stretches of the feed kept ready
	ringBytes  = 8 << 20   // of encoded items in them, and as much again for the messages made of them
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
	ready       [2]*ready
	bytes       int
}

// ready is a message that lies ready for those without a filter whose last cursor was prev.
type ready struct {
	prev, cursor string
	message      outgoing
}

// plain are the filters for which messages lie ready, in the order of chunk.ready.
var plain = [2]Filter{{}, {Works: true}}

// readyFor gives the message that lies ready for a filter; nil: none does.
func (c *chunk) readyFor(f *Filter) *ready {
	if !f.All() || f.NoItems {
		return nil
	}
	if f.Works {
		return c.ready[1]
	}
	return c.ready[0]
}

// Ring keeps the last stretches of the feed ready. Its methods are safe for concurrent use, but Add, which belongs to
// one goroutine.
type Ring struct {
	feed Feed
	upto atomic.Int64 // its end: what subscribers may read up to
	seen int64        // Add's: the head when it was last read
	last [2]string    // Add's: the cursors of the messages that were made last; empty: none was since a Reset
	text []byte       // Add's: where messages are written

	mu     sync.RWMutex // guards what follows; held for look-ups only
	chunks []*chunk     // contiguous, oldest first
	bytes  int
}

// NewRing returns an empty ring that stands at the feed's head.
func NewRing(feed Feed) *Ring {
	r := &Ring{feed: feed}
	r.upto.Store(feed.Head())
	return r
}

// Upto is the number at which the ring ends.
func (r *Ring) Upto() int64 { return r.upto.Load() }

// Reset empties the ring, which stands at the feed's head then.
func (r *Ring) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.chunks, r.bytes, r.last = nil, 0, [2]string{}
	r.upto.Store(r.feed.Head())
}

// Add appends a page that begins where the ring ends; works says that it was read with works.
func (r *Ring) Add(p store.Page, works bool) {
	for _, c := range split(r.Upto(), p) {
		c.works = works
		from := r.feed.Cursor(c.after).Read(r.seen)
		r.seen = max(r.seen, c.seen)
		to := r.feed.Cursor(c.upto).Read(r.seen)
		c.ready[0] = r.prepare(0, from, to, c.changes)
		if works {
			c.ready[1] = r.prepare(1, from, to, c.changes)
		}
		r.append(c)
	}
}

// prepare makes the message of some changes for one of the plain filters; nil: there is nothing to tell it.
func (r *Ring) prepare(i int, from, to media.Cursor, changes []store.Change) *ready {
	if changes = plain[i].Apply(0, changes); len(changes) == 0 {
		return nil
	}
	from.Bound, to.Bound = plain[i].Bound(), plain[i].Bound()
	m := &ready{prev: r.last[i], cursor: to.String()}
	if m.prev == "" {
		m.prev = from.String()
	}
	r.text = changesMessage(r.text[:0], m.prev, m.cursor, changes)
	if m.message = prepare(r.text); m.message.text != nil {
		r.text = nil // it is the message's
	}
	r.last[i] = m.cursor
	return m
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
