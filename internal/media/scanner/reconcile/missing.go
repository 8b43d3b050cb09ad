package reconcile

import (
	"slices"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// markMissing marks missing what a complete, error-free look did not show.
func (rc *reconciliation) markMissing() error {
	for _, it := range rc.present {
		if _, ok := rc.matched[it.ID]; ok {
			continue
		}
		if !rc.isAbsent(it) {
			rc.v.Unequal = true
			continue
		}
		rc.replaced = append(rc.replaced, *it)
		mark := rc.tx.MarkMissing
		if _, ok := rc.Mounts[it.Name]; ok {
			mark = rc.tx.HoldCovered
		}
		if err := mark(it, rc.Began); err != nil {
			return err
		}
		rc.v.Missing++
	}
	return nil
}

// isAbsent reports whether this look proves that an item is no longer in its place.
func (rc *reconciliation) isAbsent(it *store.Item) bool {
	if !rc.Volumes.Same(it.Volume, rc.vol) { // it is on a disk that is not mounted here now
		return false
	}
	if _, ok := rc.Broken[it.Name]; ok {
		return false
	}
	if _, ok := rc.waiting[it.Name]; ok {
		return false
	}
	if _, ok := rc.Absent[it.Name]; ok || !rc.Provisional {
		return true
	}
	if _, ok := rc.Dirs[it.Name]; ok { // seen, and something else by now
		return true
	}
	if _, ok := rc.listed[it.Name]; ok {
		return true
	}
	if _, ok := rc.Ignored[it.Name]; ok {
		return true
	}
	if id, ok := rc.Answered[it.Name]; ok {
		return rc.listedOtherwise(it.Name, id)
	}
	rc.v.UnconfirmedAbsences = append(rc.v.UnconfirmedAbsences, it.Name)
	return false
}

// listedOtherwise reports whether the file that answered to a name which is not listed is one that is, in another
// spelling: a lookup that ignores case finds it under both. Under another name altogether it proves nothing: the
// file may have both.
func (rc *reconciliation) listedOtherwise(name string, id tree.FileID) bool {
	if id == (tree.FileID{}) {
		return false
	}
	for i := range rc.Files {
		if f := &rc.Files[i]; f.ID == id && f.Links <= 1 && SameSpelling(f.Name, name) {
			return true
		}
	}
	return false
}

// subOtherwise reports whether what answered to a name that is not listed is a directory that is, in another spelling.
func (rc *reconciliation) subOtherwise(name string, id tree.FileID) bool {
	return id != tree.FileID{} && slices.ContainsFunc(rc.Subdirs, func(e tree.Entry) bool { return e.ID == id && SameSpelling(e.Name, name) })
}

// markSubdirsGone marks gone the directories below that a whole look did not show.
func (rc *reconciliation) markSubdirsGone() error {
	if !rc.complete() || rc.part != nil && !rc.part.last {
		return nil
	}
	known, err := rc.tx.Subdirs(rc.d.ID)
	if err != nil {
		return err
	}
	for i := range known {
		sub := &known[i]
		name := tree.Base(sub.Path)
		if _, ok := rc.Dirs[name]; ok {
			continue
		}
		if _, ok := rc.Broken[name]; ok || !rc.Volumes.Same(sub.Volume, rc.vol) {
			rc.v.Unequal = true
			continue
		}
		if _, ok := rc.Absent[name]; rc.Provisional && !ok {
			_, seen := rc.listed[name] // and no directory, or none that is catalogued
			if !seen {
				_, seen = rc.Ignored[name]
			}
			if id, answered := rc.Answered[name]; !seen && answered {
				if seen = rc.subOtherwise(name, id); !seen {
					rc.v.Unequal = true
					continue
				}
			}
			if !seen {
				rc.v.UnconfirmedAbsences, rc.v.Unequal = append(rc.v.UnconfirmedAbsences, name), true
				continue
			}
		}
		rc.v.SkippedChanged = rc.v.SkippedChanged || sub.Skipped != store.Skipped{}
		if err := rc.tx.MarkGone(sub, rc.Ended); err != nil {
			return err
		}
		rc.v.GoneDirs = append(rc.v.GoneDirs, *sub)
	}
	return nil
}
