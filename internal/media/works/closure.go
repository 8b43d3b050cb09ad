package works

import (
	"context"
	"slices"
)

// Trace is what is kept of a part, to know whether it is another one when its unit is derived anew.
type Trace struct {
	Keys   []string
	Digest uint64
}

// Trace returns what is to be kept of the part.
func (p *Part) Trace() Trace { return Trace{Keys: p.Keys, Digest: p.digest()} }

// Catalog is what is known of items and of units as they were derived last.
type Catalog interface {
	// Items are those in the unit now, and the group that its root is of.
	Items(ctx context.Context, unit Unit) (items []Item, group string, err error)
	// Traces are of the parts that the unit had.
	Traces(ctx context.Context, unit Unit) ([]Trace, error)
	// With are the units with a part that had one of the keys.
	With(ctx context.Context, keys []string) ([]Unit, error)
}

// Change is what becomes of changed units.
type Change struct {
	// Keys are those of all parts that are others now, and of all that may be one work with them. The works with one
	// of these keys are replaced by what Join makes of Parts; no others change.
	Keys  map[string]bool
	Parts []*Part
	// Units are the changed units with all their parts, whose traces are to be kept.
	Units map[Unit][]*Part
	// Derived counts the units that were derived: the changed ones, and those that have a part with one of the keys.
	Derived int
}

// Closure derives changed units, and of others what may be one work with what changed in them. A file that moved
// changed the unit that it was in too: only with both at hand is it decided well who keeps an id.
func Closure(ctx context.Context, c Catalog, changed []Unit) (*Change, error) {
	out := &Change{Keys: make(map[string]bool), Units: make(map[Unit][]*Part, len(changed))}
	derived := make(map[Unit][]*Part, len(changed))
	var queue []string
	reach := func(keys []string) {
		for _, k := range keys {
			if !out.Keys[k] {
				out.Keys[k] = true
				queue = append(queue, k)
			}
		}
	}
	for _, u := range changed {
		if _, ok := derived[u]; ok {
			continue
		}
		parts, err := deriveFrom(ctx, c, u)
		if err != nil {
			return nil, err
		}
		traces, err := c.Traces(ctx, u)
		if err != nil {
			return nil, err
		}
		derived[u], out.Units[u] = parts, parts
		reach(others(parts, traces))
	}
	for len(queue) > 0 {
		keys := queue
		queue = nil
		units, err := c.With(ctx, keys)
		if err != nil {
			return nil, err
		}
		for _, u := range units {
			if _, ok := derived[u]; !ok {
				if derived[u], err = deriveFrom(ctx, c, u); err != nil {
					return nil, err
				}
			}
		}
		// Those that were derived before may have a part with one of the new keys as well.
		for _, parts := range derived {
			for _, p := range parts {
				if slices.ContainsFunc(p.Keys, func(k string) bool { return out.Keys[k] }) {
					reach(p.Keys)
				}
			}
		}
	}
	for _, parts := range derived {
		for _, p := range parts {
			if out.Keys[p.Keys[0]] {
				out.Parts = append(out.Parts, p)
			}
		}
	}
	out.Derived = len(derived)
	return out, nil
}

func deriveFrom(ctx context.Context, c Catalog, u Unit) ([]*Part, error) {
	items, group, err := c.Items(ctx, u)
	if err != nil {
		return nil, err
	}
	return Derive(u, group, items), nil
}

// others are the keys of parts that are not what they were, now and before.
func others(parts []*Part, traces []Trace) []string {
	was := make(map[uint64]bool, len(traces))
	for _, t := range traces {
		was[t.Digest] = true
	}
	is := make(map[uint64]bool, len(parts))
	var keys []string
	for _, p := range parts {
		digest := p.digest()
		is[digest] = true
		if !was[digest] {
			keys = append(keys, p.Keys...)
		}
	}
	for _, t := range traces {
		if !is[t.Digest] {
			keys = append(keys, t.Keys...)
		}
	}
	return keys
}
