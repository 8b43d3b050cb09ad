package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// endless keeps SQLite busy without a row until it is interrupted.
const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

// ask runs an endless query of a client, and gives its error once it has ended.
func (r *running) ask(ctx context.Context) <-chan error {
	begun, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- r.readQuery(ctx, "", func(c *conn) error {
			close(begun)
			_, err := c.number(endless)
			return err
		})
	}()
	<-begun
	return ended
}

func TestFeedAndOthersGoOnWhileQueriesTakeAllTheirPlaces(t *testing.T) {
	r := runFresh(t, Options{Readers: 4})
	root := r.addRoot("one")
	it := r.put(root, "a")
	ctx, leave := context.WithCancel(t.Context())
	running := []<-chan error{r.ask(ctx), r.ask(ctx)}
	waiting, cancel := context.WithCancel(t.Context())
	var more sync.WaitGroup
	for range 30 {
		more.Go(func() {
			if _, err := r.Query(waiting, Query{Text: "a", Limit: 1}); !errors.Is(err, context.Canceled) {
				t.Errorf("a query that waits for its turn: %v, want its client's leaving", err)
			}
		})
	}
	if p, err := r.Changes(t.Context(), 0, 0, Bounds{Rows: 10}); err != nil || len(p.Changes) != 1 {
		t.Errorf("the feed: %d changes, %v; want the one", len(p.Changes), err)
	}
	if roots, err := r.Roots(t.Context()); err != nil || len(roots) != 1 {
		t.Errorf("the roots: %v, %v; want the one", roots, err)
	}
	if _, _, found, err := r.Item(t.Context(), it.ID); err != nil || !found {
		t.Errorf("an item: %v, %v; want it", found, err)
	}
	cancel()
	more.Wait()
	leave()
	for _, ended := range running {
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("a query whose client has left: %v, want that it was interrupted", err)
		}
	}
	r.indexAll()
	if res, err := r.Query(t.Context(), Query{Text: "a", Limit: 1, Within: unhurried}); err != nil || len(res.Items) != 1 {
		t.Errorf("the next query: %d items, %v; want the one", len(res.Items), err)
	}
}

func TestAQueryEndsAfterItsTime(t *testing.T) {
	r := runFresh(t, Options{QueryTime: time.Millisecond})
	err := r.readQuery(t.Context(), "", func(c *conn) error {
		_, err := c.number(endless)
		return err
	})
	if !errors.Is(err, ErrSlow) {
		t.Errorf("got %v, want %v", err, ErrSlow)
	}
}

func TestClosingEndsWhatIsRead(t *testing.T) {
	r := runAt(t, t.TempDir(), Options{})
	query := r.ask(context.Background())
	r.stop() // fails the test where a reader does not end
	if err := <-query; !errors.Is(err, ErrClosed) {
		t.Errorf("a query beside the close: %v, want %v", err, ErrClosed)
	}
	if _, err := r.Changes(t.Context(), 0, 0, Bounds{Rows: 1}); !errors.Is(err, ErrClosed) {
		t.Errorf("a read after it: %v, want %v", err, ErrClosed)
	}
}

func TestClosingNamesWhatDoesNotEnd(t *testing.T) {
	r := newReaders(1)
	<-r.rest.places // whoever took it hangs
	if err := r.close(time.Millisecond); err == nil {
		t.Error("closed, though a reader is in use")
	}
}

func TestTheWriterIsNotClosedUnderItsRun(t *testing.T) {
	st, err := Open(t.Context(), t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() { _ = st.Run(ctx) }()
	if err := st.Update(t.Context(), func(*Tx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err == nil {
		t.Error("closed under its writer")
	}
	cancel()
	<-st.Stopped()
	if err := st.writer.close(); err != nil {
		t.Error(err)
	}
}

func TestASearchIsBounded(t *testing.T) {
	r := runFresh(t, Options{})
	for name, c := range map[string]struct {
		q  string
		ok bool
	}{
		"16 words":                       {strings.Repeat("a ", 16), true},
		"17 words":                       {strings.Repeat("a ", 17), false},
		"17 words, no space":             {strings.Repeat("a.", 17), false},
		"1 KiB":                          {strings.Repeat("a", 1<<10), true},
		"more":                           {strings.Repeat("a", 1<<10+1), false},
		"a long sentence without spaces": {strings.Repeat("夜", 300), true},
	} {
		if _, err := r.Query(t.Context(), Query{Text: c.q, Limit: 1}); c.ok != (err == nil) || err != nil && !errors.Is(err, ErrQuery) {
			t.Errorf("%s: %v, want it taken: %v", name, err, c.ok)
		}
	}
}

func TestAPageEndsByItsBytes(t *testing.T) {
	r := runFresh(t, Options{})
	root := r.addRoot("one")
	const n, size = 40, 100 << 10
	for i := range n {
		r.put(root, fmt.Sprintf("dir/%02d", i), func(it *Item) {
			it.Doc = []byte(`"title":"` + strings.Repeat("x", size) + `"`)
			if i%3 == 0 {
				it.State = Missing
			}
		})
	}
	r.indexAll()
	for _, q := range []Query{{Sort: "path"}, {Sort: "size", Descending: true}} {
		var got []string
		for q.Limit = 1000; ; {
			res, err := r.Query(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			bytes := 0
			for i := range res.Items {
				got, bytes = append(got, res.Items[i].Path), bytes+len(res.Items[i].Doc)
			}
			if bytes > PageBytes {
				t.Errorf("by %s: a page of %d bytes, want at most %d", q.Sort, bytes, PageBytes)
			}
			if q.After = res.Next; q.After == "" {
				break
			}
		}
		if len(got) != n {
			t.Errorf("by %s: %d items in all pages, want %d", q.Sort, len(got), n)
		}
	}
	d, _, err := r.Dir(t.Context(), root, "dir")
	if err != nil {
		t.Fatal(err)
	}
	page, more, err := r.filesPage(t.Context(), &d, &place{}, "")
	if err != nil || !more || len(page) == 0 || len(page) > 2*(PageBytes/size+1) {
		t.Errorf("a page of a walk: %d files, more %v, %v; want as many as its bytes let in", len(page), more, err)
	}
	var walked []string
	if err := r.WalkRoot(t.Context(), root, "", Position{}, func(v *View) error { walked = append(walked, v.Name); return nil }); err != nil || len(walked) != n {
		t.Errorf("a walk: %d files, %v; want %d", len(walked), err, n)
	}
}

// Whatever is asked in words waits for a place of those that search, and no longer than a query may take.
func TestWhoeverSearchesWaitsForAPlaceWithinTheTimeOfAQuery(t *testing.T) {
	for text, options := range map[string]Options{"": {QueryTime: unhurried}, "word": {QueryTime: 50 * time.Millisecond}} {
		r := runFresh(t, options)
		for range cap(r.searching) {
			r.searching <- struct{}{} // as a search has it
		}
		ctx := t.Context()
		for name, ask := range map[string]func() error{
			"items":  func() error { _, err := r.Query(ctx, Query{Text: text, Limit: 1, Within: unhurried}); return err },
			"works":  func() error { _, err := r.QueryWorks(ctx, WorkQuery{Text: text, Limit: 1}); return err },
			"facets": func() error { _, err := r.ItemFacets(ctx, Query{Text: text}, []string{"kind"}); return err },
			"facets of works": func() error {
				_, err := r.WorkFacets(ctx, WorkQuery{Text: text}, []string{"kind"})
				return err
			},
			"duplicates": func() error {
				_, err := r.Duplicates(ctx, Query{Text: text, Limit: 1, Within: unhurried})
				return err
			},
		} {
			switch err := ask(); {
			case text == "" && err != nil:
				t.Errorf("%s without words: %v: want an answer", name, err)
			case text != "" && !errors.Is(err, ErrSlow):
				t.Errorf("%s in words: %v: want that it took too long", name, err)
			}
		}
	}
}
