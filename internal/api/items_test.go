package api_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestItemsAreListedFilteredSearchedAndPaged(t *testing.T) {
	d := start(t, map[string]string{
		"Films/Blade Runner (1982)/Blade Runner (1982).mkv": "not really", "Films/Alien (1979)/Alien (1979).mkv": "nor this one",
		"Music/01 - Song.mp3": "x", "Notes & <more>/a.txt": "12345", "bad\xff\xfe/\xffname.txt": "y",
	}, "")
	d.untilIdle()

	all := d.items("")
	if want := "Films/Alien (1979)/Alien (1979).mkv|Films/Blade Runner (1982)/Blade Runner (1982).mkv|Music/01 - Song.mp3|Notes & <more>/a.txt|bad\uFFFD\uFFFD/\uFFFDname.txt"; all.paths() != want || all.Next != nil {
		t.Errorf("%s, next %v", all.paths(), all.Next)
	}
	for query, want := range map[string]string{
		"?root=media&limit=1&sort=-path":     "bad\uFFFD\uFFFD/\uFFFDname.txt",
		"?kind=movie":                        "Films/Alien (1979)/Alien (1979).mkv|Films/Blade Runner (1982)/Blade Runner (1982).mkv",
		"?kind=movie,track&under=Music":      "Music/01 - Song.mp3",
		"?kind=movie&kind=track&under=Music": "Music/01 - Song.mp3",
		"?q=runner":                          "Films/Blade Runner (1982)/Blade Runner (1982).mkv",
		"?sort=-year&kind=movie":             "Films/Blade Runner (1982)/Blade Runner (1982).mkv|Films/Alien (1979)/Alien (1979).mkv",
		"?sort=title&kind=movie&limit=1":     "Films/Alien (1979)/Alien (1979).mkv",
		"?sort=size&limit=2":                 "Music/01 - Song.mp3|bad\uFFFD\uFFFD/\uFFFDname.txt",
		"?state=missing":                     "",
		"?under=bad%ff%fe":                   "bad\uFFFD\uFFFD/\uFFFDname.txt",
		"?under=Notes+%26+%3Cmore%3E":        "Notes & <more>/a.txt",
		"?under=Film":                        "",
		"?under=/Films/&sort=path&q=alien":   "Films/Alien (1979)/Alien (1979).mkv",
	} {
		p := d.items(query)
		if p.Items == nil || !samePaths(p.paths(), want, strings.Contains(query, "sort=size")) {
			t.Errorf("%s: %q, want %q", query, p.paths(), want)
		}
	}
	bad := all.Items[4]
	if raw, err := base64.StdEncoding.DecodeString(bad.PathBytes); err != nil || string(raw) != "bad\xff\xfe/\xffname.txt" || all.Items[0].PathBytes != "" {
		t.Errorf("path_bytes %q, %v", bad.PathBytes, err)
	}
	if b := d.get("/api/v1/items?under=Notes+%26+%3Cmore%3E").body; !strings.Contains(string(b), `"path":"Notes & <more>/a.txt"`) {
		t.Errorf("escaped: %s", b)
	}
	var one item
	d.get(fmt.Sprintf("/api/v1/items/%d", bad.ID)).is(http.StatusOK).into(&one)
	if one != bad {
		t.Errorf("item %+v, but the list has %+v", one, bad)
	}
	d.refuses("/api/v1/items", "?root=nobody")
	for _, id := range []string{"999999", "0", "-1", "x", "99999999999999999999"} {
		d.get("/api/v1/items/"+id).isProblem(http.StatusNotFound, "no-such-item")
	}
}

// samePaths compares lists of paths; ties of a size are in the order of ids, which is not fixed.
func samePaths(got, want string, anyOrder bool) bool {
	if !anyOrder {
		return got == want
	}
	for p := range strings.SplitSeq(want, "|") {
		if !strings.Contains(got, p) {
			return false
		}
	}
	return len(got) == len(want)
}

func TestPagesEndWithANullAndFollowEachOther(t *testing.T) {
	files := map[string]string{}
	for i := range 25 {
		files[fmt.Sprintf("dir %d/file %d.txt", i%3, i)] = strings.Repeat("x", i%4)
	}
	d := start(t, files, "")
	d.untilIdle()
	for _, sort := range []string{"", "path", "-path", "title", "-title", "added", "-added", "modified", "-modified", "size", "-size", "year", "-year", "duration", "-duration"} {
		seen := map[int64]bool{}
		after := ""
		for pages := 1; ; pages++ {
			p := d.items("?limit=10&sort=" + sort + "&after=" + url.QueryEscape(after))
			for _, it := range p.Items {
				if seen[it.ID] {
					t.Errorf("by %q: %d twice", sort, it.ID)
				}
				seen[it.ID] = true
			}
			if p.Next == nil {
				if pages != 3 || len(seen) != 25 {
					t.Errorf("by %q: %d items on %d pages", sort, len(seen), pages)
				}
				break
			}
			after = *p.Next
		}
	}
}

func TestQueriesThatMakeNoSenseAreRefused(t *testing.T) {
	d := start(t, map[string]string{"a.txt": "", "b.txt": ""}, "")
	d.untilIdle()
	other := *d.items("?limit=1&sort=size").Next
	d.refuses("/api/v1/items",
		"?limit=0", "?limit=1001", "?limit=-1", "?limit=ten", "?sort=colour", "?sort=-", "?kind=film", "?state=gone", "?after=nonsense", "?flavour=sweet",
		"?under=../x", "?under=a/../b", "?under=a%00b", "?under=%zz", "?a;b", "?sort=path&after="+other, "?sort=-size&after="+other,
	)
	d.items("?limit=1&sort=size&after=" + other)
	d.refuses("/api/v1/changes", "?limit=0", "?wait=61s", "?wait=-1s", "?wait=soon", "?since=nonsense", "?from=1", "?since=%zz")
}

// feed is an answer of GET /changes.
type feed struct {
	Changes []struct {
		Op   string `json:"op"`
		ID   int64  `json:"id"`
		Item *item  `json:"item"`
	} `json:"changes"`
	Cursor string `json:"cursor"`
	More   bool   `json:"more"`
}

func (d *daemon) changes(query string) (f feed) {
	d.t.Helper()
	d.get("/api/v1/changes" + query).is(http.StatusOK).into(&f)
	return f
}

func TestChangesLoadCatchUpAndWait(t *testing.T) {
	files := map[string]string{}
	for i := range 12 {
		files[fmt.Sprintf("%02d.txt", i)] = "x"
	}
	d := start(t, files, "")
	asOf := d.untilIdle().Cursor

	held := map[int64]string{}
	f := feed{More: true}
	for f.More {
		f = d.changes("?limit=5&since=" + f.Cursor)
		if len(f.Changes) > 5 {
			t.Errorf("%d changes on a page of 5", len(f.Changes))
		}
		for _, ch := range f.Changes {
			held[ch.ID] = ch.Item.Path
		}
	}
	if len(held) != 12 || f.Cursor != asOf {
		t.Errorf("loaded %d items up to %s, want %s", len(held), f.Cursor, asOf)
	}
	if f := d.changes("?since=" + asOf); len(f.Changes) != 0 || f.Cursor != asOf || f.More || f.Changes == nil {
		t.Errorf("nothing new, but %+v", f)
	}
	began := time.Now()
	if f := d.changes("?wait=300ms&since=" + asOf); len(f.Changes) != 0 || time.Since(began) < 300*time.Millisecond {
		t.Errorf("waited %v for %+v", time.Since(began), f)
	}
	woken := time.AfterFunc(100*time.Millisecond, func() { d.write("new.txt", "y") })
	defer woken.Stop()
	if f := d.changes("?wait=60&since=" + asOf); len(f.Changes) == 0 || f.Changes[0].Item.Path != "new.txt" {
		t.Errorf("woken by %+v", f)
	}
	d.untilIdle()
	epoch, _, _ := strings.Cut(asOf, ".")
	for _, cursor := range []string{epoch + ".zzzzz", "0123456789abcdef.1"} {
		d.get("/api/v1/changes?since="+cursor).isProblem(http.StatusGone, "resync-required")
	}
	// A page of the list and the feed from its as_of make the whole.
	if f := d.changes("?since=" + d.items("").AsOf); len(f.Changes) != 0 {
		t.Errorf("after a list while idle: %+v", f)
	}
}

func TestAnItemSaysWhereItsFieldsComeFromIfAsked(t *testing.T) {
	d := start(t, map[string]string{
		"Harbour (1987)/Harbour (1987).mkv": "no film",
		"Harbour (1987)/Harbour (1987).nfo": "<movie><title>The Harbour</title><plot>Ships.</plot></movie>",
	}, "")
	d.untilIdle()
	at := fmt.Sprintf("/api/v1/items/%d", d.find("Harbour (1987)/Harbour (1987).mkv").ID)
	var got struct {
		Sources map[string]string
		Sidecar string
		Works   []any
	}
	d.get(at + "?include=works,sources").is(http.StatusOK).into(&got)
	if got.Sources["title"] != "sidecar" || got.Sources["plot"] != "sidecar" || got.Sources["year"] != "path" ||
		got.Sidecar != "Harbour (1987).nfo" || len(got.Works) != 1 {
		t.Errorf("%+v", got)
	}
	if b := d.get(at).body; strings.Contains(string(b), `"sources"`) {
		t.Errorf("nobody asked for sources: %s", b)
	}
	d.refuses("/api/v1/items", "?include=sources")
}
