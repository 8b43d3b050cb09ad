package analyzer

import (
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// TestWhatWaitsForTheStoreIsBoundedByItsBytes: files decide how much is known of them, and hundreds may wait.
func TestWhatWaitsForTheStoreIsBoundedByItsBytes(t *testing.T) {
	inWorld(t, func(w *world) {
		w.begin()
		l := newRootWorker(w.a, Root{Name: "other", ID: w.root, Tree: w.tree, Workers: 2})
		l.ready = []*store.Task{{}} // more work waits, so nothing is written for lack of it
		for i := range 100 {
			task := &store.Task{ID: int64(1000 + i), Path: "f"}
			l.running++
			l.collect(t.Context(), outcome{task: task, row: &store.Analysed{
				Task: task, Doc: make([]byte, media.MaxDocument), Probed: make([]byte, media.MaxDocument),
			}})
			if n := len(l.pending); n >= recordRows || n*2*media.MaxDocument > recordBytes {
				t.Fatalf("%d outcomes of %d bytes wait", n, 2*media.MaxDocument)
			}
			for l.writing > 0 {
				l.noteWritten(<-l.written)
			}
		}
	})
}
