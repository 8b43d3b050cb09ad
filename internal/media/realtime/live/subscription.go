package live

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// Feed is what the live feed reads: the store.
type Feed interface {
	Cursor(seq int64) media.Cursor
	// Accepts reports whether a cursor is of this catalog, and of what it holds of its past. It fails where nobody knows.
	Accepts(at media.Cursor) (bool, error)
	Since(ctx context.Context, text string, f *store.FeedFilter) (media.Cursor, error)
	Head() int64
	// Past is another number once what the feed has given turns out to be none of the catalog's past: an earlier state
	// of it was put back. It is another one before and behind that.
	Past() int64
	FloorOf(sorts store.Sorts) int64
	ChangesOf(ctx context.Context, sorts store.Sorts, after, upto int64, most store.Bounds) (store.Page, error)
	LoadOf(
		ctx context.Context, f *store.FeedFilter, at media.Cursor, most store.Bounds,
	) ([]store.Change, media.Cursor, error)
	Subscribe() (<-chan struct{}, func())
}

// ownPage bounds what a subscriber reads from the store for itself. A client that does not read holds one such page
// for as long as it takes to be disconnected, so it is shorter than what all of them share.
var ownPage = store.Bounds{Rows: chunkRows, Bytes: 64 << 10}

// Reasons for which a client has to begin anew.
const (
	ResyncCompacted = "compacted" // what it missed is no longer known
	ResyncRestored  = "restored"  // this is not the catalog that its cursor is of
	ResyncFilter    = "filter"    // its cursor is of another filter: it does not hold what passes this one
)

// ResyncError says that a cursor leads nowhere: forget what you hold and load anew.
type ResyncError struct{ Reason string }

func (e *ResyncError) Error() string { return "resync: " + e.Reason }

// Filter is what of the feed a subscriber wants.
type Filter = store.FeedFilter

// Batch is what a subscriber reads next.
type Batch struct {
	Changes []store.Change
	Cursor  media.Cursor // after these changes
	Prev    media.Cursor // before them
}

// Subscription is one follower of the feed. What reads, and Cursor, belong to one goroutine.
type Subscription struct {
	feed   Feed
	ring   *Ring
	filter Filter
	wish   string // the filter as a text, by which those are known who want the same
	bound  string // the filter's name in cursors
	at     media.Cursor
	past   int64 // the feed's, of which all is that it was told
	// whole is the last number at which it is known to have held just what passes the filter; 0: none, so deletions
	// may be superfluous.
	whole int64
	seen  int64         // the head when it, or a connection before it, last read the store
	wake  chan struct{} // capacity one: it says that there is more, once is enough
	needs atomic.Int64  // what a first load still has to read the feed from, plus one; 0: it has caught up
	names []string      // of signals asked for
	beat  *Beat         // of who wants messages a window apart; nil: as soon as there is something
	// spaced is set once it has caught up: what was there before comes as fast as it can be read. It reads for one
	// message at each beat from then on, rested being the last of those.
	spaced bool
	rested int64

	mu      sync.Mutex // guards signals
	signals map[signalKey]Value
	order   []signalKey
}

// Value gives what a signal carries, when it is sent; false: it is gone.
type Value func(context.Context) (any, bool)

// maxSignals bounds what waits for one subscriber; beyond it the oldest are left out.
const maxSignals = 1000

type signalKey struct{ name, key string }

// Follow is how somebody wants to follow the feed.
type Follow struct {
	Since   *media.Cursor // nil: with a first load
	Filter  Filter
	Signals []string
	Window  time.Duration // between two messages of changes, once it has caught up
}

// NewSubscription begins behind a cursor, or with a first load. It fails with *ResyncError where the cursor leads
// nowhere. beat is that of the window; nil where there is none.
func NewSubscription(feed Feed, ring *Ring, how Follow, beat *Beat) (*Subscription, error) {
	f, since := how.Filter, how.Since
	s := &Subscription{
		feed: feed, ring: ring, filter: f, wish: f.Wish(), bound: f.Bound(), names: how.Signals,
		wake: make(chan struct{}, 1), beat: beat, past: ring.Past(),
	}
	accepted := since == nil
	if since != nil {
		var err error
		if accepted, err = feed.Accepts(*since); err != nil {
			return nil, err
		}
	}
	switch {
	case since == nil:
		s.at = s.place(ring.Upto())
		s.at.Load = true
	case !accepted:
		return nil, &ResyncError{ResyncRestored}
	case !f.Fits(*since):
		return nil, &ResyncError{ResyncFilter}
	case !since.Reaches(s.floor()):
		return nil, &ResyncError{ResyncCompacted}
	default:
		s.at = *since
		s.at.Bound = s.bound
	}
	s.seen = max(s.at.Seen, feed.Head())
	if s.at.Load {
		s.whole = s.at.Seq // what is loaded has not changed since, and what has comes behind
		s.needs.Store(s.at.Seq + 1)
	}
	return s, nil
}

// place is the cursor behind a number, bound to the filter.
func (s *Subscription) place(seq int64) media.Cursor {
	at := s.feed.Cursor(seq)
	at.Bound = s.bound
	return at
}

func (s *Subscription) floor() int64 { return s.feed.FloorOf(s.filter.Sorts()) }

// WantsWorks reports whether it is told of works.
func (s *Subscription) WantsWorks() bool { return s.filter.Works }

// Window is the shortest time between two messages, once it has caught up.
func (s *Subscription) Window() time.Duration {
	if s.beat == nil {
		return 0
	}
	return s.beat.window
}

// Cursor is where it stands.
func (s *Subscription) Cursor() media.Cursor { return s.at }

// Needs is the number from which a first load still has to read the feed; false where it has caught up.
func (s *Subscription) Needs() (from int64, loading bool) {
	needs := s.needs.Load()
	return needs - 1, needs > 0
}

// Notify says that there is more.
func (s *Subscription) Notify() {
	select {
	case s.wake <- struct{}{}:
	default: // it has been told already
	}
}

// Wake tells when there is more: changes or signals.
func (s *Subscription) Wake() <-chan struct{} { return s.wake }

// isCutOff reports whether what it was told is none of the catalog's past.
func (s *Subscription) isCutOff() bool { return s.feed.Past() != s.past }

// Next reads the next batch. ok is false where there is nothing behind the cursor; Wake tells when there is. It fails
// with *ResyncError where the cursor leads nowhere any more.
func (s *Subscription) Next(ctx context.Context) (b Batch, ok bool, err error) {
	if s.isCutOff() { // before there is nothing, since the head is before it
		return Batch{}, false, &ResyncError{ResyncRestored}
	}
	b, ok, err = s.next(ctx)
	if err == nil && s.isCutOff() { // while it was read
		return Batch{}, false, &ResyncError{ResyncRestored}
	}
	return b, ok, err
}

func (s *Subscription) next(ctx context.Context) (b Batch, ok bool, err error) {
	if s.at.Load {
		return s.load(ctx)
	}
	after := s.at.Seq
	if !s.behind() {
		s.needs.Store(0)
		return Batch{}, false, nil
	}
	c, boundary := s.onRing()
	if c == nil {
		if c, err = s.catchUp(ctx, after, boundary); err != nil {
			return Batch{}, false, err
		}
	}
	b = Batch{Changes: s.filter.Apply(s.whole, c.changes), Prev: s.at}
	// What a page of the store lacked, because it had changed again by then, stands at or below the head of
	// that moment: behind a stretch that was whole up to there it has come.
	if c.whole && c.upto >= s.seen {
		s.whole = c.upto
	}
	s.seen = max(s.seen, c.seen)
	s.at = s.place(c.upto).Read(s.seen).Forgo(s.at.Forgone)
	if s.needs.Load() > 0 {
		s.needs.Store(c.upto + 1)
	}
	b.Cursor = s.at
	return b, true, nil
}

// behind reports whether there is more to read now.
func (s *Subscription) behind() bool {
	if s.at.Load {
		return true
	}
	if s.beat == nil {
		return s.at.Seq < s.ring.Upto()
	}
	if !s.spaced {
		count := s.beat.count.Load() // before the end is looked at, or what comes between would wait for a beat
		if s.at.Seq < s.ring.Upto() {
			return true
		}
		s.spaced, s.rested = true, count
	}
	return s.at.Seq < s.beat.upto.Load()
}

// onRing is the stretch of the ring that comes next; nil where the store is to be read first, up to a boundary.
func (s *Subscription) onRing() (c *chunk, boundary int64) {
	c, boundary = s.ring.at(s.at.Seq)
	if c != nil && s.filter.Works && !c.works {
		return nil, c.upto
	}
	return c, boundary
}

// rests reports whether it has had what this beat brings.
func (s *Subscription) rests() bool {
	return s.spaced && s.rested == s.beat.count.Load() && !s.isCutOff()
}

// rest has it wait for what comes after a message that it has had at a beat; where there is more already it is woken, or
// the beat comes again.
func (s *Subscription) rest(beat int64, caughtUp bool) {
	more := s.behind()
	switch {
	case !caughtUp, more && !s.spaced:
		s.Notify()
	case s.spaced:
		if s.rested = beat; more {
			s.beat.askAgain()
		}
	}
}

// beats is the number of the beat that it follows.
func (s *Subscription) beats() int64 {
	if s.beat == nil {
		return 0
	}
	return s.beat.count.Load()
}

// standing is where it stands, if what comes next is to be had without the store; false where it is not, or there is
// nothing.
func (s *Subscription) standing(prev string) (at standing, ok bool) {
	if s.at.Load || s.isCutOff() || !s.behind() {
		return standing{}, false
	}
	c, _ := s.onRing()
	if c == nil {
		return standing{}, false
	}
	at = standing{wish: s.wish, prev: prev, at: s.at, whole: s.whole, seen: s.seen, upto: c.upto}
	if s.spaced {
		at.upto = s.beat.upto.Load()
	}
	return at, true
}

// take moves it to where a message leads that was made for somebody who stood where it stands.
func (s *Subscription) take(m *told) {
	s.at, s.whole, s.seen = m.at, m.whole, m.seen
	if s.needs.Load() > 0 {
		s.needs.Store(s.at.Seq + 1)
	}
}

// catchUp reads the store up to a boundary of the ring at the furthest.
func (s *Subscription) catchUp(ctx context.Context, after, boundary int64) (*chunk, error) {
	if !s.at.Reaches(s.floor()) {
		return nil, &ResyncError{ResyncCompacted}
	}
	p, err := s.feed.ChangesOf(ctx, s.filter.Sorts(), after, boundary, ownPage)
	if err != nil {
		return nil, err
	}
	if !s.at.Reaches(s.floor()) { // pruned while it was read
		return nil, &ResyncError{ResyncCompacted}
	}
	s.seen = max(s.seen, p.Head)
	return split(after, p)[0], nil
}

// load reads a page of a first load, in the order of ids. After the last page the cursor is a plain
// one, at the number where the load began.
func (s *Subscription) load(ctx context.Context) (Batch, bool, error) {
	changes, next, err := s.feed.LoadOf(ctx, &s.filter, s.at, ownPage)
	if err != nil {
		return Batch{}, false, err
	}
	prev := s.at
	s.seen = max(s.seen, next.Seen)
	s.at = next.Read(s.seen)
	return Batch{Changes: changes, Cursor: s.at, Prev: prev}, true, nil
}

// Signal notes the latest value of a signal, if it was asked for.
func (s *Subscription) Signal(name, root, key string, value Value) {
	if !slices.Contains(s.names, name) || !s.filter.OfRoot(root) {
		return
	}
	s.noteSignal(signalKey{name, key}, value)
	s.Notify()
}

func (s *Subscription) noteSignal(k signalKey, value Value) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.signals == nil {
		s.signals = map[signalKey]Value{}
	}
	if _, ok := s.signals[k]; !ok {
		if len(s.order) >= maxSignals { // scans are made by others, as many as they like
			delete(s.signals, s.order[0])
			s.order = s.order[1:]
		}
		s.order = append(s.order, k)
	}
	s.signals[k] = value
}

// TakeSignals takes the signals that wait, oldest first.
func (s *Subscription) TakeSignals() (names []string, values []Value) {
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
func (s *Subscription) signalled() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.order) > 0
}
