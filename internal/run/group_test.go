package run_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/catalogizer/catalogizerd/internal/run"
)

var errBroken = errors.New("broken")

// untilEnd returns once its context has ended.
func untilEnd(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestAPanicBecomesAnErrorWithItsStackInTheLog(t *testing.T) {
	core, logs := observer.New(zap.ErrorLevel)
	err := run.Safely(zap.New(core), "look at a/b", func() error { panic("odd file") })
	var p *run.PanicError
	if !errors.As(err, &p) || p.Value != "odd file" || p.Error() != "look at a/b panicked: odd file" {
		t.Fatalf("got %v", err)
	}
	if !strings.Contains(string(p.Stack), "TestAPanicBecomesAnErrorWithItsStackInTheLog") {
		t.Errorf("the stack does not lead to the panic:\n%s", p.Stack)
	}
	entries := logs.All()
	if len(entries) != 1 || entries[0].ContextMap()["where"] != "look at a/b" {
		t.Errorf("logged: %v", entries)
	}
}

func TestAnErrorPassesThroughSafely(t *testing.T) {
	if err := run.Safely(zap.NewNop(), "x", func() error { return errBroken }); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
}

func TestTheFirstFailureEndsTheGroup(t *testing.T) {
	for name, fail := range map[string]func() error{
		"error": func() error { return errBroken },
		"panic": func() error { panic(errBroken.Error()) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := run.NewGroup(t.Context(), zap.NewNop())
				ended := 0
				g.Go("other", func(ctx context.Context) error {
					defer func() { ended++ }()
					return untilEnd(ctx)
				})
				g.Go("faulty", func(context.Context) error {
					time.Sleep(time.Second)
					return fail()
				})
				err := g.Wait()
				if err == nil || !strings.HasPrefix(err.Error(), "faulty: ") || !strings.Contains(err.Error(), "broken") {
					t.Errorf("the group ended with %v", err)
				}
				if ended != 1 {
					t.Error("the other goroutine outlived the group")
				}
			})
		})
	}
}

func TestTheSecondFailureDoesNotReplaceTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := run.NewGroup(t.Context(), zap.NewNop())
		g.Go("late", func(ctx context.Context) error {
			<-ctx.Done()
			return errors.New("consequence")
		})
		g.Go("first", func(context.Context) error { return errBroken })
		if err := g.Wait(); !errors.Is(err, errBroken) {
			t.Errorf("the group ended with %v", err)
		}
	})
}

func TestAGoroutineThatReturnsEndsNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := run.NewGroup(t.Context(), zap.NewNop())
		g.Go("short", func(context.Context) error { return nil })
		g.Go("cancelled", func(context.Context) error { return context.Canceled })
		g.Go("long", untilEnd)
		synctest.Wait()
		if g.Context().Err() != nil {
			t.Fatal("the group ended with its shortest goroutine")
		}
		if live := g.Live(); !slices.Equal(live, []string{"long"}) {
			t.Errorf("live: %v", live)
		}
		g.Stop()
		if err := g.Wait(); err != nil {
			t.Errorf("a stop is no failure: %v", err)
		}
	})
}

func TestAGroupEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		g := run.NewGroup(ctx, zap.NewNop())
		g.Go("one", untilEnd)
		cancel()
		if err := g.Wait(); err != nil {
			t.Errorf("got %v", err)
		}
	})
}

func TestWaitForNamesWhoIsLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := run.NewGroup(t.Context(), zap.NewNop())
		release := make(chan struct{})
		for range 2 {
			g.Go("stuck", func(context.Context) error { <-release; return nil })
		}
		g.Go("alert", untilEnd)
		g.Stop()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		began := time.Now()
		late, err := g.WaitFor(ctx)
		if !slices.Equal(late, []string{"stuck"}) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("late: %v, %v", late, err)
		}
		if waited := time.Since(began); waited != 30*time.Second {
			t.Errorf("waited %v", waited)
		}
		close(release)
		if late, err := g.WaitFor(t.Context()); late != nil || err != nil {
			t.Errorf("late: %v, %v", late, err)
		}
	})
}
