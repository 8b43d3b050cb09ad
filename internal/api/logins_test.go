package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/api"
)

// bring opens a link as a browser does, and does not go where it is sent.
func (d *daemon) bring(path string, headers ...string) answer {
	d.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return d.get(path, headers...)
}

func session(a answer) []string {
	for _, c := range a.Cookies() {
		return []string{"Cookie", c.Name + "=" + c.Value}
	}
	return nil
}

func TestALoginLinkOpensOneSession(t *testing.T) {
	d, tokenFile := locked(t, "")
	token, err := os.ReadFile(tokenFile)
	if err != nil {
		t.Fatal(err)
	}
	link := func(token string, until time.Duration) string {
		return api.LoginPath(strings.TrimSpace(token), time.Now().Add(until))
	}
	mine := link(string(token), time.Hour)
	looked, err := http.Head(d.url + mine) // what shows a link to others does
	if err != nil || looked.Body.Close() != nil || session(answer{Response: looked}) != nil {
		t.Errorf("a look at the link: %v, %v", looked, err)
	}
	d.bring(mine, "Sec-Purpose", "prefetch").isProblem(http.StatusServiceUnavailable, "not-now")
	in := d.bring(mine).is(http.StatusSeeOther)
	cookie := session(in)
	if in.Header.Get("Location") != "/" || in.Header.Get("Cache-Control") != "no-store" || cookie == nil {
		t.Fatalf("sent to %q with %v", in.Header.Get("Location"), in.Header)
	}
	d.get("/api/v1/status", cookie...).is(http.StatusOK)
	again := d.bring(mine)
	again.isProblem(http.StatusForbidden, "login-used")
	if session(again) != nil {
		t.Error("a used link gives a session")
	}
	d.bring(link("another token, of other days", time.Hour)).isProblem(http.StatusUnauthorized, "unauthorized")
	d.bring(link(string(token), -time.Minute)).isProblem(http.StatusForbidden, "login-used")
	d.bring(link(string(token), 3*time.Hour)).isProblem(http.StatusForbidden, "login-used")
	for _, code := range []string{"", "nonsense", strings.Repeat("A", 48)} {
		d.bring("/login?code="+code).isProblem(http.StatusUnauthorized, "unauthorized")
	}
	other, err := url.Parse(link(string(token), time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	code := []byte(other.Query().Get("code"))
	code[3]++ // later
	d.bring("/login?code="+string(code)).isProblem(http.StatusUnauthorized, "unauthorized")
}

func TestALoginLinkOfTheReadTokenOnlyReads(t *testing.T) {
	const reading = "0123456789abcdef-reading"
	file := t.TempDir() + "/read-token"
	if err := os.WriteFile(file, []byte(reading), 0o600); err != nil {
		t.Fatal(err)
	}
	d, _ := locked(t, fmt.Sprintf("read_token_file = %q\nbase_path = \"/media\"\n", file))
	d.base = "/media"
	in := d.bring("/media" + api.LoginPath(reading, time.Now().Add(time.Minute))).is(http.StatusSeeOther)
	if got := in.Header.Get("Location"); got != "/media/" {
		t.Errorf("sent to %q, want the page below the base path", got)
	}
	d.get("/api/v1/status", session(in)...).is(http.StatusOK)
	d.do(http.MethodPost, "/api/v1/roots/media/scan", "{}", session(in)...).isProblem(http.StatusForbidden, "read-only")
}

func TestALoginLinkIsNoneWhereNobodyNeedsAToken(t *testing.T) {
	d := start(t, nil, "")
	in := d.bring(api.LoginPath("whatever it was once", time.Now())).is(http.StatusSeeOther)
	if session(in) != nil || in.Header.Get("Location") != "/" {
		t.Errorf("sent to %q with %v", in.Header.Get("Location"), in.Cookies())
	}
}
