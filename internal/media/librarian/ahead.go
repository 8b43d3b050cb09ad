package librarian

import (
	"context"
	"time"
)

// large is what was derived last of units that are much larger than what is taken in at once. Such a unit is read and
// derived whole with each batch that has a change of it: file after file of a folder of 50,000 would have it derived
// hundreds of times. So it rests until as much has changed as it holds, or nothing changes for as long as that took.
// What changes in others is taken in beside it.
type large struct {
	items  int64          // in them; 0: there were none
	units  map[int64]bool // by their ids
	upto   int64          // how far they have been taken in
	since  int64          // where the feed stood when their works had been written, which are in it too
	took   time.Duration  // to derive and write them
	at     time.Time      // when that was done
	beside int64          // how far all others have been taken in, where that is further than the place
}

// restTimes is for how many times as long as they took to derive large units may rest: what comes later is taken in as
// all else is.
const restTimes = 10

// mayRest reports whether large units rest from changes behind the place.
func (l *Librarian) mayRest() bool {
	return l.cfg.Pass == nil && !l.cfg.Unresting && l.cfg.Quiet > 0 && l.large.items > 0 &&
		!l.large.covers(l.store.Worked(), l.atOnce()) &&
		time.Since(l.large.at) < restTimes*l.large.took
}

// pause is how long the next batch waits behind one with large units where these cannot rest by themselves: to derive them
// takes half of the time at most, whatever changes in them again and again.
func (l *Librarian) pause() time.Duration {
	if !l.cfg.Unresting || l.large.items == 0 {
		return 0
	}
	return l.large.took - time.Since(l.large.at)
}

// takeInBeside takes in what changes in others while large units rest: until nothing changes for as long as those took,
// or something always does for four times as long, or so much has changed that nothing rests.
func (l *Librarian) takeInBeside(ctx context.Context, wake <-chan struct{}) error {
	over := time.Now().Add(l.cfg.MaxWait + 4*l.large.took)
	for l.calm(ctx, wake) && !l.manyWait() && time.Now().Before(over) {
		head := l.store.Head()
		if err := l.next(ctx, true); err != nil {
			return err
		}
		if l.caughtUp() || l.large.beside >= head && l.still(ctx, wake, min(l.large.took, time.Until(over))) {
			break
		}
	}
	return ctx.Err()
}

// still waits until something changes. It reports whether nothing did for so long.
func (l *Librarian) still(ctx context.Context, wake <-chan struct{}, long time.Duration) bool {
	timer := time.NewTimer(long)
	defer timer.Stop()
	for head := l.store.Head(); head == l.store.Head(); {
		select {
		case <-timer.C:
			return true
		case <-wake:
		case <-ctx.Done():
			return true
		}
	}
	return false
}

// covers reports whether a batch behind a place ends where large units have been taken in already: there is nothing of
// them to wait for.
func (l *large) covers(place int64, atOnce int) bool {
	return l.items > 0 && place+int64(atOnce) <= l.upto
}

// rests reports whether a batch behind a place may meet large units again, before they have grown as large once more.
func (l *large) rests(place, head int64, atOnce int) bool {
	return l.items > 0 && !l.covers(place, atOnce) && head-l.since < l.items
}

// note takes in what a batch did that began at a time, and left the feed at head.
func (l *large) note(b *batch, atOnce int, began time.Time, head int64) {
	items, units := int64(0), map[int64]bool{}
	for id, u := range b.units {
		if u.changed && u.n > 2*atOnce {
			items += int64(u.n)
			units[id] = true
		}
	}
	switch {
	case items > 0:
		*l = large{items: items, units: units, upto: b.head, since: head, took: time.Since(began), at: time.Now()}
	case b.out.Upto > l.upto && b.resting == nil:
		*l = large{}
	}
	if b.resting != nil {
		l.beside = b.upto
	}
}

// noteAhead remembers how far a batch has taken in its units, as far as that is ahead of its place.
func (l *Librarian) noteAhead(b *batch) {
	l.place = b.out.Upto
	for id, upto := range l.known {
		if upto <= l.place {
			delete(l.known, id)
		}
	}
	if b.head <= l.place {
		return
	}
	for id, u := range b.units {
		if u.changed && len(l.known) < l.mostKnown {
			l.known[id] = b.head
		}
	}
}
