package api

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
)

func TestADiskThatHangsIsToldOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		files := faketree.New(faketree.Options{})
		if err := files.Write("f", []byte("content")); err != nil {
			t.Fatal(err)
		}
		hung := faketree.NewFaulty(files, 1)
		f, e, err := openFile(t.Context(), hung, "f", diskTime)
		if err != nil || e.Size != 7 {
			t.Fatalf("%d bytes, %v; want 7", e.Size, err)
		}
		hung.Inject(faketree.Fault{Ops: faketree.Open | faketree.Read, Latency: time.Hour})
		began := time.Now()
		if _, err := f.ReadAt(make([]byte, 7), 0); !errors.Is(err, errHangs) || time.Since(began) != diskTime {
			t.Errorf("a read: %v after %v; want %v after %v", err, time.Since(began), errHangs, diskTime)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		began = time.Now()
		_, _, err = openFile(t.Context(), hung, "f", diskTime)
		var p *problem
		if !errors.As(err, &p) || p.Status != http.StatusGatewayTimeout || strings.Contains(p.Detail, "context") || time.Since(began) != diskTime {
			t.Errorf("an opening: %v after %v; want the problem timeout in words after %v", err, time.Since(began), diskTime)
		}
		ctx, leave := context.WithTimeout(t.Context(), time.Second)
		defer leave()
		if _, _, err := openFile(ctx, hung, "f", diskTime); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a client that leaves: %v", err)
		}
	})
}

func TestARequestThatPanicsIsToldOfAndLogged(t *testing.T) {
	core, lines := observer.New(zap.ErrorLevel)
	s := &Server{log: zap.New(core)}
	answer := httptest.NewRecorder()
	s.recovered(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("out of range") })).ServeHTTP(answer, httptest.NewRequest("GET", "/x", http.NoBody))
	if answer.Code != http.StatusInternalServerError || !strings.Contains(answer.Body.String(), `"internal"`) {
		t.Errorf("answered %d %s, want the problem internal", answer.Code, answer.Body)
	}
	if all := lines.All(); len(all) != 1 || !strings.Contains(all[0].ContextMap()["stack"].(string), "slow_disk_test.go") {
		t.Errorf("the log has %v, want one line with the stack", all)
	}
	defer func() {
		if v := recover(); v != http.ErrAbortHandler {
			t.Errorf("an answer that was begun ends with %v, want its connection ended", v)
		}
	}()
	s.recovered(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{"); panic("late") })).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/x", http.NoBody))
}

func TestRangesThatAreIgnored(t *testing.T) {
	for header, want := range map[string]bool{
		"bytes=0-": true, "bytes=-1": true, "bytes=0-0, 5-7": true, "bytes=0-,1-,2-": false, // more than two
		"lines=1-2": false, "bytes=zz": false, "bytes=": false, "bytes=-": false, "bytes=0-1;2": false, "bytes=99999999999999999999-": false,
	} {
		if got := wellFormed(header, 2); got != want {
			t.Errorf("%s: taken %v, want %v", header, got, want)
		}
	}
	r := httptest.NewRequest("GET", "/", http.NoBody)
	r.Header.Set("Range", "bytes=-1")
	if rangesTaken(r, 0, maxRanges).Header.Get("Range") != "" {
		t.Error("a range of an empty file is taken")
	}
	if rangesTaken(r, 1, maxRanges) != r {
		t.Error("a range is not taken")
	}
}

// A handler may take longer than its body may.
func TestAHandlerMayTakeItsTimeBehindItsBody(t *testing.T) {
	left := make(chan bool, 1)
	srv := httptest.NewServer(promptBodiesWithin(50*time.Millisecond, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			t.Error(err)
		}
		select {
		case <-r.Context().Done():
			left <- true
		case <-time.After(200 * time.Millisecond):
			left <- false
		}
	})))
	defer srv.Close()
	resp, err := http.Post(srv.URL, "text/plain", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if <-left {
		t.Error("the client was taken to have left")
	}
}

func TestAConnectionEndsWithoutProgress(t *testing.T) {
	for name, c := range map[string]struct {
		content bool
		limit   time.Duration
	}{"an answer": {false, answerStall}, "the bytes of a file": {true, contentStall}} {
		synctest.Test(t, func(t *testing.T) {
			client, server := net.Pipe()
			defer client.Close()
			sc := &stallConn{Conn: server, left: func() {}}
			defer sc.Close()
			took := make(chan time.Duration, 1)
			r := httptest.NewRequest("GET", "/", http.NoBody).WithContext(withConn(t.Context(), sc))
			impatient(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				if c.content {
					letPause(r)
				}
				began := time.Now()
				if _, err := sc.Write([]byte("never taken")); err == nil {
					t.Error("written, though nobody reads")
				}
				took <- time.Since(began)
			})).ServeHTTP(httptest.NewRecorder(), r)
			if d := <-took; d < c.limit || d > c.limit+c.limit/4 {
				t.Errorf("%s ended after %v, want %v", name, d, c.limit)
			}
		})
	}
}
