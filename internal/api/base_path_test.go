package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestEverythingAnswersWithAndWithoutTheBasePath(t *testing.T) {
	d, _ := locked(t, "base_path = \"/home/catalog\"\n")
	d.token, d.base = "secret-secret-secret", "/home/catalog"
	d.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	d.untilIdle()
	id := d.find("a.txt").ID
	for _, base := range []string{"", "/home/catalog"} {
		d.get(base + "/healthz").is(http.StatusOK)
		d.get(base + "/api/v1/status").is(http.StatusOK)
		d.get(base+"/nothing").isProblem(http.StatusNotFound, "not-found")
		a := d.do(http.MethodPost, base+"/api/v1/roots/media/scan", "").is(http.StatusAccepted)
		if at := a.Header.Get("Location"); !strings.HasPrefix(at, "/home/catalog/api/v1/scans/") {
			t.Errorf("by %q: Location %q", base, at)
		} else {
			d.get(at).is(http.StatusOK)
		}
		var l links
		d.do(http.MethodPost, fmt.Sprintf("%s/api/v1/items/%d/link", base, id), "").is(http.StatusOK).into(&l)
		if !strings.HasPrefix(l.Content, "/home/catalog/api/v1/items/") {
			t.Errorf("link %q", l.Content)
		}
		d.get(l.Content, "Authorization", "").is(http.StatusOK)
		d.get(strings.TrimPrefix(l.Content, "/home/catalog"), "Authorization", "").is(http.StatusOK)
		c := d.do(http.MethodPost, base+"/api/v1/session", `{"token":"secret-secret-secret"}`).Cookies()
		if len(c) != 1 || c[0].Path != "/home/catalog" {
			t.Errorf("cookies %v", c)
		}
		if at := d.get(base + "/api//v1/./status").is(http.StatusTemporaryRedirect).Header.Get("Location"); at != "/home/catalog/api/v1/status" {
			t.Errorf("an untidy path leads to %q", at)
		}
	}
	d.get("/home/catalogue/api/v1/status").isProblem(http.StatusNotFound, "not-found")
	if at := d.get("/home/catalog").Header.Get("Location"); at != "/home/catalog/" {
		t.Errorf("the base path leads to %q", at)
	}
}

func TestAProxyOfThisMachineSaysUnderWhatItShowsTheDaemon(t *testing.T) {
	d := start(t, nil, "")
	d.untilIdle() // the root is offline until it has been looked at
	for prefix, want := range map[string]string{
		"/media": "/media", "/a/b/": "/a/b", "": "", "media": "", "//evil.example": "", "/a/../b": "", "/a b": "", "/a;Domain=x": "", "https://evil.example": "", "/%2e": "",
	} {
		a := d.do(http.MethodPost, "/api/v1/roots/media/scan", "", "X-Forwarded-Prefix", prefix).is(http.StatusAccepted)
		if at := a.Header.Get("Location"); !strings.HasPrefix(at, want+"/api/v1/scans/") {
			t.Errorf("prefix %q: Location %q", prefix, at)
		}
	}
}
