package local

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

func TestAbandonedCallsAreCountedAndTheirResultsDiscarded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(2)
		var discarded atomic.Int64
		answer := make(chan struct{})
		ask := func() (int, error) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			return call(ctx, g, func() (int, error) { <-answer; return 7, nil }, func(n int) { discarded.Add(int64(n)) })
		}
		for want := int64(1); want <= 2; want++ {
			if _, err := ask(); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error %v, want %v", err, context.DeadlineExceeded)
			}
			if got := g.stuck.Load(); got != want {
				t.Errorf("%d stuck, want %d", got, want)
			}
		}
		began := time.Now()
		if _, err := ask(); !errors.Is(err, tree.ErrAway) || time.Since(began) != 0 {
			t.Errorf("beyond the limit: %v after %s, want %v at once", err, time.Since(began), tree.ErrAway)
		}
		close(answer)
		synctest.Wait()
		if g.stuck.Load() != 0 || discarded.Load() != 14 {
			t.Errorf("%d stuck and %d discarded once answered, want 0 and 14", g.stuck.Load(), discarded.Load())
		}
		if n, err := ask(); n != 7 || err != nil {
			t.Errorf("once answered: %d, %v, want 7", n, err)
		}
	})
}

// A thousand who read of a disk that hangs hold no more threads than there may be calls, and all are told in their
// time.
func TestNoMoreCallsRunThanTheLimitAndTheOthersTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit, callers = 8, 1000
		g := newGate(limit)
		var running, most atomic.Int64
		results := make(chan error, callers)
		ask := func(takes time.Duration) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			_, err := call(ctx, g, func() (int, error) {
				if n := running.Add(1); n > most.Load() {
					most.Store(n)
				}
				time.Sleep(takes)
				running.Add(-1)
				return 0, nil
			}, nil)
			results <- err
		}
		rounds := func(takes time.Duration) (failed int, took time.Duration) {
			began := time.Now()
			for range callers {
				go ask(takes)
			}
			for range callers {
				if <-results != nil {
					failed++
				}
			}
			return failed, time.Since(began)
		}
		if failed, took := rounds(time.Millisecond); failed != 0 || took > callers/limit*time.Millisecond {
			t.Errorf("of calls that take 1 ms each %d of %d failed; they took %v together", failed, callers, took)
		}
		if failed, took := rounds(time.Minute); failed != callers || took != 20*time.Second {
			t.Errorf("of calls that hang %d of %d failed, after %v", failed, callers, took)
		}
		if most.Load() != limit {
			t.Errorf("%d calls ran at once, want %d", most.Load(), limit)
		}
		time.Sleep(time.Hour)
		if failed, _ := rounds(time.Millisecond); failed != 0 {
			t.Errorf("once it answers again %d calls fail", failed)
		}
	})
}

func TestFailedCallsHaveNothingToDiscard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := call(ctx, g, func() (int, error) { time.Sleep(time.Minute); return 0, errors.New("failed") },
			func(int) { t.Error("discarded the result of a call that failed") })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want %v", err, context.DeadlineExceeded)
		}
		time.Sleep(time.Hour)
		if g.stuck.Load() != 0 {
			t.Errorf("%d stuck, want 0", g.stuck.Load())
		}
	})
}

func TestPanicReachesTheCaller(t *testing.T) {
	defer func() {
		if err, ok := recover().(error); !ok || !strings.Contains(err.Error(), "boom") || !strings.Contains(err.Error(), "gate_test.go") {
			t.Errorf("recovered %v, want the panic with the stack of where it was", err)
		}
	}()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, _ = call(ctx, newGate(1), func() (int, error) { panic("boom") }, nil)
	t.Error("the call returned")
}

// Results and the ends of contexts race: every result is either returned or discarded, once, and the
// count comes back to nothing.
func TestEveryResultGoesOneWay(t *testing.T) {
	g := newGate(1 << 30)
	var made, seen, discarded atomic.Int64
	done := make(chan struct{})
	for range 100 {
		go func() {
			defer func() { done <- struct{}{} }()
			for i := range 1000 {
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(i%20)*time.Microsecond)
				_, err := call(ctx, g, func() (int, error) { made.Add(1); return 1, nil }, func(int) { discarded.Add(1) })
				if err == nil {
					seen.Add(1)
				}
				cancel()
			}
		}()
	}
	for range 100 {
		<-done
	}
	for deadline := time.Now().Add(2 * time.Minute); g.stuck.Load() != 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d stuck", g.stuck.Load())
		}
	}
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(time.Millisecond) {
		if made.Load() == seen.Load()+discarded.Load() {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d made, %d returned, %d discarded", made.Load(), seen.Load(), discarded.Load())
		}
	}
}
