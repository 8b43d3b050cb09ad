package api_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var assetIn = regexp.MustCompile(`assets/[0-9a-f]{16}/app\.js`)

func TestThePageNeedsNoTokenAndSaysNothingOfTheCatalog(t *testing.T) {
	d, _ := locked(t, "")
	page := d.get("/").is(http.StatusOK)
	asset := assetIn.FindString(string(page.body))
	script := d.get("/" + asset).is(http.StatusOK)
	for _, a := range []answer{page, script} {
		if strings.Contains(string(a.body), d.root) || strings.Contains(string(a.body), "a.txt") {
			t.Errorf("%s says something of the catalog", a.Request.URL)
		}
	}
	if page.Header.Get("Content-Type") != "text/html; charset=utf-8" || script.Header.Get("Content-Type") != "text/javascript; charset=utf-8" {
		t.Errorf("types %q and %q", page.Header.Get("Content-Type"), script.Header.Get("Content-Type"))
	}
	d.get("/assets/0123456789abcdef/app.js").isProblem(http.StatusNotFound, "not-found")
	d.get("/assetsx").isProblem(http.StatusUnauthorized, "unauthorized")
	d.get("/", "Host", "evil.example").isProblem(http.StatusForbidden, "foreign-host")
	d.do(http.MethodPost, "/", "").isProblem(http.StatusMethodNotAllowed, "method-not-allowed")
}

func TestThePageIsServedBelowABasePath(t *testing.T) {
	d := start(t, nil, "[http]\nbase_path = \"/catalog\"\n")
	d.base = "/catalog"
	for _, base := range []string{"", "/catalog"} {
		page := d.get(base + "/").is(http.StatusOK)
		asset := assetIn.FindString(string(page.body)) // relative, so it is below the base path where the page is
		d.get(base + "/" + asset).is(http.StatusOK)
	}
}

func TestABrowserIsToldWhatItMayDo(t *testing.T) {
	d, _ := locked(t, "")
	says := func(headers ...string) (access string) {
		t.Helper()
		var s struct {
			Access       string   `json:"access"`
			Needed       bool     `json:"token_needed"`
			Capabilities []string `json:"capabilities"`
		}
		d.get("/api/v1/session", headers...).is(http.StatusOK).into(&s)
		if !slices.Equal(s.Capabilities, []string{"search", "works"}) {
			t.Errorf("a daemon can be asked for %q", s.Capabilities)
		}
		if !s.Needed {
			t.Error("a token is needed, and that is not said")
		}
		return s.Access
	}
	if got := says(); got != "none" {
		t.Errorf("without a token: %s", got)
	}
	if got := says("Authorization", "Bearer secret-secret-secret"); got != "full" {
		t.Errorf("with the token: %s", got)
	}
	d.get("/api/v1/session", "Authorization", "Bearer wrong").isProblem(http.StatusUnauthorized, "unauthorized")
}
