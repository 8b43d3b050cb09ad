package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// Groups that are brought up to date by what has changed are those that all items would tell, also where only the first
// of them are kept.
func TestGroupsOfDuplicatesFollowWhatChanges(t *testing.T) {
	for _, kept := range []int{sameRead, 3} {
		t.Run(fmt.Sprint(kept), func(t *testing.T) {
			r := runFresh(t, Options{})
			root := r.addRoot("films")
			rnd := rand.New(rand.NewPCG(3, uint64(kept))) //nolint:gosec // any will do
			content := func(it *Item) {
				mark := rnd.Int64N(12)
				it.Size, it.Fingerprint, it.HasFingerprint = (1+mark%5)*1000, mark, true
			}
			var ids []int64
			for i := range 40 {
				ids = append(ids, r.put(root, fmt.Sprint(i), content).ID)
			}
			for round := range 60 {
				for range 1 + rnd.IntN(3) {
					switch id := ids[rnd.IntN(len(ids))]; rnd.IntN(3) {
					case 0:
						ids = append(ids, r.put(root, fmt.Sprint("new ", len(ids)), content).ID)
					case 1:
						r.change(id, content)
					default:
						r.change(id, func(it *Item) { it.State = State(rnd.IntN(2)) })
					}
				}
				r.indexAll()
				read := r.wasters.Load()
				got := allDuplicates(r, Query{Limit: 2})
				fresh := r.wasters.Load()
				if round > 0 && (fresh == read || fresh.asOf != r.indexed.Load()) {
					t.Fatalf("round %d: the groups are as of %d, the lists of %d", round, fresh.asOf, r.indexed.Load())
				}
				r.wasters.Store(nil)
				if want := allDuplicates(r, Query{Limit: 2}); !slices.Equal(got, want) || len(want) < 4 {
					t.Fatalf("round %d: %q, want %q", round, got, want)
				}
				if kept < len(fresh.groups) {
					fresh = &wasters{fresh.asOf, fresh.read, fresh.groups[:kept], false}
				}
				r.wasters.Store(fresh)
			}
		})
	}
}
