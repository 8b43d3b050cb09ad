package store

import "testing"

// A catalog whose works had other keys has them made anew as they are derived, whatever else they say.
func TestAWorkWithoutAKeyOfItsTitleGetsOneWhenItIsDerivedAgain(t *testing.T) {
	r := runFresh(t, Options{})
	kept := r.keep(fresh(WorkView{Kind: WorkMovie, Title: "Tarn", SortTitle: "Tarn", Items: 1}),
		fresh(WorkView{Kind: WorkMovie, Title: "Orra", SortTitle: "Orra", Items: 1}))
	r.update(func(tx *Tx) error { return tx.c.exec("UPDATE works SET title = NULL") })
	for i := range kept {
		kept[i], _, _ = r.Work(t.Context(), kept[i].ID)
	}
	again := r.keep(again(kept[0], func(*WorkView) {}), again(kept[1], func(*WorkView) {}))
	if again[0].Seq == kept[0].Seq {
		t.Error("the work is left as it was")
	}
	once := r.keep(WorkPut{Old: &again[0], New: again[0], ParentAt: -1})
	if once[0].Seq != again[0].Seq {
		t.Error("the work is written again though it has its key")
	}
	res, err := r.QueryWorks(t.Context(), WorkQuery{Limit: 10})
	if err != nil || len(res.Works) != 2 || res.Works[0].Title != "Orra" {
		t.Errorf("works by title: %+v, %v", res.Works, err)
	}
}
