package reconcile

import (
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
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

// While a directory is listed its files are written to: those are young, and not of the future.
func TestAFileThatIsTouchedDuringItsScanIsYoung(t *testing.T) {
	began := time.Now().UnixNano()
	s := &Snapshot{Began: began, Ended: began + int64(time.Second), Debounce: int64(500 * time.Millisecond)}
	for after, want := range map[time.Duration]bool{
		-time.Second: false, 100 * time.Millisecond: false, 800 * time.Millisecond: true, time.Hour: false,
	} {
		if got := s.Growing(&tree.Entry{CTime: began + int64(after)}); got != want {
			t.Errorf("touched %v after the scan began, which took a second: growing %t, want %t", after, got, want)
		}
	}
	s.Files = []tree.Entry{{CTime: began + int64(800*time.Millisecond)}}
	rc := &reconciliation{Snapshot: s}
	if at, want := rc.recheckAt(0), s.Files[0].CTime+youngAge; at != want {
		t.Errorf("looked at again %v after it began, want %v", time.Duration(at-began), time.Duration(want-began))
	}
}
