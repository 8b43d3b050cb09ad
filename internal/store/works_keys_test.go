package store

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// However keys come and go, the last that is noted of one holds.
func TestTheLastThatIsNotedOfAKeyHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var k newKeys
		k.clear()
		want := map[newKey]bool{} // by what it would be if it were not gone
		for range rapid.IntRange(1, 40).Draw(t, "notes") {
			one := newKey{keyTable(rapid.IntRange(0, 1).Draw(t, "table")), rapid.Bool().Draw(t, "gone"),
				keyOf{rapid.Int64Range(1, 3).Draw(t, "key"), rapid.Int64Range(1, 5).Draw(t, "of")}}
			k.note(one)
			gone := one.gone
			one.gone = false
			want[one] = !gone
		}
		got := map[newKey]bool{}
		for _, one := range k.all() {
			gone := one.gone
			one.gone = false
			if _, twice := got[one]; twice {
				t.Fatalf("%+v is noted twice", one)
			}
			got[one] = !gone
		}
		for one, has := range want {
			noted, known := got[one]
			if !known || noted != has {
				t.Errorf("%+v is there: %v, want %v", one, noted, has)
			}
			if slices.Contains(k.having(nil, one.table, one.key), one.id) != has {
				t.Errorf("%+v is found otherwise than %v", one, has)
			}
		}
	})
}

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
