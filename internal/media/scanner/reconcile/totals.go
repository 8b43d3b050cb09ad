package reconcile

import (
	"github.com/catalogizer/catalogizerd/internal/store"
)

// TotalDrift is the part of its size by which a file system may differ from before and be the same: what a server says
// is the free space of a pool too, in which others write.
const TotalDrift = 1.0 / 1000

// SameTotal reports whether two sizes are those of the same disks.
func SameTotal(a, b int64) bool {
	return a == 0 || b == 0 || float64(max(a, b)-min(a, b)) <= TotalDrift*float64(max(a, b))
}

// checkTotal notes that something is missing while the file system has another size than when all was there.
func (rc *reconciliation) checkTotal() error {
	if rc.Total == 0 {
		return nil
	}
	t, found, err := rc.tx.Total(rc.Root, rc.vol)
	switch {
	case err != nil:
		return err
	case !found: // what a walk ends with will be its size
		t = store.Total{Root: rc.Root, Volume: rc.vol, Dir: rc.Dir}
	case len(rc.Dir) < len(t.Dir):
		t.Dir = rc.Dir // the top of a file system is there for as long as it is
	case t.InDoubt() || rc.v.Missing == 0 && len(rc.v.GoneDirs) == 0 || SameTotal(t.Bytes, rc.Total):
		return nil
	default:
		t.Seen, t.Since, rc.v.TotalChanged = rc.Total, rc.Began, true
	}
	return rc.tx.SaveTotal(&t)
}
