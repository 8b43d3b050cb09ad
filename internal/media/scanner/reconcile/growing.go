package reconcile

import (
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Growing reports whether a file was touched so lately that it may not be whole. A time in the future
// is no reason to wait for ever.
func (s *Snapshot) Growing(e *tree.Entry) bool {
	a := s.age(e)
	return a >= 0 && a < s.Debounce-quietTolerance
}

// age is how long ago a file was last touched when all had been looked at, by the clock of its file system: its ctime
// where there is one, since a program can set the other to anything. By the scan's beginning, one that was touched
// meanwhile would pass for one whose time lies in the future.
func (s *Snapshot) age(e *tree.Entry) int64 {
	if e.CTime != 0 {
		return s.seen() - e.CTime
	}
	return s.seen() - e.MTime
}

func (s *Snapshot) seen() int64 { return max(s.Began, s.Ended) }

// quietTolerance is how coarse the kernel's clock for file times may be.
const quietTolerance = 20e6

// queueAnalysis leaves an item to the analyzer once it is quiet.
func (rc *reconciliation) queueAnalysis(it *store.Item, e *tree.Entry) {
	switch {
	case rc.Growing(e):
		rc.isGrowing(e)
	case it.Analysis == store.Pending && it.Work == store.NoWork:
		it.Work = store.Analyse
	}
}

// isGrowing notes a file that is to be looked at again once it has been quiet.
func (rc *reconciliation) isGrowing(e *tree.Entry) { rc.v.Growing = append(rc.v.Growing, e.Name) }
