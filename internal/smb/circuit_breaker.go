package smb

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"
)

// State is the state of a share's circuit breaker, in the words of the public surface.
type State string

// States of a breaker.
const (
	Closed   State = "closed"    // calls go to the server
	Open     State = "open"      // calls fail at once with tree.ErrAway
	HalfOpen State = "half-open" // one call is finding out; all others fail at once
)

// Breaker is a share's circuit breaker as others see it.
type Breaker struct {
	State State `json:"state"`
	// Failures is how many calls in a row found the share away, since one did not.
	Failures int `json:"failures"`
	// RetryAt is when an open breaker lets the next call find out.
	RetryAt *time.Time `json:"retry_at"`
	// LastError is the last failure in words, while the share has not answered since.
	LastError *string `json:"last_error"`
}

// Bounds of the back-off.
const (
	backOffFirst = time.Second
	backOffMost  = 5 * time.Minute
	// refusedPause is how long a refused log-on is not tried again: a server that locks accounts does so
	// for three to ten attempts within minutes (Windows' default window is 10, then 30 minutes).
	refusedPause = 15 * time.Minute
	// tripAfter is how many failures in a row open the breaker. A lost connection is not one of them as
	// long as a new one is given at once (see Share.withSession), so two mean it.
	tripAfter = 2
)

// circuitBreaker stops calls to a share that does not answer. The state machine is gobreaker's: closed,
// open, half-open with one probe. What that lacks is added here, around it:
//
//   - the time at which an open breaker may be asked again, with exponential back-off and full jitter.
//     gobreaker has one fixed timeout; it is set to nothing, and gobreaker is not asked before time;
//   - refusals, which open at once and for longer, until the password changes;
//   - a state that can be read without turning anything half-open and without waiting for a lock.
//
// gobreaker calls its hooks under its own lock. All calls into it happen under mu, so a hook runs with
// mu held and must only touch what mu guards.
type circuitBreaker struct {
	random  func(n int64) int64 // uniform in [0, n)
	changed chan struct{}       // capacity 1: that there is something new to see, not what

	mu       sync.Mutex
	machine  *gobreaker.TwoStepCircuitBreaker[struct{}]
	epoch    int // counts changes of state
	openings int // in a row; the exponent of the back-off
	failures int
	lastErr  error
	refused  bool // the last failure was a refusal
	retryAt  time.Time

	seen atomic.Pointer[snapshot]
}

// snapshot is the state of a breaker at one moment. It is never changed.
type snapshot struct {
	state    State
	failures int
	retryAt  time.Time // zero unless open
	lastErr  error
	refused  bool
}

func newCircuitBreaker() *circuitBreaker {
	b := &circuitBreaker{random: rand.Int64N, changed: make(chan struct{}, 1)}
	b.machine = gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		MaxRequests: 1,
		Timeout:     time.Nanosecond, // retryAt is what counts; zero would mean a minute
		ReadyToTrip: func(c gobreaker.Counts) bool {
			return b.refused || c.ConsecutiveFailures >= tripAfter
		},
		OnStateChange: func(_ string, _, to gobreaker.State) { b.stateChanged(to) },
		IsSuccessful:  func(err error) bool { return !isFailure(err) },
		IsExcluded:    func(err error) bool { return classify(err) == cancelled },
	})
	b.publish(Closed)
	return b
}

func isFailure(err error) bool {
	c := classify(err)
	return c == away || c == refused
}

// stateChanged follows gobreaker into a new state. Called by it, with mu held.
func (b *circuitBreaker) stateChanged(to gobreaker.State) {
	b.epoch++
	switch to {
	case gobreaker.StateOpen:
		b.openings++
		b.retryAt = time.Now().Add(b.backOff())
		b.publish(Open)
	case gobreaker.StateHalfOpen:
		b.publish(HalfOpen)
	case gobreaker.StateClosed:
		b.openings, b.retryAt = 0, time.Time{}
		b.publish(Closed)
	}
}

// backOff is how long to stay open this time.
func (b *circuitBreaker) backOff() time.Duration {
	if b.refused {
		return refusedPause
	}
	most := backOffMost
	if n := b.openings - 1; n < 9 { // 2^9 seconds are more than five minutes
		most = min(most, backOffFirst<<n)
	}
	return time.Duration(b.random(int64(most) + 1))
}

// publish shows the present state to readers. Called with mu held.
func (b *circuitBreaker) publish(state State) {
	now := &snapshot{state: state, failures: b.failures, retryAt: b.retryAt, lastErr: b.lastErr, refused: b.refused}
	old := b.seen.Swap(now)
	if old == nil || old.state != state || !old.retryAt.Equal(b.retryAt) {
		select {
		case b.changed <- struct{}{}:
		default: // whoever listens has not looked since: one look shows both
		}
	}
}

// openError is what calls get while the breaker is open.
type openError struct{ *snapshot }

func (e *openError) Error() string {
	if e.state == HalfOpen {
		return fmt.Sprintf("being tried again, after: %v", e.lastErr)
	}
	return fmt.Sprintf("not tried again before %s: %v", e.retryAt.UTC().Format(time.RFC3339), e.lastErr)
}

// Unwrap is not given: what opened the breaker is told, but it is not this call's error.

// rejection makes the error of a call that is not let through. It counts as nothing.
func (b *circuitBreaker) rejection() error {
	return &classedError{class: away, err: &openError{b.seen.Load()}}
}

// allow asks whether a call may go ahead. The call must report to done, exactly once; half says that it
// is the one that finds out.
func (b *circuitBreaker) allow() (done func(error), half bool, err error) {
	if s := b.seen.Load(); s.state == Open && time.Now().Before(s.retryAt) {
		return nil, false, b.rejection()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if s := b.seen.Load(); s.state == Open && time.Now().Before(s.retryAt) {
		return nil, false, b.rejection() // another probe failed in between
	}
	report, err := b.machine.Allow()
	if err != nil {
		return nil, false, b.rejection()
	}
	epoch := b.epoch
	return func(err error) { b.report(epoch, report, err) }, b.seen.Load().state == HalfOpen, nil
}

// report counts the outcome of a call that was let through in an epoch. What was asked before the state
// changed says nothing of now. gobreaker would ignore it too, but not without looking at its clock, which
// turns it half-open.
func (b *circuitBreaker) report(epoch int, done func(error), err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if epoch != b.epoch {
		return
	}
	before := b.seen.Load()
	switch classify(err) {
	case away, refused:
		b.failures++
		b.lastErr, b.refused = err, classify(err) == refused
	case success, thisEntry, elsewhere:
		b.failures, b.lastErr, b.refused = 0, nil, false
	}
	done(err)
	if after := b.seen.Load(); after == before && after.failures != b.failures {
		b.publish(after.state)
	}
}

// do runs call if the breaker lets it. The first call after the pause runs probe before, which should be
// short: all others are refused meanwhile.
func (b *circuitBreaker) do(probe, call func() error) error {
	for {
		done, half, err := b.allow()
		if err != nil {
			return err
		}
		if !half {
			err = call()
			done(err)
			return err
		}
		err = probe()
		done(err)
		if err != nil {
			return err
		}
	}
}

// retryNow lets an open breaker be tried now. It reports whether it was open.
func (b *circuitBreaker) retryNow() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.seen.Load().state != Open {
		return false
	}
	b.retryAt = time.Now()
	b.publish(Open)
	return true
}

// status is the state for others.
func (b *circuitBreaker) status() Breaker {
	s := b.seen.Load()
	out := Breaker{State: s.state, Failures: s.failures}
	if s.state == Open {
		at := s.retryAt.UTC()
		out.RetryAt = &at
	}
	if s.lastErr != nil {
		text := s.lastErr.Error()
		out.LastError = &text
	}
	return out
}

// wait returns when an open breaker may be tried, when its state changes, or with ctx.
func (b *circuitBreaker) wait(ctx context.Context) error {
	s := b.seen.Load()
	var due <-chan time.Time
	if s.state == Open {
		t := time.NewTimer(time.Until(s.retryAt))
		defer t.Stop()
		due = t.C
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-b.changed:
	case <-due:
	}
	return nil
}

// due reports whether the breaker is open and may be tried.
func (b *circuitBreaker) due() bool {
	s := b.seen.Load()
	return s.state == Open && !time.Now().Before(s.retryAt)
}
