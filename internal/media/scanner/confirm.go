package scanner

import (
	"context"
	"errors"

	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// confirm looks at the places that a scan before this one left open: whether items elsewhere are still
// where they were, and whether names that a provisional listing did not show are really not there.
func (r *runner) confirm(ctx context.Context, j *job, g *reconcile.Snapshot) error {
	if len(j.unresolvedMoves) > 0 {
		g.Confirmed = make(map[reconcile.UnresolvedMove]bool, len(j.unresolvedMoves))
		gone := map[reconcile.OldDir]bool{}
		for i := range j.unresolvedMoves {
			d := &j.unresolvedMoves[i]
			if _, asked := g.Confirmed[*d]; asked {
				continue
			}
			left, err := r.confirmLeft(ctx, j.dir, d, gone)
			if err != nil {
				return err
			}
			g.Confirmed[*d] = left
		}
	}
	if len(j.unconfirmedAbsences) == 0 {
		return nil
	}
	g.Absent, g.Answered = make(map[string]struct{}, len(j.unconfirmedAbsences)), map[string]tree.FileID{}
	for _, n := range j.unconfirmedAbsences {
		e, err := r.tree.Stat(ctx, tree.Join(j.dir, n))
		switch {
		case err == nil:
			g.Answered[n] = e.ID
		case errors.Is(err, tree.ErrNotExist), errors.Is(err, tree.ErrNotDir):
			g.Absent[n] = struct{}{}
		case away(ctx, err):
			return err
		default:
			g.Answered[n] = tree.FileID{}
		}
	}
	_, err := r.checkRoot(ctx) // what was not there counts only while the root is itself
	return err
}

// confirmLeft looks at an item's old place. Where it cannot be looked at, though this root is there, an identity that
// proves itself is enough: a file with one link is in one place. Where case is ignored the old place answers though
// only a directory above it was renamed to another case, so that it is now dir. gone remembers directories that are not
// there.
func (r *runner) confirmLeft(ctx context.Context, dir string, d *reconcile.UnresolvedMove, gone map[reconcile.OldDir]bool) (bool, error) {
	t := r.s.TreeByID(d.Root)
	if t == nil {
		return r.confirmLeftFormer(ctx, d)
	}
	place := reconcile.OldDir{Root: d.Root, Dir: d.Dir}
	if gone[place] {
		return true, nil
	}
	e, err := t.Stat(ctx, tree.Join(d.Dir, d.Name))
	switch {
	case err == nil && d.StandsAs(&e) && d.Root == r.id && d.Dir != dir && reconcile.SameSpelling(d.Dir, dir):
		listed, err := r.asListed(ctx, d.Dir)
		if err != nil {
			return false, err
		}
		gone[place] = !listed
		return !listed, nil
	case err == nil:
		return !d.StandsAs(&e), nil
	case errors.Is(err, tree.ErrNotExist), errors.Is(err, tree.ErrNotDir):
		if _, err := t.Stat(ctx, d.Dir); d.Dir != "" && absent(err) {
			gone[place] = true
		}
		return true, nil
	case ctx.Err() != nil:
		return false, ctx.Err()
	case errors.Is(err, tree.ErrAway) && d.Root == r.id: // so is what is looked at here: another time
		return false, err
	}
	return d.Strong, nil
}

// confirmLeftFormer looks at the place of an item whose root is no more in the configuration, if that can be done.
func (r *runner) confirmLeftFormer(ctx context.Context, d *reconcile.UnresolvedMove) (bool, error) {
	t := r.s.formerTree(d.Root)
	if t == nil {
		return d.Strong || d.Detached, nil
	}
	limited, cancel := context.WithTimeout(ctx, attachLimit)
	defer cancel()
	e, err := t.Stat(limited, tree.Join(d.Dir, d.Name))
	switch {
	case err == nil:
		return !d.StandsAs(&e), nil
	case ctx.Err() != nil:
		return false, ctx.Err()
	}
	return d.Strong || d.Detached, nil
}

// Of how many files of a new directory it is asked where they were, and of how many where it has few.
const (
	originsAsked    = 8
	originsAskedFew = 2
	originsFrom     = 16 // files, which are not few
)

// findOrigins asks of some files of a new directory where they were, and whether that directory is there at all. Where
// a directory was renamed it is not, and all that was in it has left: so no file has to wait for a second scan.
func (r *runner) findOrigins(ctx context.Context, g *reconcile.Snapshot) error {
	asked := originsAsked
	if len(g.Files) < originsFrom {
		asked = min(originsAskedFew, len(g.Files))
	}
	gone := map[reconcile.OldDir]bool{}
	for n := range asked {
		e := &g.Files[n*(len(g.Files)-1)/max(asked-1, 1)]
		if e.ID == (tree.FileID{}) || e.Links > reconcile.FewNames { // of those with many it would be asked in vain
			continue
		}
		places, err := r.s.store.PlacesOf(ctx, g.Volume, e.ID)
		if err != nil {
			return err
		}
		for _, p := range places {
			old := reconcile.OldDir{Root: p.Root, Dir: p.Dir}
			if _, asked := gone[old]; asked || p.Root == r.id && p.Dir == g.Dir {
				continue
			}
			gone[old] = false
			d := reconcile.UnresolvedMove{
				Root: p.Root, Dir: p.Dir, Name: p.Name, ID: e.ID, Size: e.Size, MTime: e.MTime, Weak: g.WeakIDs,
			}
			if _, err := r.confirmLeft(ctx, g.Dir, &d, gone); err != nil {
				return err
			}
		}
	}
	g.LeftDirs = gone
	return nil
}
