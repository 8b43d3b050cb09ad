package reconcile

import (
	"slices"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// markMissing marks missing what a complete, error-free scan did not show.
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

// isAbsent reports whether this scan proves that an item is no longer in its place.
func (rc *reconciliation) isAbsent(it *store.Item) bool {
	_, waits := rc.waiting[it.Name]
	return !waits && rc.provenAbsent(it.Name, it.Volume, rc.fileOtherwise)
}

// provenAbsent reports whether this scan proves that what the catalog has at a name of the directory is not there.
// otherwise says it of what answers to a name that is not listed.
func (rc *reconciliation) provenAbsent(name string, volume int64, otherwise func(string, tree.FileID) bool) bool {
	_, broken := rc.Broken[name]
	_, absent := rc.Absent[name]
	_, isDir := rc.Dirs[name]
	_, isFile := rc.find(name)
	_, ignored := rc.Ignored[name]
	id, answered := rc.Answered[name]
	switch {
	case broken, !rc.Volumes.Same(volume, rc.vol): // of another volume: it is on a disk that is not mounted here now
		return false
	case absent, !rc.Provisional:
		return true
	case isDir, isFile, ignored: // seen, and something else by now
		return true
	case answered:
		return otherwise(name, id)
	}
	rc.v.UnconfirmedAbsences = append(rc.v.UnconfirmedAbsences, name)
	return false
}

// fileOtherwise reports whether the file that answered to a name which is not listed is one that is, in another
// spelling: a lookup that ignores case finds it under both. Under another name altogether it proves nothing: the
// file may have both.
func (rc *reconciliation) fileOtherwise(name string, id tree.FileID) bool {
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

// dirOtherwise reports whether what answered to a name that is not listed is a directory that is, in another spelling.
func (rc *reconciliation) dirOtherwise(name string, id tree.FileID) bool {
	return id != tree.FileID{} && slices.ContainsFunc(rc.Subdirs, func(e tree.Entry) bool {
		return e.ID == id && SameSpelling(e.Name, name)
	})
}

// markSubdirsGone marks gone the directories below that a whole scan did not show.
func (rc *reconciliation) markSubdirsGone() error {
	if !rc.complete() || rc.fresh || rc.part != nil && !rc.part.last {
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
		if !rc.provenAbsent(name, sub.Volume, rc.dirOtherwise) {
			rc.v.Unequal = true
			continue
		}
		rc.v.SkippedChanged = rc.v.SkippedChanged || sub.Skipped != store.Skipped{}
		if err := rc.tx.MarkGone(sub, rc.Ended); err != nil {
			return err
		}
		rc.v.GoneDirs = append(rc.v.GoneDirs, *sub)
	}
	return nil
}
