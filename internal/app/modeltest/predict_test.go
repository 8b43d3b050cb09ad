package modeltest

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// grace is how long after it vanished a file is still the same when it turns up again; shorter than the
// daemon's, by what may pass between an operation and the daemon's seeing it.
const grace = 7 * time.Second

// expectation is what is known of the item at a place.
type expectation struct {
	id    int64 // 0: not determined
	fresh bool  // a new item: no id that was ever given
	why   string
}

// expect says which item the file at p must be.
func (w *world) expect(p place, quick bool) expectation {
	o := w.files[p]
	if w.lacks.identity && (o.wandered || o.strayed || len(w.history[p]) > 0) {
		return expectation{}
	}
	if len(o.base) == 1 && !o.linked {
		if (o.strayed || o.wandered && w.hidden) && !quick {
			return expectation{}
		}
		if (w.share || w.lacks.birth) && o.changed && (o.wandered || o.strayed) {
			return expectation{}
		}
		for _, id := range o.base {
			return expectation{id: id, why: "it is the same file"}
		}
	}
	if id := o.base[p]; id != 0 && len(w.history[p]) == 0 {
		return expectation{id: id, why: "it was not touched"}
	}
	if !quick || o.returned || o.linked || o.wandered || o.strayed && w.rulesChanged || w.rulesChanged || len(o.base) > 0 {
		return expectation{}
	}
	if _, lost := w.missing[p]; lost {
		return expectation{}
	}
	return w.expectNew(p)
}

// expectNew says which item a file is that is new since the last good state and was never at another
// catalogued place: that of the file which it took the place of, or a new one.
func (w *world) expectNew(p place) expectation {
	h := w.history[p]
	first := h[0].o
	id, took := first.base[p]
	for i, t := range h[:len(h)-1] {
		if !t.died || t.o.linked || t.o.wandered || t.o.returned || i > 0 && len(t.o.base) > 0 || !took && len(t.o.base) > 0 {
			return expectation{}
		}
	}
	switch {
	case took && first.strayed:
		return expectation{}
	case took:
		return expectation{id: id, why: "it took the place of a file that is gone"}
	}
	return expectation{fresh: true, why: "there was nothing like it"}
}

// differences compares the catalog with the world and the disk. quick says that the round was shorter than
// the grace.
func (w *world) differences(c apptest.Catalog, disk map[place]apptest.File, quick bool) (lines []string) {
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	at := map[place]*apptest.Item{}
	for _, it := range c {
		if !it.Present() {
			continue
		}
		p := place{it.Root, it.Path}
		if at[p] != nil {
			say("two items at %v: %s and %s", p, at[p].JSON, it.JSON)
		}
		at[p] = it
		if _, ok := disk[p]; !ok {
			say("not on the disk: %s", it.JSON)
		}
	}
	disputed := w.disputed()
	for p, f := range disk {
		it := at[p]
		if it == nil {
			say("not in the catalog: %v, object %d", p, w.files[p].number)
			continue
		}
		if it.Size != f.Size || !it.ModifiedAt.Equal(f.MTime) {
			say("%v has size %d and time %v: %s", p, f.Size, f.MTime, it.JSON)
		}
		if w.analysed {
			lines = append(lines, w.wrongContent(p, f, it)...)
		}
		e := w.expect(p, quick)
		switch {
		case e.fresh && it.ID <= w.lastID:
			say("%v (object %d) has an old id, though %s (ids went up to %d): %s", p, w.files[p].number, e.why, w.lastID, it.JSON)
		case e.id != 0 && disputed[e.id]:
		case e.id != 0 && it.ID != e.id:
			say("%v (object %d) must be item %d, since %s: %s\n  which is now %s", p, w.files[p].number, e.id, e.why, it.JSON, w.whereabouts(c, e.id))
		case e.id != 0 && !it.AddedAt.Equal(w.added[e.id]):
			say("%v was added at %v: %s", p, w.added[e.id], it.JSON)
		}
	}
	return lines
}

// whereabouts says what an item is now.
func (w *world) whereabouts(c apptest.Catalog, id int64) string {
	it := c[id]
	if it == nil {
		return "forgotten"
	}
	if o := w.files[place{it.Root, it.Path}]; o != nil {
		return fmt.Sprintf("at object %d (returned %v, once item %d, claims %v): %s", o.number, o.returned, o.oldID, o.claims, it.JSON)
	}
	return it.JSON
}

// disputed are ids of files that came back after they had been none of the catalog's: whether that was in
// time to claim them back from the files that took their places depends.
func (w *world) disputed() map[int64]bool {
	out := map[int64]bool{}
	note := func(o *object) {
		if o.returned {
			out[o.oldID] = true
			for id := range o.claims {
				out[id] = true
			}
		}
	}
	for _, o := range w.files {
		note(o)
	}
	for _, tenures := range w.history { // some came and went again
		for _, t := range tenures {
			note(t.o)
		}
	}
	return out
}

func (w *world) wrongContent(p place, f apptest.File, it *apptest.Item) (lines []string) {
	o := w.files[p]
	if _, ok := w.excused[it.ID]; ok && it.Analysis == "failed" {
		return nil
	}
	switch {
	case it.Analysis == "pending" || it.Analysis == "failed":
		return []string{fmt.Sprintf("%v is not analysed: %s", p, it.JSON)}
	case f.Size > 0 && isTrack(p.path) && it.Title != o.title:
		return []string{fmt.Sprintf("%v (object %d) says that its title is %s: %s", p, o.number, o.title, it.JSON)}
	}
	return nil
}

// settle makes the present state the last good one.
func (w *world) settle(c apptest.Catalog) {
	w.past = append(w.past[max(0, len(w.past)-pastKept+1):], w.log)
	defer func() { w.log, w.history, w.rulesChanged = nil, map[place][]*tenure{}, false }()
	w.added, w.missing = map[int64]time.Time{}, map[place]struct{}{}
	at := map[place]int64{}
	for id, it := range c {
		w.lastID = max(w.lastID, id)
		w.added[id] = it.AddedAt
		if it.Present() {
			at[place{it.Root, it.Path}] = id
		} else {
			w.missing[place{it.Root, it.Path}] = struct{}{}
		}
	}
	for o := range maps.Values(w.files) {
		o.base = map[place]int64{}
		for p := range o.places {
			if w.visible(p) {
				o.base[p] = at[p]
			}
		}
		o.linked, o.strayed, o.wandered, o.changed = len(o.places) > 1, false, false, false
		if len(o.base) > 0 {
			o.returned, o.oldID, o.claims = false, 0, nil
		}
		if len(o.base) == 1 && !o.linked {
			o.oldID = slices.Collect(maps.Values(o.base))[0]
		}
		if len(o.base) == 0 {
			o.returned = true
		}
	}
	w.noteClaims()
}

// noteClaims notes for files that are none of the catalog's now which items stand for files that were at their
// places since the last good state: those may have been theirs, and be claimed back.
func (w *world) noteClaims() {
	for _, tenures := range w.history {
		for _, t := range tenures {
			if !t.o.returned {
				continue
			}
			for _, other := range tenures {
				for _, id := range other.o.base {
					if t.o.claims == nil {
						t.o.claims = map[int64]struct{}{}
					}
					t.o.claims[id] = struct{}{}
				}
			}
		}
	}
}
