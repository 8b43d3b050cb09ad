package reconcile

import (
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// insertTogether adds all files of a new directory with what was found of them ahead. If what lies above is not what
// was joined to them, they are described once more.
func (rc *reconciliation) insertTogether() error {
	stands := rc.tx.StandsAbove(rc.Ahead.AsOf)
	for i := range rc.Files {
		e, found := &rc.Files[i], &rc.Ahead.Files[i]
		it := &store.Item{
			ID: rc.Ahead.First + int64(i), Dir: rc.d.ID, Root: rc.Root, Added: rc.Began,
			Kind: found.Kind, Doc: found.Doc, Probed: found.Probed, Analysis: found.Analysis,
			Fingerprint: found.Fingerprint, HasFingerprint: found.HasFingerprint,
		}
		it.Observe(rc.vol, e)
		switch {
		case found.Analysis == store.Pending:
			rc.queueAnalysis(it, e)
		case !stands:
			it.Work = store.Describe
		}
		if err := rc.tx.InsertTogether(it); err != nil {
			return err
		}
		rc.v.Added++
		rc.arrived(it)
		rc.matched[it.ID] = struct{}{}
	}
	rc.v.Ahead = true
	return nil
}

// SameItems gives the items that the files of a listing are, by their identities and in its order, where each is known
// as it is now, has been read, and has one name. Else it gives nil.
func (s *Snapshot) SameItems(items []store.Item) []store.Item {
	by := make(map[tree.FileID]*store.Item, len(items))
	for i := range items {
		by[items[i].FileID] = &items[i]
	}
	out := make([]store.Item, len(s.Files))
	for i := range s.Files {
		e := &s.Files[i]
		it := by[e.ID]
		if it == nil || !settled(it, e) {
			return nil
		}
		out[i] = *it
		out[i].Name = e.Name
		delete(by, e.ID)
	}
	return out
}

// settled reports whether a file is that of a row, unchanged, with one name that proves itself, and all is known of it.
func settled(it *store.Item, e *tree.Entry) bool {
	return it.Matches(e) && e.Links == 1 && e.ID.Birth != 0 && it.State == store.Present && it.Work == store.NoWork &&
		(it.Analysis == store.Done || it.Analysis == store.None)
}

// moveTogether brings the items of a renamed directory to their new places, described as they were found to be there.
// It reports false, and has done nothing, where one of them is not any more what it was when that was found out.
func (rc *reconciliation) moveTogether() (bool, error) {
	if rc.Ahead == nil || rc.Ahead.Moved == nil || !rc.fresh {
		return false, nil
	}
	rows, err := rc.movers()
	if err != nil || rows == nil {
		return false, err
	}
	stands := rc.tx.StandsAbove(rc.Ahead.AsOf)
	for i := range rc.Files {
		it, found := rows[i], &rc.Ahead.Files[i]
		if err := rc.leaves(it); err != nil {
			return false, err
		}
		old := *it
		it.Dir, it.Root = rc.d.ID, rc.Root
		it.Observe(rc.vol, &rc.Files[i])
		it.Kind, it.Doc, it.Probed, it.Unread = found.Kind, found.Doc, found.Probed, false
		if !stands {
			it.Work = store.Describe
		}
		rc.matched[it.ID] = struct{}{}
		rc.present[it.Name] = it
		rc.v.Moved++
		if err := rc.tx.MoveTogether(&old, it); err != nil {
			return false, err
		}
	}
	return true, nil
}

// movers reads the rows of the items that were described ahead; nil where one is another by now.
func (rc *reconciliation) movers() ([]*store.Item, error) {
	from := rc.Ahead.Moved[0].Dir
	d, found, err := rc.dirByID(from)
	if err != nil || !found || !rc.LeftDirs[OldDir{d.Root, d.Path}] {
		return nil, err
	}
	rows, err := rc.tx.ItemsIn(from)
	if err != nil {
		return nil, err
	}
	by := make(map[int64]*store.Item, len(rows))
	for i := range rows {
		by[rows[i].ID] = &rows[i]
	}
	out := make([]*store.Item, len(rc.Files))
	for i := range rc.Files {
		was := &rc.Ahead.Moved[i]
		it := by[was.ID]
		if it == nil || it.Seq != was.Seq || it.Volume != rc.vol || !settled(it, &rc.Files[i]) {
			return nil, nil
		}
		out[i] = it
	}
	return out, nil
}
