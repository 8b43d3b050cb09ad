package scanner

import (
	"context"

	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// lookAtTwins looks whether files that have come here under one more name are in the other places where the catalog has
// them. What has a few names nearly always is: without this look each of them would wait for a second scan. It is made
// after this directory was looked at, so that what is seen in the other place is another name.
func (r *runner) lookAtTwins(ctx context.Context, g *reconcile.Snapshot) error {
	var ids []tree.FileID
	of := map[tree.FileID]*tree.Entry{}
	for i := range g.Files {
		if e := &g.Files[i]; e.Links > 1 && e.Links <= reconcile.FewNames && e.ID != (tree.FileID{}) && of[e.ID] == nil {
			of[e.ID] = e
			ids = append(ids, e.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	twins, err := r.s.store.Twins(ctx, g.Volume, ids)
	if err != nil || len(twins) == 0 {
		return err
	}
	gone := map[reconcile.OldDir]bool{}
	for i := range twins {
		t := &twins[i]
		e := of[t.ID]
		weak := g.WeakIDs || e.ID.Birth == 0
		if t.Root == r.id && t.Dir == g.Dir && t.Name == e.Name || weak && (t.Size != e.Size || t.MTime != e.MTime) {
			continue
		}
		d := reconcile.UnresolvedMove{
			Item: t.Item, Root: t.Root, Dir: t.Dir, Name: t.Name, ID: t.ID, Size: t.Size, MTime: t.MTime, Weak: weak,
		}
		left, err := r.confirmLeft(ctx, g.Dir, &d, gone)
		if err != nil {
			return err
		}
		if g.Confirmed == nil {
			g.Confirmed = make(map[reconcile.UnresolvedMove]bool, len(twins))
		}
		g.Confirmed[d] = left
	}
	return nil
}

// standsElsewhere reports whether all other places of a file have been looked at, and all of them show it.
func standsElsewhere(g *reconcile.Snapshot, e *tree.Entry) (stands bool) {
	if e.Links < 2 {
		return false
	}
	for d, left := range g.Confirmed {
		if d.ID == e.ID {
			if left {
				return false
			}
			stands = true
		}
	}
	return stands
}
