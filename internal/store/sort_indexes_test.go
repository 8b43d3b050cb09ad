package store

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

// indexAtOnce indexes as a pass does during which nobody asks, once that is over.
func (r *running) indexAtOnce() {
	r.t.Helper()
	over, all := r.indexBeside()
	close(over)
	all()
}

// indexBeside indexes beside a pass, which is over when the channel is closed; all waits until all is indexed.
func (r *running) indexBeside() (over chan struct{}, all func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended, over := make(chan error, 1), make(chan struct{})
	go func() { ended <- r.IndexAtOnce(ctx, over) }()
	return over, func() {
		r.t.Helper()
		defer cancel()
		for r.indexed.Load() == 0 || !r.Indexed() {
			select {
			case err := <-ended:
				r.t.Fatalf("indexing ended: %v", err)
			case <-time.After(time.Millisecond):
			}
		}
		cancel()
		if err := <-ended; err != nil {
			r.t.Errorf("indexing ended: %v", err)
		}
	}
}

// TestAFirstPassIsIndexedBesideIt: behind it at a distance, without what sorts, which is built when it is over.
func TestAFirstPassIsIndexedBesideIt(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	over, all := r.indexBeside()
	r.sized(root, sortsLater+behindPass)
	for r.indexed.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	if _, unbuilt := r.missingOfSchema(); len(unbuilt) == 0 {
		t.Error("what sorts is kept while the pass goes on")
	}
	if r.Indexed() {
		t.Error("all is indexed before the pass is over")
	}
	r.put(root, "last", func(it *Item) { it.Size = sortsLater + behindPass })
	close(over)
	all()
	if n := r.bySize(sortsLater); n == 0 {
		t.Error("nothing is sorted by size")
	}
	if difference, unbuilt := r.missingOfSchema(); difference != "" || len(unbuilt) > 0 {
		t.Errorf("%s, %d indexes are not built", difference, len(unbuilt))
	}
	if n := r.numbers("SELECT count(*) FROM sort_keys")[0]; n != sortsLater+behindPass+1 {
		t.Errorf("%d of %d are sorted", n, sortsLater+behindPass+1)
	}
}

// missingOfSchema says what a catalog lacks, and what of it is only not built.
func (r *running) missingOfSchema() (difference string, unbuilt []object) {
	r.t.Helper()
	err := r.read(context.Background(), func(c *conn) error {
		_, files, err := versions(c)
		if err != nil {
			return err
		}
		wanted, err := schemaOf(c.ctx, files)
		if err != nil {
			return err
		}
		difference, unbuilt, err = compareSchema(c, wanted)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return difference, unbuilt
}

// bySize counts the items that a list by size shows in their order.
func (r *running) bySize(limit int) (n int) {
	r.t.Helper()
	res, err := r.Query(context.Background(), Query{Sort: "size", Limit: limit, Within: unhurried})
	if err != nil {
		r.t.Fatal(err)
	}
	for i := range res.Items {
		if res.Items[i].Size != int64(i) {
			r.t.Errorf("item %d by size has %d", i, res.Items[i].Size)
		}
	}
	return len(res.Items)
}

// sized puts n items into the catalog, the largest first.
func (r *running) sized(root int64, n int) {
	r.t.Helper()
	r.update(func(tx *Tx) error {
		for i := range n {
			if _, err := putIn(tx, root, fmt.Sprintf("%d/%d", i/1000, i), func(it *Item) { it.Size = int64(n - 1 - i) }); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestAFirstPassBuildsTheSortsWhenAllIsThere(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	r.sized(root, sortsLater)
	r.indexAtOnce()
	if difference, unbuilt := r.missingOfSchema(); difference != "" || len(unbuilt) > 0 {
		t.Errorf("%s, %d indexes are not built", difference, len(unbuilt))
	}
	if n := r.bySize(100); n != 100 {
		t.Errorf("%d items by size", n)
	}
	r.put(root, "later", func(it *Item) { it.Size = -1 })
	r.indexAtOnce() // of a catalog that is indexed: with what it has
	if n := r.numbers("SELECT count(*) FROM sort_keys")[0]; n != sortsLater+1 {
		t.Errorf("%d of %d are sorted", n, sortsLater+1)
	}
}

// TestABrokenOffPassLeavesAWholeCatalog: it can be read and copied as it is, and the next start builds the sorts.
func TestABrokenOffPassLeavesAWholeCatalog(t *testing.T) {
	dir := t.TempDir()
	r := runAt(t, dir, Options{})
	defer r.stop()
	r.sized(r.addRoot("films"), sortsLater)
	dropped, err := r.dropSorts(t.Context())
	if err != nil || len(dropped) == 0 {
		t.Fatalf("%d indexes dropped, %v", len(dropped), err)
	}
	if err := errors.Join(r.indexNext(t.Context(), newSorter()), r.buildSort(t.Context(), dropped[0])); err != nil {
		t.Fatal(err)
	}
	if difference, unbuilt := r.missingOfSchema(); difference != "" || len(unbuilt) != len(dropped)-1 {
		t.Errorf("%s, %d indexes are not built", difference, len(unbuilt))
	}
	copied := t.TempDir() + "/copy.db"
	if err := Backup(t.Context(), dir, copied); err != nil {
		t.Error(err)
	}
	reader, err := OpenReader(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if n := reader.ItemCounts().Items; n != sortsLater {
		t.Errorf("a reader sees %d items", n)
	}
	if err := reader.Close(); err != nil {
		t.Error(err)
	}
	r.stop()
	restored := t.TempDir()
	if _, err := Restore(t.Context(), copied, restored); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{dir, restored} {
		next := runAt(t, dir, Options{})
		if difference, unbuilt := next.missingOfSchema(); difference != "" || len(unbuilt) > 0 {
			t.Errorf("%s, %d indexes are not built after a start", difference, len(unbuilt))
		}
		next.indexAll()
		if n := next.bySize(sortsLater); n == 0 {
			t.Error("nothing is sorted by size")
		}
		next.stop()
	}
}

// What sorts works is built when all are written; a pass that is broken off before leaves that to the next start.
func TestAFirstPassBuildsWhatSortsWorksWhenAllAreThere(t *testing.T) {
	for _, brokenOff := range []bool{false, true} {
		dir := t.TempDir()
		r := runAt(t, dir, Options{})
		r.sized(r.addRoot("films"), sortsLater)
		k := r.NewWorkKeeper()
		if err := k.PutOffSorts(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, unbuilt := r.missingOfSchema(); len(unbuilt) != len(worksBuiltLater) {
			t.Errorf("%d indexes are put off", len(unbuilt))
		}
		b := WorkBatch{Upto: r.Head()}
		for i := range 10 {
			b.Puts = append(b.Puts, fresh(WorkView{Kind: WorkMovie, Title: fmt.Sprint(9 - i), SortTitle: fmt.Sprint(9 - i), Items: 1}))
		}
		if err := k.Write(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if brokenOff {
			r.stop()
			r = runAt(t, dir, Options{})
		} else if err := k.BuildSorts(t.Context()); err != nil {
			t.Fatal(err)
		}
		if difference, unbuilt := r.missingOfSchema(); difference != "" || len(unbuilt) > 0 {
			t.Errorf("broken off: %v, %s, %d indexes are not built", brokenOff, difference, len(unbuilt))
		}
		res, err := r.QueryWorks(t.Context(), WorkQuery{Limit: 100})
		if err != nil || len(res.Works) != 10 || res.Works[0].Title != "0" {
			t.Errorf("broken off: %v, %d works, %v", brokenOff, len(res.Works), err)
		}
		if err := r.NewWorkKeeper().PutOffSorts(t.Context()); err != nil {
			t.Error(err)
		}
		if _, unbuilt := r.missingOfSchema(); len(unbuilt) > 0 {
			t.Errorf("%d indexes of works that there are were put off", len(unbuilt))
		}
		r.stop()
	}
}

// TestSortsAreBuiltWithoutAPlaceForFiles: where no temporary file can be made, they are sorted in memory.
func TestSortsAreBuiltWithoutAPlaceForFiles(t *testing.T) {
	var places []string
	err := inFileOrMemory(func(place string) error {
		if places = append(places, place); place == "FILE" {
			return errors.New("no place")
		}
		return nil
	})
	if err != nil || len(places) != 2 || places[1] != "MEMORY" {
		t.Errorf("sorted in %v: %v", places, err)
	}
}
