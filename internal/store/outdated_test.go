package store

import (
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// TestWhatAnOlderVersionDescribedIsOutdated: whoever reads other things of bytes has them read, whoever only tells them
// in other words has them told anew; and what waits for something else is left to that.
func TestWhatAnOlderVersionDescribedIsOutdated(t *testing.T) {
	r := runFresh(t, Options{Described: NewVersion(3, 5)})
	root := r.addRoot("films")
	ids := map[string]int64{}
	for name, edit := range map[string]func(*Item){
		"before there were versions": func(it *Item) { it.Described = 0 },
		"older bytes":                func(it *Item) { it.Described = NewVersion(2, 5) },
		"older words":                func(it *Item) { it.Described = NewVersion(3, 4) },
		"empty":                      func(it *Item) { it.Described, it.Analysis = 0, None },
		"failed":                     func(it *Item) { it.Described, it.Analysis = 0, Failed },
		"of today":                   func(it *Item) {},
		"of a newer version":         func(it *Item) { it.Described = NewVersion(4, 0) },
		"never read":                 func(it *Item) { it.Described, it.Analysis = 0, Pending },
		"on the list":                func(it *Item) { it.Described, it.Work = 0, Verify },
		"missing":                    func(it *Item) { it.Described, it.State = 0, Missing },
	} {
		it := r.put(root, name, func(it *Item) { it.Analysis = Done })
		ids[name] = it.ID
		old := it
		edit(&it)
		r.update(func(tx *Tx) error { return tx.Save(&old, &it) })
	}
	tasks, err := r.Outdated(t.Context(), root, 100)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]Work{"before there were versions": Analyse, "older bytes": Analyse, "older words": Describe, "empty": Describe, "failed": Analyse}
	for _, task := range tasks {
		if want[task.Name] != task.Work || !task.Outdated {
			t.Errorf("%s: work %d, outdated %t, want work %d", task.Name, task.Work, task.Outdated, want[task.Name])
		}
		delete(want, task.Name)
	}
	if n, err := r.CountOutdated(t.Context(), root); err != nil || len(want) != 0 || n != int64(len(tasks)) {
		t.Errorf("%d are counted and %d read, without %v (%v)", n, len(tasks), want, err)
	}
}

// TestBeingDescribedAnewIsNoChangeWhereNothingElseIsSaid: and who was only told anew has not been read anew.
func TestBeingDescribedAnewIsNoChangeWhereNothingElseIsSaid(t *testing.T) {
	r := runFresh(t, Options{Described: NewVersion(3, 5)})
	root := r.addRoot("films")
	var ids []int64
	for _, name := range []string{"a.mkv", "b.mkv"} {
		it := r.put(root, name, func(it *Item) {
			it.Analysis, it.Kind, it.Doc, it.Probed = Done, media.KindVideo, []byte(`"title":"a"`), []byte(`{"kind":"video"}`)
		})
		old := it
		it.Described = NewVersion(3, 4)
		r.update(func(tx *Tx) error { return tx.SaveQuietly(&old, &it) })
		ids = append(ids, it.ID)
	}
	head := r.Head()
	for _, doc := range []string{`"title":"a"`, `"title":"other"`} {
		tasks, err := r.Outdated(t.Context(), root, 1)
		if err != nil || len(tasks) != 1 {
			t.Fatalf("%d tasks, %v", len(tasks), err)
		}
		a := Analysed{Task: &tasks[0], Kind: media.KindVideo, Doc: []byte(doc), Analysis: Done, AsOf: r.Head()}
		if tasks[0].ID == ids[0] {
			r.update(func(tx *Tx) error { _, err := tx.Record(&a); return err })
		} else {
			r.update(func(tx *Tx) error { return tx.Redescribed(&a) })
		}
		if same := doc == `"title":"a"`; same != (r.Head() == head) {
			t.Errorf("%s: the feed went from %d to %d", doc, head, r.Head())
		}
	}
	if n, err := r.CountOutdated(t.Context(), root); n != 0 || err != nil {
		t.Errorf("%d are still outdated, %v", n, err)
	}
	if got := NewVersion(3, 5).readBy(NewVersion(2, 1)); got != NewVersion(2, 5) {
		t.Errorf("told by 5 of what 2 read is %x", got)
	}
}

// TestAnOutdatedFileThatIsAnotherByNowIsPending: the look that it needs puts it back on the list, and until then nobody
// tries it again and again.
func TestAnOutdatedFileThatIsAnotherByNowIsPending(t *testing.T) {
	r := runFresh(t, Options{Described: NewVersion(1, 1)})
	root := r.addRoot("films")
	it := r.put(root, "a.mkv", func(it *Item) { it.Analysis = Done })
	old := it
	it.Described = 0
	r.update(func(tx *Tx) error { return tx.SaveQuietly(&old, &it) })
	tasks, err := r.Outdated(t.Context(), root, 10)
	if err != nil || len(tasks) != 1 {
		t.Fatal(tasks, err)
	}
	r.update(func(tx *Tx) error { return tx.Defer(&tasks[0]) })
	again, err := r.Outdated(t.Context(), root, 10)
	work, err2 := r.Tasks(t.Context(), root, 10)
	if err != nil || err2 != nil || len(again)+len(work) != 0 || r.ItemCounts().Pending != 1 {
		t.Errorf("outdated %v, work %v, %+v, %v, %v", again, work, r.ItemCounts(), err, err2)
	}
}

// TestWhatComesBackOutdatedIsWork: the analyzer hears of what it could not see while the catalog was described anew.
func TestWhatComesBackOutdatedIsWork(t *testing.T) {
	r := runFresh(t, Options{Described: NewVersion(1, 1)})
	root := r.addRoot("films")
	it := r.put(root, "a.mkv", func(it *Item) { it.Analysis = Done })
	save := func(edit func(*Item)) {
		old := it
		edit(&it)
		r.update(func(tx *Tx) error { return tx.Save(&old, &it) })
	}
	save(func(it *Item) { it.Described, it.State = 0, Missing })
	gen := r.WorkGeneration()
	save(func(it *Item) { it.State = Present })
	if r.WorkGeneration() == gen {
		t.Error("nobody is told")
	}
	gen = r.WorkGeneration()
	save(func(it *Item) { it.Described = NewVersion(1, 1) })
	if r.WorkGeneration() != gen {
		t.Error("what is described by this version is told as work")
	}
}

func TestOutdatedItemsAreFoundByTheirIndex(t *testing.T) {
	r := runFresh(t, Options{Described: NewVersion(1, 1)})
	var plan []string
	err := r.read(t.Context(), func(c *conn) error {
		sql := "EXPLAIN QUERY PLAN " + taskSQL + r.outdatedSQL() + " ORDER BY i.root, i.described, i.id LIMIT ?"
		return c.each(sql, func(r row) error {
			plan = append(plan, r.text(3))
			return nil
		}, int64(1), int64(1), int64(1))
	})
	if err != nil || !slices.Contains(plan, "SEARCH i USING INDEX items_outdated (root=? AND described<?)") || len(plan) != 2 {
		t.Errorf("%q, %v", plan, err)
	}
}

// TestWhatIsUpToDateIsNotInTheIndexOfOutdatedItems: it would be as large as that of the places. What SQLite may not
// look for by an index does not stand in it.
func TestWhatIsUpToDateIsNotInTheIndexOfOutdatedItems(t *testing.T) {
	r := runFresh(t, Options{Described: OutdatedBelow})
	root := r.addRoot("films")
	r.put(root, "new", func(it *Item) { it.Analysis = Done })
	r.put(root, "old", func(it *Item) { it.Analysis = Done })
	const all = "SELECT count(*) FROM items i INDEXED BY items_outdated " +
		"WHERE i.state = {present} AND i.work = {no_work} AND i.analysis <> {pending}"
	for condition, may := range map[string]bool{"": false, " AND i.described < {outdated_below}": true} {
		err := r.read(t.Context(), func(c *conn) error { return c.each(all+condition, func(row) error { return nil }) })
		if (err == nil) != may {
			t.Errorf("what is outdated is looked for by %q: %v", condition, err)
		}
	}
	r.update(func(tx *Tx) error {
		old, err := tx.items("name = ?", []byte("old"))
		if err != nil {
			return err
		}
		was := old[0]
		old[0].Described--
		return tx.SaveQuietly(&was, &old[0])
	})
	if tasks, err := r.Outdated(t.Context(), root, 10); err != nil || len(tasks) != 1 || tasks[0].Name != "old" {
		t.Errorf("outdated are %v, %v", tasks, err)
	}
}

// TestACatalogFromBeforeThereWereVersionsIsOutdated: and nobody who follows it notices that it is brought up to date.
func TestACatalogFromBeforeThereWereVersionsIsOutdated(t *testing.T) {
	dir := t.TempDir()
	r := runAt(t, dir, Options{Described: NewVersion(1, 1)})
	root := r.addRoot("films")
	it := r.put(root, "a.mkv", func(it *Item) { it.Analysis, it.Doc = Done, []byte(`"title":"a"`) })
	head := r.Head()
	r.stop()
	makeOlder(t, dir, 7)
	r = runAt(t, dir, Options{Described: NewVersion(1, 1)})
	defer r.stop()
	tasks, err := r.Outdated(t.Context(), root, 10)
	if err != nil || len(tasks) != 1 || tasks[0].ID != it.ID || r.Head() != head {
		t.Errorf("%+v, %v, the feed went from %d to %d", tasks, err, head, r.Head())
	}
}
