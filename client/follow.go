package client

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"net/http"
	"time"
)

// Follow says what of the feed is wanted, and from where on.
type Follow struct {
	// Since is the cursor that was kept; empty: everything there is comes first. It must have come with the same Roots,
	// Kinds, Works and NoItems, or from Status, Page.AsOf: under others the daemon has the copy made anew.
	Since string
	Roots []string // of these alone; what leaves them comes as a deletion
	Kinds []string // of items and works
	Works bool     // works too
	// NoItems leaves items out; it wants Works.
	NoItems bool
	// Window is how far apart batches are at least once everything has come, at most a second; 0: as they happen.
	Window time.Duration
	// Raw leaves items and works as they came: Change.Raw alone has them. What this version cannot read of one then
	// keeps nobody from the others.
	Raw bool
	// LongPoll uses GET /changes in place of a WebSocket. Where something in between does not let WebSockets through,
	// that is found out and done without it.
	LongPoll bool
	// Pause is how long to wait before connecting again for the n-th time in a row (from 1 on) without having heard
	// anything; nil: growing from a quarter of a second to half a minute, at random around that.
	Pause func(n int) time.Duration
}

// Batch is what comes next of the feed. Apply Changes and keep Cursor with them, in one transaction where there is
// one: whoever goes on from it later misses nothing.
type Batch struct {
	// Reset, where it is not empty, says that what is held must be forgotten first, and why: "compacted" (too much has
	// been missed), "restored" (it is of another catalog), "filter" (it was followed otherwise), or "resync-required".
	Reset   string
	Changes []Change
	// Cursor is where to go on from; empty: nowhere yet, or no longer.
	Cursor string
	// CaughtUp says that there is no more for now: the copy is the catalog.
	CaughtUp bool
	// Instance is the id of the daemon that says this, where it said so: not by long polls, and no older one does.
	Instance string
	// Lost says why the connection was lost. It is being made again; there is nothing to do.
	Lost error
}

// Follow is the feed from a place on, until the context ends or the loop is left. It connects again as often as it
// takes, and waits for a daemon that is away: ask for Status first to know that there is one. The loop ends with an
// error where trying again would change nothing, such as a token that is refused, and with the context's.
//
// Nothing is read while the loop's body runs. Where that takes longer than the daemon waits (10 s) it hangs up, and the
// feed goes on from its cursor.
func (c *Client) Follow(ctx context.Context, f Follow) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		s := &session{client: c, follow: f, cursor: f.Since, poll: f.LongPoll, yield: yield}
		for failures := 0; ; {
			s.heard, s.instance = false, ""
			err := s.run(ctx)
			if s.left {
				return
			}
			if ctx.Err() != nil {
				yield(Batch{Cursor: s.cursor}, ctx.Err())
				return
			}
			if hopeless(err) {
				yield(Batch{Cursor: s.cursor}, err)
				return
			}
			if s.heard {
				failures = 0
			}
			if errors.Is(err, errNoWebSocket) {
				s.poll = true
				continue
			}
			failures++
			if !s.give(Batch{Lost: err}) {
				return
			}
			if !s.wait(ctx, failures) {
				yield(Batch{Cursor: s.cursor}, ctx.Err())
				return
			}
		}
	}
}

// session is one loop over Follow.
type session struct {
	client *Client
	follow Follow
	yield  func(Batch, error) bool

	cursor   string // of what was given
	instance string // of the daemon, as it said on this connection
	poll     bool   // in place of a WebSocket
	heard    bool   // the daemon has said something on this connection
	left     bool   // the loop's body wants no more
}

// give hands a batch to the loop's body, and reports whether it wants more.
func (s *session) give(b Batch) bool {
	b.Cursor, b.Instance = s.cursor, s.instance
	s.left = !s.yield(b, nil)
	return !s.left
}

// reset begins anew.
func (s *session) reset(reason string) bool {
	s.cursor = ""
	return s.give(Batch{Reset: reason})
}

func (s *session) run(ctx context.Context) error {
	if s.poll {
		return s.longPoll(ctx)
	}
	return s.live(ctx)
}

func (s *session) wait(ctx context.Context, failures int) bool {
	pause := s.follow.Pause
	if pause == nil {
		pause = backOff
	}
	timer := time.NewTimer(pause(failures))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

const (
	shortestPause = 250 * time.Millisecond
	longestPause  = 30 * time.Second
)

// backOff doubles with every failure, and differs by up to a half, lest all clients come back at once.
func backOff(failures int) time.Duration {
	d := min(shortestPause<<min(failures-1, 10), longestPause)
	return d/2 + rand.N(d)
}

// RefusedError is what the live feed says to a request that it cannot serve, such as one of a kind that there is not.
type RefusedError struct{ Message string }

func (e *RefusedError) Error() string {
	return fmt.Sprintf("the feed refuses what is to be followed: %s", e.Message)
}

// hopeless reports whether trying again would change nothing.
func hopeless(err error) bool {
	var p *Problem
	var unlike *AnswerError
	switch {
	case errors.Is(err, errNoWebSocket):
		return false
	case errors.As(err, &p):
		return !passes(p.Status)
	case errors.As(err, &unlike):
		return !passes(unlike.Status)
	}
	return errors.As(err, new(*RefusedError))
}

// passes reports whether what a status says may be over soon.
func passes(status int) bool {
	return status >= http.StatusInternalServerError || status == http.StatusTooManyRequests ||
		status == http.StatusRequestTimeout
}
