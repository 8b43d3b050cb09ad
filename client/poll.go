package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// longestPoll is how long a request waits for a change; the daemon takes up to a minute.
const longestPoll = 50 * time.Second

// Changes is one page of the feed.
type Changes struct {
	Changes []Change `json:"changes"`
	Cursor  string   `json:"cursor"`
	More    bool     `json:"more"` // at once, behind Cursor
}

// Changes asks for the page of the feed behind f.Since, and waits for as long as wait where there is none. A cursor
// that leads nowhere any more is the problem "resync-required". [Client.Follow] does all this by itself.
func (c *Client) Changes(ctx context.Context, f Follow, wait time.Duration) (page Changes, err error) {
	return c.changes(ctx, f, wait, func() {})
}

// changes is Changes that says when something of the answer has come.
func (c *Client) changes(ctx context.Context, f Follow, wait time.Duration, came func()) (page Changes, err error) {
	query := url.Values{"limit": {longest}, "wait": {wait.String()}}
	for name, values := range map[string][]string{"root": f.Roots, "kind": f.Kinds} {
		if len(values) > 0 {
			query[name] = values
		}
	}
	if f.Since != "" {
		query.Set("since", f.Since)
	}
	if f.Works {
		query.Set("works", "true")
	}
	if f.NoItems {
		query.Set("items", strconv.FormatBool(false))
	}
	var m struct {
		Changes json.RawMessage `json:"changes"`
		Cursor  string          `json:"cursor"`
		More    bool            `json:"more"`
	}
	at := c.endpoint("changes", query)
	resp, err := c.do(ctx, http.MethodGet, at, nil, nil)
	if err != nil {
		return page, err
	}
	defer resp.Body.Close()
	came()
	if err := read(&heard{resp.Body, came}, http.MethodGet, at, &m); err != nil {
		return page, err
	}
	page.Cursor, page.More = m.Cursor, m.More
	page.Changes, err = readChanges(m.Changes, f.Raw)
	return page, err
}

// longPoll follows the feed by requests.
func (s *session) longPoll(ctx context.Context) error {
	caughtUp := false
	for {
		f := s.follow
		f.Since = s.cursor
		wait := time.Duration(0) // until all is here, for the first answer is to say so
		if caughtUp {
			wait = s.client.longestWait()
		}
		page, err := s.client.changesWithin(ctx, f, wait)
		if IsProblem(err, "resync-required") {
			if !s.reset("resync-required") {
				return nil
			}
			caughtUp = false
			continue
		}
		if err != nil {
			return err
		}
		s.heard, s.cursor, caughtUp = true, page.Cursor, !page.More
		if !s.give(Batch{Changes: page.Changes, CaughtUp: caughtUp}) {
			return nil
		}
	}
}

// errSilent says that a daemon broke off.
var errSilent = fmt.Errorf("nothing more of the answer came for %v", longestSilence)

// changesWithin is Changes of a daemon that may break off in the midst of its answer, without a word: one that says
// nothing for as long as a WebSocket may be silent is gone. How long all of a page takes is no matter: over a thin line
// it may be minutes, and would be as many the next time.
func (c *Client) changesWithin(ctx context.Context, f Follow, wait time.Duration) (Changes, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silence := time.AfterFunc(wait+longestSilence, func() { cancel(errSilent) })
	defer silence.Stop()
	page, err := c.changes(ctx, f, wait, func() { silence.Reset(longestSilence) })
	if err != nil && errors.Is(context.Cause(ctx), errSilent) {
		err = errSilent
	}
	return page, err
}

// heard is an answer that says when something of it has come.
type heard struct {
	io.Reader
	came func()
}

func (h *heard) Read(into []byte) (int, error) {
	n, err := h.Reader.Read(into)
	if n > 0 {
		h.came()
	}
	return n, err
}

// longestWait is how long a request may wait within the timeout of whoever makes it.
func (c *Client) longestWait() time.Duration {
	if c.http.Timeout > 0 {
		return min(longestPoll, c.http.Timeout/2)
	}
	return longestPoll
}
