package store

import (
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// newest is what the feed says of an item.
func (r *running) newest(id int64) (found Change) {
	r.t.Helper()
	p, err := r.Changes(r.context(), 0, 0, Bounds{Rows: PageRows})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, ch := range p.Changes {
		if ch.ID == id {
			return ch
		}
	}
	r.t.Fatalf("the feed has nothing of item %d", id)
	return found
}

func TestAChangeTellsWhatTheNewestDid(t *testing.T) {
	r := runFresh(t, Options{})
	one, two := r.addRoot("one"), r.addRoot("two")
	id := r.put(one, "a").ID
	expect := func(what What, previous Spot) {
		t.Helper()
		if ch := r.newest(id); ch.What != what || ch.Previous != previous {
			t.Errorf("%q from %v, not %q from %v", ch.What, ch.Previous, what, previous)
		}
	}
	expect(WhatAdded, Spot{})
	r.change(id, func(it *Item) { it.Name = "b" })
	expect(WhatMoved, Spot{"one", "a"})
	r.change(id, func(it *Item) { it.Name, it.Size = "c", it.Size+1 }) // a rename of a rename
	expect(WhatMoved, Spot{"one", "b"})
	r.change(id, func(it *Item) { it.Size++ })
	expect(WhatChanged, Spot{})
	r.change(id, func(it *Item) { it.Root, it.Kind = two, media.KindBook })
	expect(WhatMoved, Spot{"one", "c"})
	r.change(id, func(it *Item) { it.State = Missing })
	expect(WhatChanged, Spot{})
	gone := r.item(id)
	r.update(func(tx *Tx) error { return tx.Remove(&gone) })
	if ch := r.newest(id); !ch.Delete || ch.Was != (Spot{"two", "c"}) {
		t.Errorf("its end: %+v", ch)
	}
}

func TestWhatADeletionWasPassesTheFilterThatItLeft(t *testing.T) {
	films := FeedFilter{Roots: []string{"films"}}
	movies := FeedFilter{Kinds: []media.Kind{media.KindMovie}}
	for _, c := range []struct {
		what   string
		filter FeedFilter
		ch     Change
		was    Spot
	}{
		{"moved out", films, Change{Root: "attic", Was: Spot{"attic", "b"}, Previous: Spot{"films", "a"}}, Spot{"films", "a"}},
		{"moved out, and changed there", films, Change{Root: "attic", Was: Spot{"attic", "b"}}, Spot{}},
		{"of another kind now", movies, Change{Root: "films", Kind: media.KindBook, Was: Spot{"films", "a"}}, Spot{"films", "a"}},
	} {
		c.ch.FilterSeq, c.ch.Item = 5, []byte("{}")
		out := c.filter.Apply(1, []Change{c.ch})
		if len(out) != 1 || !out[0].Delete || out[0].Was != c.was {
			t.Errorf("%s: %+v", c.what, out)
		}
	}
}

func TestPlacesThatWereLeftAreKeptForThoseWhoNeedThem(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	a, b := r.put(root, "a").ID, r.put(root, "b").ID
	r.change(a, func(it *Item) { it.Name = "a1" })
	r.change(b, func(it *Item) { it.Name = "b1" })
	r.change(b, func(it *Item) { it.Name = "b2" })
	rows := func() int64 { return r.numbers("SELECT count(*) FROM vacated")[0] }
	moved := r.item(a).Seq
	r.update(func(tx *Tx) error { return tx.PruneVacated(moved, 0) })
	if rows() != 3 {
		t.Errorf("%d are left of 3, of which one is a newest change and two come behind", rows())
	}
	r.update(func(tx *Tx) error { return tx.PruneVacated(tx.s.Head(), 0) })
	if ch := r.newest(b); rows() != 2 || ch.What != WhatMoved || ch.Previous != (Spot{"films", "b1"}) {
		t.Errorf("%d are left of 2: %+v", rows(), ch)
	}
	r.update(func(tx *Tx) error { return tx.PruneVacated(0, tx.s.Head()) })
	if ch := r.newest(b); rows() != 0 || ch.What != WhatUnknown || ch.Previous.Known() {
		t.Errorf("%d are left of none: %+v", rows(), ch)
	}
	r.change(b, func(it *Item) { it.Size++ })
	if ch := r.newest(b); ch.What != WhatChanged {
		t.Errorf("a change behind that: %+v", ch)
	}
}

func TestAnItemOfADirectoryInsertedTogetherIsAdded(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	like := r.item(r.put(root, "a").ID)
	like.ID, like.Name, like.FileID.Inode = r.ReserveIDs(1), "b", like.FileID.Inode+1
	if r.update(func(tx *Tx) error { return tx.InsertTogether([]Item{like}) }); r.newest(like.ID).What != WhatAdded {
		t.Errorf("%+v", r.newest(like.ID))
	}
	if n := r.numbers("SELECT count(*) FROM vacated")[0]; n != 0 {
		t.Errorf("%d rows beside it", n)
	}
}

func TestATimeIsANumberAboveWhichAllLiesThatChangedSince(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	at := func(when time.Time) int64 {
		t.Helper()
		seq, err := r.SeqAt(t.Context(), when)
		if err != nil {
			t.Fatal(err)
		}
		return seq
	}
	began := time.Now()
	first := r.put(root, "a").Seq
	between := time.Now()
	r.keptMoment.Store(0)
	r.lastMoment.Store(r.newMoment(first, between.Add(-momentEvery).UnixNano())) // as if that had been a while ago
	second := r.put(root, "b").Seq
	after := time.Now()
	third := r.put(root, "c").Seq // at once, for which there need be no row
	for _, c := range []struct {
		what     string
		t        time.Time
		from, to int64
	}{
		{"before all", began.Add(-time.Hour), 0, 0},
		{"between", between, first, first},
		{"in the middle of a burst", after, first, second},
		{"now", time.Now(), third, third},
		{"to come", time.Now().Add(time.Hour), third, third},
	} {
		if seq := at(c.t); seq < c.from || seq > c.to {
			t.Errorf("%s: %d, not from %d to %d", c.what, seq, c.from, c.to)
		}
	}
	r.update(func(tx *Tx) error { return tx.PruneMoments(time.Now().Add(2 * momentsKept)) })
	if seq := at(after); seq > second {
		t.Errorf("thinned out: %d", seq)
	}
}

// However an item comes to another place, the feed says where it was.
func TestEveryWayToWriteAMoveTellsOfIt(t *testing.T) {
	for name, write := range map[string]func(tx *Tx, old, it *Item) error{
		"by itself":             (*Tx).Save,
		"with its whole folder": (*Tx).MoveTogether,
	} {
		r := runFresh(t, Options{})
		id := r.put(r.addRoot("films"), "a").ID
		r.update(func(tx *Tx) error {
			it, _, err := tx.Item(id)
			old := it
			if it.Name = "b"; err != nil {
				return err
			}
			return write(tx, &old, &it)
		})
		if ch := r.newest(id); ch.What != WhatMoved || ch.Previous != (Spot{"films", "a"}) {
			t.Errorf("%s: %q from %v", name, ch.What, ch.Previous)
		}
	}
}

func TestAProgramIsToldOfWhatIsNewAsAddedWhateverHappenedToItSince(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	at, err := r.Target(r.context(), "hook")
	if err != nil {
		t.Fatal(err)
	}
	id := r.put(root, "a").ID
	r.change(id, func(it *Item) { it.Name = "b" })
	r.change(id, func(it *Item) { it.Kind = media.KindBook }) // as its bytes say
	tell := func() (ch Change, ok bool) {
		t.Helper()
		told, _, err := r.Told(r.context(), "hook", at.Seq, Bounds{Rows: PageRows})
		if err != nil || len(told) != 1 {
			t.Fatal(told, err)
		}
		return told[0].For(&FeedFilter{})
	}
	if ch, ok := tell(); !ok || ch.What != WhatAdded || ch.Previous.Known() {
		t.Errorf("what is new: %v %+v", ok, ch)
	}
	gone := r.item(id)
	r.update(func(tx *Tx) error { return tx.Remove(&gone) })
	if ch, ok := tell(); ok {
		t.Errorf("what came and went: %+v", ch)
	}
}

func TestAProgramIsToldOfWhatDiffersFromWhatItWasTold(t *testing.T) {
	rename := func(name string) func(*Item) { return func(it *Item) { it.Name = name } }
	for _, c := range []struct {
		what  string
		edits []func(*Item)
		told  What // WhatUnknown: it is told of nothing
	}{
		{"moved", []func(*Item){rename("b")}, WhatMoved},
		{"moved away and back", []func(*Item){rename("b"), rename("a")}, WhatUnknown},
		{"rewritten elsewhere, and back", []func(*Item){
			func(it *Item) { it.Name, it.Size = "b", it.Size+1 }, rename("a"),
		}, WhatChanged},
		{"rewritten", []func(*Item){func(it *Item) { it.MTime++ }}, WhatChanged},
		{"described otherwise", []func(*Item){func(it *Item) { it.Doc = []byte(`"title":"A"`) }}, WhatUnknown},
	} {
		r := runFresh(t, Options{})
		id := r.put(r.addRoot("films"), "a").ID
		at, err := r.Target(r.context(), "hook")
		if err != nil {
			t.Fatal(err)
		}
		for _, edit := range c.edits {
			r.change(id, edit)
		}
		told, _, err := r.Told(r.context(), "hook", at.Seq, Bounds{Rows: PageRows})
		if err != nil || len(told) != 1 {
			t.Fatal(told, err)
		}
		if ch, ok := told[0].For(&FeedFilter{}); ok != (c.told != WhatUnknown) || ok && ch.What != c.told {
			t.Errorf("%s: %v, %q from %v", c.what, ok, ch.What, ch.Previous)
		}
	}
}
