package store

import (
	"testing"
	"time"
)

// A clock that was ahead by years, and is set back, has left times in the catalog that do not come for as long.
func TestWhatWasPutOffByAClockThatWasAheadIsDue(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	now := time.Now()
	future := now.AddDate(3, 0, 0).UnixNano()
	gone := r.put(root, "gone.mkv", func(it *Item) { it.State, it.MissingAt = Missing, future })
	failed := r.put(root, "failed.mkv", func(it *Item) { it.Analysis, it.RetryAt = Failed, future })
	soon := r.put(root, "soon.mkv", func(it *Item) { it.Analysis, it.RetryAt = Failed, now.Add(7*24*time.Hour).UnixNano() })
	just := r.put(root, "just.mkv", func(it *Item) { it.State, it.MissingAt = Missing, now.UnixNano() })
	r.update(func(tx *Tx) error {
		d, err := tx.EnsureDir(root, "later", 1)
		if err != nil {
			return err
		}
		d.RecheckAt = future
		return tx.SaveDir(&d)
	})
	r.update(func(tx *Tx) error {
		missing, err := tx.MissingItems(root, now.Add(-10*time.Second).UnixNano(), 10)
		if err != nil || len(missing) != 1 || missing[0].ID != gone.ID {
			t.Errorf("missing for long: %+v, %v; want %d alone, not %d", missing, err, gone.ID, just.ID)
		}
		return err
	})
	if at, err := r.NextRetry(t.Context()); err != nil || at > time.Now().UnixNano() {
		t.Errorf("the next is tried again at %v: %v", time.Unix(0, at), err)
	}
	r.update(func(tx *Tx) error {
		n, err := tx.Retry(now.UnixNano(), 10)
		if err != nil || n != 1 {
			t.Errorf("%d are tried again: %v", n, err)
		}
		for id, want := range map[int64]Work{failed.ID: Analyse, soon.ID: NoWork} {
			if it, _, err := tx.Item(id); err != nil || it.Work != want {
				t.Errorf("%s: %v, %v", it.Name, it.Work, err)
			}
		}
		return err
	})
	due, _, err := r.DueDirs(t.Context(), root, now.UnixNano(), 10)
	if err != nil || len(due) != 1 || due[0].Path != "later" {
		t.Errorf("due: %+v, %v", due, err)
	}
}
