package reconcile

import (
	"maps"
	"slices"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/ignore"
)

// youngAge is how long a file counts as young: programs that write through a memory map send no
// events at all, so a directory with a young file is looked at once more when it no longer is.
const youngAge = int64(10 * time.Minute)

// updateDir decides what the directory's own row says after the scan.
func (rc *reconciliation) updateDir(before store.Dir, oldDigest store.Digest) {
	v, d := &rc.v, &rc.d
	v.Unequal = v.Unequal || v.Open() || len(v.Growing) > 0 || len(rc.Broken) > 0
	d.Gone, d.GoneAt, d.Volume = false, 0, rc.vol
	rc.updateDigest(before, oldDigest)
	switch {
	case rc.part != nil && !rc.part.last:
		d.Stamp = 0
	case rc.complete():
		rc.updateStamp(before)
		d.Skipped = rc.Skipped
		for _, name := range slices.Sorted(maps.Keys(rc.Mounts)) {
			if before.Skipped.Covers(name) {
				d.Skipped.Cover(name)
			}
		}
	}
	d.RecheckAt = rc.recheckAt(before.RecheckAt)
}

// FreshStamp is how lately a directory may have changed, in nanoseconds, so that a later change could bear the same
// time.
const FreshStamp = int64(2 * time.Second)

// StampOf is what proves a polled directory's names: when they last changed, and what is passed over by the rules of
// the directories above. One that has an ignore file of its own has none: that may be written to in its place.
func StampOf(self *tree.Entry, above *ignore.Rules) int64 { return self.MTime ^ int64(above.Hash()) }

// updateStamp keeps what proves a polled directory's names.
func (rc *reconciliation) updateStamp(before store.Dir) {
	if !rc.KeepStamp {
		rc.d.Stamp = 0
		return
	}
	if before.Stamp != 0 && before.Stamp == rc.Stamp && rc.v.Added+rc.v.Missing+rc.v.Moved+len(rc.v.GoneDirs) > 0 {
		rc.v.StampWrong = true
	}
	rc.d.Stamp = 0
	if !rc.v.Unequal {
		rc.d.Stamp = rc.Stamp
	}
}

// recheckAt is when the directory is to be looked at again although no event asks for it: when its
// youngest file is no longer young. A partial scan keeps a later time that stood.
func (rc *reconciliation) recheckAt(stood int64) int64 {
	var at int64
	for i := range rc.Files {
		if a := rc.age(&rc.Files[i]); a >= 0 && a < youngAge {
			at = max(at, rc.seen()-a+youngAge)
		}
	}
	if !rc.complete() && stood > 0 { // it may be due already and not have been asked for yet
		return max(at, stood)
	}
	return at
}
