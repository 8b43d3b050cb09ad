package analyzer

import (
	"testing"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// Releases before left files unread that had been growing; the process may also end while some do.
func TestWhatWasLeftUnreadIsReadAtTheStart(t *testing.T) {
	inWorld(t, func(w *world) {
		w.write("left.png", picture(3, 2))
		w.write("empty.png", nil)
		w.catalogue()
		it := w.row("left.png")
		w.update(func(tx *store.Tx) error {
			old := it
			it.Work = store.NoWork
			return tx.SaveQuietly(&old, &it)
		})
		w.begin()
		w.rest()
		if it = w.row("left.png"); it.Analysis != store.Done || !it.HasFingerprint {
			t.Errorf("analysis %v: %s", it.Analysis, it.Doc)
		}
	})
}
