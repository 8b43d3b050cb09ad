package reconcile

import (
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// ahead is what was found out of the files that are reconciled before they are written; nil where nothing was.
func (rc *reconciliation) ahead() *store.Ahead {
	if rc.part != nil {
		return rc.part.Ahead
	}
	return rc.Ahead
}

// insertTogether adds all files of a new directory with what was found of them ahead. If what lies above is not what
// was joined to them, they are described once more.
func (rc *reconciliation) insertTogether(ahead *store.Ahead) error {
	return rc.insertAhead(ahead, rc.tx.StandsAbove(ahead.AsOf), rc.tx.InsertTogether)
}

// insertPart adds the files of a part of a new directory. What speaks for all of it has those described anew that came
// before it, and those of this part where it came while they were analysed.
func (rc *reconciliation) insertPart(ahead *store.Ahead) error {
	stands, err := rc.stands(ahead)
	if err != nil {
		return err
	}
	err = rc.insertAhead(ahead, stands, func(items []store.Item) error {
		for i := range items {
			rc.speaks(&items[i])
			if err := rc.tx.InsertPart(&items[i], rc.part.from, rc.part.to); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return rc.markSpokenFor()
}

// stands reports whether what lies above the directory, and what speaks for all of it where it comes in parts, is what
// was joined to its files.
func (rc *reconciliation) stands(ahead *store.Ahead) (bool, error) {
	if stands := rc.tx.StandsAbove(ahead.AsOf); !stands || rc.part == nil {
		return stands, nil
	}
	spoken, err := rc.tx.SpokenSince(rc.d.ID, ahead.Since)
	return !spoken, err
}

// speaks notes an item of a part that speaks for all of the directory.
func (rc *reconciliation) speaks(it *store.Item) {
	if rc.speaker == nil || rc.tx.SpeaksWider(it, rc.speaker) {
		rc.speaker = it
	}
}

// markSpokenFor leaves what came before a part to be described anew, where something of it speaks for all.
func (rc *reconciliation) markSpokenFor() error {
	if rc.speaker == nil || rc.part.n == 0 {
		return nil
	}
	return rc.tx.MarkAll(rc.speaker)
}

// insertAhead adds files with what was found of them ahead. Where that does not stand, they are described once more.
func (rc *reconciliation) insertAhead(ahead *store.Ahead, stands bool, insert func([]store.Item) error) error {
	items := make([]store.Item, 0, len(ahead.Files))
	for i := range rc.filesIn(rc.part) {
		e, found := &rc.Files[i], &ahead.Files[len(items)]
		items = append(items, store.Item{
			ID: ahead.First + int64(len(items)), Dir: rc.d.ID, Root: rc.Root, Added: rc.Began,
			Kind: found.Kind, Doc: found.Doc, Probed: found.Probed, Analysis: found.Analysis,
			Fingerprint: found.Fingerprint, HasFingerprint: found.HasFingerprint,
		})
		it := &items[len(items)-1]
		it.Observe(rc.vol, e)
		switch {
		case found.Analysis == store.Pending:
			rc.queueAnalysis(it, e)
		case !stands:
			it.Work = store.Describe
		}
	}
	if err := insert(items); err != nil {
		return err
	}
	for i := range items {
		rc.arrived(&items[i])
		rc.matched[items[i].ID] = struct{}{}
	}
	rc.v.Added += len(items)
	rc.v.Ahead = true
	return nil
}

// SameItems gives the items that files of a listing are, by their identities and in its order, where each is known as it
// is now, has been read by such a name as it has now, and has one name. Else it gives nil.
func SameItems(files []tree.Entry, items []store.Item) []store.Item {
	by := make(map[tree.FileID]*store.Item, len(items))
	for i := range items {
		by[items[i].FileID] = &items[i]
	}
	out := make([]store.Item, len(files))
	for i := range files {
		e := &files[i]
		it := by[e.ID]
		if it == nil || !settled(it, e) || it.Analysis != store.None && readOtherwise(it, e.Name) {
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

// moveTogether brings the items of a renamed directory, or of a part of it, to their new places, described as they were
// found to be there. It reports false, and has done nothing, where one of them is not any more what it was when that was
// found out.
func (rc *reconciliation) moveTogether() (bool, error) {
	ahead := rc.ahead()
	if ahead == nil || ahead.Moved == nil || !(rc.fresh || rc.part != nil && len(rc.present)+len(rc.lost) == 0) {
		return false, nil
	}
	rows, err := rc.movers(ahead)
	if err != nil || rows == nil {
		return false, err
	}
	stands, err := rc.stands(ahead)
	if err != nil {
		return false, err
	}
	n := 0
	for i := range rc.filesIn(rc.part) {
		it, found := rows[n], &ahead.Files[n]
		n++
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
		if rc.part == nil {
			err = rc.tx.MoveTogether(&old, it)
		} else {
			rc.speaks(it)
			err = rc.tx.MovePart(&old, it, rc.part.from, rc.part.to)
		}
		if err != nil {
			return false, err
		}
	}
	return true, rc.markSpokenFor()
}

// movers reads the rows of the items that were described ahead; nil where one is another by now.
func (rc *reconciliation) movers(ahead *store.Ahead) ([]*store.Item, error) {
	if len(ahead.Moved) == 0 {
		return nil, nil
	}
	from := ahead.Moved[0].Dir
	d, found, err := rc.dirByID(from)
	if err != nil || !found || !rc.LeftDirs[OldDir{d.Root, d.Path}] {
		return nil, err
	}
	var rows []store.Item
	if rc.part == nil {
		rows, err = rc.tx.ItemsIn(from)
	} else {
		rows, err = rc.tx.ItemsBetween(from, rc.part.from, rc.part.to)
	}
	if err != nil {
		return nil, err
	}
	by := make(map[int64]*store.Item, len(rows))
	for i := range rows {
		by[rows[i].ID] = &rows[i]
	}
	out := make([]*store.Item, 0, len(ahead.Moved))
	for i := range rc.filesIn(rc.part) {
		was := &ahead.Moved[len(out)]
		it := by[was.ID]
		if it == nil || it.Seq != was.Seq || it.Volume != rc.vol || !settled(it, &rc.Files[i]) {
			return nil, nil
		}
		out = append(out, it)
	}
	return out, nil
}
