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

// submit hands a task to a worker as owners do, in a select beside their own end.
func submit(ctx context.Context, p *run.Pool, task func(context.Context)) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	select {
	case p.Tasks() <- task:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func TestNoMoreTasksRunThanThereAreWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, stop := startPool(t, 3)
		defer stop()
		var running, most, ran atomic.Int64
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				err := submit(t.Context(), p, func(context.Context) {
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
			t.Errorf("%d at once, %d in all, want 3 and 20", most.Load(), ran.Load())
		}
	})
}

func TestAPoolOfNobodyHasOneWorker(t *testing.T) {
	if n := run.NewPool("test", 0, zap.NewNop()).Workers(); n != 1 {
		t.Errorf("%d workers, want 1", n)
	}
}

func TestATaskWaitsForAWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, stop := startPool(t, 1)
		defer stop()
		if err := submit(t.Context(), p, func(context.Context) { time.Sleep(time.Minute) }); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := submit(t.Context(), p, func(context.Context) {}); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(began); waited != time.Minute {
			t.Errorf("waited %v, want until the first task is over, a minute", waited)
		}
	})
}

func TestATaskThatWaitsIsTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, stop := startPool(t, 1)
		defer stop()
		if err := submit(t.Context(), p, func(context.Context) { time.Sleep(time.Minute) }); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := submit(ctx, p, func(context.Context) { t.Error("a task that was handed back ran") })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if err := submit(ctx, p, func(context.Context) { t.Error("a task of an ended context ran") }); err == nil {
			t.Error("taken")
		}
	})
}

func TestAStopFinishesWhatRunsAndHandsBackWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, stop := startPool(t, 1)
		finished := false
		err := submit(t.Context(), p, func(ctx context.Context) {
			<-ctx.Done() // told at once
			time.Sleep(time.Second)
			finished = true
		})
		if err != nil {
			t.Fatal(err)
		}
		owner, leave := context.WithCancel(context.WithoutCancel(t.Context()))
		defer leave()
		waiting := make(chan error, 1)
		go func() {
			waiting <- submit(owner, p, func(context.Context) { t.Error("a task that waited ran after the stop") })
		}()
		synctest.Wait()
		stop()
		if !finished {
			t.Error("Run returned before its running task")
		}
		synctest.Wait()
		leave()
		if err := <-waiting; !errors.Is(err, context.Canceled) {
			t.Errorf("the waiting task: %v, want it left with its owner", err)
		}
		late, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := submit(late, p, func(context.Context) { t.Error("a stopped pool ran a task") }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a task after the stop: %v, want nobody to take it", err)
		}
	})
}

func TestAPanicCostsNoWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, stop := startPool(t, 1)
		defer stop()
		for range 3 {
			if err := submit(t.Context(), p, func(context.Context) { panic("odd") }); err != nil {
				t.Fatal(err)
			}
		}
		ran := make(chan struct{})
		if err := submit(t.Context(), p, func(context.Context) { close(ran) }); err != nil {
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
	owner, leave := context.WithCancel(context.Background())
	defer leave()
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := range operations {
				n := g*operations + i
				err := submit(owner, p, func(context.Context) { ran[n].Add(1) })
				switch {
				case err == nil:
					ran[n].Add(10)
					taken.Add(1)
				case errors.Is(err, context.Canceled):
					handedBack.Add(1)
				default:
					t.Error(err)
				}
				if n == goroutines*operations/2 {
					go func() { stop(); leave() }()
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
