package scanner

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// A library that was copied today has more directories of young times than are remembered: with each poll some of them
// are proven all the same, and none is forgotten for those that are gone.
func TestMoreCoarseStampsThanAreRememberedAreProvenPollByPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c coarseStamps
		mtime := time.Now().Truncate(time.Second).Add(-time.Hour).UnixNano()
		poll := func(of string, dirs int, proven map[string]bool) {
			time.Sleep(2 * time.Minute)
			for i := range dirs {
				g := &reconcile.Snapshot{Dir: fmt.Sprintf("%s%d", of, i), Self: tree.Entry{MTime: mtime}, Began: time.Now().UnixNano()}
				if g.Ended = g.Began; !proven[g.Dir] && c.proves(g) {
					proven[g.Dir] = true
				}
			}
		}
		poll("removed", maxCoarse, map[string]bool{})
		time.Sleep(coarseKept)
		proven := map[string]bool{}
		for range 4 {
			poll("", 3*maxCoarse, proven)
		}
		if len(proven) != 3*maxCoarse || len(c.seen) > maxCoarse {
			t.Errorf("%d of %d directories are proven, %d are remembered", len(proven), 3*maxCoarse, len(c.seen))
		}
	})
}
