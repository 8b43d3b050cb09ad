package smb

import (
	"context"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

// refusedShare is a share whose password cannot be read, which is a refusal that reaches no server.
func refusedShare(t *testing.T) *Share {
	t.Helper()
	s, err := New(Config{Host: "nas", Share: "media", User: "media", Password: func() (string, error) { return "", os.ErrNotExist }}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	_, err = s.Identify(context.Background())
	wantAway(t, "identify", err)
	if !s.breaker.seen.Load().refused {
		t.Fatal("counted as away, want as refused")
	}
	return s
}

// foreign is a context that is not the context package's own: whoever derives from it costs a goroutine until it
// lets go.
type foreign struct {
	context.Context
	done chan struct{}
}

func (f foreign) Done() <-chan struct{} { return f.done }

// The password is looked at every two seconds while it is refused, which may be for days.
func TestRunHoldsNoMoreTheLongerItIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := refusedShare(t)
		inner, cancel := context.WithCancel(context.Background())
		ctx := foreign{inner, make(chan struct{})}
		ended := make(chan error)
		go func() { ended <- s.Run(ctx) }()
		time.Sleep(time.Minute)
		before := runtime.NumGoroutine()
		time.Sleep(time.Hour)
		if now := runtime.NumGoroutine(); now > before+3 {
			t.Errorf("%d goroutines, %d an hour before", now, before)
		}
		cancel()
		close(ctx.done)
		if err := <-ended; err != nil {
			t.Errorf("run ended with %v", err)
		}
	})
}

// A share that was closed has nothing to try, and Run still ends with its context.
func TestRunOfAClosedShareEnds(t *testing.T) {
	s := refusedShare(t)
	s.Reconnect()
	s.Close()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- s.Run(ctx) }()
	time.Sleep(50 * time.Millisecond)
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("run ended with %v", err)
		}
	case <-time.After(2 * time.Minute):
		t.Fatal("run does not end")
	}
}

func TestAPanicOfACallbackIsAnErrorOfTheCallAndIsLoggedWithItsStack(t *testing.T) {
	srv := startSamba(t)
	srv.Write("d/f", "hello")
	core, logs := observer.New(zap.ErrorLevel)
	c := srv.config()
	c.Witnesses = func() []string { panic("no witnesses") }
	s, err := New(c, zap.New(core))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	root, err := s.lookNow(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	s.cache.measured(info{id: root.id}, 1) // of another size than it is, so that witnesses are asked
	if _, err := s.Identify(t.Context()); err == nil || !strings.Contains(err.Error(), "no witnesses") {
		t.Errorf("identify: %v, want the panic", err)
	}
	if n := logs.FilterFieldKey("stack").Len(); n != 1 {
		t.Errorf("logged %d times with a stack", n)
	}
}
