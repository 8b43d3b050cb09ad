package api_test

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

type scan struct {
	ID    int64  `json:"id"`
	Root  string `json:"root"`
	Path  string `json:"path"`
	State string `json:"state"`
}

func TestAScanOfAPathIsOfThatFileOrDirectory(t *testing.T) {
	d := start(t, map[string]string{"films/a.txt": "", "films/b.txt": "", "films/sub/c.txt": "", "d.txt": ""}, "")
	d.untilIdle()
	scanned := func(path string) (directories, files, removed int) {
		t.Helper()
		var s struct {
			scan
			Directories, Files, Removed, Errors int
		}
		d.do(http.MethodPost, "/api/v1/roots/media/scan", fmt.Sprintf(`{"path":%q,"full":true}`, path)).is(http.StatusAccepted).into(&s)
		for end := time.Now().Add(patience); s.State != "done" && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
			d.get(fmt.Sprintf("/api/v1/scans/%d", s.ID)).is(http.StatusOK).into(&s)
		}
		if s.State != "done" || s.Path != path || s.Errors > 0 {
			t.Errorf("%s: %+v", path, s)
		}
		return s.Directories, s.Files, s.Removed
	}
	for path, want := range map[string][2]int{"": {3, 4}, "films": {2, 3}, "films/sub": {1, 1}, "films/a.txt": {0, 1}, "films/sub/c.txt": {0, 1}, "d.txt": {0, 1}} {
		if dirs, files, _ := scanned(path); dirs != want[0] || files != want[1] {
			t.Errorf("a scan of %q was of %d directories and %d files, want %v", path, dirs, files, want)
		}
	}
	for _, path := range []string{"film", "films/x.txt", "films/a.txt/b", "none/none"} {
		d.do(http.MethodPost, "/api/v1/roots/media/scan", `{"path":"`+path+`"}`).isProblem(http.StatusNotFound, "no-such-path")
	}
	for _, path := range []string{"films/a.txt", "d.txt"} { // catalogued, though not on disk any more
		if err := os.Remove(d.path(path)); err != nil {
			t.Fatal(err)
		}
		scanned(path)
	}
}

func TestScansAreQueuedFollowedAndCancelled(t *testing.T) {
	d := start(t, map[string]string{"films/a.txt": "", "music/b.txt": ""}, "")
	d.untilIdle()
	post := func(body string) (s scan) {
		t.Helper()
		a := d.do(http.MethodPost, "/api/v1/roots/media/scan", body).is(http.StatusAccepted)
		a.into(&s)
		if want := fmt.Sprintf("/api/v1/scans/%d", s.ID); a.Header.Get("Location") != want {
			t.Errorf("Location %q, want %q", a.Header.Get("Location"), want)
		}
		return s
	}
	for body, path := range map[string]string{"": "", "{}": "", `{"path":"films","full":true}`: "films", `{"path":"/music/"}`: "music", `{"path_bytes":"ZmlsbXM="}`: "films"} {
		s := post(body)
		for end := time.Now().Add(patience); s.State != "done" && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
			d.get(fmt.Sprintf("/api/v1/scans/%d", s.ID)).is(http.StatusOK).into(&s)
		}
		if s.State != "done" || s.Path != path || s.Root != "media" {
			t.Errorf("%s: %+v", body, s)
		}
		d.do(http.MethodDelete, fmt.Sprintf("/api/v1/scans/%d", s.ID), "").is(http.StatusOK).into(&s)
		if s.State != "done" {
			t.Errorf("a scan that was done is %s once it is cancelled", s.State)
		}
	}
	s := post("")
	d.do(http.MethodDelete, fmt.Sprintf("/api/v1/scans/%d", s.ID), "").is(http.StatusOK).into(&s)
	for end := time.Now().Add(patience); s.State == "running" && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		// a look under way may outlast the answer
		d.get(fmt.Sprintf("/api/v1/scans/%d", s.ID)).is(http.StatusOK).into(&s)
	}
	if s.State != "cancelled" && s.State != "done" {
		t.Errorf("cancelled: %+v", s)
	}
	var all []scan
	d.get("/api/v1/scans").is(http.StatusOK).into(&all)
	if len(all) < 7 || all[0].ID != s.ID {
		t.Errorf("scans %+v", all)
	}
	for _, body := range []string{`{"paths":"x"}`, `{"path":1}`, `{"path":"../x"}`, `{"path":"a//b"}`, `{} {}`, `{`, `[]`, `{"path":"` + "a\\u0000b" + `"}`} {
		d.do(http.MethodPost, "/api/v1/roots/media/scan", body).isProblem(http.StatusBadRequest, "bad-request")
	}
	d.do(http.MethodPost, "/api/v1/roots/media/scan", `{"path":"`+strings.Repeat("a", 100<<10)+`"}`).isProblem(http.StatusRequestEntityTooLarge, "too-large")
	d.do(http.MethodPost, "/api/v1/roots/nobody/scan", "").isProblem(http.StatusNotFound, "no-such-root")
	for _, id := range []string{"99999", "x", "0"} {
		d.get("/api/v1/scans/"+id).isProblem(http.StatusNotFound, "no-such-scan")
		d.do(http.MethodDelete, "/api/v1/scans/"+id, "").isProblem(http.StatusNotFound, "no-such-scan")
	}
}

func TestRootsAreDescribedAndHeldRemovalsAccepted(t *testing.T) {
	files := map[string]string{}
	for i := range 110 {
		files[fmt.Sprintf("films/%d.txt", i)] = "x"
	}
	d := start(t, files, "")
	d.untilIdle()
	var roots []struct{ Name, Kind, Location, State string }
	d.get("/api/v1/roots").is(http.StatusOK).into(&roots)
	if len(roots) != 1 || roots[0].Name != "media" || roots[0].Kind != "local" || roots[0].Location != d.root || roots[0].State != "online" {
		t.Errorf("roots %+v", roots)
	}
	d.get("/api/v1/roots/media").is(http.StatusOK)
	d.get("/api/v1/roots/nobody").isProblem(http.StatusNotFound, "no-such-root")
	d.do(http.MethodPost, "/api/v1/roots/nobody/reconnect", "").isProblem(http.StatusNotFound, "no-such-root")
	d.do(http.MethodPost, "/api/v1/roots/nobody/accept-removals", "").isProblem(http.StatusNotFound, "no-such-root")
	d.do(http.MethodPost, "/api/v1/roots/media/accept-removals", "").isProblem(http.StatusConflict, "nothing-held")

	if err := os.RemoveAll(d.path("films")); err != nil {
		t.Fatal(err)
	}
	d.until(func(s status) bool { return s.Roots[0].Held != nil && s.Roots[0].Held.Count == 110 })
	d.until(func(s status) bool { return s.Idle })
	if p := d.items("?state=missing&limit=1000"); len(p.Items) != 110 {
		t.Errorf("%d items are missing", len(p.Items))
	}
	var accepted struct{ Removed int64 }
	d.do(http.MethodPost, "/api/v1/roots/media/accept-removals", "").is(http.StatusOK).into(&accepted)
	if s := d.until(func(s status) bool { return s.Roots[0].Held == nil }); accepted.Removed != 110 || s.Counts.Items != 0 {
		t.Errorf("%+v accepted, then %+v", accepted, s)
	}
}

func TestMonitorsAreAnswered(t *testing.T) {
	d := start(t, map[string]string{"a.txt": ""}, "")
	d.untilIdle()
	for path, want := range map[string]string{"/healthz": "ok\n", "/readyz": "ready\n"} {
		if a := d.get(path).is(http.StatusOK); string(a.body) != want {
			t.Errorf("%s: %q", path, a.body)
		}
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	figures, err := parser.TextToMetricFamilies(strings.NewReader(string(d.get("/metrics").is(http.StatusOK).body)))
	if err != nil || figures["catalogizerd_items"].GetMetric()[0].GetGauge().GetValue() != 1 {
		t.Errorf("metrics: %v, %v", figures["catalogizerd_items"], err)
	}
	for _, path := range []string{"/api/openapi.yaml", "/api/asyncapi.yaml"} {
		if a := d.get(path).is(http.StatusOK); len(a.body) < 5000 || a.Header.Get("Content-Type") != "application/yaml" {
			t.Errorf("%s: %d bytes, %v", path, len(a.body), a.Header)
		}
	}
}

func TestWhatThereIsNotIsAProblem(t *testing.T) {
	d := start(t, nil, "")
	for _, path := range []string{"/api", "/api/v1", "/api/v2/items", "/api/v1/items/1/poster", "/favicon.ico"} {
		d.get(path).isProblem(http.StatusNotFound, "not-found")
	}
	for _, c := range []struct{ method, path, allow string }{
		{"POST", "/api/v1/items", "GET, HEAD"}, {"PUT", "/api/v1/scans/1", "DELETE, GET, HEAD"}, {"GET", "/api/v1/roots/media/scan", "POST"},
		{"DELETE", "/healthz", "GET, HEAD"}, {"PATCH", "/api/v1/session", "DELETE, GET, HEAD, POST"},
	} {
		a := d.do(c.method, c.path, "")
		if a.isProblem(http.StatusMethodNotAllowed, "method-not-allowed"); a.Header.Get("Allow") != c.allow {
			t.Errorf("%s %s: Allow %q, want %q", c.method, c.path, a.Header.Get("Allow"), c.allow)
		}
	}
	d.get("/api/v1/live").isProblem(http.StatusUpgradeRequired, "upgrade-required")
	d.get("/api/v1/live", "Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "12").isProblem(http.StatusBadRequest, "bad-request")
}
