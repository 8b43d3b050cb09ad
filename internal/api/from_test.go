package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// films are those whose years and titles their names tell.
func films(t *testing.T) *daemon {
	t.Helper()
	files := map[string]string{}
	for _, name := range []string{"Anchor (1999)", "Éclair (2004)", "Lantern (2004)", "Marsh (2011)", "marble (2004)", "Über Land (2019)"} {
		files[name+".mkv"] = name
	}
	d := start(t, files, "")
	d.untilIdle()
	return d
}

// titles of all pages of two, joined.
func (d *daemon) titles(list, query string) string {
	d.t.Helper()
	var out []string
	for after := ""; ; {
		var page struct {
			Items, Works []struct {
				Title string `json:"title"`
			}
			Next *string `json:"next"`
		}
		d.get(fmt.Sprintf("/api/v1/%s?kind=movie&limit=2&%s%s", list, query, after)).is(http.StatusOK).into(&page)
		for _, one := range append(page.Items, page.Works...) {
			out = append(out, one.Title)
		}
		if page.Next == nil {
			return strings.Join(out, ", ")
		}
		query, after = strings.Split(query, "&from=")[0], "&after="+*page.Next
	}
}

func TestAListBeginsAtAValueOfItsOrder(t *testing.T) {
	d := films(t)
	for _, list := range []string{"items", "works"} {
		for query, want := range map[string]string{
			"sort=title&from=m":     "marble, Marsh, Über Land",
			"sort=-title&from=m":    "Lantern, Éclair, Anchor",
			"sort=title&from=marsh": "Marsh, Über Land",
			"sort=title&from=zz":    "",
			"sort=year&from=2005":   "Marsh, Über Land",
			"sort=-year&from=2003":  "Anchor",
			"sort=-added&from=1999": "",
		} {
			if got := d.titles(list, query); got != want {
				t.Errorf("%s by %s: %q, want %q", list, query, got, want)
			}
		}
		if got := strings.Count(d.titles(list, "sort=added&from=2000"), ","); got != 5 {
			t.Errorf("%s added since 2000: %d and one", list, got)
		}
		if all := d.titles(list, "sort=-year&from=2004"); !strings.Contains(all, "Éclair") || !strings.Contains(all, "marble") || strings.Contains(all, "Marsh") {
			t.Errorf("%s: downwards from a year there is all of it: %s", list, all)
		}
		for _, wrong := range []string{"sort=size&from=3", "sort=year&from=abc", "sort=year&from=1..2", "from=m&sort=title&after=x", "q=marsh&from=m"} {
			d.get("/api/v1/"+list+"?"+wrong).isProblem(http.StatusBadRequest, "bad-request")
		}
	}
}
