package reconcile

import (
	"slices"
)

// Volumes are the file systems of a root, by their numbers in the store: the one that it is on, and those before it of
// which items are still to be found again on that. It never changes.
type Volumes struct {
	Now    int64
	Former []int64
}

// Same reports whether two file systems are the same, or both this root's.
func (v *Volumes) Same(a, b int64) bool { return a == b || v.has(a) && v.has(b) }

func (v *Volumes) has(volume int64) bool {
	return len(v.Former) > 0 && (volume == v.Now || slices.Contains(v.Former, volume))
}

// replacedBy are those that the present one took the place of, where that is the one asked for: a disk below the root,
// into which its tree crosses, took nobody's.
func (v *Volumes) replacedBy(volume int64) []int64 {
	if volume != v.Now {
		return nil
	}
	return v.Former
}
