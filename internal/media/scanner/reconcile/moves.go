package reconcile

import (
	"cmp"
	"path"
	"slices"
	"strings"

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
//  3. an item that has the identity, but whose place is not in this scan, is an unresolved move: the file waits
//     until its old place has been looked at.
//
// It reports false where the identity is new.
func (rc *reconciliation) matchMoved(i int) (known bool, err error) {
	e := &rc.Files[i]
	if e.ID == (tree.FileID{}) {
		return false, nil
	}
	if manyNames(e.Links) {
		return rc.matchOneOfMany(i)
	}
	candidates, err := rc.candidates(e)
	if err != nil {
		return false, err
	}
	waits, stands := false, false
	for c := range candidates {
		it := &candidates[c]
		if _, matched := rc.matched[it.ID]; it.State != store.Present && !matched {
			if waits && it.State != store.Detached {
				break // it is not known yet whether it is needed
			}
			if !waits && !stands { // another may have had the identity for longer
				if known, home, err := rc.reclaim(i, it.MissingAt); known || home || err != nil {
					return known, err
				}
			}
		}
		place, err := rc.placeOf(it, e)
		if err != nil {
			return false, err
		}
		if place == left && waits && it.State == store.Detached {
			break // as above: of a root that left all places are looked at together
		}
		if place == left {
			return true, rc.move(it, e, i)
		}
		waits, stands = waits || place == open, stands || place == stood
	}
	switch {
	case waits:
		rc.waiting[e.Name] = struct{}{}
		return true, nil
	case stands:
		return false, nil
	}
	known, _, err = rc.reclaim(i, 0)
	return known, err
}

// candidates are the items that a file may be by its identity. One that stands somewhere is this file rather than one
// that is missing: of two names of a file the first may have been removed, and the second renamed now.
func (rc *reconciliation) candidates(e *tree.Entry) ([]store.Item, error) {
	items, err := rc.bearers(e.ID)
	items = slices.DeleteFunc(items, func(it store.Item) bool { return rc.weak(e) && !it.SameContent(e) })
	slices.SortFunc(items, func(a, b store.Item) int {
		return cmp.Or(cmp.Compare(a.State, b.State), cmp.Compare(vanished(&a), vanished(&b)), cmp.Compare(b.MissingAt, a.MissingAt),
			cmp.Compare(a.ID, b.ID))
	})
	return items, err
}

// vanished is 0 for an item that stands somewhere, or did when its root left, else 1.
func vanished(it *store.Item) int {
	if it.MissingAt == 0 {
		return 0
	}
	return 1
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

// place is what is known of an item's own place, when its file may have been found in another.
type place uint8

const (
	open  place = iota // only a stat of it can tell
	stood              // it shows the item's file
	left               // it is proven not to
)

// placeOf tells of an item's own place. Where only a look there can tell it adds an unresolved move.
func (rc *reconciliation) placeOf(it *store.Item, e *tree.Entry) (place, error) {
	_, matched := rc.matched[it.ID]
	here := it.State == store.Present && it.Dir == rc.d.ID
	switch {
	case here && !rc.complete() && it.Name != e.Name && SameSpelling(it.Name, e.Name):
		rc.v.NeedsListing = true // both answer where case is ignored: a listing shows which it is
		return open, nil
	case matched:
		return stood, nil
	case it.State == store.Detached && (e.Links != 1 || rc.weak(e)) && rc.Former != nil:
		return rc.placeInFormer(it, e)
	case it.State != store.Present:
		return left, nil
	case here:
		if p := rc.placeHere(it, e); p != open {
			return p, nil
		}
	}
	if rc.foundInWalk(it, e) {
		return stood, nil
	}
	return rc.placeElsewhere(it, e)
}

// placeHere tells of the place of an item of this directory by what was seen of it.
func (rc *reconciliation) placeHere(it *store.Item, e *tree.Entry) place {
	_, broken := rc.Broken[it.Name]
	_, proven := rc.Absent[it.Name]
	j, listed := rc.find(it.Name)
	oneName := e.Links == 1 || e.Links == 0 && SameSpelling(e.Name, it.Name)
	switch {
	case listed && rc.same(it, &rc.Files[j]):
		return stood
	case listed:
		return left
	case rc.complete() && rc.Provisional && e.Name != it.Name && oneName: // listed under this name, and it has no other
		return left
	case rc.complete() && !rc.Provisional && broken:
		return stood
	case rc.complete() && !rc.Provisional, proven:
		return left
	}
	return open
}

// placeInFormer tells of a place of a root that left: this may be one more name of a file that stands where no root is now.
func (rc *reconciliation) placeInFormer(it *store.Item, e *tree.Entry) (place, error) {
	dir, found, err := rc.dirByID(it.Dir)
	if err != nil || !found || !rc.Former(it.Root, tree.Join(dir.Path, it.Name), tree.Join(rc.Dir, e.Name)) {
		return left, err
	}
	return rc.placeElsewhere(it, e)
}

// placeElsewhere tells of a place by what was looked at before this scan.
func (rc *reconciliation) placeElsewhere(it *store.Item, e *tree.Entry) (place, error) {
	dir, found, err := rc.dirByID(it.Dir)
	if err != nil || !found {
		return stood, err
	}
	if rc.LeftDirs[OldDir{it.Root, dir.Path}] {
		return left, nil
	}
	weak := rc.weak(e) || it.Volume != rc.vol
	d := UnresolvedMove{
		Item: it.ID, Root: it.Root, Dir: dir.Path, Name: it.Name, ID: it.FileID,
		Size: it.Size, MTime: it.MTime, Weak: weak, Strong: e.Links == 1 && !weak, Detached: it.State == store.Detached,
	}
	switch gone, confirmed := rc.Confirmed[d]; {
	case !confirmed:
		rc.v.UnresolvedMoves = append(rc.v.UnresolvedMoves, d)
		return open, nil
	case gone:
		return left, nil
	}
	return stood, nil
}

// is reports whether a row is an item's.
func is(row, it *store.Item) bool { return row != nil && row.ID == it.ID }

// move brings an item to a file's place.
func (rc *reconciliation) move(it *store.Item, e *tree.Entry, i int) error {
	if err := rc.displace(it, e.Name); err != nil {
		return err
	}
	if is(rc.present[it.Name], it) {
		delete(rc.present, it.Name)
	}
	if is(rc.lost[it.Name], it) {
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

// readOtherwise reports whether the bytes of a file are looked at otherwise by a name than by that of its row: an ending
// says as what they are read, and of metadata the name says of what it speaks.
func readOtherwise(it *store.Item, name string) bool {
	return it.Name != name && (it.Kind == media.KindMetadata || !strings.EqualFold(path.Ext(it.Name), path.Ext(name)))
}

// carry takes over a new place and keeps what the bytes said; only what the path says is read anew, unless by its name
// they may say something else. What lies beside it
// here is left to the analyzer, where anything does: what comes here later says itself whom it describes.
func (rc *reconciliation) carry(it *store.Item, e *tree.Entry, i int) error {
	ctime, otherwise := it.CTime, readOtherwise(it, e.Name)
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
	case otherwise && it.Analysis != store.None:
		it.Work, it.RetryAt = store.Analyse, 0
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

// describedHere reports whether anything lies in the directory, or in one above, that may describe files of a kind
// there. What accompanies others says whose it is, where there may be others.
func (rc *reconciliation) describedHere(kind media.Kind) (bool, error) {
	if store.Accompanies(kind) {
		ready := rc.preparedOf(rc.part)
		return ready == nil || !ready.alone, nil
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
	if !rc.accompanied { // asked anew for each: one may have come in this very scan
		var err error
		if rc.accompanied, err = rc.tx.Accompanied(rc.d.ID); err != nil {
			return false, err
		}
	}
	return rc.accompanied, nil
}

// dirByID reads a directory's row once in a scan: many items of one move together.
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
	if it == nil || is(it, by) {
		return nil
	}
	rc.rowsMoved()
	delete(rc.present, name)
	rc.lost[name] = it
	rc.replaced = append(rc.replaced, *it)
	rc.v.Missing++
	return rc.tx.MarkMissing(it, rc.Began)
}

// foundHere takes a row made in the middle of a scan for one of those that this compares, if it is. It has found
// its place only where its file is listed there: that may have been exchanged again since.
func (rc *reconciliation) foundHere(it *store.Item) {
	if it.Dir != rc.d.ID || !rc.complete() && !slices.Contains(rc.Names, it.Name) || rc.part != nil && !rc.part.has(it.Name) {
		return
	}
	rc.present[it.Name] = it
	if j, ok := rc.find(it.Name); ok && rc.Files[j].ID == it.FileID {
		rc.matched[it.ID] = struct{}{}
	}
}

// OldDir is a directory of a root in which items stood.
type OldDir struct {
	Root int64
	Dir  string
}
