package api_test

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

type links struct {
	Content, Artwork, Thumbnail string
	ExpiresAt                   time.Time `json:"expires_at"`
}

func (d *daemon) link(id int64, body string) (l links) {
	d.t.Helper()
	d.do(http.MethodPost, fmt.Sprintf("/api/v1/items/%d/link", id), body).is(http.StatusOK).into(&l)
	return l
}

func TestASignedLinkStandsForTheTokenAndForTheSiteThatAsks(t *testing.T) {
	d, tokenFile := locked(t, "")
	d.token = "secret-secret-secret"
	d.untilIdle()
	id := d.find("a.txt").ID
	l := d.link(id, `{"ttl":"2h"}`)
	if left := time.Until(l.ExpiresAt); left < 2*time.Hour-time.Minute || left > 2*time.Hour+2*time.Second {
		t.Errorf("the link is good for %v, want 2 h", left)
	}
	d.token = ""
	embedded := []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "video"}
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		a := d.do(method, l.Content, "", embedded...).is(http.StatusOK)
		if got := a.Header.Get("Cross-Origin-Resource-Policy"); got != "cross-origin" {
			t.Errorf("%s: policy %q, want cross-origin", method, got)
		}
	}
	d.get(l.Artwork, embedded...).isProblem(http.StatusNotFound, "no-artwork")
	d.get(l.Content+"&download=1", embedded...).is(http.StatusOK)

	_, query, _ := strings.Cut(l.Content, "?")
	for what, path := range map[string]string{
		"another item":     fmt.Sprintf("/api/v1/items/%d/content?%s", id+1, query),
		"another route":    "/api/v1/status?" + query,
		"artwork":          fmt.Sprintf("/api/v1/items/%d/artwork?%s", id, query),
		"another end":      strings.Replace(l.Content, "expires=", "expires=9", 1),
		"another mark":     l.Content[:len(l.Content)-3] + "AAA",
		"none":             strings.Split(l.Content, "?")[0],
		"twice":            l.Content + "&" + query,
		"another spelling": strings.Replace(l.Content, "/content", "/./content", 1),
	} {
		if a := d.get(path); a.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: %d %s", what, a.StatusCode, a.body)
		}
		d.get(path, embedded...).isProblem(http.StatusForbidden, "cross-site")
	}
	d.do(http.MethodPost, l.Content, "").isProblem(http.StatusUnauthorized, "unauthorized")

	if err := os.WriteFile(tokenFile, []byte("another-another-another"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.get(l.Content).isProblem(http.StatusUnauthorized, "unauthorized")
	if err := os.WriteFile(tokenFile, []byte("secret-secret-secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.get(l.Content).is(http.StatusOK)
}

func TestALinkIsGoodForAWeekAtMostAndOfAnItemThatThereIs(t *testing.T) {
	d := start(t, map[string]string{"a.txt": ""}, "")
	d.untilIdle()
	id := d.find("a.txt").ID
	path := fmt.Sprintf("/api/v1/items/%d/link", id)
	for _, ttl := range []string{"169h", "0s", "-1h", "1", "soon"} {
		d.do(http.MethodPost, path, fmt.Sprintf(`{"ttl":%q}`, ttl)).isProblem(http.StatusBadRequest, "bad-request")
	}
	d.do(http.MethodPost, path, `{"until":"1h"}`).isProblem(http.StatusBadRequest, "bad-request")
	d.do(http.MethodPost, "/api/v1/items/999/link", "").isProblem(http.StatusNotFound, "no-such-item")
	if left := time.Until(d.link(id, "").ExpiresAt); left > time.Hour+2*time.Second || left < 59*time.Minute {
		t.Errorf("without a time it is good for %v, want an hour", left)
	}
	d.link(id, `{"ttl":"168h"}`)
	short := d.link(id, `{"ttl":"1ms"}`)
	embedded := []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"}
	eventually(t, "the link to expire", func() bool {
		return d.get(short.Content, embedded...).StatusCode != http.StatusOK
	})
}

func TestTheReadTokenReadsAndChangesNothing(t *testing.T) {
	readFile := t.TempDir() + "/read"
	if err := os.WriteFile(readFile, []byte("reader-reader-reader"), 0o600); err != nil {
		t.Fatal(err)
	}
	d, _ := locked(t, fmt.Sprintf("read_token_file = %q\n", readFile))
	d.token = "reader-reader-reader"
	d.untilIdle()
	id := d.find("a.txt").ID
	cookie := strings.Split(d.do(http.MethodPost, "/api/v1/session", `{"token":"reader-reader-reader"}`).is(http.StatusNoContent).Header.Get("Set-Cookie"), ";")[0]
	for _, by := range [][]string{{"Authorization", "Bearer reader-reader-reader"}, {"Cookie", cookie}} {
		d.token = ""
		for _, path := range []string{"/api/v1/status", "/api/v1/items", "/api/v1/changes", fmt.Sprintf("/api/v1/items/%d/content", id), "/metrics", "/api/openapi.yaml"} {
			d.get(path, by...).is(http.StatusOK)
		}
		d.do(http.MethodHead, fmt.Sprintf("/api/v1/items/%d/content", id), "", by...).is(http.StatusOK)
		for _, change := range []string{"POST /api/v1/roots/media/scan", "POST /api/v1/roots/media/accept-removals", "POST /api/v1/roots/media/reconnect", "DELETE /api/v1/scans/1", fmt.Sprintf("POST /api/v1/items/%d/link", id)} {
			method, path, _ := strings.Cut(change, " ")
			d.do(method, path, "", by...).isProblem(http.StatusForbidden, "read-only")
		}
		headers := http.Header{by[0]: {by[1]}}
		until(t, follow(t, d.url, headers, `{"id":1,"type":"subscribe"}`), func(m *liveMessage) bool { return m.Type == "caught_up" })
	}
	ws := follow(t, d.url, nil, `{"id":1,"type":"auth","token":"reader-reader-reader"}`)
	until(t, ws, func(m *liveMessage) bool { return m.Type == "hello" })
	if err := os.WriteFile(readFile, []byte("second-second-second"), 0o600); err != nil {
		t.Fatal(err)
	}
	for err := error(nil); err == nil; { // it is asked again
		_, _, err = ws.ReadMessage()
	}
	d.get("/api/v1/status", "Authorization", "Bearer reader-reader-reader").isProblem(http.StatusUnauthorized, "unauthorized")
	d.get("/api/v1/status", "Authorization", "Bearer second-second-second").is(http.StatusOK)
}

// A feed reader keeps an address and what the feed says of itself, and shows pictures by the addresses in it.
func TestAFeedReaderWithoutTheTokenReadsByASignedLink(t *testing.T) {
	d, _ := locked(t, "")
	d.token = "secret-secret-secret"
	d.write("Harbour Lights (1987)/Harbour Lights (1987).mkv", "x")
	d.write("Harbour Lights (1987)/poster.jpg", picture(t, 20))
	d.until(func(s status) bool { return s.Idle && s.Counts.Items > 1 })
	var l struct {
		Feed      string
		ExpiresAt time.Time `json:"expires_at"`
	}
	d.do(http.MethodPost, "/api/v1/feed/link", "").is(http.StatusOK).into(&l)
	if left := time.Until(l.ExpiresAt); left < 365*24*time.Hour {
		t.Errorf("the address is good for %v", left)
	}
	d.do(http.MethodPost, "/api/v1/feed/link", `{"ttl": "9000h"}`).isProblem(http.StatusBadRequest, "bad-request")

	d.token = ""
	d.get("/feed.atom").isProblem(http.StatusUnauthorized, "unauthorized")
	_, query, _ := strings.Cut(l.Feed, "?")
	d.get("/api/v1/works?"+query).isProblem(http.StatusUnauthorized, "unauthorized")
	feed := d.atom("?" + query + "&kind=movie")
	if len(feed.Entry) != 1 || len(feed.Entry[0].Link) != 3 {
		t.Fatalf("%+v", feed)
	}
	d.get(feed.Link[0].Href).is(http.StatusOK)
	if again := d.atom(strings.TrimPrefix(feed.Link[0].Href, "/feed.atom")); len(again.Entry) != 1 || again.ID != feed.ID {
		t.Errorf("where it says that it is there is another: %+v", again)
	}
	d.get(feed.Entry[0].Link[2].Href).is(http.StatusOK)
	d.get(feed.Entry[0].Link[1].Href).isProblem(http.StatusUnauthorized, "unauthorized")
}
