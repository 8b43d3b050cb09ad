package reconcile

import (
	"testing"
	"time"
)

// More directories than are asked for at once may be due, and be hinted at before it is their turn.
func TestALookAtSomeNamesLeavesADirectoryDue(t *testing.T) {
	now := time.Now().UnixNano()
	due := now - int64(5*time.Second)
	rc := &reconciliation{Snapshot: &Snapshot{Began: now, Names: []string{"x"}}}
	if at := rc.recheckAt(due); at != due {
		t.Errorf("due at %d, and then %d", due, at)
	}
	rc.Names = nil
	if at := rc.recheckAt(due); at != 0 {
		t.Errorf("looked at whole, and due at %d all the same", at)
	}
}
