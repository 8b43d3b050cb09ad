package postgres

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// replica is what a client of the feed holds, by a filter.
type replica struct {
	s    *Store
	f    store.FeedFilter
	at   media.Cursor
	of   map[string]string // what is held, by its op and id
	most store.Bounds
}

func newReplica(s *Store, f store.FeedFilter, most store.Bounds) *replica {
	at := s.Cursor(s.Head())
	at.Load = true
	return &replica{s: s, f: f, at: at, of: map[string]string{}, most: most}
}

// step reads a page; false: there is no more.
func (r *replica) step(t *testing.T) bool {
	t.Helper()
	var changes []store.Change
	if r.at.Load {
		var err error
		if changes, r.at, err = r.s.LoadOf(t.Context(), &r.f, r.at, r.most); err != nil {
			t.Fatal(err)
		}
	} else {
		p, err := r.s.ChangesOf(t.Context(), r.f.Sorts(), r.at.Seq, 0, r.most)
		if err != nil {
			t.Fatal(err)
		}
		for i := range p.Changes {
			if seq := p.Changes[i].Seq; seq <= r.at.Seq || seq > p.Upto || i > 0 && seq <= p.Changes[i-1].Seq {
				t.Errorf("number %d stands in the wrong place", seq)
			}
		}
		changes, r.at = r.f.Apply(0, p.Changes), r.s.Cursor(p.Upto)
	}
	for i := range changes {
		ch := &changes[i]
		key := fmt.Sprint(ch.Work, ch.ID)
		if r.of[key] = string(ch.Item); ch.Delete {
			delete(r.of, key)
		}
	}
	return r.at.Load || r.at.Seq < r.s.Head()
}

// holds are the items and works that a client of the filter has to hold, by the lists.
func (r *replica) holds(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	add := func(ch store.Change) {
		if r.f.Match(&ch) {
			out[fmt.Sprint(ch.Work, ch.ID)] = string(ch.Item)
		}
	}
	for _, v := range listed(t, r.s) {
		add(store.Change{ID: v.ID, Root: v.Root, Kind: v.Kind, Item: v.AppendJSON(nil)})
	}
	for q := (store.WorkQuery{Limit: 100, Members: true}); ; {
		res, err := r.s.QueryWorks(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for i := range res.Works {
			add(res.Works[i].Change())
		}
		if q.After = res.Next; q.After == "" {
			return out
		}
	}
}

// Whoever follows the feed with works, from whenever and by whatever filter, holds what the lists give: what changed
// while a first load ran, what has left the filter and what is gone are no exception.
func TestFollowersOfWorksHoldThem(t *testing.T) {
	t.Parallel()
	w := newTwins(t, 60, 80)
	filters := []store.FeedFilter{{Works: true}, {Works: true, NoItems: true},
		{Works: true, Kinds: []media.Kind{"movie", "series"}}, {Works: true, Roots: []string{"attic~films"}}, {}}
	var all []*replica
	for _, f := range filters {
		for _, most := range []store.Bounds{{Rows: 3}, {Rows: 1000}, {Rows: 50, Bytes: 2500}} {
			all = append(all, newReplica(w.hub, f, most))
		}
	}
	changed := func(round int64) {
		var others []store.WorkView
		for i, v := range w.works {
			if v.ID%4 != round {
				continue
			}
			v.Title += "!"
			switch i % 3 {
			case 0:
				v.Roots, v.FilterSeq = []string{[]string{"films", "music"}[round%2]}, 1
			case 1:
				v.Gone = round + 1
			}
			others = append(others, v)
		}
		say(t, w.of, fmt.Sprint("round ", round), item(w.items[round], "another place"), without(w.items[10+round]))
		writeWorks(t, w.hub, w.of, others)
	}
	for round := range int64(3) {
		for _, r := range all {
			for range 3 {
				r.step(t)
			}
		}
		changed(round)
	}
	for i, r := range all {
		for r.step(t) {
		}
		want := r.holds(t)
		if !maps.Equal(r.of, want) {
			t.Errorf("replica %d of %+v holds %d, and lists give %d:\n%q\n%q", i, r.f, len(r.of), len(want),
				slices.Sorted(maps.Keys(r.of)), slices.Sorted(maps.Keys(want)))
		}
		if len(want) == 0 {
			t.Errorf("nothing passes %+v", r.f)
		}
	}
}

// A cursor from before works were forgotten that are gone is too old for who asks for works, and for nobody else.
func TestForgottenWorksEndCursors(t *testing.T) {
	t.Parallel()
	w := newTwins(t, 10, 10)
	if _, err := w.hub.pool.Exec(t.Context(), "UPDATE works_place SET floor = 15"); err != nil {
		t.Fatal(err)
	}
	if err := w.hub.readHead(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := w.hub.FloorOf(store.Sorts{Items: true, Works: true}); n != 15 {
		t.Errorf("who asks for works catches up from %d", n)
	}
	if n := w.hub.FloorOf(store.Sorts{Items: true}); n != 0 {
		t.Errorf("who asks for items catches up from %d", n)
	}
}
