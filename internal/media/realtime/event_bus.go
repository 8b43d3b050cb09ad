package realtime

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/realtime/live"
	"github.com/catalogizer/catalogizerd/internal/store"
)

const retryTime = time.Second // after which a feed that could not be read is tried again

// EventBus wakes those who follow the feed and keeps its last stretches ready for them.
//
// Guarantees: a change is told of only after it is durable; each subscriber reads at its own pace, from
// the ring or from the store, and costs no memory for being slow; a wake-up says only that there is
// more, on a channel of capacity one, so no subscriber can make another, or the bus, wait; nothing is
// ever dropped. Its methods are safe for concurrent use.
type EventBus struct {
	feed live.Feed
	ring *live.Ring
	log  *zap.Logger

	mu   sync.RWMutex // guards subs; held for look-ups only
	subs map[*live.Subscription]struct{}
}

// NewEventBus returns a bus over a feed. Run must run for it to tell anything.
func NewEventBus(feed live.Feed, log *zap.Logger) *EventBus {
	return &EventBus{feed: feed, ring: live.NewRing(feed), log: log, subs: map[*live.Subscription]struct{}{}}
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
	for b.ring.Upto() < b.feed.Head() && !b.skip() {
		// What is committed can be read a moment before the head says so; nobody is to get ahead of that.
		most := store.Bounds{Rows: store.PageRows, Bytes: store.PageBytes}
		sorts := store.Sorts{Items: true, Works: b.wantWorks()}
		p, err := b.feed.ChangesOf(ctx, sorts, b.ring.Upto(), b.feed.Head(), most)
		if err != nil {
			return err
		}
		b.ring.Add(p, sorts.Works)
		b.notify()
	}
	return nil
}

// skip moves on without reading where nobody follows: who comes reads the store first.
func (b *EventBus) skip() bool {
	b.mu.Lock() // nobody may come meanwhile
	defer b.mu.Unlock()
	if len(b.subs) > 0 {
		return false
	}
	b.ring.Reset()
	return true
}

// wantWorks reports whether anybody is to be told of works. Who comes later reads them from the store.
func (b *EventBus) wantWorks() bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for s := range b.subs {
		if s.WantsWorks() {
			return true
		}
	}
	return false
}

func (b *EventBus) notify() {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for s := range b.subs {
		s.Notify()
	}
}

// Head is the cursor up to which subscribers may read.
func (b *EventBus) Head() media.Cursor { return b.feed.Cursor(b.ring.Upto()) }

// Since reads a cursor, or a time behind which is what has changed since.
func (b *EventBus) Since(ctx context.Context, text string, f *live.Filter) (media.Cursor, error) {
	return b.feed.Since(ctx, text, f)
}

// Subscribe begins to follow the feed behind a cursor, or with a first load where since is nil. It fails with
// *live.ResyncError where the cursor leads nowhere. Who subscribes unsubscribes.
func (b *EventBus) Subscribe(since *media.Cursor, f live.Filter, signals []string) (*live.Subscription, error) {
	b.mu.Lock() // from here on pruning waits for the load
	defer b.mu.Unlock()
	s, err := live.NewSubscription(b.feed, b.ring, since, f, signals)
	if err != nil {
		return nil, err
	}
	b.subs[s] = struct{}{}
	return s, nil
}

// Unsubscribe ends a subscription.
func (b *EventBus) Unsubscribe(s *live.Subscription) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.subs, s)
}

// Oldest is the lowest number that a connected first load still has to read from; no tombstone above
// it may be pruned. Where there is none, it is where the next one would begin.
func (b *EventBus) Oldest() int64 {
	b.mu.RLock()
	defer b.mu.RUnlock()
	oldest := b.ring.Upto()
	for s := range b.subs {
		if from, loading := s.Needs(); loading {
			oldest = min(oldest, from)
		}
	}
	return oldest
}

// Signal gives every subscriber who asked for it, and whose filter lets the root through, the latest value
// of something that has no place in the feed. value is made when it is sent.
func (b *EventBus) Signal(name, root, key string, value live.Value) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for s := range b.subs {
		s.Signal(name, root, key, value)
	}
}

// Subscribers is how many follow the feed.
func (b *EventBus) Subscribers() int {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return len(b.subs)
}
