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
// ever dropped. Those who want their messages a window apart are woken once a window, all together. Its methods are safe
// for concurrent use.
type EventBus struct {
	feed  live.Feed
	ring  *live.Ring
	log   *zap.Logger
	again chan struct{} // capacity one: a beat is to come though nothing changed

	mu    sync.RWMutex // guards what follows; held for look-ups only
	subs  map[*live.Subscription]struct{}
	beats map[time.Duration]*beat // by their windows
}

// beat is a beat with those who follow it.
type beat struct {
	*live.Beat
	subs map[*live.Subscription]struct{}
}

// NewEventBus returns a bus over a feed. Run must run for it to tell anything.
func NewEventBus(feed live.Feed, log *zap.Logger) *EventBus {
	return &EventBus{feed: feed, ring: live.NewRing(feed), log: log, again: make(chan struct{}, 1),
		subs: map[*live.Subscription]struct{}{}, beats: map[time.Duration]*beat{}}
}

// Run fills the ring as the feed grows, until ctx ends.
func (b *EventBus) Run(ctx context.Context) error {
	wake, unsubscribe := b.feed.Subscribe()
	defer unsubscribe()
	next := time.NewTimer(0) // when a beat is due
	defer next.Stop()
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
		if in, due := b.beat(time.Now()); due {
			next.Reset(in)
		}
		select {
		case <-wake:
		case <-b.again:
		case <-next.C:
		case <-retry:
		case <-ctx.Done():
			return nil
		}
	}
}

// follow reads what is new in the feed into the ring.
func (b *EventBus) follow(ctx context.Context) error {
	for {
		past := b.beginAnew()
		if b.ring.Upto() >= b.feed.Head() || b.skip() {
			return nil
		}
		// What is committed can be read a moment before the head says so; nobody is to get ahead of that.
		most := store.Bounds{Rows: store.PageRows, Bytes: store.PageBytes}
		sorts := store.Sorts{Items: true, Works: b.wantWorks()}
		p, err := b.feed.ChangesOf(ctx, sorts, b.ring.Upto(), b.feed.Head(), most)
		if err != nil {
			return err
		}
		if b.add(p, sorts.Works, past) {
			b.notify()
		}
	}
}

// add appends a page to the ring, unless that has begun anew since, or is about to: then it may be of either past.
func (b *EventBus) add(p store.Page, works bool, past int64) bool {
	b.mu.Lock() // under which the ring begins anew
	defer b.mu.Unlock()
	if past != b.ring.Past() || past != b.feed.Past() {
		return false
	}
	b.ring.Add(p, works)
	return true
}

// beginAnew has the ring begin where the feed stands, and everybody be told, where what was given is none of the
// catalog's past any more. It gives the past of which the ring is.
func (b *EventBus) beginAnew() (past int64) {
	b.mu.Lock() // nobody may come meanwhile
	defer b.mu.Unlock()
	b.beginAnewLocked()
	return b.ring.Past()
}

func (b *EventBus) beginAnewLocked() {
	if b.feed.Past() == b.ring.Past() {
		return
	}
	b.ring.Reset()
	for s := range b.subs {
		s.Notify()
	}
	for _, x := range b.beats {
		x.Reset()
		for s := range x.subs {
			s.Notify()
		}
	}
}

// skip moves on without reading where nobody follows: who comes reads the store first.
func (b *EventBus) skip() bool {
	b.mu.Lock() // nobody may come meanwhile
	defer b.mu.Unlock()
	if len(b.subs) > 0 || len(b.beats) > 0 {
		return false
	}
	b.ring.Reset()
	return true
}

// wantWorks reports whether anybody is to be told of works. Who comes later reads them from the store.
func (b *EventBus) wantWorks() (want bool) {
	b.all(func(s *live.Subscription) { want = want || s.WantsWorks() })
	return want
}

// notify wakes those who want no window. The others wait for their beats, which come between pages too.
func (b *EventBus) notify() {
	b.wakeAtOnce()
	b.beat(time.Now())
}

func (b *EventBus) wakeAtOnce() {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for s := range b.subs {
		s.Notify()
	}
}

// beat fires the beats that are due, and says in how long the next one is; false: none is. It belongs to Run.
func (b *EventBus) beat(now time.Time) (in time.Duration, due bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, x := range b.beats {
		d, waits := x.Due(now)
		switch {
		case !waits:
		case d <= 0:
			x.Fire(now)
			for s := range x.subs {
				s.Notify()
			}
		case !due || d < in:
			in, due = d, true
		}
	}
	return in, due
}

// beatAgain has the beats looked at.
func (b *EventBus) beatAgain() {
	select {
	case b.again <- struct{}{}:
	default: // that is to be done already
	}
}

// all gives everybody who follows the feed to a function, under the lock.
func (b *EventBus) all(do func(*live.Subscription)) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for s := range b.subs {
		do(s)
	}
	for _, x := range b.beats {
		for s := range x.subs {
			do(s)
		}
	}
}

// Head is the cursor up to which subscribers may read.
func (b *EventBus) Head() media.Cursor { return b.feed.Cursor(b.ring.Upto()) }

// Since reads a cursor, or a time behind which is what has changed since.
func (b *EventBus) Since(ctx context.Context, text string, f *live.Filter) (media.Cursor, error) {
	return b.feed.Since(ctx, text, f)
}

// Subscribe begins to follow the feed behind a cursor, or with a first load. It fails with *live.ResyncError where the
// cursor leads nowhere. Who subscribes unsubscribes.
func (b *EventBus) Subscribe(how live.Follow) (*live.Subscription, error) {
	b.mu.Lock() // from here on pruning waits for the load
	defer b.mu.Unlock()
	b.beginAnewLocked() // or who comes would be cut off at once
	if how.Window <= 0 {
		s, err := live.NewSubscription(b.feed, b.ring, how, nil)
		if err == nil {
			b.subs[s] = struct{}{}
		}
		return s, err
	}
	x := b.beats[how.Window]
	if x == nil {
		x = &beat{live.NewBeat(how.Window, b.ring, b.beatAgain), map[*live.Subscription]struct{}{}}
	}
	s, err := live.NewSubscription(b.feed, b.ring, how, x.Beat)
	if err == nil {
		x.subs[s] = struct{}{}
		b.beats[how.Window] = x
	}
	return s, err
}

// Unsubscribe ends a subscription.
func (b *EventBus) Unsubscribe(s *live.Subscription) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.subs, s)
	if x := b.beats[s.Window()]; x != nil {
		if delete(x.subs, s); len(x.subs) == 0 {
			delete(b.beats, s.Window())
		}
	}
}

// Oldest is the lowest number that a connected first load still has to read from; no tombstone above
// it may be pruned. Where there is none, it is where the next one would begin.
func (b *EventBus) Oldest() int64 {
	oldest := b.ring.Upto()
	b.all(func(s *live.Subscription) {
		if from, loading := s.Needs(); loading {
			oldest = min(oldest, from)
		}
	})
	return oldest
}

// Signal gives every subscriber who asked for it, and whose filter lets the root through, the latest value
// of something that has no place in the feed. value is made when it is sent.
func (b *EventBus) Signal(name, root, key string, value live.Value) {
	b.all(func(s *live.Subscription) { s.Signal(name, root, key, value) })
}

// Subscribers is how many follow the feed.
func (b *EventBus) Subscribers() (n int) {
	b.all(func(*live.Subscription) { n++ })
	return n
}
