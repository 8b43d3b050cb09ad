package reconcile

import (
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Sibling is another name of a file that has several (hard links): events tell only of the name through
// which a file was changed, so the others are asked for.
type Sibling struct {
	Root      int64
	Dir, Name string
}

// hasSiblings notes a row that was written of a file that has several names, or may have.
func (rc *reconciliation) hasSiblings(it *store.Item) {
	if it.Links != 1 {
		rc.withSiblings = append(rc.withSiblings, it)
	}
}

// findSiblings asks for the other names of such files where the catalog does not say of them what was seen here, and
// for those of files that are no more in their places here: through the name that is gone one may have been
// changed just before. Each scan there finds the same file, so that nothing found for ever.
func (rc *reconciliation) findSiblings() error {
	for _, it := range rc.withSiblings {
		e := entryOf(it)
		if err := rc.siblingsOf(it, func(o *store.Item) bool { return !o.Matches(&e) }); err != nil {
			return err
		}
	}
	for i := range rc.replaced {
		if err := rc.siblingsOf(&rc.replaced[i], func(*store.Item) bool { return true }); err != nil {
			return err
		}
	}
	return nil
}

func (rc *reconciliation) siblingsOf(it *store.Item, stale func(other *store.Item) bool) error {
	found, err := siblings(rc.tx, it, func(o *store.Item) bool {
		_, seen := rc.matched[o.ID]
		return !seen && stale(o)
	})
	rc.v.Siblings = append(rc.v.Siblings, found...)
	return err
}

// siblings gives the other places where the catalog has the file of an item, where they are wanted.
func siblings(tx *store.Tx, it *store.Item, wanted func(other *store.Item) bool) (out []Sibling, err error) {
	if it.FileID == (tree.FileID{}) {
		return nil, nil
	}
	names, err := tx.ItemsByIdentity(it.Volume, it.FileID)
	if err != nil {
		return nil, err
	}
	for i := range names {
		o := &names[i]
		if o.ID == it.ID || o.State != store.Present || !wanted(o) {
			continue
		}
		dir, found, err := tx.DirByID(o.Dir)
		if err != nil {
			return nil, err
		}
		if found {
			out = append(out, Sibling{o.Root, dir.Path, o.Name})
		}
	}
	return out, nil
}
