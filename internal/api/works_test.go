package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// shelf is a server over a catalog of works that the test has made.
type shelf struct{ *feedOnly }

// keep writes works as they are, in order; parents are places of earlier ones, from 1 on.
func (f *shelf) keep(works ...store.WorkView) {
	f.t.Helper()
	b := store.WorkBatch{Upto: f.st.Head()}
	for _, w := range works {
		p := store.WorkPut{New: w, ParentAt: int(w.Parent) - 1}
		p.New.SortTitle = w.Title
		b.Puts = append(b.Puts, p)
	}
	if err := f.st.NewWorkKeeper().Write(f.t.Context(), &b); err != nil {
		f.t.Fatal(err)
	}
}

func (f *shelf) get(path string, into any) int {
	f.t.Helper()
	resp, err := http.Get(f.url + path)
	if err != nil {
		f.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && into != nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		f.t.Fatalf("%s: %v: %s", path, err, text)
	}
	return resp.StatusCode
}

// listed is any list of works or items.
type listed struct {
	Works, Items []struct {
		ID    int64
		Items []struct{ ID int64 }
		Works []struct {
			ID   int64
			Role string
		}
	}
	Next *string
}

func (l *listed) ids() string {
	out := ""
	for _, w := range l.Works {
		out += fmt.Sprint("w", w.ID, " ")
	}
	for _, it := range l.Items {
		out += fmt.Sprint("i", it.ID, " ")
	}
	return out
}

// all reads a list to its end, in pages of one.
func (f *shelf) all(path string) string {
	f.t.Helper()
	out, after := "", ""
	for {
		var l listed
		if code := f.get(path+"&limit=1"+after, &l); code != http.StatusOK || len(l.Works)+len(l.Items) > 1 {
			f.t.Fatalf("%s: %d with %s", path, code, l.ids())
		}
		if out += l.ids(); l.Next == nil {
			return out
		}
		after = "&after=" + url.QueryEscape(*l.Next)
	}
}

// lists wants each query at a path to give a list.
func (f *shelf) lists(path string, want map[string]string) {
	f.t.Helper()
	for query, want := range want {
		if got := f.all(path + query); got != want {
			f.t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}

// answers wants each query at a path to be answered with a code.
func (f *shelf) answers(code int, path string, queries ...string) {
	f.t.Helper()
	for _, query := range queries {
		if got := f.get(path+query, nil); got != code {
			f.t.Errorf("%s%s: %d, want %d", path, query, got, code)
		}
	}
}

func mains(items ...int64) (out []store.Member) {
	for _, id := range items {
		out = append(out, store.Member{Item: id, Role: store.RoleMain})
	}
	return out
}

// shelved is a series of two seasons and three episodes, a film with a subtitle, and an item that nothing holds.
func shelved(t *testing.T) *shelf {
	f := &shelf{serveFeed(t, 0)}
	ctx, cancel := context.WithCancel(t.Context())
	var index sync.WaitGroup
	index.Go(func() { _ = f.st.Index(ctx, store.FirstPass{}) })
	t.Cleanup(func() { cancel(); index.Wait() })
	for i := range 6 {
		f.put(fmt.Sprintf("lantern %d.mkv", i+1), 1)
	}
	one, two := 1.0, 2.0
	f.keep(
		store.WorkView{Kind: store.WorkSeries, Title: "Lantern Street", Artwork: 2,
			Roots: []string{"films"}, Items: 3, Children: 2, Year: 1999},
		store.WorkView{Kind: store.WorkSeason, Parent: 1, Number: &two, Roots: []string{"films"}, Items: 1, Children: 1},
		store.WorkView{Kind: store.WorkSeason, Parent: 1, Number: &one, Roots: []string{"films"}, Items: 2, Children: 2},
		store.WorkView{Kind: store.WorkEpisode, Parent: 3, Number: &two, Title: "Dusk",
			Roots: []string{"films"}, Items: 1, Members: mains(2)},
		store.WorkView{Kind: store.WorkEpisode, Parent: 3, Number: &one, Title: "Dawn",
			Roots: []string{"films"}, Items: 1, Members: mains(1)},
		store.WorkView{Kind: store.WorkEpisode, Parent: 2, Number: &one, Title: "Night",
			Roots: []string{"films"}, Items: 1, Members: mains(3)},
		store.WorkView{Kind: store.WorkMovie, Title: "Lantern", Artists: []string{"Ada Quist"},
			Roots: []string{"films"}, Items: 2, Year: 2001,
			Members: append(mains(5, 4), store.Member{Item: 2, Role: "subtitle"})},
	)
	return f
}

func TestWorksAreListedInEveryOrderPageByPage(t *testing.T) {
	f := shelved(t)
	f.lists("/api/v1/works?", map[string]string{
		"sort=title":                     "w5 w4 w7 w1 w6 w2 w3 ",
		"sort=-title":                    "w6 w1 w7 w4 w5 w3 w2 ",
		"kind=episode":                   "w5 w4 w6 ",
		"kind=season,movie&sort=-number": "w2 w3 w7 ",
		"parent=1":                       "w3 w2 ",
		"parent=1&sort=-number":          "w2 w3 ",
		"parent=99":                      "",
		"sort=-year&kind=movie,series":   "w7 w1 ",
		"q=lantern":                      "w7 w1 ",
		"q=lantern&sort=year":            "w1 w7 ",
		"q=quist":                        "w7 ",
		"q=lantern&kind=series":          "w1 ",
		"q=dusk&parent=1":                "",
		"q=dusk&parent=3":                "w4 ",
		"sort=updated&kind=movie":        "w7 ",
		"year=1990..2000":                "w1 ",
		"not_year=1990..2000&kind=movie": "w7 ",
		"artist=ada%20quist":             "w7 ",
		"series=LANTERN%20STREET":        "w1 ",
		"has=artwork":                    "w1 ",
		"parent=1&kind=movie":            "",
		"under=elsewhere":                "",
		"not_kind=movie,episode,season":  "w1 ",
	})
	f.answers(http.StatusBadRequest, "/api/v1/works?", "sort=path", "sort=-", "kind=photo",
		"parent=x", "include=children", "limit=0", "after=x",
		"under=../x", "colour=red")
	var l listed
	if f.get("/api/v1/works?kind=movie", &l); l.Works[0].Items != nil {
		t.Errorf("a list that is not asked for items has %v", l.Works[0].Items)
	}
	if f.get("/api/v1/works?kind=movie&include=items", &l); len(l.Works[0].Items) != 3 {
		t.Errorf("a list with items has %v", l.Works[0].Items)
	}
}

func TestAWorkLeadsToItsItemsAndChildrenAndAnItemToItsWorks(t *testing.T) {
	f := shelved(t)
	f.lists("/api/v1/works/", map[string]string{
		"7/items?":                    "i5 i4 i2 ",
		"7/items?role=subtitle":       "i2 ",
		"7/items?role=subtitle,extra": "i2 ",
		"7/items?role=main":           "i5 i4 ",
		"1/items?":                    "",
		"1/children?":                 "w3 w2 ",
		"3/children?":                 "w5 w4 ",
		"3/children?sort=-number":     "w4 w5 ",
	})
	f.answers(http.StatusNotFound, "/api/v1/works/99", "", "/items", "/children", "/artwork", "/thumbnail")
	f.answers(http.StatusBadRequest, "/api/v1/", "works/7/items?role=poster", "works/7?colour=red",
		"works/7?include=works",
		"items/2?colour=red", "items/2?include=bytes")
	f.answers(http.StatusOK, "/api/v1/", "works/7?include=items", "items/2?include=works")
	var it struct {
		Works []struct {
			ID   int64
			Role string
		}
	}
	if f.get("/api/v1/items/2", &it); fmt.Sprint(it.Works) != "[{4 main} {7 subtitle}]" {
		t.Errorf("item 2 is in %v", it.Works)
	}
	if f.get("/api/v1/items/6", &it); it.Works == nil || len(it.Works) != 0 {
		t.Errorf("item 6 is in %v, want an empty list", it.Works)
	}
}

func TestASearchFindsWorksAndOnlyTheItemsThatNoneHolds(t *testing.T) {
	f := shelved(t)
	for query, want := range map[string]string{
		"q=lantern":                   "w7 w1 i6 ",
		"q=lantern&limit=1":           "w7 i6 ",
		"q=lantern&kind=series":       "w1 ",
		"q=lantern&kind=movie":        "w7 i6 ",
		"q=lantern&kind=photo":        "",
		"q=lantern&kind=series,photo": "w1 ",
		"q=nothing":                   "",
	} {
		var l listed
		eventually(t, query, func() bool { f.get("/api/v1/search?"+query, &l); return l.ids() == want })
	}
	f.answers(http.StatusBadRequest, "/api/v1/search?", "", "q=", "q=x&limit=51", "q=x&kind=film", "q=x&sort=title")
}
