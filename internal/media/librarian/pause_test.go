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
