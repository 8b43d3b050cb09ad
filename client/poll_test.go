package client_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/catalogizer/catalogizerd/client"
)

// breaksOff begins to answer, and says nothing more for as long as somebody waits.
type breaksOff struct{}

func (breaksOff) RoundTrip(r *http.Request) (*http.Response, error) {
	body, end := io.Pipe()
	context.AfterFunc(r.Context(), func() { _ = end.CloseWithError(r.Context().Err()) })
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: body, Request: r}, nil
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
