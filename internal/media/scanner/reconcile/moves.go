package reconcile

import (
	"cmp"
	"slices"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// matchMoved places a file whose identity is not that of the item at its path, if the identity is known:
//
//  1. an item that has this identity and is proven not to be where it was any more moves here with its
//     id; what it displaces is missing, until its own identity turns up;
//  2. an item that had this identity until it was rewritten in place moves here with its id, and the
//     rewritten file becomes an item of its own, unless the file stands under another name still: then this
//     is one more;
//  3. an item that has the identity, but whose place is not in this look, is an unresolved move: the file waits
//     until its old place has been looked at.
//
// It reports false where the identity is new.
func (rc *reconciliation) matchMoved(i int) (known bool, err error) {
	e := &rc.Files[i]
	if e.ID == (tree.FileID{}) {
		return false, nil
	}
	candidates, err := rc.bearers(e.ID)
	if err != nil {
		return false, err
	}
	// One that stands somewhere is this file rather than one that is missing: of two names of a file the
	// first may have been removed, and the second renamed now.
	slices.SortFunc(candidates, func(a, b store.Item) int {
		return cmp.Or(cmp.Compare(a.State, b.State), cmp.Compare(b.MissingAt, a.MissingAt), cmp.Compare(a.ID, b.ID))
	})
	waits, stands := false, false
	for c := range candidates {
		it := &candidates[c]
		if rc.weak(e) && !it.SameContent(e) {
			continue
		}
		if !rc.complete() && it.State == store.Present && it.Dir == rc.d.ID && it.Name != e.Name && SameSpelling(it.Name, e.Name) {
			rc.v.NeedsListing, waits = true, true // both answer where case is ignored: a listing shows which it is
			continue
		}
		if _, ok := rc.matched[it.ID]; ok {
			stands = true
			continue
		}
		if waits && it.State != store.Present {
			break // it is not known yet whether it is needed
		}
		if it.State != store.Present && !stands { // another may have had the identity for longer
			if known, home, err := rc.reclaim(i, it.MissingAt); known || home || err != nil {
				return known, err
			}
		}
		left, doubtful, err := rc.hasLeft(it, e)
		if err != nil {
			return false, err
		}
		if left {
			return true, rc.move(it, e, i)
		}
		waits, stands = waits || doubtful, stands || !doubtful
	}
	if waits {
		rc.waiting[e.Name] = struct{}{}
		return true, nil
	}
	if stands {
		return false, nil
	}
	known, _, err = rc.reclaim(i, 0)
	return known, err
}

// bearers are the items that have an identity: on this file system, and those of this root that had it on one that was
// here before, of which this may be a clone or an earlier state.
func (rc *reconciliation) bearers(id tree.FileID) ([]store.Item, error) {
	items, err := rc.tx.ItemsByIdentity(rc.vol, id)
	for _, former := range rc.Volumes.replacedBy(rc.vol) {
		var more []store.Item
		if err == nil {
			more, err = rc.tx.ItemsByIdentity(former, id)
		}
		for i := range more {
			if more[i].Root == rc.Root {
				items = append(items, more[i])
			}
		}
	}
	return items, err
}

// weak reports whether an identity alone does not prove a file to be the same.
func (rc *reconciliation) weak(e *tree.Entry) bool { return rc.WeakIDs || e.ID.Birth == 0 }

// hasLeft reports whether the item's own place is proven not to show it any more. Where that takes a
// look elsewhere, it adds an unresolved move.
func (rc *reconciliation) hasLeft(it *store.Item, e *tree.Entry) (left, doubtful bool, err error) {
	if it.State != store.Present {
		return true, false, nil
	}
	if it.Dir == rc.d.ID {
		if j, ok := rc.listed[it.Name]; ok {
			return !rc.same(it, &rc.Files[j]), false, nil
		}
		if rc.complete() && rc.Provisional && e.Name != it.Name && (e.Links == 1 || e.Links == 0 && SameSpelling(e.Name, it.Name)) {
			return true, false, nil // listed under this name, and it has no other
		}
		if rc.complete() && !rc.Provisional {
			_, broken := rc.Broken[it.Name]
			return !broken, false, nil
		}
		if _, ok := rc.Absent[it.Name]; ok {
			return true, false, nil
		}
	}
	dir, found, err := rc.dirByID(it.Dir)
	if err != nil || !found {
		return false, false, err
	}
	if rc.LeftDirs[OldDir{it.Root, dir.Path}] {
		return true, false, nil
	}
	d := UnresolvedMove{
		Item: it.ID, Root: it.Root, Dir: dir.Path, Name: it.Name, ID: it.FileID,
		Size: it.Size, MTime: it.MTime, Weak: rc.weak(e) || it.Volume != rc.vol, Strong: e.Links == 1 && !rc.weak(e) && it.Volume == rc.vol,
	}
	if gone, ok := rc.Confirmed[d]; ok {
		return gone, false, nil
	}
	rc.v.UnresolvedMoves = append(rc.v.UnresolvedMoves, d)
	return false, true, nil
}

// move brings an item to a file's place.
func (rc *reconciliation) move(it *store.Item, e *tree.Entry, i int) error {
	if err := rc.displace(it, e.Name); err != nil {
		return err
	}
	if here := rc.present[it.Name]; here != nil && here.ID == it.ID {
		delete(rc.present, it.Name)
	}
	if away := rc.lost[it.Name]; away != nil && away.ID == it.ID {
		delete(rc.lost, it.Name)
	}
	if err := rc.leaves(it); err != nil {
		return err
	}
	if err := rc.tx.Fill(it); err != nil { // what its bytes said comes with it
		return err
	}
	old := *it
	it.Dir, it.Root, it.State, it.MissingAt = rc.d.ID, rc.Root, store.Present, 0
	if it.SameContent(e) {
		if err := rc.carry(it, e, i); err != nil {
			return err
		}
	} else {
		rc.renew(it, e, i)
	}
	rc.matched[it.ID] = struct{}{}
	rc.present[it.Name] = it
	rc.v.Moved++
	rc.hasSiblings(it)
	return rc.tx.Save(&old, it)
}

// leaves notes where an item moves here from. The digest of another directory where it stood counts it still.
func (rc *reconciliation) leaves(it *store.Item) error {
	if it.State == store.Missing {
		rc.v.ReturnedAt = append(rc.v.ReturnedAt, it.MissingAt)
	}
	if _, known := rc.leftDirs[it.Dir]; it.State != store.Present || it.Dir == rc.d.ID || known {
		return nil
	}
	if rc.leftDirs == nil {
		rc.leftDirs = map[int64]struct{}{}
	}
	rc.leftDirs[it.Dir] = struct{}{}
	return rc.tx.Unsettle(it.Dir)
}

// carry takes over a new place and keeps what the bytes said; only what the path says is read anew. What lies beside it
// here is left to the analyzer, where anything does: what comes here later says itself whom it describes.
func (rc *reconciliation) carry(it *store.Item, e *tree.Entry, i int) error {
	ctime := it.CTime
	it.Observe(rc.vol, e)
	doc := rc.doc(i)
	if len(it.Probed) > 0 {
		doc = rc.Describe(rc.Root, tree.Join(rc.Dir, e.Name), it.Probed)
	}
	it.Kind, it.Doc = doc.Kind, doc.JSON
	switch {
	case it.Analysis == store.Pending:
		it.Work = store.NoWork
		rc.queueAnalysis(it, e)
	case it.Analysis == store.Done && it.HasFingerprint && ctime != e.CTime:
		it.Work = store.Verify
	case it.Analysis == store.Failed && ctime != e.CTime:
		retry(it)
	case it.Work == store.NoWork:
		described, err := rc.describedHere(it.Kind)
		if err != nil {
			return err
		}
		if described {
			it.Work = store.Describe
		}
	}
	return nil
}

// describedHere reports whether anything lies in the directory, or in one above, that may describe files of a kind there.
// What accompanies others says whose it is, where there may be others.
func (rc *reconciliation) describedHere(kind media.Kind) (bool, error) {
	if store.Accompanies(kind) {
		return !rc.onlyCompanions(), nil
	}
	if !rc.accompanied && !rc.askedAbove {
		rc.askedAbove = true
		for dir := rc.d.Parent; dir != 0 && !rc.accompanied; {
			d, found, err := rc.dirByID(dir)
			if err != nil || !found {
				return false, err
			}
			if rc.accompanied, err = rc.tx.Accompanied(dir); err != nil {
				return false, err
			}
			dir = d.Parent
		}
	}
	if !rc.accompanied { // asked anew for each: one may have come in this very look
		var err error
		if rc.accompanied, err = rc.tx.Accompanied(rc.d.ID); err != nil {
			return false, err
		}
	}
	return rc.accompanied, nil
}

// onlyCompanions reports whether all files that are listed accompany others, as far as that has been prepared.
func (rc *reconciliation) onlyCompanions() bool {
	if !rc.askedAlone {
		rc.askedAlone = true
		rc.alone = rc.complete() && rc.Docs != nil && !slices.ContainsFunc(rc.Docs, func(d Doc) bool { return !store.Accompanies(d.Kind) })
	}
	return rc.alone
}

// dirByID reads a directory's row once in a look: many items of one move together.
func (rc *reconciliation) dirByID(id int64) (store.Dir, bool, error) {
	if d, ok := rc.read[id]; ok {
		return d, true, nil
	}
	d, found, err := rc.tx.DirByID(id)
	if found && err == nil {
		if rc.read == nil {
			rc.read = map[int64]store.Dir{}
		}
		rc.read[id] = d
	}
	return d, found, err
}

// displace makes room at a name: the item that stands there is missing until it turns up elsewhere.
func (rc *reconciliation) displace(by *store.Item, name string) error {
	it := rc.present[name]
	if it == nil || it.ID == by.ID {
		return nil
	}
	delete(rc.present, name)
	rc.lost[name] = it
	rc.replaced = append(rc.replaced, *it)
	rc.v.Missing++
	return rc.tx.MarkMissing(it, rc.Began)
}

// reclaim gives a file its id back where an item had the file's identity until it was rewritten in
// place, later than after: the other file that stands there becomes an item of its own. It reports home where
// the file is back in that item's own place: an edit like any other.
func (rc *reconciliation) reclaim(i int, after int64) (known, home bool, err error) {
	e := &rc.Files[i]
	was, found, err := rc.tx.PreviousIdentity(rc.vol, e.ID, rc.Began)
	if err != nil || !found || was.Until-rc.Grace <= after || rc.weak(e) && (was.Size != e.Size || was.MTime != e.MTime) {
		return false, false, err
	}
	it := was.Item
	if here := rc.present[e.Name]; here != nil && here.ID == it.ID {
		return false, true, nil
	}
	if err := rc.tx.ForgetPreviousIdentity(rc.vol, e.ID); err != nil {
		return false, false, err
	}
	if here := rc.present[it.Name]; it.Dir == rc.d.ID && here != nil && here.ID == it.ID {
		it = *here // as changed by this very look
	}
	if err := rc.tx.Fill(&it); err != nil {
		return false, false, err
	}
	stranger, displaced := it, rc.present[e.Name]
	if err := rc.move(&it, e, i); err != nil {
		return false, false, err
	}
	switch {
	case stranger.State != store.Present:
		return true, false, nil
	case displaced != nil && displaced.ID != it.ID && sameFile(displaced, &stranger):
		return true, false, rc.succeed(displaced, &stranger, e.Name)
	}
	stranger.Added, stranger.FilterSeq = rc.Began, 0
	if err := rc.tx.Insert(&stranger); err != nil {
		return false, false, err
	}
	rc.v.Added++
	rc.foundHere(&stranger)
	return true, false, nil
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

// foundHere takes a row made in the middle of a look for one of those that the look compares, if it is. It has found
// its place only where its file is listed there: that may have been exchanged again since.
func (rc *reconciliation) foundHere(it *store.Item) {
	if it.Dir != rc.d.ID || !rc.complete() && !slices.Contains(rc.Names, it.Name) || rc.part != nil && !rc.part.has(it.Name) {
		return
	}
	rc.present[it.Name] = it
	if j, ok := rc.listed[it.Name]; ok && rc.Files[j].ID == it.FileID {
		rc.matched[it.ID] = struct{}{}
	}
}

// OldDir is a directory of a root in which items stood.
type OldDir struct {
	Root int64
	Dir  string
}
