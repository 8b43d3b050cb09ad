package smb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

var (
	errGone    = &classedError{class: away, err: errors.New("no route to host")}
	errRefused = &classedError{class: refused, err: errors.New("logon failure")}
)

// result makes a call that ends with err.
func result(err error) func() error { return func() error { return err } }

// fails makes a breaker see n calls that find the share away.
func fails(b *circuitBreaker, n int) {
	for range n {
		_ = b.do(result(errGone), result(errGone))
	}
}

// halfway makes every pause half of what it can be at most, so that tests know it.
func halfway(b *circuitBreaker) *circuitBreaker {
	b.random = func(n int64) int64 { return n / 2 }
	return b
}

func wantState(t *testing.T, b *circuitBreaker, want State) {
	t.Helper()
	if got := b.status().State; got != want {
		t.Errorf("breaker is %s, want %s", got, want)
	}
}

func TestBreakerTransitions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := halfway(newCircuitBreaker())
		wantState(t, b, Closed)

		fails(b, 1)
		wantState(t, b, Closed)
		_ = b.do(nil, result(nil))
		fails(b, 1)
		wantState(t, b, Closed) // failures count in a row only
		fails(b, 1)
		wantState(t, b, Open)
		if got := b.status(); got.Failures != 2 || *got.LastError != errGone.Error() || time.Until(*got.RetryAt) != time.Second/2 {
			t.Errorf("open breaker shows %+v", got)
		}

		// Open: nothing gets through, and nothing of that counts.
		err := b.do(result(nil), func() error { t.Error("called while open"); return nil })
		if !errors.Is(public(err), tree.ErrAway) || b.status().Failures != 2 {
			t.Errorf("call while open: %v, %d failures", err, b.status().Failures)
		}
		time.Sleep(time.Second)
		wantState(t, b, Open) // nobody asked

		// Half-open, and open again: twice as long.
		_ = b.do(func() error { wantState(t, b, HalfOpen); return errGone }, func() error { t.Error("called after a failed probe"); return nil })
		wantState(t, b, Open)
		if wait := time.Until(*b.status().RetryAt); wait != time.Second {
			t.Errorf("tried again after %s, want 1s", wait)
		}

		// Half-open, and closed.
		time.Sleep(time.Second + 1)
		called := false
		if err := b.do(result(nil), func() error { called = true; wantState(t, b, Closed); return nil }); err != nil || !called {
			t.Errorf("after a good probe: %v, called: %v", err, called)
		}
		if got := b.status(); got.State != Closed || got.Failures != 0 || got.RetryAt != nil || got.LastError != nil {
			t.Errorf("closed breaker shows %+v", got)
		}
		fails(b, 2)
		if wait := time.Until(*b.status().RetryAt); wait != time.Second/2 {
			t.Errorf("the first pause after a success is %s, want as at first", wait)
		}
	})
}

func TestBreakerIgnoresEntriesAndCancellation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newCircuitBreaker()
		for _, err := range []error{
			context.Canceled, context.DeadlineExceeded, errClosed, tree.ErrNotExist, tree.ErrNotRegular,
			&statusError{code: statusAccessDenied}, &statusError{code: statusSharingViolation}, &statusError{code: statusPathNotCovered},
			&classedError{class: elsewhere, err: tree.ErrAway},
		} {
			for range 10 {
				_ = b.do(nil, result(fmt.Errorf("read: %w", err)))
			}
			wantState(t, b, Closed)
		}
		fails(b, 1)
		_ = b.do(nil, result(context.Canceled)) // neither a failure nor a success
		fails(b, 1)
		wantState(t, b, Open)

		// A probe that we cancelled leaves the question open.
		time.Sleep(time.Hour)
		_ = b.do(result(context.Canceled), result(nil))
		wantState(t, b, HalfOpen)
		_ = b.do(result(nil), result(nil))
		wantState(t, b, Closed)
	})
}

func TestBreakerJitterBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, edge := range []struct {
			name   string
			random func(int64) int64
			share  float64 // of the most
		}{
			{"least", func(int64) int64 { return 0 }, 0},
			{"most", func(n int64) int64 { return n - 1 }, 1},
		} {
			b := newCircuitBreaker()
			b.random = edge.random
			fails(b, 2)
			for _, most := range []time.Duration{1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300} {
				want := time.Duration(edge.share * float64(most*time.Second))
				if got := time.Until(*b.status().RetryAt); got != want {
					t.Errorf("%s: pause %s, want %s", edge.name, got, want)
				}
				time.Sleep(want + 2) // gobreaker wants a nanosecond more than its timeout
				_ = b.do(result(errGone), nil)
			}
		}
		// In between it is spread over the whole.
		b := newCircuitBreaker()
		low, high := 0, 0
		for range 1000 {
			b.openings = 20
			switch d := b.backOff(); {
			case d < 0 || d > backOffMost:
				t.Fatalf("pause %s", d)
			case d < backOffMost/4:
				low++
			case d > backOffMost*3/4:
				high++
			}
		}
		if low < 150 || high < 150 {
			t.Errorf("%d in the lowest quarter and %d in the highest of 1000, want some 250 each", low, high)
		}
	})
}

func TestBreakerRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newCircuitBreaker()
		tries := 0
		try := func() error { tries++; return errRefused }
		_ = b.do(try, try)
		wantState(t, b, Open)
		end := time.Now().Add(time.Hour)
		for time.Now().Before(end) {
			_ = b.do(try, try)
			time.Sleep(time.Second)
		}
		if tries != 4 { // at 0, 15, 30 and 45 minutes
			t.Errorf("%d tries in an hour, want 4", tries)
		}
		if !b.retryNow() {
			t.Error("an open breaker cannot be hurried")
		}
		_ = b.do(try, try)
		if tries != 5 {
			t.Errorf("%d tries after hurrying, want 5", tries)
		}
	})
}

func TestBreakerHurry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newCircuitBreaker()
		if b.retryNow() {
			t.Error("a closed breaker was hurried")
		}
		b.random = func(n int64) int64 { return n - 1 }
		fails(b, 2)
		time.Sleep(time.Millisecond)
		b.retryNow()
		if !b.due() {
			t.Error("not due at once")
		}
		if err := b.do(result(nil), result(nil)); err != nil {
			t.Error(err)
		}
		wantState(t, b, Closed)
	})
}

func TestBreakerLetsOneOfAThousandThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newCircuitBreaker()
		fails(b, 2)
		time.Sleep(time.Minute)
		var probes, calls, refusals atomic.Int64
		answer := make(chan struct{})
		var busy sync.WaitGroup
		for range 1000 {
			busy.Go(func() {
				err := b.do(func() error { probes.Add(1); <-answer; return nil }, func() error { calls.Add(1); return nil })
				if err != nil {
					refusals.Add(1)
				}
			})
		}
		synctest.Wait()
		if probes.Load() != 1 || calls.Load() != 0 || refusals.Load() != 999 {
			t.Errorf("%d probes, %d calls, %d refusals, want 1, 0 and 999", probes.Load(), calls.Load(), refusals.Load())
		}
		wantState(t, b, HalfOpen) // and reading it did not wait for the probe
		close(answer)
		busy.Wait()
		wantState(t, b, Closed)
		if calls.Load() != 1 {
			t.Errorf("%d calls after the probe, want the prober's", calls.Load())
		}
	})
}

func TestBreakerForgetsAnswersToOldQuestions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newCircuitBreaker()
		b.random = func(n int64) int64 { return n - 1 }
		var asked []func(error)
		for range 4 {
			done, _, err := b.allow()
			if err != nil {
				t.Fatal(err)
			}
			asked = append(asked, done)
		}
		fails(b, 2)
		time.Sleep(time.Millisecond)
		asked[0](nil) // from before it opened
		asked[1](errRefused)
		if got := b.status(); got.State != Open || got.Failures != 2 || *got.LastError != errGone.Error() {
			t.Errorf("after late answers: %+v, want it open as it was", got)
		}
		time.Sleep(time.Second)
		_ = b.do(func() error {
			asked[2](nil)
			asked[3](errGone)
			wantState(t, b, HalfOpen)
			return nil
		}, result(nil))
		wantState(t, b, Closed)
	})
}

func TestBreakerWakesListeners(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newCircuitBreaker()
		b.random = func(n int64) int64 { return n - 1 }
		<-b.changed // its first state
		began := time.Now()
		go func() {
			time.Sleep(time.Second)
			fails(b, 2)
		}()
		if err := b.wait(t.Context()); err != nil || time.Since(began) != time.Second {
			t.Errorf("woken after %s, %v, want when it opened", time.Since(began), err)
		}
		if err := b.wait(t.Context()); err != nil || time.Since(began) != 2*time.Second || !b.due() {
			t.Errorf("woken after %s, %v, want when it may be tried", time.Since(began), err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_ = b.do(result(nil), result(nil))
		<-b.changed
		if err := b.wait(ctx); err != context.Canceled {
			t.Errorf("wait ended with %v", err)
		}
	})
}

func TestBreakerOnTheWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := halfway(newCircuitBreaker())
		want := `{"state":"closed","failures":0,"retry_at":null,"last_error":null}`
		if got, _ := json.Marshal(b.status()); string(got) != want {
			t.Errorf("%s, want %s", got, want)
		}
		fails(b, 2)
		want = `{"state":"open","failures":2,"retry_at":"2000-01-01T00:00:00.5Z","last_error":"no route to host"}`
		if got, _ := json.Marshal(b.status()); string(got) != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

func TestOfAHundredCallersOneAtATimeFindsOutWhetherTheShareIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newCircuitBreaker()
		var calls, probes, finding, refusals atomic.Int64
		var callers sync.WaitGroup
		for caller := range 100 {
			callers.Go(func() {
				for n := range 1000 {
					err := b.do(func() error {
						if at := finding.Add(1); at != 1 {
							t.Errorf("%d find out at once", at)
						}
						defer finding.Add(-1)
						probes.Add(1)
						time.Sleep(time.Millisecond)
						return failing(caller + n)
					}, func() error {
						calls.Add(1)
						return failing(caller + n)
					})
					var open *openError
					if errors.As(err, &open) {
						refusals.Add(1)
						time.Sleep(time.Duration(1+caller) * time.Millisecond)
					}
				}
			})
		}
		callers.Wait()
		if calls.Load() == 0 || probes.Load() == 0 || refusals.Load() == 0 {
			t.Errorf("%d calls, %d probes, %d refusals: want some of each", calls.Load(), probes.Load(), refusals.Load())
		}
		b.retryNow()
		for b.status().State != Closed {
			time.Sleep(backOffMost)
			_ = b.do(func() error { return nil }, func() error { return nil })
		}
		if got := b.status(); got.Failures != 0 || got.RetryAt != nil || got.LastError != nil {
			t.Errorf("%+v after a call that went well", got)
		}
	})
}

// failing is the outcome of a call: of three in a row, two find the share away.
func failing(n int) error {
	if n%3 == 0 {
		return nil
	}
	return &classedError{class: away, err: errNoAnswer}
}
