package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// heldNow are the items that the bits say works hold.
func (r *running) heldNow() (held []int64) {
	r.t.Helper()
	err := r.read(r.context(), func(c *conn) error {
		bits, last := newHeldBits(c), int64(0)
		_, err := c.one("SELECT max(page) FROM held_items", func(row row) { last = (row.int(0) + 1) * heldPage })
		for id := int64(0); id < last && err == nil; id++ {
			var has bool
			if has, err = bits.has(id); has {
				held = append(held, id)
			}
		}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return held
}

// Whatever becomes of works, an item is held exactly as long as any work has it as a member.
func TestItemsAreHeldAsLongAsTheyAreMembers(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	dir := t.TempDir()
	r := runAt(t, dir, Options{})
	check := func(what string) {
		t.Helper()
		want := r.numbers("SELECT DISTINCT item FROM members ORDER BY item")
		if got := r.heldNow(); !slices.Equal(got, want) {
			t.Fatalf("%s: %v are held, want %v", what, got, want)
		}
	}
	some := func() (members []Member) {
		for _, id := range rnd.Perm(3 * heldPage)[:rnd.IntN(5)] {
			members = append(members, mainMembers(int64(id/512*512+id%3+1))...) // often the same, and around ends of pages
		}
		return slices.CompactFunc(members, func(a, b Member) bool { return a.Item == b.Item })
	}
	var works []WorkView
	for step := range 150 {
		switch n := len(works); {
		case n < 4 || rnd.IntN(3) == 0:
			works = append(works, r.keep(fresh(WorkView{Kind: WorkAlbum, Title: fmt.Sprint(step), Members: some()}))...)
		case rnd.IntN(3) > 0:
			at := rnd.IntN(n)
			works[at] = r.keep(again(works[at], func(w *WorkView) { w.Members = some() }))[0]
		default:
			gone := WorkBatch{Upto: r.Head(), Gone: []WorkEnd{{Work: works[0].ID}}, GoneAt: 1}
			if err := r.NewWorkKeeper().Write(t.Context(), &gone); err != nil {
				t.Fatal(err)
			}
			works = works[1:]
			if rnd.IntN(2) == 0 {
				r.update(func(tx *Tx) error { _, err := tx.ForgetWorks(now(), r.Head(), 10); return err })
			}
		}
		check(fmt.Sprint("step ", step))
	}
	shellSQL := "DELETE FROM held_items; DELETE FROM meta WHERE key = 'kept'" // as a catalog of before is
	r.stop()
	shell(t, dir, shellSQL)
	r = runAt(t, dir, Options{})
	defer r.stop()
	check("filled in")
	if err := r.NewWorkKeeper().Forget(t.Context()); err != nil {
		t.Fatal(err)
	}
	check("all forgotten")
}

func TestTheNextThatNoWorkHoldsIsFoundOverPages(t *testing.T) {
	r := runFresh(t, Options{})
	rnd := rand.New(rand.NewPCG(7, 8))
	held := map[int64]bool{}
	r.update(func(tx *Tx) error {
		bits := newHeldBits(tx.c)
		for range 40 {
			from := rnd.Int64N(4 * heldPage)
			for id := from; id < from+rnd.Int64N(heldPage); id++ {
				held[id] = true
				if err := bits.set(id, true); err != nil {
					return err
				}
			}
		}
		for range 10 {
			id := rnd.Int64N(4 * heldPage)
			delete(held, id)
			if err := bits.set(id, false); err != nil {
				return err
			}
		}
		return bits.save()
	})
	err := r.read(t.Context(), func(c *conn) error {
		bits := newHeldBits(c)
		for range 2000 {
			from, upto := rnd.Int64N(5*heldPage), rnd.Int64N(6*heldPage)
			want := from
			for want <= upto && held[want] {
				want++
			}
			got, err := bits.nextFree(from, upto)
			if err != nil {
				return err
			}
			if got != want && (got <= upto || want <= upto) {
				t.Fatalf("behind %d up to %d: %d, want %d", from, upto, got, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A search for what no work holds finds what any search does, in the same order, without what is held.
func TestASearchForWhatNoWorkHoldsLeavesOutTheRest(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 10))
	r := runFresh(t, Options{})
	roots := []int64{r.addRoot("films"), r.addRoot("music")}
	var ids []int64
	for i := range 300 {
		it := r.put(roots[i%2], fmt.Sprintf("%d %s", i, syllables(rnd)), func(it *Item) {
			it.Kind = []media.Kind{media.KindMovie, media.KindTrack}[rnd.IntN(2)]
			it.Doc = doc(media.Description{Title: syllables(rnd) + " " + syllables(rnd)})
		})
		ids = append(ids, it.ID)
	}
	r.indexAll()
	held := map[int64]bool{}
	for at := 0; at < len(ids); at += 1 + rnd.IntN(20) {
		end := min(len(ids), at+rnd.IntN(20))
		r.keep(fresh(WorkView{Kind: WorkAlbum, Title: fmt.Sprint(at), Members: mainMembers(ids[at:end]...)}))
		for _, id := range ids[at:end] {
			held[id] = true
		}
	}
	narrow := []Query{{}, {Kinds: []string{"track"}}, {Roots: []string{"films"}}}
	found := 0
	for round := range 80 {
		q := narrow[round%len(narrow)]
		q.Text, q.Limit = syllables(rnd), 1+rnd.IntN(9)
		q.most = searchMost{ranked: len(ids), few: len(ids)}
		want := slices.DeleteFunc(idsOf(r.all(t, q, nil)), func(id int64) bool { return held[id] })
		q.Unheld = true
		if got := idsOf(r.all(t, q, nil)); !slices.Equal(got, want) {
			t.Errorf("%q of %v %v: %v, want %v", q.Text, q.Kinds, q.Roots, got, want)
		}
		found += len(want)
	}
	if found < 100 {
		t.Errorf("only %d are found in all", found)
	}
}
