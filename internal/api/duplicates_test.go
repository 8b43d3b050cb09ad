package api_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
)

type duplicateGroup struct {
	Fingerprint string `json:"fingerprint"`
	Size        int64  `json:"size"`
	Wasted      int64  `json:"wasted"`
	Certain     bool   `json:"certain"`
	Items       []item `json:"items"`
}

func (d *daemon) duplicates(query string) (out []string, certain []bool) {
	d.t.Helper()
	var p struct {
		Groups []duplicateGroup `json:"groups"`
		Next   *string          `json:"next"`
	}
	d.get("/api/v1/duplicates" + query).is(http.StatusOK).into(&p)
	for _, g := range p.Groups {
		out = append(out, (&page{Items: g.Items}).paths())
		certain = append(certain, g.Certain)
		if want := g.Size * int64(len(g.Items)-1); g.Wasted != want {
			d.t.Errorf("%s waste %d, want %d", out[len(out)-1], g.Wasted, want)
		}
	}
	return out, certain
}

func TestDuplicatesAreComparedByTheirBytesWhereThatIsCheap(t *testing.T) {
	large, small := strings.Repeat("large file ", 20_000), strings.Repeat("small one ", 100)
	words := "abcdefgh" + "12345678" + strings.Repeat("-", 1<<10)
	swapped := "12345678" + "abcdefgh" + strings.Repeat("-", 1<<10) // the fingerprint is a sum of words
	d := start(t, map[string]string{
		"a/large.mkv": large, "b/large.mkv": large, "a/small.mkv": small, "b/small.mkv": small, "c/small.mp3": small,
		"x/1.nfo": words, "x/2.nfo": swapped, "alone.mkv": "alone",
	}, "")
	if err := os.Link(d.path("a/large.mkv"), d.path("a/link.mkv")); err != nil {
		t.Fatal(err)
	}
	d.untilIdle()
	d.until(func(s status) bool { return s.Idle && s.Counts.Items == 9 })
	groups, certain := d.duplicates("")
	if len(groups) != 2 || !strings.Contains(groups[0], "b/large.mkv") || strings.Count(groups[0], "|") != 1 || certain[0] ||
		groups[1] != "a/small.mkv|b/small.mkv|c/small.mp3" && strings.Count(groups[1], "|") != 2 || !certain[1] {
		t.Errorf("%q, %v: want the large ones without the second name of one, probably, and the small ones for certain", groups, certain)
	}
	if groups, _ = d.duplicates("?size=..1000&extension=mkv"); len(groups) != 1 || strings.Count(groups[0], "|") != 1 {
		t.Errorf("of small films: %q, want one pair", groups)
	}
	if groups, _ = d.duplicates("?under=a"); len(groups) != 0 {
		t.Errorf("below a: %q, want none", groups)
	}
	tag := d.get("/api/v1/duplicates").Header.Get("ETag")
	d.get("/api/v1/duplicates", "If-None-Match", tag).is(http.StatusNotModified)
	d.refuses("/api/v1/duplicates", "?sort=size", "?after=x", "?gaps=true")
}
