package works

import (
	"context"
	"slices"
)

// Catalog is what is known of items and of units as they were derived last.
type Catalog interface {
	// Items are those in the unit now, and the group that its root is of.
	Items(ctx context.Context, unit Unit) (items []Item, group string, err error)
	// Traces are of the parts that the unit had.
	Traces(ctx context.Context, unit Unit) ([]Trace, error)
	// Having counts the units with a part that had the key: up to most, or all where that is 0.
	Having(ctx context.Context, key int64, most int) (int, error)
	// With are the units that Having has counted last.
	With(ctx context.Context, key int64) ([]Unit, error)
}

// Expecter is a Catalog that is told which keys Having is asked for next: of most of them, of others, or of none.
type Expecter interface {
	Expect(ctx context.Context, keys []int64) error
}

// Change is what becomes of changed units.
type Change struct {
	// Keys are hashes of those of all parts that are others now, and of all that may be one work with them. The works
	// with one of these keys are replaced by what Join makes of Parts; no others change.
	Keys map[int64]bool
	// Kept are those of Keys that units had before: works as they were have no others.
	Kept  []int64
	Parts []*Part
	// Units are the changed units with all their parts, whose traces are to be kept.
	Units map[Unit][]*Part
	// Derived counts the units that were derived: the changed ones, and those that have a part with one of the keys.
	Derived int
}

// closing is a closure on its way.
type closing struct {
	Change
	ctx     context.Context //nolint:containedctx // it lives as long as the call
	catalog Catalog
	derived map[Unit][]*Part
	traces  map[Unit][]Trace         // of changed units
	parts   map[Unit]map[uint64]bool // digests of the traces of others, as far as they were asked for
	shared  map[int64]*sharing
	gained  map[int64]int  // by how many changed units more a key is had
	crossed map[int64]bool // keys that have become too common, or have ceased to be
	queue   []int64
	limit   Limit

	keysWere, keysAre map[int64]bool // of one unit at a time
	apart             apartKeys
}

// apartKeys is the key by which parts of a unit stay apart, as it was asked for last: it is asked for of one unit after
// the other, and of all parts of each.
type apartKeys struct {
	of   Unit
	keys []int64 // that one; nil: none was asked for
}

// apartOf is apartKey as a list, which is not to be changed.
func (cl *closing) apartOf(u Unit) []int64 {
	if cl.apart.keys == nil || cl.apart.of != u {
		cl.apart = apartKeys{u, []int64{apartKey(u)}}
	}
	return cl.apart.keys
}

// sharing is how common a key is.
type sharing struct {
	units int  // that had it; where it was too common, only some
	was   bool // it was too common
	is    bool // it is now
}

// Closure derives changed units, and of others what may be one work with what changed in them. A file that moved
// changed the unit that it was in too: only with both at hand is it decided well who keeps an id. A key that more units
// share than limit allows joins nothing.
func Closure(ctx context.Context, c Catalog, changed []Unit, limit Limit) (*Change, error) {
	cl := &closing{limit: limit, ctx: ctx, catalog: c,
		Change:  Change{Keys: make(map[int64]bool), Units: make(map[Unit][]*Part, len(changed))},
		derived: make(map[Unit][]*Part, len(changed)), traces: make(map[Unit][]Trace, len(changed)),
		parts:  make(map[Unit]map[uint64]bool),
		shared: make(map[int64]*sharing), gained: make(map[int64]int), crossed: make(map[int64]bool),
		keysWere: make(map[int64]bool), keysAre: make(map[int64]bool)}
	for _, u := range changed {
		if err := cl.deriveChanged(u); err != nil {
			return nil, err
		}
	}
	err := cl.expect(func(yield func(int64)) {
		for key := range cl.gained {
			yield(key)
		}
	})
	if err != nil {
		return nil, err
	}
	for key, n := range cl.gained {
		if err := cl.cross(key, n != 0); err != nil {
			return nil, err
		}
	}
	for _, key := range limit.Settle {
		if err := cl.cross(key, true); err != nil {
			return nil, err
		}
	}
	for u := range cl.Units {
		if err := cl.reachOthers(u); err != nil {
			return nil, err
		}
	}
	for len(cl.queue) > 0 {
		if err := cl.follow(); err != nil {
			return nil, err
		}
	}
	for u := range cl.derived {
		if err := cl.gather(u); err != nil {
			return nil, err
		}
	}
	for key := range cl.Keys {
		if s := cl.shared[key]; s == nil || s.units > 0 {
			cl.Kept = append(cl.Kept, key)
		}
	}
	cl.Derived = len(cl.derived)
	return &cl.Change, nil
}

func (cl *closing) deriveChanged(u Unit) error {
	if _, ok := cl.derived[u]; ok {
		return nil
	}
	if err := cl.derive(u); err != nil {
		return err
	}
	traces, err := cl.catalog.Traces(cl.ctx, u)
	if err != nil {
		return err
	}
	cl.Units[u], cl.traces[u] = cl.derived[u], traces
	is, was := cl.keysAre, cl.keysWere
	clear(is)
	clear(was)
	for _, p := range cl.derived[u] {
		for _, k := range p.hashes() {
			is[k] = true
		}
	}
	for _, t := range traces {
		for _, k := range t.Keys {
			was[k] = true
			if !is[k] {
				is[k] = false
			}
		}
	}
	for k, now := range is {
		switch {
		case now && !was[k]:
			cl.gained[k]++
		case !now && was[k]:
			cl.gained[k]--
		}
	}
	return nil
}

func (cl *closing) derive(u Unit) error {
	items, group, err := cl.catalog.Items(cl.ctx, u)
	if err != nil {
		return err
	}
	cl.derived[u] = Derive(u, group, items)
	return nil
}

// expect tells the catalog which keys are asked for next, if it wants to know.
func (cl *closing) expect(next func(func(int64))) error {
	c, ok := cl.catalog.(Expecter)
	if !ok {
		return nil
	}
	var keys []int64
	next(func(key int64) {
		if cl.shared[key] == nil {
			keys = append(keys, key)
		}
	})
	return c.Expect(cl.ctx, keys)
}

func each(keys []int64, fn func(int64)) {
	for _, k := range keys {
		fn(k)
	}
}

// cross notes a key that may be too common since, or be so no more.
func (cl *closing) cross(key int64, may bool) error {
	s, err := cl.sharing(key)
	if err == nil && may && s.was != s.is && !cl.crossed[key] {
		cl.crossed[key] = true
		cl.queue = append(cl.queue, key)
	}
	return err
}

// sharing says how common a key was and is.
func (cl *closing) sharing(key int64) (*sharing, error) {
	if s := cl.shared[key]; s != nil {
		return s, nil
	}
	before, now := cl.limit.before(key), cl.limit.now(key)
	units, err := cl.catalog.Having(cl.ctx, key, max(before, now)+1)
	if err != nil {
		return nil, err
	}
	s := &sharing{units: units, was: units > before}
	if s.was && cl.gained[key] < 0 { // how many there are matters now
		if s.units, err = cl.catalog.Having(cl.ctx, key, 0); err != nil {
			return nil, err
		}
	}
	s.is = s.units+cl.gained[key] > now
	cl.shared[key] = s
	return s, nil
}

// joins are the keys by which a part of a unit is joined, or was before: its own, or that of what stays apart.
func (cl *closing) joins(keys []int64, u Unit, before bool) ([]int64, error) {
	for _, k := range keys {
		s, err := cl.sharing(k)
		if err != nil {
			return nil, err
		}
		if before && s.was || !before && s.is {
			return cl.apartOf(u), nil
		}
	}
	return keys, nil
}

// reach notes keys of parts that are others now, or may be one work with one.
func (cl *closing) reach(keys []int64, u Unit) {
	for _, k := range keys {
		if !cl.Keys[k] {
			cl.Keys[k] = true
			if k != cl.apartOf(u)[0] {
				cl.queue = append(cl.queue, k)
			}
		}
	}
}

// reachOthers reaches the keys of parts of a changed unit that are not what they were, now and before.
func (cl *closing) reachOthers(u Unit) error {
	was := make(map[uint64]bool, len(cl.traces[u]))
	for _, t := range cl.traces[u] {
		was[t.Digest] = true
	}
	is := make(map[uint64]bool, len(cl.derived[u]))
	for _, p := range cl.derived[u] {
		digest := p.digest()
		if is[digest] = true; was[digest] {
			continue
		}
		keys, err := cl.joins(p.hashes(), u, false)
		if err != nil {
			return err
		}
		cl.reach(keys, u)
	}
	for _, t := range cl.traces[u] {
		if is[t.Digest] {
			continue
		}
		keys, err := cl.joins(t.Keys, u, true)
		if err != nil {
			return err
		}
		cl.reach(keys, u)
	}
	return nil
}

// follow derives the units that have one of the keys that were reached, and reaches those of parts that share one.
func (cl *closing) follow() error {
	keys := cl.queue
	cl.queue = nil
	if err := cl.expect(func(yield func(int64)) { each(keys, yield) }); err != nil {
		return err
	}
	for _, key := range keys {
		s, err := cl.sharing(key)
		if err != nil {
			return err
		}
		if s.units == 0 {
			continue
		}
		units, err := cl.catalog.With(cl.ctx, key)
		if err != nil {
			return err
		}
		for _, u := range units {
			if _, ok := cl.derived[u]; !ok {
				if err := cl.derive(u); err != nil {
					return err
				}
			}
		}
	}
	err := cl.expect(func(yield func(int64)) {
		for u, parts := range cl.derived {
			if _, told := cl.Units[u]; !told {
				for _, p := range parts {
					each(p.hashes(), yield)
				}
			}
		}
	})
	if err != nil {
		return err
	}
	// Those that were derived before may have a part with one of the new keys as well.
	for u, parts := range cl.derived {
		for _, p := range parts {
			if err := cl.reachShared(p, u); err != nil {
				return err
			}
		}
	}
	return nil
}

// reachShared reaches all keys of a part that shares one that was reached. Where the part is another, its trace tells
// what it was.
func (cl *closing) reachShared(p *Part, u Unit) error {
	is, err := cl.joins(p.hashes(), u, false)
	if err != nil {
		return err
	}
	was, err := cl.joins(p.hashes(), u, true)
	if err != nil {
		return err
	}
	reached := func(k int64) bool { return cl.Keys[k] }
	crossed := func(k int64) bool { return cl.crossed[k] }
	if slices.ContainsFunc(is, reached) || slices.ContainsFunc(was, reached) ||
		slices.ContainsFunc(p.hashes(), crossed) {
		cl.reach(is, u)
		cl.reach(was, u)
	}
	return nil
}
