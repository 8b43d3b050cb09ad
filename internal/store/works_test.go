package store

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"
)

// keep writes works as they are to be kept, and gives them as they are.
func (r *running) keep(puts ...WorkPut) []WorkView {
	r.t.Helper()
	b := WorkBatch{Upto: r.Head(), Puts: puts}
	if err := r.NewWorkKeeper().Write(context.Background(), &b); err != nil {
		r.t.Fatal(err)
	}
	var out []WorkView
	for i := range b.Puts {
		w, _, err := r.Work(context.Background(), b.Puts[i].New.ID)
		if err != nil {
			r.t.Fatal(err)
		}
		out = append(out, w)
	}
	return out
}

// fresh is a work that was not there before.
func fresh(w WorkView) WorkPut { return WorkPut{New: w, ParentAt: -1} }

// again is a work that was there, changed by an edit.
func again(old WorkView, edit func(*WorkView)) WorkPut {
	w := old
	w.Members = slices.Clone(old.Members)
	edit(&w)
	return WorkPut{Old: &old, New: w, ParentAt: -1}
}

func mainMembers(items ...int64) (out []Member) {
	for _, item := range items {
		out = append(out, Member{Item: item, Role: RoleMain})
	}
	return out
}

func TestAWorkSaysAllThatItWasKeptWith(t *testing.T) {
	r := runFresh(t, Options{})
	number := 1.5
	it := r.put(r.addRoot("films"), "a.mkv")
	want := WorkView{Kind: WorkMovie, Title: "The Tarn", SortTitle: "Tarn, The", Number: &number, Date: "1999-02", Year: 1999, EndYear: 2001,
		Group: "kids", Roots: []string{"films", "more"}, Authors: []string{"A", "B"}, Narrators: []string{"N"}, Artists: []string{"C"},
		Series: "Tarns", IDs: map[string]string{"imdb": "tt1", "tmdb": "2"}, Artwork: 7, Gaps: [][2]int{{2, 4}, {7, 7}}, Items: 3, Children: 2,
		Versions: 2, Missing: 1, Size: 1 << 40, Duration: 5423123, Genres: []string{"Drama"}, Languages: []string{"de"},
		SubtitleLanguages: []string{"en", "fr"}, Height: 2160, HDR: "hdr10", AddedAt: 123456789, Key: -5, By: -77,
		Members: []Member{{Item: it.ID, Role: RoleMain, Version: 2, Part: 300, Rank: rankStep},
			{Item: it.ID, Role: "extra", Extra: "trailer", Rank: 2 * rankStep}, {Item: it.ID, Role: "subtitle", Language: "pt-BR", Rank: 3 * rankStep}}}
	got := r.keep(fresh(want))[0]
	if got.ID != 1 || got.Seq <= it.Seq || got.UpdatedAt == 0 {
		t.Errorf("id %d, number %d behind the item's %d, changed at %d", got.ID, got.Seq, it.Seq, got.UpdatedAt)
	}
	want.ID, want.Seq, want.UpdatedAt = got.ID, got.Seq, got.UpdatedAt
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	var said map[string]any
	if err := json.Unmarshal(got.AppendJSON(nil, true), &said); err != nil {
		t.Fatal(err)
	}
	if said["duration_seconds"] != 5423.123 || said["state"] != "present" || said["parent_id"] != nil || len(said["items"].([]any)) != 3 {
		t.Errorf("as JSON: %v", said)
	}
}

// Works and items stand in one order, each once; who asks for one of both gets no other.
func TestTheFeedHasWorksBehindTheirItemsAndOnlyForThoseWhoAsk(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	a, b := r.put(root, "a.mkv"), r.put(root, "b.mkv")
	kept := r.keep(fresh(WorkView{Kind: WorkMovie, Title: "A", Roots: []string{"films"}, Members: mainMembers(a.ID)}),
		fresh(WorkView{Kind: WorkMovie, Title: "B", Roots: []string{"films"}, Members: mainMembers(b.ID)}))
	ops := func(sorts Sorts, after int64, most Bounds) (said []string, upto int64) {
		p, err := r.ChangesOf(t.Context(), sorts, after, 0, most)
		if err != nil {
			t.Fatal(err)
		}
		for _, ch := range p.Changes {
			said = append(said, fmt.Sprintf("work %v %d gone %v", ch.Work, ch.ID, ch.Delete))
		}
		return said, p.Upto
	}
	items := []string{fmt.Sprintf("work false %d gone false", a.ID), fmt.Sprintf("work false %d gone false", b.ID)}
	works := []string{"work true 1 gone false", "work true 2 gone false"}
	all := slices.Concat(items, works)
	for _, c := range []struct {
		sorts Sorts
		want  []string
	}{{Sorts{Items: true}, items}, {Sorts{Works: true}, works}, {Sorts{Items: true, Works: true}, all}} {
		if got, _ := ops(c.sorts, 0, Bounds{Rows: 10}); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v", c.sorts, got)
		}
		for _, most := range []Bounds{{Rows: 1}, {Rows: 3}, {Rows: 10, Bytes: 1}} { // page by page it is the same
			var got []string
			for after := int64(0); after < r.Head(); {
				more, upto := ops(c.sorts, after, most)
				if got = append(got, more...); upto <= after {
					t.Fatalf("%+v: a page behind %d goes up to %d", c.sorts, after, upto)
				}
				after = upto
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%+v in pages of %+v: %v", c.sorts, most, got)
			}
		}
	}
	load, err := r.LoadWorks(t.Context(), r.Head(), 0, Bounds{Rows: 10})
	if err != nil || len(load.Changes) != 2 || !load.Done {
		t.Errorf("first load: %+v, %v", load, err)
	}

	head := r.Head()
	gone := WorkBatch{Upto: head, Gone: []WorkEnd{{Work: kept[0].ID}}, GoneAt: now()}
	if err := r.NewWorkKeeper().Write(t.Context(), &gone); err != nil {
		t.Fatal(err)
	}
	if got, _ := ops(Sorts{Works: true}, head, Bounds{Rows: 10}); !slices.Equal(got, []string{"work true 1 gone true"}) {
		t.Errorf("a work that is gone: %v", got)
	}
	if _, found, err := r.Work(t.Context(), kept[0].ID); found || err != nil {
		t.Errorf("a work that is gone is found: %v, %v", found, err)
	}
	if load, _ := r.LoadWorks(t.Context(), r.Head(), 0, Bounds{Rows: 10}); len(load.Changes) != 1 {
		t.Errorf("first load with a work that is gone: %+v", load)
	}
}

// A work takes a number of the feed where it says something else, or where an item of it has changed, and only then.
func TestAWorkIsWrittenOnlyWhereItIsAnother(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("music")
	var items []int64
	for i := range 50 {
		items = append(items, r.put(root, fmt.Sprintf("%02d.flac", i)).ID)
	}
	was := r.keep(fresh(WorkView{Kind: WorkAlbum, Title: "Songs", Members: mainMembers(items...)}))[0]
	head, rows := r.Head(), r.Counters().Rows.Load()
	same := r.keep(again(was, func(*WorkView) {}))[0]
	if r.Head() != head || r.Counters().Rows.Load() != rows || !reflect.DeepEqual(was, same) {
		t.Errorf("nothing changed, and %d rows were written, up to number %d from %d", r.Counters().Rows.Load()-rows, r.Head(), head)
	}
	renamed := r.keep(again(was, func(w *WorkView) { w.Title, w.SortTitle = "More Songs", "More Songs" }))[0]
	if n := r.Counters().Rows.Load() - rows; n != 1 || renamed.Seq != head+1 {
		t.Errorf("another title: %d rows written, number %d behind %d", n, renamed.Seq, head)
	}
	rows = r.Counters().Rows.Load()
	later := r.keep(again(renamed, func(w *WorkView) { w.Members[0].Seq = r.Head() + 1 }))[0]
	if n := r.Counters().Rows.Load() - rows; n != 1 || later.Seq <= renamed.Seq {
		t.Errorf("a changed item: %d rows written, number %d behind %d", n, later.Seq, renamed.Seq)
	}

	// A song between others: one row of a member, and that of the work.
	rows = r.Counters().Rows.Load()
	song := r.put(root, "25b.flac")
	rows++
	more := r.keep(again(later, func(w *WorkView) { w.Members = slices.Insert(w.Members, 25, mainMembers(song.ID)...) }))[0]
	if n := r.Counters().Rows.Load() - rows; n != 2 {
		t.Errorf("a song more: %d rows written", n)
	}
	var got []int64
	for _, m := range more.Members {
		got = append(got, m.Item)
	}
	if want := slices.Insert(slices.Clone(items), 25, song.ID); !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
}

// However often one is put between two others, and wherever they go, they stand in order.
func TestMembersStandInOrderHoweverTheyCome(t *testing.T) {
	members := []Member{{Item: 1}, {Item: 2}}
	rerank(members, map[int64][]int64{})
	for next := int64(3); next < 400; next++ {
		had := map[int64][]int64{}
		for _, m := range members {
			had[m.Item] = append(had[m.Item], m.Rank)
		}
		members = slices.Insert(members, 1, Member{Item: next})
		if next%50 == 0 { // and some change places
			members[1], members[len(members)-1] = members[len(members)-1], members[1]
		}
		was := slices.Clone(members)
		rerank(members, had)
		for i := range members {
			if i > 0 && members[i-1].Rank >= members[i].Rank || members[i].Item != was[i].Item {
				t.Fatalf("behind %d: %+v", next, members)
			}
		}
	}
}

func TestPagesOfWorksInEverySort(t *testing.T) {
	r := runFresh(t, Options{})
	one, two := 1.0, 2.5
	var puts []WorkPut
	for i := range 40 {
		w := WorkView{Kind: []string{WorkMovie, WorkSeries, WorkAlbum}[i%3], Title: fmt.Sprint("Title ", i*7%40), Size: int64(i % 5), AddedAt: int64(i*3%11 + 1)}
		w.SortTitle = w.Title
		if i%2 == 0 {
			w.Year, w.Number, w.Duration = 1990+i%7, &one, int64(i%3+1)
		}
		if i%4 == 1 {
			w.Number = &two
		}
		puts = append(puts, fresh(w))
	}
	kept := r.keep(puts...)
	for sort := range workSorts {
		for _, descending := range []bool{false, true} {
			for _, kinds := range [][]string{nil, {WorkMovie}, {WorkMovie, WorkAlbum}} {
				q := WorkQuery{Kinds: kinds, Sort: sort, Descending: descending}
				whole := r.pageThrough(t, q, 1000)
				want := 0
				for _, w := range kept {
					if len(kinds) == 0 || slices.Contains(kinds, w.Kind) {
						want++
					}
				}
				if len(whole) != want {
					t.Errorf("%s, descending %v, %v: %d works, want %d", sort, descending, kinds, len(whole), want)
				}
				if small := r.pageThrough(t, q, 3); !slices.Equal(small, whole) {
					t.Errorf("%s, descending %v, %v: in pages of 3 %v, in one %v", sort, descending, kinds, small, whole)
				}
			}
		}
	}
	last := -1
	for _, id := range r.pageThrough(t, WorkQuery{Sort: "title", Kinds: []string{WorkMovie}}, 1000) {
		var n int
		if _, err := fmt.Sscanf(kept[id-1].Title, "Title %d", &n); err != nil || n <= last {
			t.Errorf("titles do not sort naturally: %d behind %d, %v", n, last, err)
		}
		last = n
	}
	if _, err := r.QueryWorks(t.Context(), WorkQuery{Sort: "colour", Limit: 1}); err == nil {
		t.Error("an order that there is not is taken")
	}
}

func (r *running) pageThrough(t *testing.T, q WorkQuery, limit int) (ids []int64) {
	t.Helper()
	q.Limit = limit
	for {
		res, err := r.QueryWorks(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range res.Works {
			ids = append(ids, w.ID)
		}
		if q.After = res.Next; res.Next == "" {
			return ids
		}
	}
}

func TestChildrenStandByNumberAndMembersByRole(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("series")
	a, b, c := r.put(root, "a.mkv"), r.put(root, "b.srt"), r.put(root, "c.mkv")
	one, two := 1.0, 2.0
	kept := r.keep(fresh(WorkView{Kind: WorkSeries, Title: "Velm"}),
		WorkPut{New: WorkView{Kind: WorkSeason, Number: &two}, ParentAt: 0}, WorkPut{New: WorkView{Kind: WorkSeason, Number: &one}, ParentAt: 0},
		WorkPut{New: WorkView{Kind: WorkEpisode, Number: &one, Members: append(mainMembers(a.ID, c.ID), Member{Item: b.ID, Role: "subtitle"})}, ParentAt: 2})
	if got := r.pageThrough(t, WorkQuery{Parent: kept[0].ID}, 1); !slices.Equal(got, []int64{kept[2].ID, kept[1].ID}) {
		t.Errorf("seasons %v", got)
	}
	page, found, err := r.WorkMembers(t.Context(), kept[3].ID, []string{RoleMain}, 0, 1)
	if err != nil || !found || len(page.Members) != 1 || page.Members[0].Item.ID != a.ID || page.Next == 0 {
		t.Errorf("the first of the main items: %+v, %v, %v", page, found, err)
	}
	page, _, _ = r.WorkMembers(t.Context(), kept[3].ID, []string{RoleMain}, page.Next, 1)
	if len(page.Members) != 1 || page.Members[0].Item.ID != c.ID || page.Next != 0 {
		t.Errorf("the second: %+v", page)
	}
	of, err := r.WorksOf(t.Context(), b.ID)
	if err != nil || !slices.Equal(of, []WorkOf{{kept[3].ID, "subtitle"}}) {
		t.Errorf("works of the subtitle: %v, %v", of, err)
	}
}

func TestWorksAreFoundByWordsAndForgottenWithTime(t *testing.T) {
	r := runFresh(t, Options{})
	kept := r.keep(fresh(WorkView{Kind: WorkAlbum, Title: "Árbol", Artists: []string{"Iva Lund"}}),
		fresh(WorkView{Kind: WorkBook, Title: "Tarn", Authors: []string{"Bo Arbol"}}))
	find := func(text string) (ids []int64) {
		res, err := r.QueryWorks(t.Context(), WorkQuery{Text: text, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		for i := range res.Works {
			ids = append(ids, res.Works[i].ID)
		}
		return ids
	}
	if got := find("arbol"); !slices.Equal(got, []int64{1, 2}) { // in a title before in a name
		t.Errorf("arbol: %v", got)
	}
	r.keep(again(kept[0], func(w *WorkView) { w.Title, w.SortTitle = "Oak", "Oak" }))
	if got := find("arbol"); !slices.Equal(got, []int64{2}) || !slices.Equal(find("oak lund"), []int64{1}) {
		t.Errorf("behind a rename, arbol: %v, oak lund: %v", got, find("oak lund"))
	}
	gone := WorkBatch{Upto: r.Head(), Gone: []WorkEnd{{Work: 2}}, GoneAt: now()}
	if err := r.NewWorkKeeper().Write(t.Context(), &gone); err != nil {
		t.Fatal(err)
	}
	if got := find("tarn"); len(got) != 0 {
		t.Errorf("a work that is gone is found: %v", got)
	}
	for i, before := range []int64{gone.GoneAt, gone.GoneAt + 1} {
		r.update(func(tx *Tx) error {
			n, err := tx.ForgetWorks(before, r.Head(), 10)
			if n != i {
				t.Errorf("gone before %d: %d forgotten", before, n)
			}
			return err
		})
	}
	if next := r.keep(fresh(WorkView{Kind: WorkMovie}))[0]; next.ID != 3 {
		t.Errorf("the id %d is given again", next.ID)
	}
	if r.WorksFloor() == 0 {
		t.Error("a reader that was away for longer is not told that it missed an end")
	}
}
