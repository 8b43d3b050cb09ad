package api

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

func TestNobodysSessionsEndThoseOfOthers(t *testing.T) {
	var s sessions
	mine := s.open("token", netip.MustParseAddr("192.0.2.1"))
	other := netip.MustParseAddr("192.0.2.2")
	for range 2 * maxSessions {
		s.open("token", other)
	}
	if !s.opened(mine, "token") {
		t.Error("2,000 sessions of another address ended mine")
	}
	if len(s.ids) > maxSessionsOf+1 {
		t.Errorf("%d sessions, want %d of one address at most", len(s.ids), maxSessionsOf)
	}
	for i := range 2 * maxSessions { // of many
		s.open("token", netip.MustParseAddr(fmt.Sprintf("198.51.%d.%d", i/250, i%250)))
	}
	if len(s.ids) > maxSessions {
		t.Errorf("%d sessions, want %d at most", len(s.ids), maxSessions)
	}
	if s.opened(mine, "another token") || s.opened("unknown", "token") {
		t.Error("a session is as good as a token that it was not opened with")
	}
}

func TestAnAddressThatGuessesIsToldToWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tr tries
		from, other := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
		for i := range wrongTries {
			if wait := tr.wrong(from); wait != 0 {
				t.Fatalf("told to wait %v after %d tries, want %d tries", wait, i+1, wrongTries)
			}
		}
		time.Sleep(20 * time.Second)
		if wait := tr.wrong(from); wait != 40*time.Second {
			t.Errorf("told to wait %v, want the rest of the minute", wait)
		}
		if wait := tr.wrong(other); wait != 0 {
			t.Errorf("another address is told to wait %v", wait)
		}
		time.Sleep(40 * time.Second)
		if wait := tr.wrong(from); wait != 0 {
			t.Errorf("told to wait %v a minute after the first", wait)
		}
	})
}

func TestPagesOfOtherSitesMayLinkHereAndNoMore(t *testing.T) {
	for _, c := range []struct {
		method string
		header http.Header
		want   bool
	}{
		{"GET", http.Header{}, false}, // no browser
		{"GET", http.Header{"Sec-Fetch-Site": {"same-origin"}}, false},
		{"GET", http.Header{"Sec-Fetch-Site": {"none"}, "Sec-Fetch-Mode": {"navigate"}}, false},
		{"GET", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"navigate"}, "Sec-Fetch-Dest": {"document"}}, false},
		{"GET", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"navigate"}, "Sec-Fetch-Dest": {"iframe"}}, true},
		{"POST", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"navigate"}, "Sec-Fetch-Dest": {"document"}}, true},
		{"GET", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Sec-Fetch-Mode": {"no-cors"}, "Sec-Fetch-Dest": {"image"}}, true},
	} {
		r := httptest.NewRequest(c.method, "/", http.NoBody)
		r.Header = c.header
		if got := crossSite(r); got != c.want {
			t.Errorf("%s with %v: refused %v, want %v", c.method, c.header, got, c.want)
		}
	}
}

func TestAnOriginIsAdmittedByItsPortToo(t *testing.T) {
	s := &Server{}
	s.SetSite(Site{AllowedHosts: []string{"nas.lan"}})
	for _, c := range []struct {
		origin, host string
		want         bool
	}{
		{"http://nas.lan:8780", "nas.lan:8780", true},
		{"https://nas.lan", "nas.lan:8780", true}, // a proxy speaks for it
		{"https://nas.lan:8443", "nas.lan:8780", false},
		{"ftp://nas.lan", "nas.lan:8780", false},
		{"https://other.lan", "nas.lan:8780", false},
		{"http://127.0.0.1:8780", "127.0.0.1:8780", true},
		{"http://127.0.0.1:8781", "127.0.0.1:8780", false},
		{"null", "nas.lan", false},
	} {
		if got := s.originOurs(c.origin, c.host); got != c.want {
			t.Errorf("origin %s at host %s: admitted %v, want %v", c.origin, c.host, got, c.want)
		}
	}
}

func TestOnlyAProxyOfThisMachineIsBelievedItsPrefix(t *testing.T) {
	for from, want := range map[string]string{"127.0.0.1:1": "/media", "[::1]:1": "/media", "[::ffff:127.0.0.1]:1": "/media", "192.168.1.2:1": "", "@": ""} {
		r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
		r.RemoteAddr = from
		r.Header.Set("X-Forwarded-Prefix", "/media")
		if got := forwardedPrefix(r); got != want {
			t.Errorf("from %s: %q, want %q", from, got, want)
		}
	}
}
