package modeltest

import (
	"fmt"
	"sync"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// guard follows the feed for what must not be in it: the end of an item whose file is there, and that one is
// missing whose file nobody has touched.
type guard struct {
	mu     sync.Mutex // guards events
	events []event

	alive map[int64]*object // by the item that each was at the last good state
	home  map[int64]place
	wrong []string
}

// event is an item's disappearance, for a time or for good.
type event struct {
	id      int64
	deleted bool
}

// newGuard follows what a replica hears.
func newGuard(r *apptest.Replica) *guard {
	g := &guard{}
	r.OnChange(func(id int64, it *apptest.Item) {
		if it != nil && it.Present() {
			return
		}
		g.mu.Lock()
		defer g.mu.Unlock()
		g.events = append(g.events, event{id, it == nil})
	})
	return g
}

// protect takes the files that are one item each for those that must not get lost.
func (g *guard) protect(w *world) {
	g.alive, g.home = map[int64]*object{}, map[int64]place{}
	for p, o := range w.files {
		if len(o.base) == 1 && !o.linked && w.visible(p) {
			g.alive[o.base[p]], g.home[o.base[p]] = o, p
		}
	}
}

// watch takes in what the feed said until now. What is wrong now was wrong then: that something may have
// happened to a file is never taken back before the next good state.
func (m *shareModel) watch() {
	g := m.guard
	g.mu.Lock()
	events := g.events
	g.events = nil
	g.mu.Unlock()
	for _, e := range events {
		o := g.alive[e.id]
		if o == nil || len(o.places) == 0 || o.linked || o.strayed || o.wandered && m.hides || o.wandered && o.changed {
			continue
		}
		home := g.home[e.id]
		switch {
		case e.deleted:
			g.wrong = append(g.wrong, fmt.Sprintf("item %d was forgotten, though its file, object %d of %v, is there", e.id, o.number, home))
		case !m.rulesChanged && len(m.history[home]) == 0:
			g.wrong = append(g.wrong, fmt.Sprintf("item %d went missing, though nobody has touched its file, object %d at %v", e.id, o.number, home))
		}
	}
}
