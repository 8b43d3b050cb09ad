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

// arrived notes a new item: all other names of its file are in their places, or it would be one of them.
func (rc *reconciliation) arrived(it *store.Item) {
	rc.hasSiblings(it)
	l := &rc.v.learnt
	if f := fileOfRow(it); rc.Walk != 0 && manyNames(it.Links) && (len(l.stand) == 0 || l.stand[len(l.stand)-1] != f) {
		l.walk, l.left = rc.Walk, rc.departed
		l.stand = append(l.stand, f)
	}
}

// findSiblings asks for the other names of such files where the catalog does not say of them what was seen here, and
// for those of files that are no more in their places here: through the name that is gone one may have been changed
// just before. Each scan there finds the same file, so that nothing found for ever. All names of one file show the
// same: those of a file with many are asked for once because of it, and because of one that is gone some are, which ask
// for the others if they show anything new.
func (rc *reconciliation) findSiblings() error {
	for _, it := range rc.withSiblings {
		if manyNames(it.Links) && rc.asked(it) {
			continue
		}
		e := entryOf(it)
		if err := rc.siblingsOf(it, rc.tx.ItemsByIdentity, func(o *store.Item) bool { return !o.Matches(&e) }); err != nil {
			return err
		}
	}
	gone := map[file]struct{}{}
	for i := range rc.replaced {
		it := &rc.replaced[i]
		if manyNames(it.Links) {
			if _, done := gone[fileOfRow(it)]; done {
				continue
			}
			gone[fileOfRow(it)] = struct{}{}
			rc.Crowds.Leave()
		}
		if err := rc.siblingsOf(it, namesOf(rc.tx, it), func(*store.Item) bool { return true }); err != nil {
			return err
		}
	}
	return nil
}

// asked reports whether what a row of a file with many names says has been made known to the others, and has that
// remembered.
func (rc *reconciliation) asked(it *store.Item) bool {
	f, l := fileOfRow(it), look{it.CTime, it.Links}
	if known, ok := rc.v.learnt.told[f]; ok && known == l || rc.Crowds.asked(f, l) {
		return true
	}
	if rc.v.learnt.told == nil {
		rc.v.learnt.told = map[file]look{}
	}
	rc.v.learnt.told[f] = l
	return false
}

// namesOf is how the other items of a file are read that are asked for because a name of it is gone.
func namesOf(tx *store.Tx, it *store.Item) func(int64, tree.FileID) ([]store.Item, error) {
	if manyNames(it.Links) {
		return func(volume int64, id tree.FileID) ([]store.Item, error) {
			return tx.SomeByIdentity(volume, id, FewNames)
		}
	}
	return tx.ItemsByIdentity
}

func (rc *reconciliation) siblingsOf(
	it *store.Item, read func(int64, tree.FileID) ([]store.Item, error), stale func(other *store.Item) bool,
) error {
	found, err := siblings(rc.tx, it, read, func(o *store.Item) bool {
		_, seen := rc.matched[o.ID]
		return !seen && stale(o)
	})
	rc.v.Siblings = append(rc.v.Siblings, found...)
	return err
}

// siblings gives the other places where the catalog has the file of an item, where they are wanted.
func siblings(
	tx *store.Tx, it *store.Item, read func(int64, tree.FileID) ([]store.Item, error), wanted func(other *store.Item) bool,
) (out []Sibling, err error) {
	if it.FileID == (tree.FileID{}) {
		return nil, nil
	}
	names, err := read(it.Volume, it.FileID)
	if err != nil {
		return nil, err
	}
	dirs := map[int64]store.Dir{}
	for i := range names {
		o := &names[i]
		if o.ID == it.ID || o.State != store.Present || !wanted(o) {
			continue
		}
		dir, found := dirs[o.Dir]
		if !found {
			if dir, found, err = tx.DirByID(o.Dir); err != nil {
				return nil, err
			}
			dirs[o.Dir] = dir
		}
		if found {
			out = append(out, Sibling{o.Root, dir.Path, o.Name})
		}
	}
	return out, nil
}
