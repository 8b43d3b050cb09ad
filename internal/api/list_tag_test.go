package api_test

import (
	"net/http"
	"testing"
)

func TestAListThatIsHeldIsNotSentAgainUntilTheCatalogChanges(t *testing.T) {
	d := start(t, map[string]string{"a.txt": ""}, "")
	d.untilIdle()
	first := d.get("/api/v1/items").is(http.StatusOK)
	tag := first.Header.Get("ETag")
	if tag == "" || tag[:2] != "W/" {
		t.Fatalf("ETag %q is not a weak one", tag)
	}
	held := d.get("/api/v1/items", "If-None-Match", tag).is(http.StatusNotModified)
	if len(held.body) > 0 || held.Header.Get("ETag") != tag {
		t.Errorf("%d bytes, ETag %q", len(held.body), held.Header.Get("ETag"))
	}
	for _, other := range []string{"/api/v1/items?limit=1", "/api/v1/items?sort=title", "/api/v1/items?root=media"} {
		if a := d.get(other, "If-None-Match", tag).is(http.StatusOK); a.Header.Get("ETag") == tag {
			t.Errorf("%s has the tag of another list", other)
		}
	}
	d.get("/api/v1/items?unknown=1", "If-None-Match", tag).isProblem(http.StatusBadRequest, "bad-request")
	if a := d.get("/api/v1/items?unknown=1"); a.Header.Get("ETag") != "" {
		t.Error("a refusal has the tag of a list")
	}
	if a := d.get("/api/v1/items?q=a").is(http.StatusOK); a.Header.Get("ETag") != "" {
		t.Error("a search has a tag, though the index of words follows behind the feed")
	}
	d.write("b.txt", "")
	d.until(func(s status) bool { return s.Idle && s.Counts.Items == 2 })
	d.get("/api/v1/items", "If-None-Match", tag).is(http.StatusOK)
}
