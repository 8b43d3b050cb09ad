package reconcile

import (
	"github.com/catalogizer/catalogizerd/internal/store"
)

// MarkItemsMissing marks the items of a directory missing whose names are from the one up to before the other.
func MarkItemsMissing(tx *store.Tx, d *store.Dir, from, to string, at int64, volumes *Volumes, v *Result) error {
	items, err := tx.ItemsBetween(d.ID, from, to)
	if err != nil {
		return err
	}
	elsewhere := func(o *store.Item) bool { return o.Dir != d.ID }
	for i := range items {
		it := &items[i]
		if it.State != store.Present || !volumes.Same(it.Volume, d.Volume) {
			continue
		}
		found, err := siblings(tx, it, namesOf(tx, it), elsewhere)
		if err != nil {
			return err
		}
		v.Siblings = append(v.Siblings, found...)
		if err := tx.MarkMissing(it, at); err != nil {
			return err
		}
		v.Missing++
	}
	return nil
}

// MarkDirMissing marks the items missing whose names are not before one. It reports the directories below, and whether
// the directory is still gone.
func MarkDirMissing(tx *store.Tx, d store.Dir, from string, at int64, volumes *Volumes, v *Result) (below []store.Dir, gone bool, err error) {
	now, found, err := tx.DirByID(d.ID)
	if err != nil || !found || !now.Gone { // it came back meanwhile
		return nil, false, err
	}
	if err := MarkItemsMissing(tx, &d, from, "", at, volumes, v); err != nil {
		return nil, false, err
	}
	subs, err := tx.Subdirs(d.ID)
	if err != nil {
		return nil, false, err
	}
	for i := range subs {
		if !volumes.Same(subs[i].Volume, d.Volume) {
			continue
		}
		v.SkippedChanged = v.SkippedChanged || subs[i].Skipped != store.Skipped{}
		if err := tx.MarkGone(&subs[i], now.GoneAt); err != nil {
			return nil, false, err
		}
		below = append(below, subs[i])
	}
	return below, true, tx.DropEmptyDir(d.ID)
}
