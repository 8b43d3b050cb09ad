package smb

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// content reads a file of a tree whole.
func content(t testing.TB, s *Share, path string) string {
	t.Helper()
	f, err := s.Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<30))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// works checks that a share lists and reads.
func works(t testing.TB, s *Share) {
	t.Helper()
	l, err := s.List(context.Background(), "d")
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Entries) != 1 || l.Entries[0].Name != "f" {
		t.Fatalf("listed %+v, want f", l.Entries)
	}
	if got := content(t, s, "d/f"); got != "hello" {
		t.Fatalf("read %q, want hello", got)
	}
}

// reach logs on, whose answers a busy server may give later than a test's short timeout has it.
func reach(t testing.TB, s *Share) {
	t.Helper()
	var err error
	for range 20 {
		if _, err = s.Identify(context.Background()); err == nil {
			return
		}
		s.breaker.retryNow()
	}
	t.Fatal(err)
}

// wantAway checks that a call failed since the share is away.
func wantAway(t testing.TB, what string, err error) {
	t.Helper()
	if !errors.Is(err, tree.ErrAway) {
		t.Errorf("%s: error %v, want that the root is away", what, err)
	}
}

// runShare runs the share until the test ends, or stop is called.
func runShare(t testing.TB, s *Share) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := s.Run(ctx); err != nil {
			t.Errorf("run ended with %v", err)
		}
	}()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return stop
}

// eventually waits until a condition holds.
func eventually(t testing.TB, within time.Duration, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(within + patience); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s", within, what)
		}
	}
}

// TestPaused holds a share whose server hangs to its deadlines.
func TestPaused(t *testing.T) {
	const timeout = time.Second * raceTimes
	srv := startSamba(t)
	srv.Write("d/f", "hello")
	s := srv.share(func(c *Config) { c.Timeout = timeout })
	runShare(t, s)
	reach(t, s)
	works(t, s)
	f, err := s.Open(context.Background(), "d/f")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	srv.Run("pause")
	paused := time.Now()
	t.Cleanup(func() { srv.Run("resume") })
	var opened time.Duration
	var busy sync.WaitGroup
	var slowest atomic.Int64
	for i := range 32 {
		busy.Go(func() {
			for round := range 6 {
				began := time.Now()
				var err error
				switch (i + round) % 5 {
				case 0:
					_, err = s.List(context.Background(), "d")
				case 1:
					_, err = s.Stat(context.Background(), "d/f")
				case 2:
					_, err = s.Open(context.Background(), "d/f")
				case 3:
					_, err = f.ReadAt(make([]byte, 5), 0)
				case 4:
					_, err = s.Identify(context.Background())
				}
				wantAway(t, "call to a hung server", err)
				took := time.Since(began)
				for old := slowest.Load(); int64(took) > old && !slowest.CompareAndSwap(old, int64(took)); old = slowest.Load() {
				}
			}
		})
	}
	eventually(t, 3*timeout, "the breaker opens within three deadlines", func() bool { return s.Breaker().State == Open })
	opened = time.Since(paused)
	busy.Wait()
	t.Logf("breaker open after %s, slowest call %s of %s", opened, time.Duration(slowest.Load()), timeout)
	if got := time.Duration(slowest.Load()); got > timeout+250*time.Millisecond+late {
		t.Errorf("a call took %s, want %s at most", got, timeout+250*time.Millisecond)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	s.Reconnect()
	began := time.Now()
	if _, err := s.List(ctx, "d"); err == nil || time.Since(began) > 350*time.Millisecond+late {
		t.Errorf("list took %s of its caller's 100 ms: %v", time.Since(began), err)
	}

	srv.Run("resume")
	at := time.Now()
	if b := s.Breaker(); b.RetryAt != nil {
		at = *b.RetryAt
	}
	eventually(t, time.Until(at)+5*time.Second, "the share is found again by itself", func() bool { return s.Breaker().State == Closed })
	works(t, s)
}

// Listings that wait for their turn while the server goes silent do not wait for it once more, each in its turn.
func TestPausedWithMoreListingsThanAreMadeAtOnce(t *testing.T) {
	const timeout = time.Second * raceTimes
	srv := startSamba(t)
	srv.Write("d/f", "hello")
	s := srv.share(func(c *Config) { c.Timeout = timeout })
	reach(t, s)
	works(t, s)
	dials := s.Stats().Dials
	srv.Run("pause")
	defer srv.Run("resume")
	began := time.Now()
	var busy sync.WaitGroup
	for range 8 * listingsAtOnce {
		busy.Go(func() {
			_, err := s.List(context.Background(), "d")
			wantAway(t, "list on a hung server", err)
		})
	}
	busy.Wait()
	if took := time.Since(began); took > 2*timeout+late {
		t.Errorf("the last listing took %s of %s", took, timeout)
	}
	if n := s.Stats().Dials - dials; n != 0 {
		t.Errorf("%d more connections to a server that does not answer", n)
	}
}

// A server that hangs before anything is known of it still accepts connections: the kernel does.
func TestPausedBeforeTheFirstCall(t *testing.T) {
	srv := startSamba(t)
	s := srv.share(func(c *Config) { c.Timeout = 500 * time.Millisecond })
	srv.Run("pause")
	defer srv.Run("resume")
	began := time.Now()
	_, err := s.Identify(context.Background())
	wantAway(t, "identify", err)
	if took := time.Since(began); took > 750*time.Millisecond+late {
		t.Errorf("took %s of 500ms", took)
	}
}

func TestCloseOnHungServer(t *testing.T) {
	srv := startSamba(t)
	srv.Write("d/f", "hello")
	s := srv.share()
	stop := runShare(t, s)
	works(t, s)
	srv.Run("pause")
	defer srv.Run("resume")
	var busy sync.WaitGroup
	for range 10 {
		busy.Go(func() {
			_, err := s.List(context.Background(), "d")
			wantAway(t, "list while the share is closed", err)
		})
	}
	eventually(t, 5*time.Second, "calls are under way", func() bool { return s.Stats().Calls == 10 })
	began := time.Now()
	stop()
	busy.Wait()
	if took := time.Since(began); took > time.Second+late {
		t.Errorf("closing took %s", took)
	}
	if got := s.Stats(); got.Calls != 0 || got.Abandoned != 0 {
		t.Errorf("left behind: %+v", got)
	}
	_, err := s.Stat(context.Background(), "d/f")
	wantAway(t, "call of a closed share", err)
}

func TestKilledAndRestarted(t *testing.T) {
	t.Parallel()
	srv := startSamba(t)
	srv.Write("d/f", "hello")
	s := srv.share(func(c *Config) { c.Timeout = 5 * time.Second })
	runShare(t, s)
	works(t, s)
	before, err := s.Identify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	srv.Run("kill")
	began := time.Now()
	_, err = s.List(context.Background(), "d")
	wantAway(t, "list of a dead server", err)
	if time.Since(began) > time.Second+late {
		t.Errorf("took %s to see that nothing listens", time.Since(began))
	}
	srv.Run("start", strconv.Itoa(srv.Port))
	reconnect(t, s)
	if after, err := s.Identify(context.Background()); err != nil || after != before {
		t.Errorf("volume %+v (%v), want %+v as before", after, err, before)
	}
	works(t, s)

	// A restart between two calls is not even noticed.
	dials := s.Stats().Dials
	srv.Run("restart")
	works(t, s)
	if s.Breaker().Failures != 0 || s.Stats().Dials != dials+1 {
		t.Errorf("%d failures and %d dials, want a new session and nothing else", s.Breaker().Failures, s.Stats().Dials-dials)
	}
}

func TestShareDroppedAndWithdrawn(t *testing.T) {
	t.Parallel()
	srv := startSamba(t)
	srv.Write("d/f", "hello")
	s := srv.share()
	works(t, s)
	srv.Run("drop", "media")
	works(t, s) // it is mounted again
	srv.Run("unshare", "media")
	_, err := s.List(context.Background(), "d")
	wantAway(t, "list of a withdrawn share", err)
	_, err = s.Stat(context.Background(), "d/f")
	wantAway(t, "stat on a withdrawn share", err)
	srv.Run("share", "media")
	reconnect(t, s)
	works(t, s)
}

// Closing does not wait for a server that does not answer a dial.
func TestCloseWhileDialling(t *testing.T) {
	srv := startSamba(t)
	s := srv.share(func(c *Config) { c.Timeout = time.Minute })
	srv.Run("pause")
	defer srv.Run("resume")
	done := make(chan error)
	go func() { _, err := s.Identify(context.Background()); done <- err }()
	eventually(t, 5*time.Second, "it dials", func() bool { return s.Stats().Dials == 1 })
	time.Sleep(50 * time.Millisecond)
	began := time.Now()
	s.Close()
	wantAway(t, "identify", <-done)
	if took := time.Since(began); took > time.Second+late {
		t.Errorf("closing took %s", took)
	}
}

// What a session denies that entered an empty mount point is not absent, though the root is proven before by the
// session before it, and after by the one that takes its place.
func TestWhatAnotherSessionDeniedIsNotAbsent(t *testing.T) {
	t.Parallel()
	srv := startSamba(t)
	srv.Write("films/d/f", "hello")
	s := srv.share(func(c *Config) { c.Path = "films" })
	works(t, s)
	ctx := context.Background()
	for what, ask := range map[string]func() error{
		"stat": func() error { _, err := s.Stat(ctx, "d/f"); return err },
		"list": func() error { _, err := s.List(ctx, "d"); return err },
		"open": func() error {
			f, err := s.Open(ctx, "d/f")
			if err == nil {
				err = f.Close()
			}
			return err
		},
	} {
		srv.unmountDisk()
		if _, err := s.lookNow(ctx, "d/f"); !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("%s: the new session says %v", what, err)
		}
		srv.mountDisk()
		s.prover.provenAt.Store(time.Now().UnixNano()) // as if all of this had taken no time
		if err := ask(); err != nil {
			t.Errorf("%s of what is there: %v", what, err)
		}
		works(t, s)
	}
}
