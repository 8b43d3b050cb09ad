package api_test

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"testing"
	"time"
)

// replay applies pages of the feed until there are no more, and gives the ids that are left and the cursor behind them.
func (d *daemon) replay(holds map[int64]bool, filter, since string) (cursor string) {
	d.t.Helper()
	for cursor = since; ; {
		f := d.changes("?limit=2" + filter + "&since=" + cursor)
		for _, ch := range f.Changes {
			if ch.Op == "upsert" {
				holds[ch.ID] = true
			} else {
				delete(holds, ch.ID)
			}
		}
		if cursor = f.Cursor; !f.More {
			return cursor
		}
	}
}

func TestTheFilteredFeedGivesTheFilteredCatalog(t *testing.T) {
	files := map[string]string{}
	for _, name := range []string{"a.txt", "b.nfo", "c.jpg", "d.txt", "e.zip", "f.txt"} {
		files[name] = name
	}
	d := start(t, files, "")
	d.until(func(s status) bool { return s.Idle && s.Counts.Items == 6 })
	holds := map[int64]bool{}
	same := func() {
		t.Helper()
		want := d.items("?kind=book,other&limit=1000").Items
		for _, it := range want {
			if !holds[it.ID] {
				t.Errorf("%s is not held", it.Path)
			}
		}
		if len(want) != len(holds) {
			t.Errorf("%d items are held of %d", len(holds), len(want))
		}
	}
	cursor := d.replay(holds, "&kind=book,other", "")
	same()
	for from, to := range map[string]string{"a.txt": "a.zip", "e.zip": "e.txt"} {
		if err := os.Rename(d.path(from), d.path(to)); err != nil {
			t.Fatal(err)
		}
	}
	d.until(func(s status) bool {
		return s.Idle && len(d.items("?q=a.zip").Items)+len(d.items("?q=e.txt").Items) == 2
	})
	d.replay(holds, "&kind=other&kind=book", cursor)
	same()
	d.get("/api/v1/changes?kind=book&since="+cursor).isProblem(http.StatusGone, "resync-required")
	d.get("/api/v1/changes?since="+cursor).isProblem(http.StatusGone, "resync-required")
	d.get("/api/v1/changes?kind=book&works=true&since=" + d.untilIdle().Cursor).is(http.StatusOK)
	d.refuses("/api/v1/changes", "?kind=film", "?root=nobody", "?works=yes", "?items=false", "?under=x")
}

func TestChangesTellWhatTheyDidAndSinceATimeToo(t *testing.T) {
	d := start(t, map[string]string{"a.txt": "a", "b.txt": "b", "c.txt": "c"}, "")
	d.until(func(s status) bool { return s.Idle && s.Counts.Items == 3 })
	type change struct {
		Op, What      string
		Previous, Was *struct{ Root, Path string }
	}
	type answer struct {
		Changes []change
		Cursor  string
	}
	cursor, began := d.untilIdle().Cursor, time.Now()
	if err := errors.Join(os.Rename(d.path("a.txt"), d.path("z.txt")), os.Remove(d.path("b.txt"))); err != nil {
		t.Fatal(err)
	}
	d.until(func(s status) bool { return s.Idle && s.Counts.Items == 2 && s.Counts.Missing == 0 })
	told := map[string]string{}
	for _, since := range []string{cursor, began.UTC().Format(time.RFC3339Nano)} {
		clear(told)
		var a answer
		d.get("/api/v1/changes?since=" + url.QueryEscape(since)).is(http.StatusOK).into(&a)
		for _, ch := range a.Changes {
			switch {
			case ch.Was != nil:
				told[ch.Was.Path] = ch.Op
			case ch.Previous != nil:
				told[ch.Previous.Path] = ch.What
			}
		}
		// A time is told to be the number of a moment before it: what changed shortly before comes too.
		if since == cursor && len(a.Changes) != 2 || told["a.txt"] != "moved" || told["b.txt"] != "delete" {
			t.Errorf("since %s: %+v", since, a)
		}
	}
	d.get("/api/v1/changes?since=2026-13").isProblem(http.StatusBadRequest, "bad-request")
	d.get("/api/v1/changes?since=2001-01-01").is(http.StatusOK)
}
