package reconcile

import (
	"strings"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"golang.org/x/text/unicode/norm"
)

// FewNames is how many names a file may have of which each is looked at by itself. Of one with more of them, as
// snapshots of whole trees have them, they are looked at together, or a scan would take the square of their number.
const FewNames = 8

// manyNames reports whether a file with so many hard links has many names.
func manyNames(links uint32) bool { return links > FewNames }

// crowd is the items that a file with many names may be, in one scan, and how far they have been looked at.
type crowd struct {
	items  []store.Item // as candidates gives them
	named  map[string][]int
	next   int  // those before it stand, wait for a look, or have moved here
	stands bool // one of them does
	waits  bool // for a look at some of them
	placed bool // nothing here can be one of them: see Crowds
}

// matchOneOfMany is matchMoved for a file with many names: its items are read once in a scan, and each is asked for
// once, whichever of its names is placed. Of those that have left the one with the same name is taken first.
func (rc *reconciliation) matchOneOfMany(i int) (known bool, err error) {
	e := &rc.Files[i]
	c, err := rc.crowdOf(e)
	if err != nil || c.placed {
		return false, err
	}
	for _, n := range c.named[spelling(e.Name)] {
		if it := &c.items[n]; it.State == store.Present {
			if moved, err := rc.takeOneOfMany(c, it, i); moved || err != nil {
				return moved, err
			}
		}
	}
	for ; c.next < len(c.items); c.next++ {
		it := &c.items[c.next]
		if _, matched := rc.matched[it.ID]; it.State != store.Present && !matched {
			if c.waits && it.State != store.Detached {
				break // it is not known yet whether it is needed
			}
			if !c.waits && !c.stands {
				if known, home, err := rc.reclaim(i, it.MissingAt); known || home || err != nil {
					return known, err
				}
			}
			if other := rc.missingNamesake(c, e.Name, it); other != it {
				if moved, err := rc.takeOneOfMany(c, other, i); moved || err != nil {
					return moved, err
				}
			}
		}
		if moved, err := rc.takeOneOfMany(c, it, i); moved || err != nil {
			return moved, err
		}
	}
	switch {
	case c.waits:
		rc.waiting[e.Name] = struct{}{}
		return true, nil
	case c.stands:
		return false, nil
	}
	known, _, err = rc.reclaim(i, 0)
	return known, err
}

// missingNamesake gives the missing item that had a name itself, or another that will do.
func (rc *reconciliation) missingNamesake(c *crowd, name string, other *store.Item) *store.Item {
	for _, n := range c.named[spelling(name)] {
		if _, matched := rc.matched[c.items[n].ID]; !matched && c.items[n].State != store.Present {
			return &c.items[n]
		}
	}
	return other
}

// takeOneOfMany brings an item to a file's place if it has left its own.
func (rc *reconciliation) takeOneOfMany(c *crowd, it *store.Item, i int) (moved bool, err error) {
	e := &rc.Files[i]
	p, err := rc.placeOf(it, e)
	if err != nil {
		return false, err
	}
	c.stands, c.waits = c.stands || p == stood, c.waits || p == open
	if p != left || c.waits && it.State == store.Detached { // of a root that left all places are looked at together
		return false, nil
	}
	return true, rc.move(it, e, i)
}

// crowdOf reads the items that a file may be, once in a scan.
func (rc *reconciliation) crowdOf(e *tree.Entry) (*crowd, error) {
	key := rc.fileOf(e)
	if c := rc.crowds[key]; c != nil {
		return c, nil
	}
	c := &crowd{placed: rc.Crowds.placed(key, rc.Walk)}
	if !c.placed {
		items, err := rc.candidates(e)
		if err != nil {
			return nil, err
		}
		c.items, c.named = items, make(map[string][]int, len(items))
		for n := range items {
			at := spelling(items[n].Name)
			c.named[at] = append(c.named[at], n)
		}
	}
	if rc.crowds == nil {
		rc.crowds = map[file]*crowd{}
	}
	rc.crowds[key] = c
	return c, nil
}

// spelling is equal for names that SameSpelling takes for one, but for those that only differ in letters whose capital
// is written otherwise.
func spelling(name string) string { return strings.ToLower(norm.NFC.String(name)) }

// rowsMoved forgets what was read of items with many names, since some have changed otherwise than by moving here.
func (rc *reconciliation) rowsMoved() { clear(rc.crowds) }

// foundInWalk reports whether an item of a file with many names came into the catalog in the very walk of this scan:
// its place has been looked at, and is not once more for each of its other names.
func (rc *reconciliation) foundInWalk(it *store.Item, e *tree.Entry) bool {
	return manyNames(e.Links) && rc.Walk != 0 && it.State == store.Present && it.ID > rc.LastID
}
