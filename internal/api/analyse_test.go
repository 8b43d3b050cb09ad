package api_test

import (
	"fmt"
	"net/http"
	"testing"
)

func TestItemsAreReadAgainWhenAskedFor(t *testing.T) {
	d := start(t, map[string]string{"a.txt": "one", "b.txt": "one", "empty.txt": "", "c/d.mkv": "one"}, "")
	d.untilIdle()
	fingerprint := func(path string) (text string) {
		var all struct {
			Items []struct{ Path, Fingerprint string }
		}
		d.get("/api/v1/items").into(&all)
		for _, it := range all.Items {
			if it.Path == path {
				text = it.Fingerprint
			}
		}
		return text
	}
	before := fingerprint("a.txt")
	if before == "" {
		t.Fatal("a.txt was not read")
	}
	for query, want := range map[string]int{"?extension=txt": 3, "?under=c": 1, "?q=d&kind=video,movie": 1, "?year=1900": 0} {
		var got struct{ Count int }
		d.do(http.MethodPost, "/api/v1/items/analyse"+query, "").is(http.StatusAccepted).into(&got)
		if got.Count != want {
			t.Errorf("%s: %d items, want %d", query, got.Count, want)
		}
	}
	d.untilIdle()
	if after := fingerprint("a.txt"); after != before {
		t.Errorf("read again, the same file has the fingerprint %s, not %s", after, before)
	}
	d.do(http.MethodPost, fmt.Sprintf("/api/v1/items/%d/analyse", d.find("a.txt").ID), "").is(http.StatusAccepted)
	d.do(http.MethodPost, "/api/v1/items/999/analyse", "").isProblem(http.StatusNotFound, "no-such-item")
	d.do(http.MethodPost, "/api/v1/items/analyse", "").isProblem(http.StatusBadRequest, "bad-request")
	d.do(http.MethodPost, "/api/v1/items/analyse?sort=size&kind=movie", "").isProblem(http.StatusBadRequest, "bad-request")
	d.do(http.MethodPost, "/api/v1/items/analyse?analysis=broken", "").isProblem(http.StatusBadRequest, "bad-request")
}
