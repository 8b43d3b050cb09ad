package live_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/realtime/live"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// Under another filter a client does not hold what passed before it came: only a load can give it that.
func TestACursorIsGoodForTheFilterThatItCameWith(t *testing.T) {
	c := openCatalog(t, scratch(t))
	c.put("films", "a", media.KindMovie, "")
	s := serveFeed(t, c, live.Timeouts{}, "")
	cursor := func(more string) string {
		f := connect(t, s)
		f.subscribe(more)
		f.until("caught_up")
		return *f.cursor
	}
	answer := func(since, more string) string {
		f := connect(t, s)
		f.until("hello")
		f.cursor = &since
		f.subscribe(more)
		m, err := f.read()
		must(t, err)
		if m.Type == "resync" { // the connection goes on
			f.cursor = nil
			f.subscribe(more)
			f.until("caught_up")
		}
		return m.Type + m.Mode + m.Reason
	}
	wishes := []string{
		`,"filter":{"kind":["movie","comic"]}`, `,"filter":{"kind":["comic"]}`, `,"filter":{"root":["comic"]}`,
		`,"works":true`, `,"works":true,"items":false`, `,"works":true,"filter":{"kind":["comic"]}`,
	}
	for _, one := range wishes {
		since := cursor(one)
		for _, other := range append(wishes, "") {
			want := "resyncfilter"
			if one == other {
				want = "okresume"
			}
			if got := answer(since, other); got != want {
				t.Errorf("the cursor of %q under %q: %s, want %s", one, other, got, want)
			}
		}
		if got := answer(c.Cursor(c.Head()).String(), one); got != "okresume" {
			t.Errorf("a cursor of no filter under %q: %s", one, got)
		}
	}
	same := cursor(`,"filter":{"kind":["movie","comic","movie"],"root":[]},"signals":["scan"],"window_ms":5`)
	if got := answer(same, wishes[0]); got != "okresume" {
		t.Errorf("the same filter in other words: %s", got)
	}
}

func TestWhoDoesNotAskForWorksIsNotToldOfThem(t *testing.T) {
	c := openCatalog(t, scratch(t))
	film := c.put("films", "a", media.KindMovie, "")
	work := store.WorkView{Kind: store.WorkMovie, Roots: []string{"films"}, Items: 1, Members: []store.Member{{Item: film.ID, Role: store.RoleMain}}}
	work = c.keep(work)
	s := serveFeed(t, c, live.Timeouts{Passed: 10 * time.Millisecond}, "")
	plain, both := connect(t, s), connect(t, s)
	plain.subscribe("")
	both.subscribe(`,"works":true`)
	plain.until("caught_up")
	both.until("caught_up")
	work.Size = 7
	c.keep(work)
	both.holds(func() map[int64]string { return c.contents(live.Filter{Works: true}) })
	// It is told that there was nothing for it, so that what it shows as its place is the catalog's.
	for plain.until("bookmark"); *plain.cursor != c.Cursor(c.Head()).String(); plain.until("bookmark") {
	}
	if plain.reads != 1 {
		t.Errorf("%d messages of changes reached a client without works, want the one of its load", plain.reads)
	}
	plain.holds(func() map[int64]string { return c.contents(live.Filter{}) })
}

func TestMessagesKeepTheDistanceThatAClientAskedFor(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const window = 200 * time.Millisecond
	c := openCatalog(t, scratch(t))
	for i := range 10 {
		c.put("films", fmt.Sprint(i), media.KindMovie, "")
	}
	s := serveFeed(t, c, live.Timeouts{}, "")
	f := connect(t, s)
	f.subscribe(fmt.Sprintf(`,"window_ms":%d`, window.Milliseconds()))
	f.until("caught_up")
	f.reads = 0
	began := time.Now()
	changed := make(chan struct{})
	go func() {
		defer close(changed)
		for i := range 200 {
			c.change(int64(1+i%10), func(it *store.Item) { it.Size = int64(i) })
			time.Sleep(4 * time.Millisecond)
		}
	}()
	items := 0
	for rest := false; !rest; {
		m, err := f.read()
		must(t, err)
		seen := map[int64]bool{}
		for _, ch := range m.Changes {
			if seen[ch.ID] {
				t.Errorf("item %d stands twice in %.200s", ch.ID, m.raw)
			}
			seen[ch.ID] = true
		}
		items += len(m.Changes)
		select {
		case <-changed:
			rest = *f.cursor == c.Cursor(c.Head()).String()
		default:
		}
	}
	if most := int(time.Since(began)/window) + 1; f.reads > most || f.reads < 2 {
		t.Errorf("%d messages in %v, want at most one in %v", f.reads, time.Since(began), window)
	}
	if items >= 200 {
		t.Errorf("%d items were sent of 200 changes: none was left out for a newer state of it", items)
	}
	f.holds(func() map[int64]string { return c.contents(live.Filter{}) })
}
