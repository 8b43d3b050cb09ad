package scanner

import (
	"cmp"
	"context"
	"slices"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// partRows is how many rows one transaction of a look writes at most, or nearly: other roots wait for it, and the log of
// the catalog grows by it. A larger directory is reconciled in parts, each of them true by itself.
const partRows = 2000

// part is a range of names of a directory that is reconciled in a transaction of its own.
type part struct {
	n        int
	from, to string // names from the one up to before the other; "": without an end
	files    []int  // those of the listing that are in it, by name
	last     bool   // all others have been reconciled
}

func (p *part) has(name string) bool { return name >= p.from && (p.to == "" || name < p.to) }

// inParts divides a whole look at a large directory; nil where it is not large. known are some names of its rows, one of
// each partRows.
func (g *sighting) inParts(known []string) (parts []*part) {
	if !g.whole() || len(g.files) <= partRows && len(known) == 0 {
		return nil
	}
	order := make([]int, len(g.files))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(g.files[a].Name, g.files[b].Name) })
	bounds := known
	for at := partRows; at < len(order); at += partRows {
		bounds = append(bounds, g.files[order[at]].Name)
	}
	slices.Sort(bounds)
	bounds = slices.Compact(bounds)
	from := ""
	for n, to := range append(bounds, "") {
		p := &part{n: n, from: from, to: to, last: n == len(bounds)}
		end := len(order)
		if !p.last {
			end, _ = slices.BinarySearchFunc(order, to, func(i int, to string) int { return cmp.Compare(g.files[i].Name, to) })
		}
		p.files, order = order[:end], order[end:]
		parts, from = append(parts, p), to
	}
	g.index()
	return parts
}

// index notes where each name of the listing is.
func (g *sighting) index() {
	g.listed = make(map[string]int, len(g.files))
	for i := range g.files {
		g.listed[g.files[i].Name] = i
	}
}

// underway is the digest of a directory of which parts up to the n-th equal a listing. No listing has it.
func (g *sighting) underway(n int) store.Digest {
	return g.digest.Add(nameDigest('p', string(rune('0'+n))))
}

// reconcileParts makes the catalog equal to all but the last part of a large directory, and gives that one with what
// came of the others. A process that ends on the way leaves a directory that the next look compares anew.
func (r *runner) reconcileParts(ctx context.Context, g *sighting, d store.Dir) (last *part, v verdict, err error) {
	var known []string
	if d.ID != 0 {
		if known, err = r.s.store.SomeNames(ctx, d.ID, partRows); err != nil {
			return nil, v, err
		}
	}
	parts := g.inParts(known)
	if len(parts) == 0 {
		return nil, v, nil
	}
	for _, p := range parts[:len(parts)-1] {
		if ctx.Err() != nil {
			return p, v, ctx.Err()
		}
		err := r.s.store.Update(ctx, func(tx *store.Tx) (err error) {
			v, err = g.reconcile(tx, p, v)
			return err
		})
		if err != nil || v.stale {
			return p, v, err
		}
	}
	return parts[len(parts)-1], v, nil
}
