package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

func TestPagesOfAllowedOriginsAskWithATokenAndNeverWithACookie(t *testing.T) {
	d, _ := locked(t, "allowed_origins = [\"https://tv.lan\", \"http://other.lan:8080\"]\n")
	const bearer = "Bearer secret-secret-secret"
	page := []string{"Origin", "https://tv.lan", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors"}
	ask := d.do(http.MethodOptions, "/api/v1/items/1/content", "", append(page, "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "authorization,range")...)
	ask.is(http.StatusNoContent)
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin": "https://tv.lan", "Access-Control-Allow-Credentials": "", "Vary": "Origin", "Access-Control-Max-Age": "600",
	} {
		if got := ask.Header.Get(name); got != want {
			t.Errorf("asked first: %s %q, want %q", name, got, want)
		}
	}
	for name, wants := range map[string]string{"Access-Control-Allow-Headers": "Authorization Content-Type Range If-None-Match", "Access-Control-Allow-Methods": "GET HEAD POST DELETE"} {
		for want := range strings.FieldsSeq(wants) {
			if !strings.Contains(ask.Header.Get(name), want) {
				t.Errorf("asked first: %s %q lacks %s", name, ask.Header.Get(name), want)
			}
		}
	}
	a := d.get("/api/v1/status", append(page, "Authorization", bearer)...).is(http.StatusOK)
	if a.Header.Get("Access-Control-Allow-Origin") != "https://tv.lan" || !strings.Contains(a.Header.Get("Access-Control-Expose-Headers"), "ETag") {
		t.Errorf("headers %v", a.Header)
	}
	cookie := strings.Split(d.do(http.MethodPost, "/api/v1/session", `{"token":"secret-secret-secret"}`).Header.Get("Set-Cookie"), ";")[0]
	d.get("/api/v1/status", "Cookie", cookie).is(http.StatusOK)
	refused := d.get("/api/v1/status", append(page, "Cookie", cookie)...)
	refused.isProblem(http.StatusUnauthorized, "unauthorized")
	if refused.Header.Get("Access-Control-Allow-Origin") != "https://tv.lan" {
		t.Error("the page cannot read why it is refused")
	}
	d.do(http.MethodPost, "/api/v1/roots/media/scan", "", append(page, "Authorization", bearer)...).is(http.StatusAccepted)
	for _, origin := range []string{"https://evil.example", "http://tv.lan", "https://tv.lan:8443", "https://a.tv.lan", "null"} {
		for _, method := range []string{http.MethodGet, http.MethodOptions} {
			a := d.do(method, "/api/v1/status", "", "Origin", origin, "Authorization", bearer, "Access-Control-Request-Method", "GET")
			a.isProblem(http.StatusForbidden, "foreign-origin")
			if got := a.Header.Get("Access-Control-Allow-Origin"); got != "" {
				t.Errorf("%s is shown the answer: %q", origin, got)
			}
		}
	}
	// An <img> sends no Origin: it needs a signed link.
	d.get("/api/v1/status", "Authorization", bearer, "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors").isProblem(http.StatusForbidden, "cross-site")
}

func TestAPageOfAnAllowedOriginFollowsTheFeedWithItsToken(t *testing.T) {
	d, _ := locked(t, "allowed_origins = [\"https://tv.lan\"]\n")
	ws := follow(t, d.url, http.Header{"Origin": {"https://tv.lan"}}, `{"id":1,"type":"auth","token":"secret-secret-secret"}`)
	until(t, ws, func(m *liveMessage) bool { return m.Type == "hello" })

	cookie := strings.Split(d.do(http.MethodPost, "/api/v1/session", `{"token":"secret-secret-secret"}`).Header.Get("Set-Cookie"), ";")[0]
	by := follow(t, d.url, http.Header{"Origin": {"https://tv.lan"}, "Cookie": {cookie}}, `{"id":1,"type":"subscribe"}`)
	if _, _, err := by.ReadMessage(); !websocket.IsCloseError(err, 4401) {
		t.Errorf("by the cookie that its browser sends: %v", err)
	}
	_, resp, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(d.url, "http")+"/api/v1/live", http.Header{"Origin": {"https://evil.example"}})
	if err == nil || resp.StatusCode != http.StatusForbidden {
		t.Errorf("another page: %v", err)
	}
	_ = resp.Body.Close()
}

func TestAnyOriginMayAskWhereATokenIsNeeded(t *testing.T) {
	d, _ := locked(t, "allowed_origins = [\"*\"]\n")
	d.token = "secret-secret-secret"
	a := d.get("/api/v1/status", "Origin", "https://anywhere.example").is(http.StatusOK)
	if got := a.Header.Get("Access-Control-Allow-Origin"); got != "*" {
		t.Errorf("allowed %q", got)
	}
	d.token = ""
	d.get("/api/v1/status", "Origin", "https://anywhere.example").isProblem(http.StatusUnauthorized, "unauthorized")
}
