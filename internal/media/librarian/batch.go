package librarian

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/works"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// batch is a stretch of the feed on its way to works. It is the catalog that package works asks.
type batch struct {
	r     Reader
	room  *room
	after int64 // the place behind which it begins
	upto  int64 // how far it has come
	out   *store.WorkBatch

	items   int  // that changed
	isNew   bool // the change that is looked at has not been taken in
	derived int  // units
	reread  int  // works below artists
	limit   works.Limit
	taken   map[int64]int64 // how far earlier batches have taken in which units, of what is behind the place
	head    int64           // how far the feed goes that the units are read of

	resting map[int64]bool // large units that are passed over: see large.rest
	passed  bool           // something was

	unitOfDir map[int64]int64
	wasUnit   map[int64]bool // directories that items were in which are in another's unit now
	units     map[int64]*unit
	ids       map[works.Unit]int64
	having    map[int64][]int64 // the units that had keys, as far as they were asked for
	changed   []works.Unit
	roots     map[int64]rootNames
	read      readItems // of all units

	now time.Time
}

// readItems are items that were read: some of each are looked up in the end, by their ids.
type readItems []readItem

type readItem struct {
	id, seq int64
	unit    *unit
}

// sort puts them into the order in which they are looked up.
func (r readItems) sort() {
	slices.SortFunc(r, func(a, b readItem) int { return cmp.Compare(a.id, b.id) })
}

// find gives the feed's number of an item, and its root.
func (r readItems) find(id int64) (seq int64, root string) {
	at, found := slices.BinarySearchFunc(r, id, func(it readItem, id int64) int { return cmp.Compare(it.id, id) })
	if !found {
		return 0, ""
	}
	return r[at].seq, r[at].unit.at.Root
}

type rootNames struct{ name, party string }

// unit is a unit as it is now.
type unit struct {
	id      int64
	at      works.Unit
	party   string
	items   []works.Item
	n       int // of items
	read    bool
	changed bool
	traces  []byte // as they were kept
	kept    []partTrace
}

// plan reads the next stretch of the feed, and makes of it what is to be written: of all, or beside large units that rest.
func (l *Librarian) plan(ctx context.Context, r Reader, beside bool) (*batch, error) {
	place := r.Place()   // and not Worked, which others may set meanwhile
	if place < l.place { // all is derived anew
		clear(l.known)
		l.large = large{}
	}
	b := &batch{r: r, room: l.room, after: place, out: r.Batch(), taken: l.known, now: time.Now(),
		unitOfDir: make(map[int64]int64),
		wasUnit:   make(map[int64]bool), units: make(map[int64]*unit),
		ids: make(map[works.Unit]int64), having: make(map[int64][]int64), roots: make(map[int64]rootNames),
		read: l.room.read[:0]}
	settled, err := r.Settled()
	if err != nil {
		return nil, err
	}
	b.limit = works.Limit{Most: works.MaxShared, Few: works.Few, Was: settled, Is: settled}
	if b.after >= l.store.Head() && settled != store.AllSettled {
		b.out.GoneAt = b.now.UnixNano()
		return b, b.settle(ctx)
	}
	if beside {
		b.after, b.resting = max(b.after, l.large.beside), l.large.units
	}
	if err := b.takeNext(l.atOnce()); err != nil {
		return nil, err
	}
	if b.out.Upto = b.upto; beside && (b.passed || l.large.beside > place) {
		b.out.Upto = place
	}
	b.out.GoneAt = b.now.UnixNano()
	if len(b.changed) == 0 {
		return b, nil
	}
	if settled != l.store.WorksSettled() { // it is the first unit
		b.out.Settled = &settled
	}
	change, err := b.closure(ctx)
	if err != nil {
		return nil, err
	}
	return b, b.write(change)
}

// takeNext notes what has changed in the next stretch of the feed; beside units that rest, in as many as it takes to find
// something.
func (b *batch) takeNext(most int) error {
	for b.upto = b.after; ; {
		changed, upto, head, err := b.r.Changed(b.room.changed[:0], b.upto, most)
		if err != nil {
			return err
		}
		b.room.changed, b.upto, b.head = changed, upto, head
		for i := range changed {
			b.isNew = false
			if err := b.take(&changed[i]); err != nil {
				return err
			}
			if b.isNew {
				b.items++
			}
		}
		if len(b.resting) == 0 || b.upto >= b.head || b.items > 0 {
			return nil
		}
	}
}

// closure derives the changed units. What else has changed in units that come in by it is taken in at once.
func (b *batch) closure(ctx context.Context) (*works.Change, error) {
	for {
		for i := 0; i < len(b.changed); i++ { //nolint:intrange // it grows as they are read
			if err := b.fill(b.units[b.ids[b.changed[i]]]); err != nil {
				return nil, err
			}
		}
		n := len(b.changed)
		change, err := works.Closure(ctx, b.catalog(), b.changed, b.limit)
		if err != nil {
			return nil, err
		}
		b.derived += change.Derived
		if len(b.changed) == n {
			return change, nil
		}
	}
}

// take notes which units a change is of: the one that an item is in, and the one that it was in.
func (b *batch) take(c *store.ChangedItem) (err error) {
	inWorks, now := media.Kind(c.Kind).InWorks(), int64(0)
	away := c.Gone || !inWorks
	if !away || c.Unit == 0 && c.Dir != 0 && inWorks {
		if now, err = b.unitAt(c.Dir); err != nil {
			return err
		}
	}
	if b.rests(c.Unit, c.Seq) || b.rests(now, c.Seq) {
		b.passed = true
		return nil
	}
	if c.Unit != 0 {
		if err := b.changeAt(c.Unit, c.Seq); err != nil {
			return err
		}
		if away {
			b.out.Placed = append(b.out.Placed, store.UnitItem{Item: c.ID})
		}
	}
	if now == 0 {
		return nil
	}
	return b.changeAt(now, c.Seq)
}

// rests reports whether a change of a unit is passed over since that rests.
func (b *batch) rests(unit, seq int64) bool { return b.resting[unit] && b.taken[unit] < seq }

// changeAt notes that a unit changed, unless it has been taken in as it was then or later.
func (b *batch) changeAt(id, seq int64) error {
	if b.taken[id] >= seq {
		return nil
	}
	b.isNew = true
	return b.change(id)
}

// change notes that a unit changed.
func (b *batch) change(id int64) error {
	u, err := b.unit(id)
	if err == nil && !u.changed {
		u.changed = true
		b.changed = append(b.changed, u.at)
	}
	return err
}

// unitAt is the unit of what lies in a directory.
func (b *batch) unitAt(dir int64) (int64, error) {
	if id, ok := b.unitOfDir[dir]; ok {
		return id, nil
	}
	d, found, err := b.r.Dir(dir)
	if err != nil {
		return 0, err
	}
	id := dir
	if found {
		if at := works.UnitOf("", below(d.Path)).Dir; at != d.Path {
			up, isThere, err := b.r.DirAt(d.Root, at)
			if err != nil {
				return 0, err
			}
			if isThere {
				id, d = up.ID, up
			}
		}
	}
	b.unitOfDir[dir] = id
	if b.units[id] != nil {
		return id, nil
	}
	_, err = b.newUnit(id, &d, found) // which is asked for next
	return id, err
}

// below is a path right below a directory.
func below(dir string) string {
	if dir == "" {
		return "x"
	}
	return dir + "/x"
}

// unit gives a unit by the id of its directory. One that is none any more has no items.
func (b *batch) unit(id int64) (*unit, error) {
	if u := b.units[id]; u != nil {
		return u, nil
	}
	d, found, err := b.r.Dir(id)
	if err != nil {
		return nil, err
	}
	return b.newUnit(id, &d, found)
}

// newUnit makes a unit of its directory, if that is found.
func (b *batch) newUnit(id int64, d *store.UnitDir, found bool) (*unit, error) {
	u := &unit{id: id}
	if found && works.UnitOf("", below(d.Path)).Dir == d.Path {
		root, err := b.root(d.Root)
		if err != nil {
			return nil, err
		}
		u.at, u.party = works.Unit{Root: root.name, Dir: d.Path}, root.party
	} else {
		u.at, u.read = works.Unit{Dir: fmt.Sprintf("\x00%d", id)}, true
	}
	b.units[id], b.ids[u.at] = u, id
	return u, nil
}

func (b *batch) root(id int64) (rootNames, error) {
	if r, ok := b.roots[id]; ok {
		return r, nil
	}
	name, party, err := b.r.RootOf(id)
	b.roots[id] = rootNames{name, party}
	return b.roots[id], err
}

// fill reads the items of a unit: those of its directory, and of those below that are a part of it.
func (b *batch) fill(u *unit) error {
	if u.read {
		return nil
	}
	u.read = true
	u.items = b.room.items[:0]
	dirs := []store.UnitDir{{ID: u.id, Path: u.at.Dir}}
	for i := 0; i < len(dirs); i++ {
		dir := dirs[i]
		if err := b.r.Items(dir.ID, func(m *store.UnitMember) error { return b.item(u, &dir, m) }); err != nil {
			return err
		}
		more, err := b.r.Below(dir.ID, func(name string) bool {
			return works.UnitOf("", below(strings.TrimPrefix(dir.Path+"/"+name, "/"))).Dir == u.at.Dir
		})
		if err != nil {
			return err
		}
		dirs = append(dirs, more...)
	}
	if u.n = len(u.items); u.n <= b.room.most {
		b.room.items, u.items = u.items, b.room.keep(u.items)
	} else {
		b.room.items = nil
	}
	slices.SortFunc(u.items, func(a, b works.Item) int { return cmp.Compare(a.ID, b.ID) })
	return nil
}

// item takes in an item of a unit. One that has changed since it was derived last has its unit, and the one that it was
// in, taken in too.
func (b *batch) item(u *unit, dir *store.UnitDir, m *store.UnitMember) error {
	kind := media.Kind(m.Kind)
	if !kind.InWorks() {
		return nil
	}
	u.items = append(u.items, works.Item{ID: m.ID, Seq: m.Seq, Path: m.Path(dir.Path), Kind: kind, Size: m.Size,
		AddedAt: time.Unix(0, m.Added).UTC(), Missing: m.Missing, Said: b.room.said(m)})
	it := &u.items[len(u.items)-1]
	b.read = append(b.read, readItem{it.ID, it.Seq, u})
	own := dir.ID == u.id
	same := m.Unit == u.id || m.Unit == 0 && own
	if same && (m.Seq <= b.after || m.Seq <= b.taken[u.id]) {
		return nil
	}
	if m.Unit != u.id && !same || m.Unit != 0 && own {
		b.out.Placed = append(b.out.Placed, store.UnitItem{Item: m.ID, Unit: u.id, Own: own})
	}
	if !same {
		if err := b.left(m.Unit, dir.ID); err != nil {
			return err
		}
	}
	return b.change(u.id)
}

// left has the unit taken in that an item was in: that of its directory where none is noted, if it ever was one.
func (b *batch) left(noted, dir int64) error {
	if noted != 0 {
		return b.change(noted)
	}
	was, known := b.wasUnit[dir]
	if !known {
		traces, err := b.r.Traces(dir)
		if err != nil {
			return err
		}
		was = len(traces) > 0
		b.wasUnit[dir] = was
	}
	if !was {
		return nil
	}
	return b.change(dir)
}
