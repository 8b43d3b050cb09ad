package librarian

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
)

// told is a catalog that says only how far its feed and its works are.
type told struct {
	Catalog
	head   atomic.Int64
	worked int64
}

func (c *told) Head() int64   { return c.head.Load() }
func (c *told) Worked() int64 { return c.worked }

// What came with one rename of a folder of thousands is several batches: they wait for quiet together, and not each for
// itself.
func TestChangesThatWaitedTogetherAreTakenInTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		of := &told{worked: 0}
		of.head.Store(5000)
		cfg := Config{Quiet: 150 * time.Millisecond, MaxWait: 2 * time.Second, AtOnce: 400}
		l := NewOf(cfg, of, zap.NewNop())
		calms := func(worked int64, wake <-chan struct{}, want time.Duration) {
			t.Helper()
			of.worked = worked
			began := time.Now()
			if !l.calm(t.Context(), wake) || time.Since(began) != want {
				t.Errorf("the batch behind %d begins after %v, want %v", worked, time.Since(began), want)
			}
		}
		calms(0, nil, cfg.Quiet)
		of.head.Store(5100) // while these are taken in, more comes
		calms(400, nil, 0)
		calms(4800, nil, 0)
		calms(5050, nil, cfg.Quiet)
		calms(5100, nil, 0) // keys are left to settle, and have nothing to wait for

		of.head.Store(6000)
		wake, ends := make(chan struct{}), make(chan struct{})
		trickle := time.NewTicker(cfg.Quiet / 2)
		defer trickle.Stop()
		go func() {
			for {
				select {
				case <-trickle.C:
					of.head.Add(1)
				case <-ends:
					return
				}
				select {
				case wake <- struct{}{}:
				case <-ends:
					return
				case <-time.After(time.Millisecond): // nobody waits
				}
			}
		}()
		calms(5100, wake, cfg.MaxWait) // what was there has been put off for as long as it may be
		calms(5500, wake, 0)
		calms(5999, wake, 0)
		calms(6000, wake, cfg.MaxWait)
		close(ends)
	})
}

// A large folder that changes again and again is derived for half of the time at most, also where nothing else can be
// taken in beside it.
func TestWhatFollowsALargeFolderThatCannotRestWaitsForAsLongAsItTook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		of := &told{worked: 90}
		of.head.Store(100)
		cfg := Config{Quiet: 150 * time.Millisecond, MaxWait: 2 * time.Second, AtOnce: 10, Unresting: true}
		l := NewOf(cfg, of, zap.NewNop())
		calms := func(wake <-chan struct{}, want time.Duration) {
			t.Helper()
			l.waited = 0 // for nothing that comes next
			began := time.Now()
			if !l.calm(t.Context(), wake) || time.Since(began) != want {
				t.Errorf("a batch begins after %v, want %v", time.Since(began), want)
			}
		}
		calms(nil, l.cfg.Quiet)
		noted := func() { l.large = large{items: 50_000, upto: 90, took: 5 * time.Second, at: time.Now()} }
		noted()
		calms(nil, l.large.took)
		calms(nil, l.cfg.Quiet)
		noted()
		l.waited = of.head.Load() // what came with it pauses too
		if began := time.Now(); !l.calm(t.Context(), nil) || time.Since(began) != l.large.took {
			t.Errorf("what came with a large folder begins after %v", time.Since(began))
		}

		noted()
		wake, changed := make(chan struct{}), make(chan struct{})
		go func() { // something changes all the while, as often as would keep it from being quiet
			defer close(changed)
			for range 60 {
				time.Sleep(l.cfg.Quiet - time.Millisecond)
				of.head.Add(1)
				select {
				case wake <- struct{}{}:
				default:
				}
			}
		}()
		calms(wake, l.large.took)
		<-changed

		noted()
		of.head.Store(of.worked + l.large.items)
		calms(nil, 0) // as many have come as it holds
		noted()
		of.head.Store(100)
		l.cfg.Unresting = false
		calms(nil, l.cfg.Quiet)
	})
}
