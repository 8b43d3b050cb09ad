package scanner

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// beating is a scanner with one runner, whose goroutine carries out commands while beats is open.
func beating(answers bool) (s *Scanner, r *runner, stop func()) {
	r = &runner{name: "films", inbox: make(chan command), done: make(chan struct{})}
	s = &Scanner{runners: map[string]*runner{"films": r}}
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for answers {
			select {
			case c := <-r.inbox:
				c.do(r)
			case <-quit:
				return
			}
		}
	}()
	return s, r, func() { close(quit); <-ended }
}

func TestARunnerThatGoesOnIsAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, r, stop := beating(true)
		defer stop()
		if err := s.Alive(t.Context()); err != nil {
			t.Error(err)
		}
		if r.awaited.Load() != 0 {
			t.Error("a sign of life counts for work")
		}
	})
}

func TestARunnerThatStandsStillIsNamedUnlessItIsToEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, r, stop := beating(false)
		defer stop()
		within := func() (context.Context, context.CancelFunc) { return context.WithTimeout(t.Context(), 5*time.Second) }
		ctx, cancel := within()
		defer cancel()
		if err := s.Alive(ctx); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "films") {
			t.Errorf("%v, want that films does not answer", err)
		}
		go func() {
			time.Sleep(time.Second)
			r.leaving.Store(true) // while it is asked
		}()
		ctx, cancel = within()
		defer cancel()
		if err := s.Alive(ctx); err != nil {
			t.Errorf("one that is told to end: %v", err)
		}
		r.leaving.Store(false)
		close(r.done)
		if err := s.Alive(t.Context()); err != nil {
			t.Errorf("one that has ended: %v", err)
		}
	})
}
