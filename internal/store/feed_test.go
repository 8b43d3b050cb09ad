package store

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// replica is a subscriber: it holds what the feed told it, and knows nothing else.
type replica struct {
	r     *running
	match func(root string, kind media.Kind) bool // its filter; nil: everything

	loading  bool
	h0       int64
	position int64 // of the load
	cursor   int64
	seen     int64 // the highest head of what it has read
	whole    int64 // where it last held all that there was: what left its filter later may still be with it
	items    map[int64]string
}

func (r *running) subscribe(match func(string, media.Kind) bool) *replica {
	return &replica{r: r, match: match, loading: true, h0: r.Head(), items: map[int64]string{}}
}

// read reads one page of at most limit changes and reports whether there may be more.
func (c *replica) read(limit int) (more bool) {
	c.r.t.Helper()
	if c.loading {
		page, err := c.r.Load(c.r.context(), c.h0, c.position, Bounds{Rows: limit})
		changes, next := page.Changes, page.Next
		if err != nil {
			c.r.t.Fatal(err)
		}
		for i := range changes {
			if changes[i].ID <= c.position || changes[i].ID > next {
				c.r.t.Fatalf("item %d in a load's page of (%d, %d]", changes[i].ID, c.position, next)
			}
			c.apply(&changes[i])
		}
		c.seen = max(c.seen, page.Head)
		if c.position = next; page.Done {
			c.loading, c.cursor, c.whole = false, c.h0, c.h0
		}
		return true
	}
	p, err := c.r.Changes(c.r.context(), c.cursor, 0, Bounds{Rows: limit})
	if err != nil {
		c.r.t.Fatal(err)
	}
	c.seen = max(c.seen, p.Head)
	last := c.cursor
	for i := range p.Changes {
		if ch := &p.Changes[i]; ch.Seq <= last || ch.Seq > p.Upto {
			c.r.t.Fatalf("number %d after %d in a page of (%d, %d]", ch.Seq, last, c.cursor, p.Upto)
		}
		last = p.Changes[i].Seq
		c.apply(&p.Changes[i])
	}
	if len(p.Changes) > limit || p.Upto > p.Head {
		c.r.t.Fatalf("%d changes of %d, up to %d of %d", len(p.Changes), limit, p.Upto, p.Head)
	}
	if c.cursor = p.Upto; p.Upto == p.Head {
		c.whole = p.Head
	}
	return c.cursor < p.Head
}

// apply takes in a change as a filtered subscriber gets it: an item that left the filter since the subscriber last held
// everything is a delete. Its cursor would not do: the change by which the item left may have been overtaken by another
// while the subscriber was still reading pages before both.
func (c *replica) apply(ch *Change) {
	switch {
	case ch.Delete:
		delete(c.items, ch.ID)
	case c.match == nil || c.match(ch.Root, ch.Kind):
		c.items[ch.ID] = string(ch.Item)
	case ch.FilterSeq > c.whole:
		delete(c.items, ch.ID)
	}
}

func TestASubscriberHoldsTheCatalogWheneverItReads(t *testing.T) {
	isMovieInOne := func(root string, kind media.Kind) bool { return root == "one" && kind == media.KindMovie }
	rapid.Check(t, func(t *rapid.T) {
		withSteps(t, func(r *running, roots []int64) {
			take := func() {
				for _, s := range rapid.SliceOfN(steps, 0, 12).Draw(t, "steps") {
					r.take(s, roots)
				}
			}
			take()
			subscribers := []*replica{r.subscribe(nil), r.subscribe(isMovieInOne)}
			for range rapid.IntRange(0, 4).Draw(t, "rounds") {
				take()
				for _, c := range subscribers {
					c.read(rapid.IntRange(1, 5).Draw(t, "limit"))
				}
			}
			take()
			for _, c := range subscribers {
				for c.read(rapid.IntRange(1, 5).Draw(t, "limit")) {
				}
				want := r.contents(func(v *View) bool { return c.match == nil || c.match(v.Root, v.Kind) })
				if !maps.Equal(c.items, want) {
					t.Fatalf("the subscriber holds\n%v\nthe catalog\n%v", c.items, want)
				}
			}
			numbersAreUnique(t, r)
		})
	})
}

func numbersAreUnique(t *rapid.T, r *running) {
	all := r.numbers("SELECT seq FROM items UNION ALL SELECT seq FROM tombstones ORDER BY 1")
	if len(slices.Compact(slices.Clone(all))) != len(all) {
		t.Fatalf("numbers twice: %v", all)
	}
	if len(all) > 0 && all[len(all)-1] != r.Head() && all[len(all)-1] > r.Head() {
		t.Fatalf("number %d above the head %d", all[len(all)-1], r.Head())
	}
}

func TestEachItemStandsInTheFeedOnceAtItsNewestChange(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	a, b, c := r.put(root, "a"), r.put(root, "b"), r.put(root, "c")
	r.change(a.ID, func(it *Item) { it.Size = 7 })
	r.update(func(tx *Tx) error { return tx.Remove(&b) })
	p, err := r.Changes(t.Context(), 0, 0, Bounds{Rows: 10})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, ch := range p.Changes {
		got = append(got, fmt.Sprint(ch.Seq, ":", ch.ID, " ", ch.Delete))
	}
	want := fmt.Sprintf("3:%d false, 4:%d false, 5:%d true", c.ID, a.ID, b.ID)
	if strings.Join(got, ", ") != want || p.Upto != 5 || p.Head != 5 {
		t.Errorf("got %v up to %d, want %s", got, p.Upto, want)
	}
	if p, err = r.Changes(t.Context(), 0, 4, Bounds{Rows: 10}); err != nil || len(p.Changes) != 2 || p.Upto != 4 {
		t.Errorf("up to 4: %+v, %v", p, err)
	}
	if p, err = r.Changes(t.Context(), 5, 0, Bounds{Rows: 10}); err != nil || len(p.Changes) != 0 || p.Upto != 5 {
		t.Errorf("at the head: %+v, %v", p, err)
	}
}

func TestTheFeedKnowsWhenAnItemLastChangedRootOrKind(t *testing.T) {
	r := runFresh(t, Options{})
	one, two := r.addRoot("one"), r.addRoot("two")
	it := r.put(one, "a")
	if it.FilterSeq != -it.Seq {
		t.Errorf("a new item: %d", it.FilterSeq)
	}
	expect := func(what string, changed bool, edit func(*Item)) {
		t.Helper()
		was := r.item(it.ID)
		r.change(it.ID, edit)
		now := r.item(it.ID)
		if now.Seq <= was.Seq || changed != (now.FilterSeq == now.Seq) || !changed && now.FilterSeq != was.FilterSeq {
			t.Errorf("%s: number %d then %d, filter number %d then %d", what, was.Seq, now.Seq, was.FilterSeq, now.FilterSeq)
		}
	}
	expect("size", false, func(it *Item) { it.Size++ })
	expect("kind", true, func(it *Item) { it.Kind = media.KindMovie })
	expect("missing", false, func(it *Item) { it.State = Missing })
	expect("root", true, func(it *Item) { it.Root = two })
	expect("detached", true, func(it *Item) { it.State = Detached })
	expect("back", true, func(it *Item) { it.State = Present })
	last := r.item(it.ID)
	r.update(func(tx *Tx) error { return tx.Remove(&last) })
	p, err := r.Changes(t.Context(), last.Seq, 0, Bounds{Rows: 10})
	if err != nil || len(p.Changes) != 1 || !p.Changes[0].Delete || p.Changes[0].FilterSeq != last.FilterSeq || p.Changes[0].Root != "two" || p.Changes[0].Kind != media.KindMovie {
		t.Errorf("the tombstone: %+v, %v", p, err)
	}
}

func TestADetachedItemIsADeletionInTheFeed(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	it := r.put(root, "a")
	r.change(it.ID, func(it *Item) { it.State = Detached })
	p, err := r.Changes(t.Context(), 0, 0, Bounds{Rows: 10})
	if err != nil || len(p.Changes) != 1 || !p.Changes[0].Delete || p.Changes[0].ID != it.ID {
		t.Errorf("changes are %+v, %v, want the deletion of item %d alone", p, err, it.ID)
	}
	load, err := r.Load(t.Context(), r.Head(), 0, Bounds{Rows: 10})
	if err != nil || len(load.Changes) != 0 || !load.Done {
		t.Errorf("a load: %+v, %v", load, err)
	}
}

func TestAPageIsNeverLargerThanAReadMayBe(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	r.update(func(tx *Tx) error {
		for i := range PageRows + 10 {
			if _, err := putIn(tx, root, fmt.Sprint(i)); err != nil {
				return err
			}
		}
		return nil
	})
	p, err := r.Changes(t.Context(), 0, 0, Bounds{Rows: 1 << 30})
	if err != nil || len(p.Changes) != PageRows || p.Upto != PageRows {
		t.Errorf("%d changes up to %d, %v", len(p.Changes), p.Upto, err)
	}
	load, err := r.Load(t.Context(), r.Head(), 0, Bounds{Rows: 1 << 30})
	if err != nil || len(load.Changes) != PageRows || load.Done || load.Next != PageRows {
		t.Errorf("a load: %d changes up to %d, done %v, %v", len(load.Changes), load.Next, load.Done, err)
	}
}

func TestAPageEndsByBytesToo(t *testing.T) {
	const items, length = 40, 60 << 10
	r := runFresh(t, Options{})
	root := r.addRoot("films")
	var gone Item
	for i := range items {
		it := r.put(root, fmt.Sprint(i))
		r.change(it.ID, func(it *Item) { it.Doc = []byte(`"plot":"` + strings.Repeat("x", length) + `"`) })
		if i == items/2 {
			gone = it
		}
	}
	tooLong := strings.Repeat("x", 3*PageBytes) // for any page
	r.change(1, func(it *Item) { it.Doc = []byte(`"plot":"` + tooLong + `"`) })
	r.update(func(tx *Tx) error { return tx.Remove(&gone) })
	size := func(changes []Change) (n int, several bool) {
		whole := 0
		for i := range changes {
			if n += len(changes[i].Item); !changes[i].Delete {
				whole++
			}
		}
		return n, whole > 1
	}
	for _, bytes := range []int{0, 1, 150 << 10, 1 << 30} {
		most := Bounds{Rows: PageRows, Bytes: bytes}
		held, pages := map[int64]bool{}, 0
		for at := int64(0); at < r.Head(); pages++ {
			p, err := r.Changes(t.Context(), at, 0, most)
			if err != nil || p.Upto <= at {
				t.Fatalf("behind %d the feed goes on to %d: %v", at, p.Upto, err)
			}
			if n, several := size(p.Changes); n > most.Within().Bytes && several {
				t.Errorf("a page of %d changes has %d bytes, with at most %d", len(p.Changes), n, most.Within().Bytes)
			}
			for _, ch := range p.Changes {
				held[ch.ID] = !ch.Delete
			}
			at = p.Upto
		}
		if len(held) != items || held[gone.ID] || pages < 3 {
			t.Errorf("within %d bytes: %d items on %d pages, the deleted one is held: %v", bytes, len(held), pages, held[gone.ID])
		}
		loaded := 0
		for at, done := int64(0), false; !done; {
			page, err := r.Load(t.Context(), r.Head(), at, most)
			changes, next, end := page.Changes, page.Next, page.Done
			if err != nil || (next <= at && !end) {
				t.Fatalf("behind %d the load goes on to %d: %v", at, next, err)
			}
			if n, several := size(changes); n > most.Within().Bytes && several {
				t.Errorf("a load's page of %d changes has %d bytes", len(changes), n)
			}
			loaded, at, done = loaded+len(changes), next, end
		}
		if loaded != items-1 {
			t.Errorf("within %d bytes a load has %d items", bytes, loaded)
		}
	}
}

func TestOldTombstonesArePrunedAndTheFloorTellsWhoIsTooLate(t *testing.T) {
	dir := t.TempDir()
	r := runAt(t, dir, Options{})
	root := r.addRoot("films")
	var gone []Item
	for i := range 10 {
		it := r.put(root, fmt.Sprint(i))
		r.update(func(tx *Tx) error { return tx.Remove(&it) })
		gone = append(gone, it)
	}
	prune := func(keep, limit int64) (n int64) {
		r.update(func(tx *Tx) (err error) { n, err = tx.Prune(keep, limit); return err })
		return n
	}
	if n := prune(10, r.Head()); n != 0 || r.Floor() != 0 {
		t.Errorf("nothing is too many: %d pruned, floor %d", n, r.Floor())
	}
	// The tombstone of the third item has the number 6; somebody still loads from there.
	if n := prune(4, 6); n != 3 || r.Floor() != 6 {
		t.Errorf("below a load: %d pruned, floor %d", n, r.Floor())
	}
	if n := prune(4, 6); n != 0 || r.Floor() != 6 {
		t.Errorf("again: %d pruned, floor %d", n, r.Floor())
	}
	if n := prune(4, r.Head()); n != 3 || r.Floor() != 12 {
		t.Errorf("the rest: %d pruned, floor %d", n, r.Floor())
	}
	r.stop()
	r = runAt(t, dir, Options{})
	defer r.stop()
	if r.Floor() != 12 {
		t.Errorf("the floor is %d after a restart", r.Floor())
	}
	p, err := r.Changes(t.Context(), r.Floor(), 0, Bounds{Rows: 100})
	if err != nil || len(p.Changes) != 4 || p.Changes[0].ID != gone[6].ID {
		t.Errorf("above the floor: %+v, %v", p.Changes, err)
	}
}

func TestChangesAreEncodedAsTheWireHasThem(t *testing.T) {
	b := AppendChanges([]byte("x"), []Change{{ID: 7, Item: []byte(`{"id":7}`)}, {ID: 12, Delete: true}})
	if want := `x[{"op":"upsert","id":7,"item":{"id":7}},{"op":"delete","id":12}]`; string(b) != want {
		t.Errorf("got %s", b)
	}
	if b := AppendChanges(nil, nil); string(b) != "[]" {
		t.Errorf("nothing is %s", b)
	}
}

// FuzzViewIsJSON gives an item any bytes for its texts: its encoding is valid JSON that says the same,
// with one U+FFFD for each byte that is no UTF-8.
func FuzzViewIsJSON(f *testing.F) {
	f.Add("films", "a/b \"c\"\\\n\x00<>&", "line\u2028", int64(0))
	f.Add("\xff\xfe", "\xc3\x28/\xed\xa0\x80", "\x7f\u00e9", int64(1)<<62)
	f.Fuzz(func(t *testing.T, root, path, failure string, mtime int64) {
		v := View{ID: 1, Root: root, Path: path, Name: path, Error: failure, MTime: mtime, Kind: media.KindOther, Doc: []byte(`"year":2001`)}
		b := v.AppendJSON(nil)
		var got struct {
			Root, Path, Error string
			PathBytes         []byte `json:"path_bytes"`
			Year              int
		}
		if err := json.Unmarshal(b, &got); err != nil {
			t.Fatalf("%v in %s", err, b)
		}
		// Go's decoder and []rune both make one U+FFFD of each byte that is not UTF-8.
		if got.Root != string([]rune(root)) || got.Path != string([]rune(path)) || got.Error != string([]rune(failure)) || got.Year != 2001 {
			t.Fatalf("%+v of %q, %q, %q", got, root, path, failure)
		}
		if lossy := got.Path != path; lossy != (got.PathBytes != nil) || lossy && string(got.PathBytes) != path {
			t.Fatalf("path %q, bytes %q", path, got.PathBytes)
		}
	})
}
