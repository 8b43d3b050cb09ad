package reconcile

import (
	"math"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// match finds for every file the item that it is: first those that stand where they stood, then those
// whose identity is known elsewhere, then the rest.
func (rc *reconciliation) match() error {
	if done, err := rc.moveTogether(); done || err != nil {
		return err
	}
	var arrivals []int
	for i := range rc.filesIn(rc.part) {
		e := &rc.Files[i]
		it := rc.present[e.Name]
		if it == nil || !rc.same(it, e) {
			arrivals = append(arrivals, i)
			continue
		}
		rc.matched[it.ID] = struct{}{}
		if err := rc.matchUnchanged(it, e, i); err != nil {
			return err
		}
	}
	unknown, err := rc.matchArrivals(arrivals)
	if err != nil {
		return err
	}
	switch ahead := rc.ahead(); {
	case ahead == nil || ahead.Moved != nil || len(unknown) != len(ahead.Files):
	case rc.part == nil && rc.fresh:
		return rc.insertTogether(ahead)
	case rc.part != nil && len(rc.present)+len(rc.lost) == 0:
		return rc.insertPart(ahead)
	}
	for _, i := range unknown {
		if err := rc.insertOrReplace(i); err != nil {
			return err
		}
	}
	return nil
}

// matchArrivals places those files whose identity is known, and gives the others.
func (rc *reconciliation) matchArrivals(arrivals []int) (unknown []int, err error) {
	if rc.fresh {
		if some, err := rc.knowsSome(arrivals); err != nil || !some {
			return arrivals, err
		}
	}
	for _, i := range arrivals {
		known, err := rc.matchMoved(i)
		if err != nil {
			return nil, err
		}
		if !known {
			unknown = append(unknown, i)
		}
	}
	return unknown, nil
}

// knowsSome asks at once whether anything is known by the numbers that files of a new directory have: they lie close to
// each other, and nearly always nothing is.
func (rc *reconciliation) knowsSome(files []int) (bool, error) {
	from, to := int64(math.MaxInt64), int64(math.MinInt64)
	for _, i := range files {
		if id := rc.Files[i].ID; id != (tree.FileID{}) {
			from, to = min(from, int64(id.Inode)), max(to, int64(id.Inode))
		}
	}
	if from > to {
		return false, nil
	}
	return rc.tx.KnowsInodes(from, to)
}

// same reports whether the item at a path is the very file that stands there. A tree without
// identities says so by the path alone. Where identities do not last, a mere remount deals the numbers
// out anew: there a file of the same name, size and time is the same whatever its number. So it is where its
// item was last seen on the file system that was here before.
func (rc *reconciliation) same(it *store.Item, e *tree.Entry) bool {
	if !rc.Volumes.Same(it.Volume, rc.vol) {
		return false
	}
	return it.FileID == e.ID || (rc.weak(e) || it.Volume != rc.vol) && it.SameContent(e)
}

// matchUnchanged takes over what changed of a file that is still the same.
func (rc *reconciliation) matchUnchanged(it *store.Item, e *tree.Entry, i int) error {
	switch {
	case !it.SameContent(e):
		if rc.Growing(e) {
			rc.isGrowing(e)
			rc.v.Deferred++
			return nil
		}
		return rc.rewrite(it, e, i)
	case it.CTime != e.CTime || it.Links != e.Links || it.FileID != e.ID || it.Volume != rc.vol:
		old := *it
		verify := (it.CTime != e.CTime || it.FileID != e.ID) && it.HasFingerprint && it.Analysis == store.Done
		it.Observe(rc.vol, e)
		if verify && it.Work != store.Analyse { // more than to describe it anew, less than to read it
			it.Work = store.Verify
		}
		if it.CTime != old.CTime {
			retry(it)
		}
		rc.queueAnalysis(it, e)
		rc.hasSiblings(it)
		return rc.tx.SaveQuietly(&old, it)
	case it.Analysis == store.Pending && it.Work == store.NoWork:
		old := *it
		rc.queueAnalysis(it, e)
		if it.Work != old.Work {
			return rc.tx.SaveQuietly(&old, it)
		}
	}
	return nil
}

// retry has a file that could not be read tried again now: its permissions may be what changed.
func retry(it *store.Item) {
	if it.Analysis == store.Failed {
		it.Work, it.RetryAt = store.Analyse, 0
	}
}

// rewrite records that the content of a file in its place is another: it is analysed anew.
func (rc *reconciliation) rewrite(it *store.Item, e *tree.Entry, i int) error {
	old := *it
	rc.renew(it, e, i)
	rc.v.Changed++
	rc.hasSiblings(it)
	return rc.tx.Save(&old, it)
}

// renew makes a row say what is known of a file whose content has not been read yet.
func (rc *reconciliation) renew(it *store.Item, e *tree.Entry, i int) {
	doc := rc.doc(i)
	it.Observe(rc.vol, e)
	it.Kind, it.Doc, it.Probed, it.Unread = doc.Kind, doc.JSON, nil, false
	it.Analysis, it.Work, it.Attempts, it.RetryAt, it.Error = store.Pending, store.Analyse, 0, 0, ""
	it.Fingerprint, it.HasFingerprint = 0, false
	if e.Size == 0 {
		it.Analysis, it.Work = store.None, store.NoWork
	}
	if rc.Growing(e) {
		it.Work = store.NoWork
		rc.isGrowing(e)
	}
}

// insertOrReplace places a file of an unknown identity: an item that stands or lately stood at its path was
// rewritten; else it is new.
func (rc *reconciliation) insertOrReplace(i int) error {
	e := &rc.Files[i]
	it := rc.present[e.Name]
	if it == nil {
		it = rc.lost[e.Name]
	}
	if it == nil {
		return rc.insert(e, i)
	}
	if _, taken := rc.matched[it.ID]; taken {
		return rc.insert(e, i)
	}
	if it.State == store.Present && rc.Growing(e) {
		rc.isGrowing(e)
		rc.v.Deferred++
		rc.matched[it.ID] = struct{}{}
		return nil
	}
	if it.FileID != (tree.FileID{}) {
		if err := rc.tx.RememberPreviousIdentity(it, rc.Began+rc.Grace); err != nil {
			return err
		}
	}
	old := *it
	if old.State == store.Present {
		rc.replaced = append(rc.replaced, old)
	}
	it.State, it.MissingAt = store.Present, 0
	rc.renew(it, e, i)
	rc.matched[it.ID] = struct{}{}
	rc.present[it.Name] = it
	delete(rc.lost, it.Name)
	rc.v.Changed++
	rc.hasSiblings(it)
	return rc.tx.Save(&old, it)
}

func (rc *reconciliation) insert(e *tree.Entry, i int) error {
	it := &store.Item{Dir: rc.d.ID, Root: rc.Root, Added: rc.Began}
	rc.renew(it, e, i)
	rc.v.Added++
	rc.arrived(it)
	if err := rc.tx.Insert(it); err != nil {
		return err
	}
	rc.present[it.Name] = it
	rc.matched[it.ID] = struct{}{}
	return nil
}
