package store

import (
	"context"
	"slices"
	"testing"
)

// What is missing becomes held, and is held no more, without a change that anybody is told of. Whoever asks for it is
// answered by what it is now, in whatever order, and by the facets too.
func TestHeldItemsAreFoundAsSoonAsTheyAreHeld(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	r.put(root, "there.mkv")
	var ids []int64
	for _, name := range []string{"part/a.mkv", "part/b.mkv", "c.mkv"} {
		ids = append(ids, r.put(root, name, func(it *Item) { it.State, it.MissingAt = Missing, 1 }).ID)
	}
	r.indexAll()
	becomes := func(id int64, state State) {
		r.update(func(tx *Tx) error {
			it, _, err := tx.Item(id)
			if err != nil {
				return err
			}
			old := it
			it.State = state
			return tx.SaveQuietly(&old, &it)
		})
	}
	finds := func(query string, want ...int64) {
		t.Helper()
		for _, sort := range []string{"path", "title", "added", "size"} {
			got := foundBy(r, Query{Filter: parsed(t, query), Sort: sort, Limit: 2})
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Errorf("%s by %s: found %v, want %v", query, sort, got, want)
			}
		}
		f, err := r.ItemFacets(context.Background(), Query{Filter: parsed(t, query)}, []string{"folder", "kind"})
		if err != nil || f.Total.Count != int64(len(want)) {
			t.Errorf("%s: %d are counted, %v; want %d", query, f.Total.Count, err, len(want))
		}
	}
	finds("held=true")
	becomes(ids[0], Held)
	becomes(ids[2], Held)
	finds("held=true", ids[0], ids[2])
	finds("state=missing&not_held=true", ids[1])
	becomes(ids[2], Missing)
	finds("held=true", ids[0])
	finds("state=missing", ids...)
}
