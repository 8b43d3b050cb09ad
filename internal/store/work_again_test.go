package store

import (
	"context"
	"testing"
)

func TestAnalyseAgainMakesWorkOfWhatIsThere(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	failed := r.put(root, "a.mkv", func(it *Item) { it.Analysis, it.Error, it.Attempts, it.RetryAt = Failed, "broken", 5, 1<<60 })
	empty := r.put(root, "b.mkv", func(it *Item) { it.Analysis, it.Size = None, 0 })
	missing := r.put(root, "c.mkv", func(it *Item) { it.Analysis, it.State = Done, Missing })
	head, generation := r.Head(), r.WorkGeneration()
	n, err := r.AnalyseAgain(context.Background(), []int64{failed.ID, empty.ID, missing.ID, 999})
	if err != nil || n != 2 {
		t.Errorf("%d items, %v, want the two that are there", n, err)
	}
	if it := r.item(failed.ID); it.Work != Analyse || it.RetryAt != 0 || it.Attempts != 0 || it.Error != "broken" {
		t.Errorf("%+v is not to be read again, with what is known of it", it)
	}
	if it := r.item(empty.ID); it.Work != Describe {
		t.Errorf("an empty file has the work %v", it.Work)
	}
	if it := r.item(missing.ID); it.Work != NoWork {
		t.Errorf("a missing file has the work %v", it.Work)
	}
	if r.Head() != head || r.WorkGeneration() == generation {
		t.Error("the feed tells of it before it is read, or the analyzer does not hear of it")
	}
}
