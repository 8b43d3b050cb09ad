package api_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// attacked is a daemon with a few files for everybody to ask for.
func attacked(f *testing.F) *daemon {
	d := start(f, map[string]string{"Films/Alien (1979).mkv": "x", "a/empty": "", "bad\xff\xfe.txt": "text", "notes.txt": strings.Repeat("n", 5000)}, "")
	d.untilIdle()
	return d
}

// exchange sends bytes on a connection of their own, and gives what comes back until it ends.
func exchange(t *testing.T, d *daemon, sent []byte) []byte {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(d.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	_, err = c.Write(sent)
	_ = c.(*net.TCPConn).CloseWrite() // fails where the server has ended it
	got, rerr := io.ReadAll(c)
	if nerr := net.Error(nil); errors.As(errors.Join(err, rerr), &nerr) && nerr.Timeout() {
		t.Fatalf("no end of the answer to %q", sent)
	}
	return got
}

// judge looks at the answers: none is a fault of the server's.
func judge(t *testing.T, sent, got []byte) {
	t.Helper()
	for r := bufio.NewReader(bytes.NewReader(got)); ; {
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			return
		}
		if resp.StatusCode == http.StatusInternalServerError || resp.StatusCode == http.StatusBadGateway {
			body, _ := io.ReadAll(resp.Body)
			t.Fatalf("%q is answered with %s: %s", sent, resp.Status, body)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			return
		}
		_ = resp.Body.Close()
	}
}

func FuzzBytesOfAClient(f *testing.F) {
	d := attacked(f)
	for _, sent := range []string{
		"GET /api/v1/items HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"GET /api/v1/items/1/content HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-0,-1\r\nIf-Range: \"x\"\r\n\r\n",
		"HEAD /api/v1/items/1/artwork HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: *\r\n\r\n",
		"POST /api/v1/roots/media/scan HTTP/1.1\r\nHost: localhost\r\nContent-Length: 27\r\n\r\n{\"path\": \"\", \"full\": false}",
		"POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"tok\r\n0\r\n\r\n",
		"GET /api/v1/changes?since=&limit=1&wait=1ms HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
		"GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
		"GET http://evil/ HTTP/1.0\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01\x02\x00", "GET / HTTP/1.1\r\n",
	} {
		f.Add([]byte(sent))
	}
	f.Fuzz(func(t *testing.T, sent []byte) { judge(t, sent, exchange(t, d, sent)) })
}

func FuzzRequestsOfAClient(f *testing.F) {
	d := attacked(f)
	for _, c := range [][4]string{
		{"GET", "/api/v1/items", "root=media&kind=movie,track&under=Films&q=alien&sort=-added&limit=3&after=eyJ9", ""},
		{"GET", "/api/v1/items", "q=%22a%20b%22%20c*&state=missing&sort=title", ""},
		{"GET", "/api/v1/items/1", "", ""}, {"GET", "/api/v1/items/1/content", "", "bytes=1-"}, {"GET", "/api/v1/items/2/artwork", "", "bytes=-5,0-1"},
		{"GET", "/api/v1/changes", "since=a.1&limit=10&wait=10ms", ""}, {"GET", "/api/v1/roots/media", "", ""}, {"POST", "/api/v1/roots/media/scan", "", `{"path": "Films", "full": true}`},
		{"POST", "/api/v1/roots/media/accept-removals", "", ""}, {"POST", "/api/v1/roots/%00/reconnect", "", ""}, {"DELETE", "/api/v1/scans/1", "", ""},
		{"POST", "/api/v1/session", "", `{"token": "x"}`}, {"PATCH", "/", "%zz", "\xff"}, {"GET", "/metrics", "", ""}, {"GET", "/api/openapi.yaml", "", ""},
	} {
		f.Add(c[0], c[1], c[2], c[3])
	}
	f.Fuzz(func(t *testing.T, method, path, query, more string) {
		if !strings.HasPrefix(path, "/") || strings.ContainsAny(method+path+query, " \r\n") || strings.Contains(query, "wait=") && !strings.Contains(query, "ms") {
			return // the bytes say the rest
		}
		u := url.URL{Path: path, RawQuery: query}
		sent := method + " " + u.RequestURI() + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
		if strings.HasPrefix(more, "bytes") && !strings.ContainsAny(more, "\r\n") {
			sent += "Range: " + more + "\r\n\r\n"
		} else {
			sent += "Content-Length: " + strconv.Itoa(len(more)) + "\r\n\r\n" + more
		}
		judge(t, []byte(sent), exchange(t, d, []byte(sent)))
	})
}
