package postgres

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

func TestAnItemKeepsItsIDAndSaysWhereItIs(t *testing.T) {
	s := open(t)
	c := begin(t, s, "attic", "i1")
	say(t, c, "a", item(5, "Heat (1995).mkv", `"title":"Heat"`, `"year":1995`,
		`"companions":[{"id":6,"name":"Heat (1995).srt"}]`, `"new_word":{"of":[1,2]}`),
		item(6, "Heat (1995).srt", `"of":5`))
	complete(t, c)
	f := follow(t, s)
	id := c.HubID(5)
	first := f.of[id]
	m := members(t, first.Item)
	if m["root"] != "attic~films" || m["id"] != float64(id) || m["year"] != 1995.0 ||
		m["added_at"] != "2026-01-02T03:04:05.123456789Z" {
		t.Errorf("%s", first.Item)
	}
	companion := fmt.Sprintf(`"id":%d,"name":"Heat (1995).srt"`, c.HubID(6))
	of := members(t, f.of[c.HubID(6)].Item)["of"]
	if of != float64(id) || !strings.Contains(string(first.Item), companion) {
		t.Errorf("the ids of companions are the source's: %v, %s", of, first.Item)
	}
	if !strings.Contains(string(first.Item), `"new_word":{"of":[1,2]}`) {
		t.Errorf("what a later version says is lost: %s", first.Item)
	}
	say(t, c, "b", item(5, "x/Heat.mkv"))
	moved := f.read(t)
	before := store.Spot{Root: "attic~films", Path: "Heat (1995).mkv"}
	if len(moved) != 1 || moved[0].What != store.WhatMoved || moved[0].Previous != before || moved[0].ID != id {
		t.Errorf("moved: %+v", moved)
	}
	say(t, c, "c", without(5), without(77))
	ended := f.read(t)
	if len(ended) != 1 || !ended[0].Delete || ended[0].Was != (store.Spot{Root: "attic~films", Path: "x/Heat.mkv"}) {
		t.Errorf("gone: %+v", ended)
	}
	say(t, c, "d", item(5, "x/Heat.mkv"))
	if back := f.read(t); len(back) != 1 || back[0].What != store.WhatAdded || back[0].ID != id {
		t.Errorf("back: %+v", back)
	}
}

// A group is taken in once, whoever reads it twice: a hub that was killed before it knew, or another hub.
func TestAGroupIsTakenInOnce(t *testing.T) {
	s := open(t)
	c := begin(t, s, "attic", "i1")
	say(t, c, "a", item(1, "a"), item(2, "b"))
	other, err := s.Newest(t.Context(), "attic")
	if err != nil || other.Cursor != "a" || !other.Loading {
		t.Fatalf("%+v, %v", other, err)
	}
	say(t, c, "b", item(1, "c"), without(2))
	late := other.Prepare(Group{[]Change{item(1, "old"), item(2, "b")}, "b"})
	if _, err := other.Apply(t.Context(), late); !errors.Is(err, ErrMoved) {
		t.Errorf("what was read behind an older cursor is taken in: %v", err)
	}
	if err := other.Complete(t.Context()); !errors.Is(err, ErrMoved) {
		t.Errorf("it ends a load: %v", err)
	}
	if p := follow(t, s).paths(); !maps.Equal(p, map[string]int{"attic~films/c": 1}) {
		t.Errorf("%v", p)
	}
	head := s.Head()
	say(t, c, "c") // a bookmark
	if again, _ := s.Newest(t.Context(), "attic"); again.Cursor != "c" || s.Head() != head {
		t.Errorf("cursor %q, head %d to %d", again.Cursor, head, s.Head())
	}
}

// Of two changes of an item in one group the later one counts.
func TestTheNewestOfAGroupCounts(t *testing.T) {
	s := open(t)
	c := begin(t, s, "attic", "i1")
	say(t, c, "a", item(1, "a"), item(2, "b"), without(1), item(2, "c"), without(3), item(3, "d"))
	if p := follow(t, s).paths(); !maps.Equal(p, map[string]int{"attic~films/c": 1, "attic~films/d": 1}) {
		t.Errorf("%v", p)
	}
}

// A source that was compacted while the hub was away is loaded again: what is as it was changes for nobody, and what is
// not there any more goes when all has come.
func TestALoadOverWhatIsHeldChangesOnlyWhatDiffers(t *testing.T) {
	s := open(t)
	c := begin(t, s, "attic", "i1")
	say(t, c, "a", item(1, "a"), item(2, "b"), item(3, "c"), item(4, "d"))
	complete(t, c)
	f := follow(t, s)
	c = begin(t, s, "attic", "i1")
	say(t, c, "b", item(1, "a"))
	c, _ = s.Newest(t.Context(), "attic") // the hub is killed, and goes on
	say(t, c, "c", item(3, "C"), item(5, "e"))
	if p := f.paths(); f.read(t) == nil || len(p) != 4 {
		t.Errorf("while it loads %v", p)
	}
	complete(t, c)
	ended := f.read(t)
	slices.SortFunc(ended, func(a, b store.Change) int { return int(a.ID - b.ID) })
	if len(ended) != 2 || ended[0].ID != c.HubID(2) || ended[1].ID != c.HubID(4) ||
		!ended[0].Delete || !ended[1].Delete {
		t.Errorf("at its end: %+v", ended)
	}
	if p := f.paths(); !maps.Equal(p, map[string]int{"attic~films/a": 1, "attic~films/C": 1, "attic~films/e": 1}) {
		t.Errorf("%v", p)
	}
	if ch := f.of[c.HubID(1)]; ch.Seq != 1 {
		t.Errorf("what did not change has the number %d", ch.Seq)
	}
}

// Another instance behind a source's name has other items under the same numbers. Each path is shown once all the
// while.
func TestAReplacedSourceTakesThePlacesOfTheFormer(t *testing.T) {
	s := open(t)
	c := begin(t, s, "attic", "i1")
	say(t, c, "a", item(1, "a"), item(2, "b"), item(3, "c"))
	complete(t, c)
	f := follow(t, s)
	was := c.HubID(1)
	c = begin(t, s, "attic", "i2")
	for i, path := range []string{"b", "d", "a"} {
		say(t, c, fmt.Sprint("x", i), item(int64(i+1), path))
		f.read(t)
		p := f.paths()
		if p["attic~films/a"] != 1 || p["attic~films/b"] != 1 || p["attic~films/c"] != 1 {
			t.Errorf("with %d items of the other: %v", i+1, p)
		}
	}
	if c.HubID(1) == was {
		t.Error("another item has the same id")
	}
	complete(t, c)
	f.read(t)
	if p := f.paths(); !maps.Equal(p, map[string]int{"attic~films/a": 1, "attic~films/b": 1, "attic~films/d": 1}) {
		t.Errorf("%v", p)
	}
	if n, err := s.RootItems(t.Context()); err != nil || n["attic~films"] != 3 || s.ItemCounts().Items != 3 {
		t.Errorf("counted %v, %v", n, err)
	}
}

// What an item says can be what the database does not take, or nonsense: it is set aside, with all else taken in.
func TestAPoisonItemKeepsNothingElseOut(t *testing.T) {
	s := open(t)
	c := begin(t, s, "attic", "i1")
	say(t, c, "a", item(4, "before"))
	long := strings.Repeat("ä", 3000)
	invalid := Change{ID: 3, Item: bytes.Replace(item(3, "bad").Item, []byte("bad"), []byte{'b', 0xff}, 1)} // no UTF-8
	taken := say(t, c, "b", item(1, "a"), item(2, "nul", `"title":"a\u0000b"`, `"genres":["x\u0000y"]`), invalid,
		item(4, ""), Change{ID: 5, Item: []byte(`{"id":5,"root":"\u0000","path":"p","kind":"movie"}`)},
		Change{ID: 1 << 41, Item: []byte(`{}`)},
		item(6, long, `"title":"`+long+`"`, `"genres":["`+long+`"]`, `"series":"`+long+`"`),
		item(7, "many", `"ids":{`+manyIDs(3000)+`}`), item(8, "last"))
	if taken.Poison != 3 {
		t.Errorf("%+v", taken)
	}
	f := follow(t, s)
	p := f.paths()
	if len(p) != 7 || p["attic~films/before"] != 1 || p["attic~films/last"] != 1 || p["attic~films/nul"] != 1 {
		t.Errorf("%d paths: %.500q", len(p), slices.Sorted(maps.Keys(p)))
	}
	if n, err := s.Poison(t.Context()); err != nil || n["attic"] != 3 {
		t.Errorf("%v, %v", n, err)
	}
	say(t, c, "c", item(4, "after"))
	if n, _ := s.Poison(t.Context()); n["attic"] != 2 {
		t.Errorf("what is well again is poison: %v", n)
	}
}

func manyIDs(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"db%d":"%d"`, i, i)
	}
	return b.String()[1:]
}

// What the database refuses for reasons that nobody thought of is found by halves.
func TestWhatTheDatabaseRefusesIsFoundAmongTheRest(t *testing.T) {
	s := open(t)
	if _, err := s.pool.Exec(t.Context(), "ALTER TABLE items ADD CHECK (size <> 13)"); err != nil {
		t.Fatal(err)
	}
	c := begin(t, s, "attic", "i1")
	var all []Change
	for i := range int64(40) {
		ch := item(i+1, fmt.Sprint("p", i))
		if i == 7 || i == 8 || i == 39 {
			ch.Item = []byte(strings.Replace(string(ch.Item), `"size":1`, `"size":13`, 1))
		}
		all = append(all, ch)
	}
	if taken := say(t, c, "a", all...); taken.Poison != 3 {
		t.Errorf("%+v", taken)
	}
	if n := len(follow(t, s).of); n != 37 {
		t.Errorf("%d items", n)
	}
	if c, _ := s.Newest(t.Context(), "attic"); c.Cursor != "a" {
		t.Errorf("cursor %q", c.Cursor)
	}
}

func TestASourceThatLeftHasNoItemsAndComesBackWithTheSameIDs(t *testing.T) {
	s := open(t)
	a, b := begin(t, s, "attic", "i1"), begin(t, s, "cellar", "i2")
	say(t, a, "a", item(1, "a"))
	say(t, b, "a", item(1, "b"))
	f := follow(t, s)
	if err := s.Leave(t.Context(), []string{"cellar"}); err != nil {
		t.Fatal(err)
	}
	if err := s.readHead(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.read(t)
	if p := f.paths(); !maps.Equal(p, map[string]int{"cellar~films/b": 1}) {
		t.Errorf("%v", p)
	}
	again := begin(t, s, "attic", "i1")
	say(t, again, "b", item(1, "a"))
	f.read(t)
	if _, back := f.of[a.HubID(1)]; !back {
		t.Errorf("it has another id: %v", f.of)
	}
}

// The same questions as of a daemon, by the same filters.
func TestListsAreFilteredAndSortedAsADaemons(t *testing.T) {
	s := open(t)
	c := begin(t, s, "attic", "i1")
	say(t, c, "a",
		item(1, "a/Heat 2.mkv", `"title":"Heat 2"`, `"year":1995`, `"genres":["Drama","Crime"]`,
			`"latitude":48.1`, `"longitude":11.5`,
			`"media":{"duration_seconds":60.5,"audio":[{"codec":"aac","language":"de-AT"}],"height":1080}`),
		item(2, "b/Heat 10.mkv", `"title":"heat 10"`, `"year":2001`, `"genres":["DRÂMA"]`, `"album":"X"`, `"track":2`),
		item(3, "c.mkv", `"taken_at":"2024-05-06T07:08:09"`))
	d := begin(t, s, "cellar", "i2")
	say(t, d, "a", item(1, "a/Ärger.mkv", `"title":"Ärger"`))
	for asked, want := range map[string]string{
		"":                         "1 2 3 c1",
		"genre=drama":              "1 2",
		"not_genre=drama":          "3 c1",
		"genre=crime&genre=horror": "1",
		"audio=de":                 "1",
		"audio=de-CH":              "",
		"audio=any":                "1",
		"year=..2000":              "1",
		"not_year=2001":            "1 3 c1",
		"duration=60..61":          "1",
		"height=1080":              "1",
		"root=cellar~films":        "c1",
		"not_root=cellar~films":    "1 2 3",
		"taken=2024-05":            "3",
		"bbox=11,48,12,49":         "1",
		"bbox=170,40,12,49":        "1",
		"has=location":             "1",
		"codec=AAC":                "1",
		"extension=mkv&kind=movie": "1 2 3 c1",
		"state=missing":            "",
		"work=5":                   "",
		"sort=title":               "c1 1 2 3",
		"sort=-title":              "2 1 c1 3",
		"sort=-year":               "2 1 c1 3",
		"sort=track":               "2 1 3 c1",
		"sort=duration":            "1 2 3 c1",
		"sort=-path":               "c1 3 2 1",
		"under=a":                  "1 c1",
		"sort=added":               "1 2 3 c1",
		"sort=title&from=heat":     "1 2 3",
	} {
		v, err := url.ParseQuery(asked)
		if err != nil {
			t.Fatal(err)
		}
		q := store.Query{Limit: 1, Under: v.Get("under"), From: v.Get("from")}
		q.Sort, q.Descending = strings.CutPrefix(v.Get("sort"), "-")
		if q.Filter, err = filter.Parse(v, filter.Items); err != nil {
			t.Fatal(err)
		}
		var got []string
		for more := true; more; more = q.After != "" {
			res, err := s.Query(t.Context(), q)
			if err != nil {
				t.Fatalf("%s: %v", asked, err)
			}
			for _, v := range res.Items {
				k, id := SourceID(v.ID)
				got = append(got, strings.Repeat("c", int(k-1))+fmt.Sprint(id))
			}
			q.After, q.From = res.Next, ""
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, not %q", asked, strings.Join(got, " "), want)
		}
	}
	if n := len(listed(t, s)); n != 4 {
		t.Errorf("%d items", n)
	}
}

func TestADatabaseOfALaterVersionIsRefused(t *testing.T) {
	at := shared.Database(t)
	s := openAt(t, at)
	if _, err := s.pool.Exec(t.Context(), "INSERT INTO schema_version VALUES (99)"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), at, "", s.log); !errors.Is(err, ErrNewer) {
		t.Errorf("%v", err)
	}
}

// A cursor of an earlier run goes on, one that was given by what the database has lost does not.
func TestCursorsOfALostPastLeadNowhere(t *testing.T) {
	at := shared.Database(t)
	s := openAt(t, at)
	c := begin(t, s, "attic", "i1")
	say(t, c, "a", item(1, "a"), item(2, "b"))
	early, late := s.Cursor(1), s.Cursor(2)
	s = openAt(t, at)
	if !s.Continues(early) || !s.Continues(late) {
		t.Error("a cursor of the run before leads nowhere")
	}
	// As a database that was put back has it.
	if _, err := s.pool.Exec(t.Context(), "UPDATE hub SET head = 1"); err != nil {
		t.Fatal(err)
	}
	mine := s.Cursor(2)
	if err := s.readHead(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.Continues(mine) || !s.Continues(early) {
		t.Error("a cursor of what was lost goes on")
	}
}

// Two items of a source may be at one path for a moment, as one takes another's place. The number of the one that they
// both end is given once.
func TestTwoItemsTakeThePlaceOfOne(t *testing.T) {
	s := open(t)
	former := begin(t, s, "attic", "i1")
	say(t, former, "a", item(1, "a"), item(2, "b"))
	complete(t, former)
	f := follow(t, s)
	c := begin(t, s, "attic", "i2")
	say(t, c, "a", item(1, "a"), item(2, "a"), item(3, "a"), item(4, "b"))
	f.read(t)
	var last int64
	if err := s.pool.QueryRow(t.Context(), "SELECT max(seq) FROM items").Scan(&last); err != nil || last != s.Head() {
		t.Errorf("the last number is %d, and the head %d, %v", last, s.Head(), err)
	}
	if taken := say(t, c, "b", without(1), without(2), item(5, "c"), item(6, "d")); taken.Poison != 0 {
		t.Errorf("%d items cannot be taken in", taken.Poison)
	}
	f.read(t)
	want := map[string]int{"attic~films/a": 1, "attic~films/b": 1, "attic~films/c": 1, "attic~films/d": 1}
	if p := f.paths(); !maps.Equal(p, want) {
		t.Errorf("%v", p)
	}
}
