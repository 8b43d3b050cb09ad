package scanner

import (
	"context"
	"errors"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// prove looks at the places that a job's first look left in doubt: whether items elsewhere are still
// where they were, and whether names that a provisional listing did not show are really not there.
func (r *runner) prove(ctx context.Context, j *job, g *sighting) error {
	if len(j.doubts) > 0 {
		g.proofs = make(map[doubt]bool, len(j.doubts))
		gone := map[oldPlace]bool{}
		for i := range j.doubts {
			d := &j.doubts[i]
			left, err := r.hasLeft(ctx, j.dir, d, gone)
			if err != nil {
				return err
			}
			g.proofs[*d] = left
		}
	}
	if len(j.asks) == 0 {
		return nil
	}
	g.absent, g.there = make(map[string]struct{}, len(j.asks)), map[string]tree.FileID{}
	for _, n := range j.asks {
		e, err := r.tree.Stat(ctx, tree.Join(j.dir, n))
		switch {
		case err == nil:
			g.there[n] = e.ID
		case errors.Is(err, tree.ErrNotExist), errors.Is(err, tree.ErrNotDir):
			g.absent[n] = struct{}{}
		case away(ctx, err):
			return err
		default:
			g.there[n] = tree.FileID{}
		}
	}
	_, err := r.proveItself(ctx) // what was not there counts only while the root is itself
	return err
}

type oldPlace struct {
	root int64
	dir  string
}

// hasLeft looks at an item's old place. Where it cannot be looked at, though this root is there, an identity that
// proves itself is enough: a file with one link is in one place. Where case is ignored the old place answers though only
// a directory above it was renamed to another case, so that it is now dir. gone remembers directories that are not
// there.
func (r *runner) hasLeft(ctx context.Context, dir string, d *doubt, gone map[oldPlace]bool) (bool, error) {
	t := r.s.treeOf(d.root)
	if t == nil {
		return d.strong, nil
	}
	place := oldPlace{d.root, d.dir}
	if gone[place] {
		return true, nil
	}
	e, err := t.Stat(ctx, tree.Join(d.dir, d.name))
	switch {
	case err == nil && d.standsAs(&e) && d.root == r.id && d.dir != dir && spellSame(d.dir, dir):
		listed, err := r.asListed(ctx, d.dir)
		if err != nil {
			return false, err
		}
		gone[place] = !listed
		return !listed, nil
	case err == nil:
		return !d.standsAs(&e), nil
	case errors.Is(err, tree.ErrNotExist), errors.Is(err, tree.ErrNotDir):
		if _, err := t.Stat(ctx, d.dir); d.dir != "" && (errors.Is(err, tree.ErrNotExist) || errors.Is(err, tree.ErrNotDir)) {
			gone[place] = true
		}
		return true, nil
	case ctx.Err() != nil:
		return false, ctx.Err()
	case errors.Is(err, tree.ErrAway) && d.root == r.id: // so is what is looked at here: another time
		return false, err
	}
	return d.strong, nil
}

// Of how many files of a new directory it is asked where they were, and from how many files on.
const (
	originsAsked = 8
	originsFrom  = 16
)

// findOrigins asks of some files of a new directory where they were, and whether that directory is there at all. Where a
// directory was renamed it is not, and all that was in it has left: so no file has to wait for a second look.
func (r *runner) findOrigins(ctx context.Context, g *sighting) error {
	if len(g.files) < originsFrom {
		return nil
	}
	gone := map[oldPlace]bool{}
	for n := range originsAsked {
		e := &g.files[n*(len(g.files)-1)/(originsAsked-1)]
		if e.ID == (tree.FileID{}) {
			continue
		}
		places, err := r.s.store.PlacesOf(ctx, g.volume, e.ID)
		if err != nil {
			return err
		}
		for _, p := range places {
			if _, asked := gone[oldPlace{p.Root, p.Dir}]; asked || p.Root == r.id && p.Dir == g.dir {
				continue
			}
			gone[oldPlace{p.Root, p.Dir}] = false
			d := doubt{root: p.Root, dir: p.Dir, name: p.Name, id: e.ID, size: e.Size, mtime: e.MTime, weak: g.weakIDs}
			if _, err := r.hasLeft(ctx, g.dir, &d, gone); err != nil {
				return err
			}
		}
	}
	g.origins = gone
	return nil
}
