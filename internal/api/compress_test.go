package api

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
)

func TestWhoTakesGzip(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "gzip": true, "deflate, GZIP;q=1.0, *;q=0.5": true, "gzip;q=0": false, "gzip; q=0.001": true, "*": true, "*;q=0": false,
		"identity": false, "br": false, "*, gzip;q=0": false, "gzipped": false, "gzip;q=x": false,
	} {
		if got := takesGzip([]string{header}); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}

func TestWhatIsPacked(t *testing.T) {
	long := strings.Repeat("catalog ", 1000)
	for _, c := range []struct {
		name, accepts, text string
		header              map[string]string
		packed, varies      bool
	}{
		{"JSON", "gzip", long, map[string]string{"Content-Type": "application/json"}, true, true},
		{"a document", "gzip", long, map[string]string{"Content-Type": "application/yaml"}, true, true},
		{"not offered", "", long, map[string]string{"Content-Type": "application/json"}, false, true},
		{"short", "gzip", "{}", map[string]string{"Content-Type": "application/json"}, false, true},
		{"a file", "gzip", long, map[string]string{"Content-Type": "application/json", "Content-Disposition": "attachment"}, false, false},
		{"a picture", "gzip", long, map[string]string{"Content-Type": "image/png"}, false, false},
		{"packed already", "gzip", long, map[string]string{"Content-Type": "application/json", "Content-Encoding": "gzip"}, false, false},
		{"secret", "gzip", long, map[string]string{"Content-Type": "application/json", "Cache-Control": "no-store"}, false, false},
	} {
		h := packed(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			for k, v := range c.header {
				w.Header().Set(k, v)
			}
			w.WriteHeader(http.StatusAccepted)
			_, _ = io.WriteString(w, c.text)
			_, _ = io.WriteString(w, "end")
		}))
		for range 2 { // the second time with what the first gave back
			r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
			r.Header.Set("Accept-Encoding", c.accepts)
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			a := rec.Result()
			body := io.Reader(a.Body)
			if isPacked := a.Header.Get("Content-Encoding") == "gzip" && c.header["Content-Encoding"] == ""; isPacked != c.packed {
				t.Errorf("%s: packed %v, want %v", c.name, isPacked, c.packed)
			}
			if varies := a.Header.Get("Vary") == "Accept-Encoding"; varies != c.varies {
				t.Errorf("%s: varies %v, want %v", c.name, varies, c.varies)
			}
			if c.packed {
				gz, err := gzip.NewReader(body)
				if err != nil {
					t.Fatal(err)
				}
				body = gz
			}
			got, err := io.ReadAll(body)
			if err != nil || string(got) != c.text+"end" || a.StatusCode != http.StatusAccepted {
				t.Errorf("%s: %d, %d bytes, %v", c.name, a.StatusCode, len(got), err)
			}
		}
	}
}

func TestAnAnswerWithoutABodyKeepsItsStatus(t *testing.T) {
	for _, status := range []int{http.StatusNoContent, http.StatusNotModified, http.StatusAccepted} {
		rec := httptest.NewRecorder()
		packed(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })).
			ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/", http.NoBody))
		if rec.Code != status {
			t.Errorf("status %d, want %d", rec.Code, status)
		}
	}
}

func TestTagsAreComparedWeakly(t *testing.T) {
	const tag = `W/"a"`
	for held, want := range map[string]bool{"": false, `W/"a"`: true, `"a"`: true, `"b", W/"a"`: true, "*": true, `W/"b"`: false} {
		if got := hasTag([]string{held}, tag); got != want {
			t.Errorf("%s: %v, want %v", held, got, want)
		}
	}
}

func BenchmarkPacking(b *testing.B) {
	var text strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&text, `{"id":%d,"root":"films","path":"Films/Film %d (%d)/Film %d.mkv","size":%d,"state":"present","kind":"movie"},`, i, i*7919, 1950+i%70, i*7919, i*104729)
	}
	h := packed(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _ = writeRaw(w, []byte(text.String())) }))
	r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
	r.Header.Set("Accept-Encoding", "gzip")
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
}
