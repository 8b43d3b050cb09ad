package hub_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

// alikeWorks compares what a hub and its daemon answer of works, which have other ids there. Where works sort alike
// they stand by these, so lists are compared by the values that they are sorted by, and as sets.
type alikeWorks struct {
	*alike
	daemonID map[string]string // a work's by the hub's
	hubID    map[string]string
}

// ofAlike finds out which work of the hub is which of the daemon: one of the same kind and name, with the same items.
func ofAlike(t *testing.T, a *alike) *alikeWorks {
	t.Helper()
	w := &alikeWorks{alike: a, daemonID: map[string]string{}, hubID: map[string]string{}}
	is := func(work map[string]any) string {
		return fmt.Sprint(work["kind"], work["title"], work["number"], work["roots"], work["counts"], work["items"])
	}
	ids := map[string]string{}
	for _, work := range w.list(t, a.daemon, "/api/v1/works?include=items", "works") {
		if ids[is(work)] != "" {
			t.Fatalf("two works are told by nothing: %v", work)
		}
		ids[is(work)] = fmt.Sprint(work["id"])
	}
	for _, work := range w.list(t, a.hub, "/api/v1/works?include=items", "works") {
		id := fmt.Sprint(work["id"])
		if w.daemonID[id] = ids[is(work)]; w.daemonID[id] == "" {
			t.Errorf("no work of the daemon's is as the hub's: %v", work)
		}
		w.hubID[ids[is(work)]] = id
	}
	if len(ids) < 15 || len(w.daemonID) != len(ids) {
		t.Fatalf("the daemon has %d works, and the hub %d", len(ids), len(w.daemonID))
	}
	return w
}

// list reads all pages of a list, by the daemon's names and its ids of items; or what was answered instead, as its
// only element.
func (w *alikeWorks) list(t *testing.T, d *apptest.Daemon, path, name string) (out []map[string]any) {
	t.Helper()
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	for at := path; ; {
		code, text := get(t, "http://"+d.Addr()+at)
		var page map[string]any
		decoder := json.NewDecoder(strings.NewReader(strings.ReplaceAll(text, sourceName+"~", "")))
		decoder.UseNumber()
		if err := decoder.Decode(&page); err != nil {
			t.Fatalf("%s: %v: %s", at, err, text)
		}
		if code != http.StatusOK {
			return append(out, page)
		}
		list, _ := page[name].([]any)
		for _, one := range list {
			m, _ := one.(map[string]any)
			works := m["works"] // which likeAtSource leaves out, for they are the hub's own
			m, _ = likeAtSource(m).(map[string]any)
			if delete(m, "updated_at"); works != nil {
				m["works"] = works
			}
			out = append(out, m)
		}
		next, more := page["next"].(string)
		if !more {
			return out
		}
		at = strings.ReplaceAll(path, "from=M&", "") + separator + "after=" + url.QueryEscape(next)
	}
}

// atDaemon has works have the daemon's ids, and the works of items be in the order of these.
func (w *alikeWorks) atDaemon(list []map[string]any, as func(id string) string) {
	id := func(m map[string]any, name string) {
		if n, is := m[name].(json.Number); is {
			m[name] = json.Number(as(n.String()))
		}
	}
	for _, one := range list {
		if _, isWork := one["counts"]; isWork {
			id(one, "id")
			id(one, "parent_id")
		}
		of, _ := one["works"].([]any)
		for i := range of {
			m, _ := of[i].(map[string]any)
			id(m, "id")
		}
		slices.SortFunc(of, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	}
}

// sortedBy are the members of works that orders are of.
var sortedBy = map[string]string{"title": "sort_title", "added": "added_at", "year": "year", "number": "number",
	"size": "size", "duration": "duration_seconds"}

// compareLists asks both for a list of works or items.
func (w *alikeWorks) compareLists(t *testing.T, path, name string) (answers int) {
	t.Helper()
	want, have := w.list(t, w.daemon, path, name), w.list(t, w.hub, w.workAtHub(t, path), name)
	w.atDaemon(want, func(id string) string { return id })
	w.atDaemon(have, func(id string) string { return w.daemonID[id] })
	u, err := url.Parse(path)
	if err != nil {
		t.Fatal(err)
	}
	said := func(list []map[string]any) (out, keys []string) {
		for _, one := range list {
			b, err := json.Marshal(one)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, string(b))
			if by := sortedBy[strings.TrimPrefix(u.Query().Get("sort"), "-")]; by != "" && name == "works" {
				keys = append(keys, fmt.Sprint(one[by]))
			}
		}
		if name == "works" {
			slices.Sort(out)
		}
		return out, keys
	}
	wantAll, wantKeys := said(want)
	haveAll, haveKeys := said(have)
	if !slices.Equal(wantAll, haveAll) || !slices.Equal(wantKeys, haveKeys) {
		t.Errorf("%s: the hub gives %d, by %q\n%.2000s\nand the daemon %d, by %q\n%.2000s", path, len(have), haveKeys,
			strings.Join(haveAll, "\n"), len(want), wantKeys, strings.Join(wantAll, "\n"))
	}
	return len(want)
}

// workAtHub is a path as the hub has it: its ids of works are others, too.
func (w *alikeWorks) workAtHub(t *testing.T, path string) string {
	t.Helper()
	u, err := url.Parse(w.ofHub(t, path))
	if err != nil {
		t.Fatal(err)
	}
	q, parts := u.Query(), strings.Split(u.Path, "/")
	if len(parts) > 4 && parts[3] == "works" && w.hubID[parts[4]] != "" {
		parts[4] = w.hubID[parts[4]]
	}
	for _, name := range []string{"parent", "not_parent", "work", "not_work"} {
		if at := w.hubID[q.Get(name)]; at != "" {
			q.Set(name, at)
		}
	}
	u.Path, u.RawQuery = strings.Join(parts, "/"), q.Encode()
	return u.String()
}

// listQuestions are those of all filters and sorts of works.
func (w *alikeWorks) listQuestions(t *testing.T) (out []string) {
	t.Helper()
	values := w.values(t)
	values["updated"], values["gaps"], values["kind"] = []string{"2020..", "..2020"}, []string{"true"},
		[]string{"movie", "series,episode", "album,track,artist"}
	for id := range w.hubID {
		values["parent"] = append(values["parent"], id)
	}
	for i, name := range filter.Names(filter.Works) {
		of := values[strings.TrimPrefix(name, "not_")]
		if len(of) == 0 {
			t.Errorf("no value is tried of the filter %s", name)
		}
		for j, v := range of {
			sort := []string{"title", "-added", "size", "-year", "number"}[(i+j)%5]
			out = append(out, "/api/v1/works?limit=4&sort="+sort+"&"+name+"="+url.QueryEscape(v))
		}
	}
	for sort := range sortedBy {
		for _, sort := range []string{sort, "-" + sort} {
			out = append(out, "/api/v1/works?limit=3&include=items&sort="+sort,
				"/api/v1/works?kind=episode,track&sort="+sort, "/api/v1/works?limit=5&under=Music&sort="+sort)
		}
	}
	for _, q := range []string{"sort=updated", "sort=-updated&kind=movie", "from=M&sort=title", "under=Films&limit=2",
		"under=nothing", "sort=path", "nothing=1", "year=x", "after=x", "limit=0", "kind=photo", "parent=x",
		"root=nothing", "include=nothing"} {
		out = append(out, "/api/v1/works?"+q)
	}
	return out
}

// wordsOfWorks are such that works have, as they are and otherwise, and such that only items have, or nothing.
var wordsOfWorks = []string{"the", "a", "th", "heat", "Heat 1995", "haet", "eat", "music", `"the`, "x-files", "01",
	"readme", "nothing of the kind", "%", "東", "amelie", "broken", strings.Repeat("x", 2000)}

// What is asked of works, a hub answers as its daemon does: lists, one of them, its items and what is below it, its
// pictures, facets, and the works of items.
func TestAHubAnswersOfWorksAsItsDaemonWould(t *testing.T) {
	t.Parallel()
	a := startAlike(t)
	w := ofAlike(t, a)
	questions, answers, began := w.listQuestions(t), 0, time.Now()
	for _, q := range questions {
		answers += w.compareLists(t, q, "works")
	}
	t.Logf("%d questions with %d works in answer in %v", len(questions), answers, time.Since(began))
	pictures := 0
	for id := range w.hubID {
		at := "/api/v1/works/" + id
		if have, want := w.one(t, w.hub, w.workAtHub(t, at)), w.one(t, w.daemon, at); have != want {
			t.Errorf("%s is\n%s\nand at the daemon\n%s", at, have, want)
		}
		w.compareLists(t, at+"/items?limit=2&include=works", "items")
		w.compareLists(t, at+"/items?role=main,subtitle", "items")
		w.compareLists(t, at+"/children?limit=2", "works")
		w.compareLists(t, at+"/children?sort=-title&include=items", "works")
		w.compareLists(t, "/api/v1/items?work="+id+"&include=works", "items")
		w.compareLists(t, "/api/v1/items?limit=9&not_work="+id, "items")
		for _, what := range []string{"/artwork", "/thumbnail?size=256", "/thumbnail?size=1"} {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				have, want := asked(t, w.hub, method, w.workAtHub(t, at+what)), asked(t, w.daemon, method, at+what)
				isPicture := want.status == http.StatusOK
				if have.status != want.status || have.kind != want.kind || isPicture && have.body != want.body {
					t.Errorf("%s %s: the hub answers %d, %s, and the daemon %d, %s", method, at+what, have.status,
						have.kind, want.status, want.kind)
				}
				if isPicture && method == http.MethodGet {
					pictures++
				}
			}
		}
	}
	if pictures == 0 {
		t.Error("no work has a picture")
	}
	for _, by := range store.WorkFacets() {
		for _, of := range []string{"", "&kind=movie,episode", "&under=Music", "&genre=rock", "&not_kind=track"} {
			a.compare(t, http.MethodGet, "/api/v1/facets?of=works&by="+by+of)
		}
	}
	for _, q := range wordsOfWorks {
		q = url.QueryEscape(q)
		for _, of := range []string{"", "&sort=-title&limit=2", "&kind=movie,series", "&under=Music",
			"&not_kind=track&sort=year"} {
			answers += w.compareLists(t, "/api/v1/works?q="+q+of, "works")
		}
		a.compare(t, http.MethodGet, "/api/v1/facets?of=works&by=kind,year,artist&q="+q)
		a.compare(t, http.MethodGet, "/api/v1/facets?of=works&by=genre&not_kind=track&q="+q)
		for _, of := range []string{"", "&kind=movie,track", "&root=library"} {
			found := "/api/v1/search?limit=50&q=" + q + of
			answers += w.compareLists(t, found, "works")
			w.compareLists(t, found, "items")
		}
	}
	for _, path := range []string{"/works/99999", "/works/99999/items", "/works/99999/children", "/works/99999/artwork",
		"/works/x", "/works/1?nothing=1", "/facets?of=works&by=camera", "/facets?of=works"} {
		a.compare(t, http.MethodGet, "/api/v1"+path)
	}
}

// one is a work with its items.
func (w *alikeWorks) one(t *testing.T, d *apptest.Daemon, path string) string {
	t.Helper()
	code, text := get(t, "http://"+d.Addr()+path)
	var m map[string]any
	decoder := json.NewDecoder(strings.NewReader(strings.ReplaceAll(text, sourceName+"~", "")))
	decoder.UseNumber()
	if err := decoder.Decode(&m); err != nil {
		t.Fatalf("%s: %v: %s", path, err, text)
	}
	m, _ = likeAtSource(m).(map[string]any)
	if delete(m, "updated_at"); d == w.hub {
		w.atDaemon([]map[string]any{m}, func(id string) string { return w.daemonID[id] })
	}
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(code, " ", string(b))
}
