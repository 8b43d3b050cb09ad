package reconcile

import (
	"github.com/catalogizer/catalogizerd/internal/store"
)

// reclaim gives a file its id back where an item had the file's identity until it was rewritten in place, later than
// after: the other file that stands there becomes an item of its own. It reports home where the file is back in that
// item's own place: an edit like any other.
func (rc *reconciliation) reclaim(i int, after int64) (known, home bool, err error) {
	e := &rc.Files[i]
	was, found, err := rc.tx.PreviousIdentity(rc.vol, e.ID, rc.Began)
	if err != nil || !found || was.Until-rc.Grace <= after || rc.weak(e) && (was.Size != e.Size || was.MTime != e.MTime) {
		return false, false, err
	}
	it := was.Item
	if is(rc.present[e.Name], &it) {
		return false, true, nil
	}
	if err := rc.tx.ForgetPreviousIdentity(rc.vol, e.ID); err != nil {
		return false, false, err
	}
	if here := rc.present[it.Name]; it.Dir == rc.d.ID && is(here, &it) {
		it = *here // as changed by this very scan
	}
	if err := rc.tx.Fill(&it); err != nil {
		return false, false, err
	}
	stranger, displaced := it, rc.present[e.Name]
	if err := rc.move(&it, e, i); err != nil {
		return false, false, err
	}
	return true, false, rc.placeStranger(&stranger, displaced, e.Name)
}

// placeStranger makes an item of the file that stands where another moved away from: the one that this displaced at a
// name, where that is the same file, else a new one.
func (rc *reconciliation) placeStranger(stranger, displaced *store.Item, name string) error {
	if stranger.State != store.Present {
		return nil
	}
	rc.rowsMoved()
	if displaced != nil && !is(displaced, stranger) && sameFile(displaced, stranger) {
		return rc.succeed(displaced, stranger, name)
	}
	stranger.Added, stranger.FilterSeq = rc.Began, 0
	if err := rc.tx.Insert(stranger); err != nil {
		return err
	}
	rc.v.Added++
	rc.foundHere(stranger)
	return nil
}

// sameFile reports whether two items were last seen as one file.
func sameFile(a, b *store.Item) bool {
	return a.Volume == b.Volume && a.FileID == b.FileID && a.Size == b.Size && a.MTime == b.MTime
}

// succeed gives the place of a stranger to the item that was displaced at a name and is the same file: when two files
// change places a listing may show one of them under both names, and neither is new.
func (rc *reconciliation) succeed(it, stranger *store.Item, name string) error {
	if err := rc.tx.Fill(it); err != nil {
		return err
	}
	heir := *stranger
	heir.ID, heir.Added, heir.Seq, heir.FilterSeq = it.ID, it.Added, it.Seq, it.FilterSeq
	if err := rc.tx.Save(it, &heir); err != nil {
		return err
	}
	delete(rc.lost, name)
	rc.v.Missing--
	rc.v.Moved++
	rc.foundHere(&heir)
	return nil
}
