package client_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/catalogizer/catalogizerd/client"
)

// breaksOff begins to answer, and says nothing more for as long as somebody waits.
type breaksOff struct{}

func (breaksOff) RoundTrip(r *http.Request) (*http.Response, error) {
	body, end := io.Pipe()
	context.AfterFunc(r.Context(), func() { _ = end.CloseWithError(r.Context().Err()) })
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: body, Request: r}, nil
}

// trickles answers with a byte a second.
type trickles struct{ answer string }

func (t trickles) RoundTrip(r *http.Request) (*http.Response, error) {
	body, write := io.Pipe()
	stop := context.AfterFunc(r.Context(), func() { _ = write.CloseWithError(r.Context().Err()) })
	go func() {
		defer stop()
		for i := range t.answer {
			select {
			case <-time.After(time.Second):
			case <-r.Context().Done():
				return
			}
			if _, err := io.WriteString(write, t.answer[i:i+1]); err != nil {
				return
			}
		}
		_ = write.Close()
	}()
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: body, Request: r}, nil
}

// A page that takes longer to come than a daemon may be silent is awaited: it would take as long the next time.
func TestADaemonBehindAThinLineIsNotLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		answer := `{"changes":[],"cursor":"c1","more":false` + strings.Repeat(" ", 200) + `}`
		c, err := client.New("http://nas:8780", client.Options{HTTP: &http.Client{Transport: trickles{answer}}})
		if err != nil {
			t.Fatal(err)
		}
		for b, err := range c.Follow(t.Context(), client.Follow{LongPoll: true}) {
			if err != nil || b.Lost != nil || b.Cursor != "c1" {
				t.Errorf("the feed says %+v, %v", b, err)
			}
			break
		}
	})
}

// A daemon that hangs in the midst of its answer is found out where it is polled too.
func TestADaemonThatBreaksOffIsLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, err := client.New("http://nas:8780", client.Options{HTTP: &http.Client{Transport: breaksOff{}}})
		if err != nil {
			t.Fatal(err)
		}
		for b, err := range c.Follow(t.Context(), client.Follow{LongPoll: true}) {
			if err != nil || b.Lost == nil {
				t.Errorf("the feed says %+v, %v", b, err)
			}
			break
		}
	})
}
