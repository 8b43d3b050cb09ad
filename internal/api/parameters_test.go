package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// A parameter with a typing error is told of by whatever is asked, and changes nothing.
func TestParametersThatThereAreNotAreRefusedEverywhere(t *testing.T) {
	d := start(t, map[string]string{"a.mkv": "a"}, "")
	d.untilIdle()
	doc, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for path, item := range doc.Paths.Map() {
		if !strings.HasPrefix(path, "/api/v1/") {
			continue
		}
		there := strings.NewReplacer("{id}", "1", "{name}", "media").Replace(path)
		for method := range item.Operations() {
			a := d.do(method, there+"?limmit=1", "")
			switch {
			case strings.HasSuffix(path, "/content"), strings.HasSuffix(path, "/artwork"):
				continue // a player may add what it likes
			case method == http.MethodHead:
				a.is(http.StatusBadRequest)
				continue
			}
			a.isProblem(http.StatusBadRequest, "bad-request")
			if !strings.Contains(string(a.body), `\"limmit\"`) {
				t.Errorf("%s %s names nothing: %s", method, path, a.body)
			}
		}
	}
}

// Lists that are no part of the feed have tags of what they say.
func TestShortListsAreNotSentAgainUntilTheySayOtherThings(t *testing.T) {
	d := start(t, map[string]string{"a.txt": ""}, "")
	d.untilIdle()
	for _, path := range []string{"/api/v1/roots", "/api/v1/scans", "/api/v1/notify"} {
		tag := d.get(path).is(http.StatusOK).Header.Get("ETag")
		if a := d.get(path, "If-None-Match", tag).is(http.StatusNotModified); tag == "" || len(a.body) > 0 {
			t.Errorf("%s: ETag %q, %d bytes", path, tag, len(a.body))
		}
		if path == "/api/v1/notify" {
			continue
		}
		d.write(path[len("/api/v1/"):]+".txt", "")
		d.do(http.MethodPost, "/api/v1/roots/media/scan", `{"full": true}`).is(http.StatusAccepted)
		d.untilIdle()
		d.get(path, "If-None-Match", tag).is(http.StatusOK)
	}
}

// Forms send what nobody has filled in, and scripts what a variable without a value gives.
func TestAParameterWithoutAValueIsAsIfItWereNotThere(t *testing.T) {
	d := start(t, map[string]string{"Films/Alien (1979)/Alien (1979).mkv": "one", "b.txt": "one"}, "")
	d.untilIdle()
	doc, err := openapi3.NewLoader().LoadFromFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	needs := map[string]string{"/api/v1/search": "q=alien", "/api/v1/facets": "by=kind"}
	asked := 0
	for path, item := range doc.Paths.Map() {
		if item.Get == nil || path == "/login" {
			continue
		}
		there := strings.NewReplacer("{id}", "1", "{name}", "media").Replace(path) + "?" + needs[path]
		want := d.get(there)
		for _, p := range append(item.Parameters, item.Get.Parameters...) {
			if p.Value.In != "query" || strings.HasPrefix(needs[path], p.Value.Name+"=") {
				continue
			}
			got, alike := d.get(there+"&"+p.Value.Name+"="), true
			if path != "/feed.atom" { // which says where it is
				alike = string(got.body) == string(want.body)
			}
			if got.StatusCode != want.StatusCode || !alike {
				t.Errorf("%s with an empty %s: %d %s, without it %d %s",
					there, p.Value.Name, got.StatusCode, got.body, want.StatusCode, want.body)
			}
			asked++
		}
	}
	if asked < 100 {
		t.Errorf("only %d parameters were tried", asked)
	}
	for _, path := range []string{
		"/api/v1/search?q=", "/api/v1/facets?by=", "/api/v1/works?kind=film", "/api/v1/items?kind=,film",
	} {
		d.get(path).isProblem(http.StatusBadRequest, "bad-request")
	}
	d.do(http.MethodPost, "/api/v1/items/analyse?analysis=", "").isProblem(http.StatusBadRequest, "bad-request")
}
