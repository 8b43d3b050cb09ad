package live

import (
	"sync/atomic"
	"time"
)

// Beat is the moment at which all those are told of what there is who want their messages a window apart. They are told
// together, so that one message does for all of them who want the same, and nobody is woken in between. Fire, Due and
// the next beat belong to one goroutine, all else is safe for concurrent use.
type Beat struct {
	window time.Duration
	ring   *Ring
	wake   func()       // has Due asked again
	next   time.Time    // before which it does not fire
	upto   atomic.Int64 // the number of the feed up to which this beat tells
	count  atomic.Int64 // of beats so far
	again  atomic.Bool  // somebody has more than went into one message
}

// NewBeat returns a beat of a window on a ring. wake is called, from any goroutine, when Due is to be asked though the
// ring has not grown.
func NewBeat(window time.Duration, ring *Ring, wake func()) *Beat {
	b := &Beat{window: window, ring: ring, wake: wake}
	b.upto.Store(ring.Upto())
	return b
}

// Due says in how long the beat is to fire: 0 or less where it is time, and false where there is nothing to tell.
func (b *Beat) Due(now time.Time) (in time.Duration, due bool) {
	if b.upto.Load() >= b.ring.Upto() && !b.again.Load() {
		return 0, false
	}
	return b.next.Sub(now), true
}

// Fire begins the next beat: whoever follows it is to be notified.
func (b *Beat) Fire(now time.Time) {
	b.again.Store(false)
	b.upto.Store(b.ring.Upto())
	b.count.Add(1) // behind upto: who sees the count tells up to there at least
	b.next = now.Add(b.window)
}

// Reset has it tell from where the ring stands, which has begun anew.
func (b *Beat) Reset() { b.upto.Store(b.ring.Upto()) }

// askAgain has it fire once more after its window, also where nothing more changes.
func (b *Beat) askAgain() {
	b.again.Store(true)
	b.wake()
}
