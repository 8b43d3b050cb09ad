package run_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	"golang.org/x/sys/unix"

	"github.com/catalogizer/catalogizerd/internal/run"
)

func TestEachFunctionRunsOnAThreadThatWasPrepared(t *testing.T) {
	var mu sync.Mutex
	prepared := map[int]bool{}
	threads := run.NewThreads("test", func() {
		mu.Lock()
		defer mu.Unlock()
		prepared[unix.Gettid()] = true
	}, zap.NewNop())
	defer threads.Close()
	var all sync.WaitGroup
	for range 100 {
		all.Add(1)
		threads.Go(func() {
			defer all.Done()
			mu.Lock()
			defer mu.Unlock()
			if !prepared[unix.Gettid()] {
				t.Error("a function runs on another thread")
			}
		})
	}
	all.Wait()
}

// TestAThreadThatHangsHoldsUpNoOther: and one that has run its function takes the next.
func TestAThreadThatHangsHoldsUpNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		made := 0
		threads := run.NewThreads("test", func() { made++ }, zap.NewNop())
		hangs := make(chan struct{})
		threads.Go(func() { <-hangs })
		synctest.Wait()
		ran := 0
		for range 3 {
			threads.Go(func() { ran++ })
			synctest.Wait()
		}
		if ran != 3 || made != 2 {
			t.Errorf("%d of 3 functions ran, on %d threads with the one that hangs, want 2", ran, made)
		}
		time.Sleep(time.Minute)
		threads.Go(func() { ran++ })
		if synctest.Wait(); ran != 4 || made != 3 {
			t.Errorf("%d functions ran, and %d threads were made: one that has nothing to run is to end", ran, made)
		}
		close(hangs)
		threads.Close()
	})
}

func TestAPanicOnAThreadIsLoggedAndItGoesOn(t *testing.T) {
	core, log := observer.New(zap.InfoLevel)
	synctest.Test(t, func(t *testing.T) {
		threads := run.NewThreads("test", func() { panic("no priority") }, zap.New(core))
		threads.Go(func() { panic("odd") })
		synctest.Wait()
		ran := false
		threads.Go(func() { ran = true })
		synctest.Wait()
		if !ran {
			t.Error("what comes behind a panic is not run")
		}
		threads.Close()
	})
	if lines := log.All(); len(lines) != 2 || lines[0].ContextMap()["stack"] == nil {
		t.Errorf("the log has %v, not a line with a stack of each panic", lines)
	}
}
