package realtime

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
	"go.uber.org/zap"
)

// Feed is what the event bus reads: the store.
type Feed interface {
	Cursor(seq int64) media.Cursor
	Continues(at media.Cursor) bool
	Head() int64
	Floor() int64
	Changes(ctx context.Context, after, upto int64, most store.Bounds) (store.Page, error)
	Load(ctx context.Context, h0, position int64, most store.Bounds) (store.LoadPage, error)
	Subscribe() (<-chan struct{}, func())
}

const (
	ringChunks = 512       // stretches of the feed kept ready
	ringBytes  = 8 << 20   // of encoded items in them, and as much again for the messages made of them
	chunkBytes = 192 << 10 // of encoded items in one message, so that it stays below maxFrame
	chunkRows  = 500
	retryTime  = time.Second // after which a feed that could not be read is tried again
)

// ownPage bounds what a subscriber reads from the store for itself. A client that does not read holds one such page for
// as long as it takes to be cut, so it is shorter than what all of them share.
var ownPage = store.Bounds{Rows: chunkRows, Bytes: 64 << 10}

// chunk is a stretch of the feed, (after, upto], with its items encoded once for everybody.
type chunk struct {
	after, upto int64
	whole       bool  // read in one moment in which nothing stood above it
	seen        int64 // the head when it was read
	changes     []store.Change
	from, to    media.Cursor // that the frame names
	frame       []byte       // the whole message, for those without a filter who stand at from
	bytes       int
}

// EventBus wakes those who follow the feed and keeps its last stretches ready for them.
//
// Guarantees: a change is told of only after it is durable; each subscriber reads at its own pace, from
// the ring or from the store, and costs no memory for being slow; a wake-up says only that there is
// more, on a channel of capacity one, so no subscriber can make another, or the bus, wait; nothing is
// ever dropped. Its methods are safe for concurrent use.
type EventBus struct {
	feed Feed
	log  *zap.Logger
	upto atomic.Int64 // end of the ring: what subscribers may read up to
	seen int64        // Run's: the head when it last read

	mu    sync.RWMutex // guards what follows; held for look-ups only
	ring  []*chunk     // contiguous, oldest first
	bytes int
	subs  map[*subscription]struct{}
}

// NewEventBus returns a bus over a feed. Run must run for it to tell anything.
func NewEventBus(feed Feed, log *zap.Logger) *EventBus {
	b := &EventBus{feed: feed, log: log, subs: map[*subscription]struct{}{}}
	b.upto.Store(feed.Head())
	return b
}

// Run fills the ring as the feed grows, until ctx ends.
func (b *EventBus) Run(ctx context.Context) error {
	wake, unsubscribe := b.feed.Subscribe()
	defer unsubscribe()
	for {
		var retry <-chan time.Time
		err := b.follow(ctx)
		switch {
		case err == nil, ctx.Err() != nil:
		case errors.Is(err, store.ErrCorrupt): // which is said already, and does not pass
		default:
			b.log.Warn("feed not read, subscribers wait", zap.Error(err))
			retry = time.After(retryTime)
		}
		select {
		case <-wake:
		case <-retry:
		case <-ctx.Done():
			return nil
		}
	}
}

// follow reads what is new in the feed into the ring.
func (b *EventBus) follow(ctx context.Context) error {
	for b.upto.Load() < b.feed.Head() && !b.skip() {
		// What is committed can be read a moment before the head says so; nobody is to get ahead of that.
		p, err := b.feed.Changes(ctx, b.upto.Load(), b.feed.Head(), store.Bounds{Rows: store.PageRows, Bytes: store.PageBytes})
		if err != nil {
			return err
		}
		for _, c := range split(b.upto.Load(), p) {
			c.from = b.feed.Cursor(c.after).Read(b.seen)
			b.seen = max(b.seen, c.seen)
			c.to = b.feed.Cursor(c.upto).Read(b.seen)
			c.frame = changesMessage(nil, c.from.String(), c.to.String(), c.changes)
			b.append(c)
		}
		b.wake()
	}
	return nil
}

// skip moves on without reading where nobody follows: who comes reads the store first.
func (b *EventBus) skip() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.subs) > 0 {
		return false
	}
	b.ring, b.bytes = nil, 0
	b.upto.Store(b.feed.Head())
	return true
}

// split cuts a page into stretches that fit a message each. A stretch ends at the number of its last
// change; the last one ends where the page does.
func split(after int64, p store.Page) []*chunk {
	var out []*chunk
	changes := p.Changes
	c := &chunk{after: after, seen: p.Head}
	for i := range changes {
		size := len(changes[i].Item) + changeRoom
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

func (b *EventBus) append(c *chunk) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ring = append(b.ring, c)
	b.bytes += c.bytes
	drop := 0
	for len(b.ring)-drop > ringChunks || (b.bytes > ringBytes && len(b.ring)-drop > 1) {
		b.bytes -= b.ring[drop].bytes
		drop++
	}
	if drop > 0 {
		b.ring = append(b.ring[:0:0], b.ring[drop:]...)
	}
	b.upto.Store(c.upto)
}

func (b *EventBus) wake() {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for s := range b.subs {
		s.poke()
	}
}

// at finds the ring's stretch that begins at a number. Where the number lies inside of a stretch, or
// before the ring, it gives the boundary up to which the store has to be read first (0: the end).
func (b *EventBus) at(after int64) (c *chunk, boundary int64) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if len(b.ring) == 0 {
		return nil, b.upto.Load()
	}
	if after < b.ring[0].after {
		return nil, b.ring[0].after
	}
	i, found := slices.BinarySearchFunc(b.ring, after, func(c *chunk, at int64) int { return int(c.after - at) })
	if found {
		return b.ring[i], 0
	}
	if i > 0 && after < b.ring[i-1].upto {
		return nil, b.ring[i-1].upto
	}
	return nil, b.upto.Load()
}

// Oldest is the lowest number that a connected first load still has to read from; no tombstone above
// it may be pruned. Where there is none, it is where the next one would begin.
func (b *EventBus) Oldest() int64 {
	b.mu.RLock()
	defer b.mu.RUnlock()
	oldest := b.upto.Load()
	for s := range b.subs {
		if needs := s.needs.Load(); needs > 0 {
			oldest = min(oldest, needs-1)
		}
	}
	return oldest
}

// Signal gives every subscriber who asked for it, and whose filter lets the root through, the latest value
// of something that has no place in the feed. value is made when it is sent.
func (b *EventBus) Signal(name, root, key string, value func(context.Context) (any, bool)) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for s := range b.subs {
		s.signal(name, root, key, value)
	}
}

// Subscribers is how many follow the feed.
func (b *EventBus) Subscribers() int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return len(b.subs)
}
