package api_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// locked starts a daemon that asks for the token "secret".
func locked(t *testing.T, more string) (d *daemon, tokenFile string) {
	t.Helper()
	tokenFile = filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(tokenFile, []byte("secret-secret-secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return start(t, map[string]string{"a.txt": ""}, fmt.Sprintf("[http]\ntoken_file = %q\n%s", tokenFile, more)), tokenFile
}

func TestATokenIsAskedForEverywhereButWhereMonitorsKnock(t *testing.T) {
	d, _ := locked(t, "")
	d.get("/healthz").is(http.StatusOK)
	paths := []string{"/api/v1/status", "/api/v1/items", "/api/v1/items/1", "/api/v1/changes", "/metrics", "/api/openapi.yaml", "/api/asyncapi.yaml", "/nothing"}
	for _, path := range paths {
		for _, header := range [][]string{nil, {"Authorization", "Bearer wrong"}, {"Authorization", "Bearer "}, {"Authorization", "Basic secret-secret-secret"}, {"Cookie", "catalogizerd=guess"}} {
			a := d.get(path, header...)
			if a.isProblem(http.StatusUnauthorized, "unauthorized"); a.Header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s does not say how to authenticate", path)
			}
		}
	}
	d.get("/api/v1/live", "Connection", "Upgrade", "Upgrade", "websocket", "Authorization", "Bearer wrong").isProblem(http.StatusUnauthorized, "unauthorized")
	d.token = "secret-secret-secret"
	d.untilIdle()
	d.get("/readyz").is(http.StatusOK)
	d.get(fmt.Sprintf("/api/v1/items/%d", d.find("a.txt").ID)).is(http.StatusOK)
	d.get("/nothing").isProblem(http.StatusNotFound, "not-found")
}

func TestABrowserGetsASessionForTheToken(t *testing.T) {
	d, tokenFile := locked(t, "")
	d.do(http.MethodPost, "/api/v1/session", `{"token":"wrong"}`).isProblem(http.StatusUnauthorized, "unauthorized")
	for _, body := range []string{"{", `{"token":1}`, `{"password":"x"}`} {
		d.do(http.MethodPost, "/api/v1/session", body).isProblem(http.StatusBadRequest, "bad-request")
	}
	open := func(token string) string {
		t.Helper()
		a := d.do(http.MethodPost, "/api/v1/session", fmt.Sprintf(`{"token":%q}`, token)).is(http.StatusNoContent)
		if len(a.Cookies()) != 1 {
			t.Fatalf("cookies %v", a.Cookies())
		}
		c := a.Cookies()[0]
		if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.MaxAge <= 0 {
			t.Errorf("cookie %+v", c)
		}
		return c.Name + "=" + c.Value
	}
	cookie := open("secret-secret-secret")
	d.get("/api/v1/status", "Cookie", cookie).is(http.StatusOK)
	d.get("/api/v1/status", "Cookie", cookie, "Authorization", "Bearer wrong").isProblem(http.StatusUnauthorized, "unauthorized")
	d.do(http.MethodDelete, "/api/v1/session", "", "Cookie", cookie).is(http.StatusNoContent)
	d.get("/api/v1/status", "Cookie", cookie).isProblem(http.StatusUnauthorized, "unauthorized")

	cookie = open("secret-secret-secret")
	if err := os.WriteFile(tokenFile, []byte("another-another-another"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.get("/api/v1/status", "Cookie", cookie).isProblem(http.StatusUnauthorized, "unauthorized")
}

func TestForeignHostsAndPagesAreRefused(t *testing.T) {
	d := start(t, nil, "[http]\nallowed_hosts = [\"media.example.org\"]\n")
	for _, host := range []string{"localhost", "LOCALHOST:80", "localhost.", "a.localhost", "127.0.0.1:1", "[::1]:8780", "[fe80::1]", "192.168.1.2", "media.example.org", "Media.Example.Org:443"} {
		d.get("/api/v1/status", "Host", host).is(http.StatusOK)
	}
	for _, host := range []string{"evil.example", "example.org", "x.media.example.org", "localhost.evil.example", "127.0.0.1.evil.example"} {
		for _, path := range []string{"/api/v1/status", "/healthz", "/metrics", "/nothing"} {
			d.get(path, "Host", host).isProblem(http.StatusForbidden, "foreign-host")
		}
	}
	d.get("/api/v1/status", "Origin", d.url).is(http.StatusOK)
	d.get("/api/v1/status", "Origin", "https://media.example.org").is(http.StatusOK)
	for _, origin := range []string{"https://evil.example", "null", "http://localhost:1", "file://"} {
		d.do(http.MethodPost, "/api/v1/roots/media/scan", "", "Origin", origin).isProblem(http.StatusForbidden, "foreign-origin")
		d.get("/api/v1/live", "Connection", "Upgrade", "Upgrade", "websocket", "Origin", origin).isProblem(http.StatusForbidden, "foreign-origin")
	}
}

// Nothing but a WebSocket can send its token later: what asks for the live feed otherwise is told no more than it is
// elsewhere.
func TestTheLiveFeedWantsATokenOfWhatIsNoWebSocket(t *testing.T) {
	d, _ := locked(t, "")
	d.get("/api/v1/live").isProblem(http.StatusUnauthorized, "unauthorized")
	d.get("/api/v1/live", "Authorization", "Bearer wrong").isProblem(http.StatusUnauthorized, "unauthorized")
	d.token = "secret-secret-secret"
	d.get("/api/v1/live").isProblem(http.StatusUpgradeRequired, "upgrade-required")
}
