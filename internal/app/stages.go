package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/catalogizer/catalogizerd/internal/run"
	"go.uber.org/zap"
)

// stages are the components of the daemon in the order in which they start. They stop in the opposite
// order, each given its end only when the one before it has returned: so what a component hands to
// another always finds it running. All their goroutines are counted in one group.
type stages struct {
	log   *zap.Logger
	group *run.Group
	all   []*stage
}

type stage struct {
	name string
	stop context.CancelFunc
	done chan struct{}
}

// newStages returns an empty list under root: the contexts of components do not end with it, only in
// their order, but they carry its values, and a component that fails ends root.
func newStages(root context.Context, log *zap.Logger) *stages {
	return &stages{log: log, group: run.NewGroup(root, log)}
}

// start runs a component. If it fails, the whole daemon stops.
func (s *stages) start(name string, fn func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.group.Context()))
	st := &stage{name: name, stop: cancel, done: make(chan struct{})}
	s.all = append(s.all, st)
	s.group.Go(name, func(context.Context) error {
		defer close(st.done)
		defer cancel()
		return fn(ctx)
	})
}

// stopTime is how long the next component may take to stop: all that is left but for what those behind it are to have.
// So one that is late does not take the time in which the catalog is written.
func stopTime(left, within time.Duration, behind int) time.Duration {
	const parts = 20 // of the whole, one of which each of those behind keeps
	return max(left-time.Duration(behind)*within/parts, within/parts)
}

// stopAll ends the components from the last to the first within a time, each within its share of it. What is late is
// named in the log and in the error; the rest is stopped all the same. last is called before the wait for whatever else
// runs in the group.
func (s *stages) stopAll(within time.Duration, last func()) error {
	deadline := time.Now().Add(within)
	ctx, cancel := context.WithDeadline(context.Background(), deadline)
	defer cancel()
	s.stopBut(within, deadline)
	last()
	late, err := s.group.WaitFor(ctx)
	if len(late) > 0 {
		return fmt.Errorf("not stopped within %v: %v", within, late)
	}
	return err
}

// stopBut ends all components but some. None may be started from then on.
func (s *stages) stopBut(within time.Duration, deadline time.Time, stay ...string) {
	for i := len(s.all) - 1; i >= 0; i-- {
		st := s.all[i]
		if slices.Contains(stay, st.name) {
			continue
		}
		began := time.Now()
		st.stop()
		patience := time.NewTimer(stopTime(time.Until(deadline), within, i))
		select {
		case <-st.done:
			s.log.Debug("component stopped", zap.String("component", st.name), zap.Duration("took", time.Since(began)))
		case <-patience.C:
			s.log.Error("component does not stop", zap.String("component", st.name),
				zap.Duration("waited", time.Since(began)))
		}
		patience.Stop()
	}
}
