package app

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/config"
)

func TestALateComponentLeavesTheOthersTheirTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const within = 30 * time.Second
		s := newStages(t.Context(), zap.NewNop())
		written := false
		s.start("store", func(ctx context.Context) error {
			<-ctx.Done()
			time.Sleep(time.Second)
			written = true
			return nil
		})
		s.start("analyzer", func(ctx context.Context) error { <-ctx.Done(); return nil })
		hung := make(chan struct{})
		s.start("late", func(context.Context) error { <-hung; return nil })
		s.start("http", func(ctx context.Context) error { <-ctx.Done(); time.Sleep(time.Second); return nil })
		began := time.Now()
		err := s.stopAll(within, func() {})
		if took := time.Since(began); took > within {
			t.Errorf("the stop took %v, want at most %v", took, within)
		}
		if !written {
			t.Error("the store had no time to write")
		}
		if err == nil || !strings.Contains(err.Error(), "late") || strings.Contains(err.Error(), "http") {
			t.Errorf("the error is %v, want it to name what is late and nothing else", err)
		}
		close(hung)
	})
}

func TestEveryComponentMayBeLateWithinTheWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const within = 30 * time.Second
		s := newStages(t.Context(), zap.NewNop())
		hung := make(chan struct{})
		for _, name := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"} {
			s.start(name, func(context.Context) error { <-hung; return nil })
		}
		began := time.Now()
		if err := s.stopAll(within, func() {}); err == nil {
			t.Error("stopped, though all hang")
		}
		if took := time.Since(began); took > within+within/20 {
			t.Errorf("the stop took %v, want %v", took, within)
		}
		close(hung)
	})
}

func TestReloadsAskedForMeanwhileAreOneMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls int
		hold := make(chan struct{})
		stages := newStages(t.Context(), zap.NewNop())
		d := &Daemon{core: &core{log: zap.NewNop(), stages: stages}, opts: Options{Reload: func() (*config.Config, error) {
			calls++
			<-hold
			return nil, errors.New("no such file")
		}}}
		r := reloads{group: stages.group, reload: d.reload, notify: newNotifier(zap.NewNop())}
		for range 5 {
			r.ask() // none waits for the one that runs
		}
		close(hold)
		for r.done != nil {
			<-r.done
			r.ended()
		}
		if calls != 2 {
			t.Errorf("%d reloads, want the one that ran and one for all that asked meanwhile", calls)
		}
		stages.group.Stop()
		if err := stages.group.Wait(); err != nil {
			t.Error(err)
		}
	})
}
