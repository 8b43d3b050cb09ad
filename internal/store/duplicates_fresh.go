package store

import (
	"slices"
	"time"
)

// freshMost is how many changes there may have been since groups were read, for them to be brought up to date by what
// has changed: to look at so many takes a tenth of what it takes to read all groups of a million items.
const freshMost = 4_000

// freshen brings groups up to the number of the feed that the lists show; nil: they are to be read anew. What they tell
// is the most that each group may waste. It has become less where an item left a group, and then it may stay as it is;
// it has become more only for groups of which an item has changed.
func (d *sameSearch) freshen(w *wasters) (*wasters, error) {
	if w == nil || w.asOf >= d.asOf || d.s.Head()-w.asOf > freshMost {
		return nil, nil
	}
	changed := map[alike]bool{}
	err := d.c.each("SELECT k.size, k.fingerprint FROM items i INDEXED BY items_seq CROSS JOIN sort_keys k ON k.id = i.id "+
		"WHERE i.seq > ? AND k.fingerprint IS NOT NULL", func(r row) error {
		changed[alike{0, r.int(0), r.int(1)}] = true
		return nil
	}, w.asOf)
	if err != nil {
		return nil, err
	}
	fresh := &wasters{asOf: d.asOf, read: time.Now(), all: w.all, groups: make([]alike, 0, len(w.groups)+len(changed))}
	for _, g := range w.groups {
		if !changed[alike{0, g.Size, g.Fingerprint}] {
			fresh.groups = append(fresh.groups, g)
		}
	}
	for g := range changed {
		n, err := d.c.number("SELECT count(*) FROM sort_keys INDEXED BY sort_same WHERE size = ? AND fingerprint = ?",
			g.Size, g.Fingerprint)
		if err != nil {
			return nil, err
		}
		g.Wasted = Wasted(g.Size, n)
		isListed := w.all || len(w.groups) > 0 && g.compare(w.groups[len(w.groups)-1]) >= 0 // else it is behind them
		if n > 1 && isListed {
			fresh.groups = append(fresh.groups, g)
		}
	}
	slices.SortFunc(fresh.groups, func(a, b alike) int { return b.compare(a) })
	if len(fresh.groups) > 2*sameRead {
		fresh.groups, fresh.all = fresh.groups[:sameRead:sameRead], false
	}
	return fresh, nil
}
