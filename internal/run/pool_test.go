package run_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/catalogizer/catalogizerd/internal/run"
)

// startPool runs a pool until the returned function, which waits for its end.
func startPool(t *testing.T, workers int) (p *run.Pool, stop func()) {
	t.Helper()
	p = run.NewPool("test", workers, zap.NewNop())
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := p.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	return p, func() { cancel(); <-done }
}

func TestNoMoreTasksRunThanThereAreWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, stop := startPool(t, 3)
		defer stop()
		var running, most, ran atomic.Int64
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				err := p.Submit(t.Context(), func(context.Context) {
					n := running.Add(1)
					for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
					}
					time.Sleep(time.Second)
					running.Add(-1)
					ran.Add(1)
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		time.Sleep(time.Second)
		synctest.Wait()
		if most.Load() != 3 || ran.Load() != 20 {
			t.Errorf("%d at once, %d in all", most.Load(), ran.Load())
		}
	})
}

func TestAPoolOfNobodyHasOneWorker(t *testing.T) {
	if n := run.NewPool("test", 0, zap.NewNop()).Workers(); n != 1 {
		t.Errorf("%d workers", n)
	}
}

func TestSubmitWaitsForAWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, stop := startPool(t, 1)
		defer stop()
		if err := p.Submit(t.Context(), func(context.Context) { time.Sleep(time.Minute) }); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := p.Submit(t.Context(), func(context.Context) {}); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(began); waited != time.Minute {
			t.Errorf("waited %v", waited)
		}
	})
}

func TestSubmitGivesUpWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, stop := startPool(t, 1)
		defer stop()
		if err := p.Submit(t.Context(), func(context.Context) { time.Sleep(time.Minute) }); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := p.Submit(ctx, func(context.Context) { t.Error("a task that was handed back ran") })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if err := p.Submit(ctx, func(context.Context) { t.Error("a task of an ended context ran") }); err == nil {
			t.Error("taken")
		}
	})
}

func TestAStopFinishesWhatRunsAndHandsBackWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, stop := startPool(t, 1)
		finished := false
		err := p.Submit(t.Context(), func(ctx context.Context) {
			<-ctx.Done() // told at once
			time.Sleep(time.Second)
			finished = true
		})
		if err != nil {
			t.Fatal(err)
		}
		waiting := make(chan error, 1)
		go func() {
			waiting <- p.Submit(context.WithoutCancel(t.Context()), func(context.Context) { t.Error("a task that waited ran after the stop") })
		}()
		synctest.Wait()
		stop()
		if !finished {
			t.Error("Run returned before its running task")
		}
		if err := <-waiting; !errors.Is(err, run.ErrStopped) {
			t.Errorf("the waiting task: %v", err)
		}
		if err := p.Submit(t.Context(), func(context.Context) { t.Error("a stopped pool ran a task") }); !errors.Is(err, run.ErrStopped) {
			t.Errorf("a task after the stop: %v", err)
		}
	})
}

func TestAPanicCostsNoWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, stop := startPool(t, 1)
		defer stop()
		for range 3 {
			if err := p.Submit(t.Context(), func(context.Context) { panic("odd") }); err != nil {
				t.Fatal(err)
			}
		}
		ran := make(chan struct{})
		if err := p.Submit(t.Context(), func(context.Context) { close(ran) }); err != nil {
			t.Fatal(err)
		}
		<-ran
	})
}

// TestEachTaskRunsOnceOrIsHandedBack stops a pool while 100 goroutines submit 1,000 tasks each.
func TestEachTaskRunsOnceOrIsHandedBack(t *testing.T) {
	p, stop := startPool(t, 4)
	const goroutines, operations = 100, 1000
	var ran [goroutines * operations]atomic.Int32
	var taken, handedBack atomic.Int64
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := range operations {
				n := g*operations + i
				err := p.Submit(context.Background(), func(context.Context) { ran[n].Add(1) })
				switch {
				case err == nil:
					ran[n].Add(10)
					taken.Add(1)
				case errors.Is(err, run.ErrStopped):
					handedBack.Add(1)
				default:
					t.Error(err)
				}
				if n == goroutines*operations/2 {
					go stop()
				}
			}
		})
	}
	wg.Wait()
	stop()
	for n := range ran {
		if got := ran[n].Load(); got != 0 && got != 11 {
			t.Fatalf("task %d: state %d, want 0 (handed back, never ran) or 11 (taken, ran once)", n, got)
		}
	}
	if taken.Load()+handedBack.Load() != goroutines*operations || taken.Load() == 0 {
		t.Errorf("%d taken, %d handed back", taken.Load(), handedBack.Load())
	}
}

func TestAWorkerWhosePreparationPanicsWorksAllTheSame(t *testing.T) {
	core, log := observer.New(zap.InfoLevel)
	p := run.NewPool("test", 2, zap.New(core))
	p.Prepare = func() { panic("no priority") }
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	worked := make(chan struct{})
	if err := p.Submit(ctx, func(context.Context) { close(worked) }); err != nil {
		t.Fatal(err)
	}
	<-worked
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if lines := log.All(); len(lines) != 2 || lines[0].ContextMap()["stack"] == nil {
		t.Errorf("the log has %v, not a line with a stack of each worker", lines)
	}
}
