package api_test

import (
	"fmt"
	"maps"
	"net/http"
	"testing"
)

type facetsAnswer struct {
	AsOf     string `json:"as_of"`
	Complete bool   `json:"complete"`
	Total    struct {
		Count, Size int64
	} `json:"total"`
	Facets map[string][]struct {
		Value any
		Count int64
	} `json:"facets"`
}

// counts are the numbers of each value.
func (a *facetsAnswer) counts(name string) map[string]int64 {
	out := map[string]int64{}
	for _, v := range a.Facets[name] {
		out[fmt.Sprint(v.Value)] = v.Count
	}
	return out
}

func TestFacetsCountItemsAndWorks(t *testing.T) {
	d := start(t, map[string]string{
		"Films/Alien (1979)/Alien (1979).mkv": "one", "Films/Heat (1995)/Heat (1995).mkv": "other", "Films/Casino (1995)/Casino (1995).MKV": "third",
		"Notes/a.TXT": "12345", "b.txt": "1",
	}, "")
	d.untilIdle()
	facets := func(query string) (a facetsAnswer) {
		t.Helper()
		d.get("/api/v1/facets" + query).is(http.StatusOK).into(&a)
		if !a.Complete {
			t.Errorf("%s: not complete", query)
		}
		return a
	}
	for _, c := range []struct {
		query, name string
		total       int64
		want        map[string]int64
	}{
		{"?by=kind", "kind", 5, map[string]int64{"movie": 3, "metadata": 2}},
		{"?by=kind,folder", "folder", 5, map[string]int64{"Films": 3, "Notes": 1, "<nil>": 1}},
		{"?by=folder&under=Films&year=1990..", "folder", 2, map[string]int64{"Films/Heat (1995)": 1, "Films/Casino (1995)": 1}},
		{"?by=year&by=root&kind=movie", "year", 3, map[string]int64{"1979": 1, "1995": 2}},
		{"?by=extension", "extension", 5, map[string]int64{"mkv": 3, "txt": 2}},
		{"?by=decade&q=casino", "decade", 1, map[string]int64{"1990": 1}},
		{"?by=decade&of=works", "decade", 3, map[string]int64{"1970": 1, "1990": 2}},
		{"?by=kind&of=works&year=..1980", "kind", 1, map[string]int64{"movie": 1}},
		{"?by=state,kind&of=works&under=Films/Heat%20(1995)", "state", 1, map[string]int64{"present": 1}},
	} {
		a := facets(c.query)
		if got := a.counts(c.name); a.Total.Count != c.total || !maps.Equal(got, c.want) {
			t.Errorf("%s: %d, %v, want %d, %v", c.query, a.Total.Count, got, c.total, c.want)
		}
	}
	tag := d.get("/api/v1/facets?by=kind").Header.Get("ETag")
	d.get("/api/v1/facets?by=kind", "If-None-Match", tag).is(http.StatusNotModified)
	d.refuses("/api/v1/facets", "", "?by=colour", "?by=kind,root,state,year,decade", "?by=kind&of=people", "?by=codec&of=works", "?by=kind&gaps=true",
		"?by=kind&of=works&state=missing", "?by=kind&limit=2", "?by=kind&kind=film", "?by=kind&root=nobody", "?by=year&%zz")
}
