package librarian

import "time"

// large is what was derived last of units that are much larger than what is taken in at once. Such a unit is read and
// derived whole with each batch that has a change of it: file after file of a folder of 50,000 would have it derived
// hundreds of times. So it rests until as much has changed as it holds, or nothing changes for as long as that took.
type large struct {
	items int64         // in them; 0: there were none
	upto  int64         // how far they have been taken in
	since int64         // where the feed stood when their works had been written, which are in it too
	took  time.Duration // to derive and write them
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
	items := int64(0)
	for _, u := range b.units {
		if n := len(u.items); u.changed && n > 2*atOnce {
			items += int64(n)
		}
	}
	switch {
	case items > 0:
		*l = large{items, b.head, head, time.Since(began)}
	case b.out.Upto > l.upto:
		*l = large{}
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
