package realtime

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// Reasons for which a client has to begin anew.
const (
	ResyncCompacted = "compacted" // what it missed is no longer known
	ResyncRestored  = "restored"  // this is not the catalog that its cursor is of
)

// ResyncError says that a cursor leads nowhere: forget what you hold and load anew.
type ResyncError struct{ Reason string }

func (e *ResyncError) Error() string { return "resync: " + e.Reason }

// Filter is what of the feed a subscriber wants; nil lists want everything.
type Filter struct {
	Roots []string
	Kinds []media.Kind
}

func (f *Filter) all() bool { return len(f.Roots) == 0 && len(f.Kinds) == 0 }

func (f *Filter) ofRoot(name string) bool { return len(f.Roots) == 0 || slices.Contains(f.Roots, name) }

func (f *Filter) match(ch *store.Change) bool {
	return f.ofRoot(ch.Root) && (len(f.Kinds) == 0 || slices.Contains(f.Kinds, ch.Kind))
}

// apply gives what a subscriber sees of some changes who held all that passes the filter at the number
// whole: an item that has left the filter since reaches it as a deletion. The cursor would not do in its
// place: an item that left below it and changed again is not in the page that covers its leaving.
func (f *Filter) apply(whole int64, changes []store.Change) []store.Change {
	if f.all() {
		return changes
	}
	var out []store.Change
	for i := range changes {
		ch := changes[i]
		if !f.match(&ch) {
			if ch.FilterSeq <= whole {
				continue
			}
			ch.Delete, ch.Item = true, nil
		}
		out = append(out, ch)
	}
	return out
}

// Batch is what a subscriber reads next.
type Batch struct {
	Changes []store.Change
	Cursor  media.Cursor // after these changes
	frame   []byte       // the message, where it lies ready for a subscriber at prev
	prev    media.Cursor
}

// subscription is one follower of the feed. Next belongs to one goroutine.
type subscription struct {
	bus    *EventBus
	filter Filter
	at     media.Cursor
	whole  int64         // the last number at which it is known to have held just what passes the filter; 0: none, so deletions may be superfluous
	seen   int64         // the head when it, or a connection before it, last read the store
	wake   chan struct{} // capacity one: it says that there is more, once is enough
	needs  atomic.Int64  // what a first load still has to read the feed from, plus one; 0: it has caught up
	names  []string      // of signals asked for

	mu      sync.Mutex // guards signals
	signals map[signalKey]func(context.Context) (any, bool)
	order   []signalKey
}

// maxSignals bounds what waits for one subscriber; beyond it the oldest are left out.
const maxSignals = 1000

type signalKey struct{ name, key string }

// subscribe begins to follow the feed behind a cursor, or with a first load where since is nil.
func (b *EventBus) subscribe(since *media.Cursor, f Filter, signals []string) (*subscription, error) {
	s := &subscription{bus: b, filter: f, wake: make(chan struct{}, 1), names: signals, signals: map[signalKey]func(context.Context) (any, bool){}}
	b.mu.Lock() // from here on pruning waits for the load
	defer b.mu.Unlock()
	at, err := b.start(since)
	if err != nil {
		return nil, err
	}
	s.at, s.seen = at, max(at.Seen, b.feed.Head())
	if at.Load {
		s.whole = at.Seq // what is loaded has not changed since, and what has comes behind
		s.needs.Store(at.Seq + 1)
	}
	b.subs[s] = struct{}{}
	return s, nil
}

// start checks a cursor.
func (b *EventBus) start(since *media.Cursor) (media.Cursor, error) {
	if since == nil {
		at := b.feed.Cursor(b.upto.Load())
		at.Load = true
		return at, nil
	}
	switch {
	case !b.feed.Continues(*since):
		return *since, &ResyncError{ResyncRestored}
	case since.Seq < b.feed.Floor():
		return *since, &ResyncError{ResyncCompacted}
	}
	return *since, nil
}

func (s *subscription) close() {
	s.bus.mu.Lock()
	defer s.bus.mu.Unlock()
	delete(s.bus.subs, s)
}

func (s *subscription) poke() {
	select {
	case s.wake <- struct{}{}:
	default: // it has been told already
	}
}

// next reads the next batch. ok is false where there is nothing behind the cursor; wake tells when
// there is.
func (s *subscription) next(ctx context.Context) (b Batch, ok bool, err error) {
	if s.at.Load {
		return s.load(ctx)
	}
	after := s.at.Seq
	if after >= s.bus.upto.Load() {
		s.needs.Store(0)
		return Batch{}, false, nil
	}
	c, boundary := s.bus.at(after)
	if c == nil {
		if c, err = s.catchUp(ctx, after, boundary); err != nil {
			return Batch{}, false, err
		}
	}
	b = Batch{Changes: s.filter.apply(s.whole, c.changes), prev: s.at}
	// What a page of the store lacked, because it had changed again by then, stands at or below the head of
	// that moment: behind a stretch that was whole up to there it has come.
	if c.whole && c.upto >= s.seen {
		s.whole = c.upto
	}
	s.seen = max(s.seen, c.seen)
	s.at = s.bus.feed.Cursor(c.upto).Read(s.seen)
	if s.needs.Load() > 0 {
		s.needs.Store(c.upto + 1)
	}
	b.Cursor = s.at
	if s.filter.all() && b.prev == c.from && b.Cursor == c.to {
		b.frame = c.frame
	}
	return b, true, nil
}

// catchUp reads the store up to a boundary of the ring at the furthest.
func (s *subscription) catchUp(ctx context.Context, after, boundary int64) (*chunk, error) {
	if after < s.bus.feed.Floor() {
		return nil, &ResyncError{ResyncCompacted}
	}
	p, err := s.bus.feed.Changes(ctx, after, boundary, ownPage)
	if err != nil {
		return nil, err
	}
	if after < s.bus.feed.Floor() { // pruned while it was read
		return nil, &ResyncError{ResyncCompacted}
	}
	s.seen = max(s.seen, p.Head)
	return split(after, p)[0], nil
}

// load reads a page of a first load, in the order of ids. After the last page the cursor is a plain
// one, at the number where the load began.
func (s *subscription) load(ctx context.Context) (Batch, bool, error) {
	p, err := s.bus.feed.Load(ctx, s.at.Seq, s.at.Position, ownPage)
	if err != nil {
		return Batch{}, false, err
	}
	prev := s.at
	s.seen = max(s.seen, p.Head)
	s.at = s.bus.feed.Cursor(prev.Seq).Read(s.seen)
	if !p.Done {
		s.at.Load, s.at.Position = true, p.Next
	}
	var kept []store.Change
	for i := range p.Changes {
		if s.filter.match(&p.Changes[i]) {
			kept = append(kept, p.Changes[i])
		}
	}
	return Batch{Changes: kept, Cursor: s.at, prev: prev}, true, nil
}

// signal notes the latest value of a signal for this subscriber.
func (s *subscription) signal(name, root, key string, value func(context.Context) (any, bool)) {
	if !slices.Contains(s.names, name) || !s.filter.ofRoot(root) {
		return
	}
	k := signalKey{name, key}
	s.mu.Lock()
	if _, ok := s.signals[k]; !ok {
		if len(s.order) >= maxSignals { // scans are made by others, as many as they like
			delete(s.signals, s.order[0])
			s.order = s.order[1:]
		}
		s.order = append(s.order, k)
	}
	s.signals[k] = value
	s.mu.Unlock()
	s.poke()
}

// pending takes the signals that wait, oldest first.
func (s *subscription) pending() (names []string, values []func(context.Context) (any, bool)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.order {
		names = append(names, k.name)
		values = append(values, s.signals[k])
	}
	s.order = nil
	clear(s.signals)
	return names, values
}

// signalled reports whether signals wait.
func (s *subscription) signalled() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.order) > 0
}
