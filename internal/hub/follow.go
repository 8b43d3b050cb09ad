package hub

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/run"
)

// Set has other sources be followed from now on. One that stays goes on undisturbed, unless it is to be asked elsewhere
// or with another token; the items of one that is there no longer go. It fails, and changes nothing, where a token
// cannot be read.
func (s *Sources) Set(of []Source) error {
	tokens := make([]string, len(of))
	for i := range of {
		var err error
		if tokens[i], err = of[i].token(); err != nil {
			return fmt.Errorf("read the token of source %s: %w", of[i].Name, err)
		}
	}
	all := make([]*source, len(of))
	for i, one := range of {
		if all[i] = s.named(one.Name); all[i] == nil {
			all[i] = s.make(one)
		} else if all[i].configure(one, tokens[i]) {
			s.outdate(all[i])
		}
	}
	func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.all = all
	}()
	select {
	case s.again <- struct{}{}:
	default: // whoever is to look has not done so yet
	}
	return nil
}

// outdate notes that a source is asked otherwise than it is to be.
func (s *Sources) outdate(one *source) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stale[one] = true
}

// isStale reports whether a source is asked otherwise than it is to be, and forgets that.
func (s *Sources) isStale(one *source) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.stale[one]
	delete(s.stale, one)
	return was
}

// Run takes in what the sources say until ctx ends, for which the hub must lead. What sources that the hub has no longer
// have left behind goes.
func (s *Sources) Run(ctx context.Context) error {
	defer s.http.CloseIdleConnections()
	s.lead(true)
	defer s.lead(false)
	f := following{of: s, group: run.NewGroup(ctx, s.log), now: map[*source]*followed{}}
	f.group.Go("sources", f.run)
	f.group.Go("standings", s.tell)
	return f.group.Wait()
}

// following has the sources of each time be followed. It belongs to one goroutine.
type following struct {
	of    *Sources
	group *run.Group
	now   map[*source]*followed
}

// followed is a source's goroutine.
type followed struct {
	stop context.CancelFunc
	done chan struct{} // closed when it is over
}

// end waits until nothing of the source is taken in any more.
func (f *followed) end() {
	f.stop()
	<-f.done
}

func (f *following) run(ctx context.Context) error {
	retry := time.NewTimer(0)
	defer retry.Stop()
	for ctx.Err() == nil {
		f.look(ctx)
		retry.Stop()
		if err := f.leave(ctx); err != nil && ctx.Err() == nil {
			f.of.log.Warn("what has left is still shown", zap.Error(err))
			retry.Reset(longestPause)
		}
		select {
		case <-f.of.again:
		case <-retry.C:
		case <-ctx.Done():
		}
	}
	return ctx.Err()
}

// look ends and begins what differs from what is to be followed.
func (f *following) look(ctx context.Context) {
	all := f.of.each()
	stay := make(map[*source]bool, len(all))
	for _, one := range all {
		stay[one] = !f.of.isStale(one)
	}
	for one, running := range f.now {
		if !stay[one] {
			running.end()
			delete(f.now, one)
		}
	}
	for _, one := range all {
		if f.now[one] == nil {
			f.begin(ctx, one)
		}
	}
}

func (f *following) begin(ctx context.Context, one *source) {
	ctx, stop := context.WithCancel(ctx)
	running := &followed{stop: stop, done: make(chan struct{})}
	f.now[one] = running
	f.group.Go("source "+one.Name, func(context.Context) error {
		defer close(running.done)
		defer stop()
		_ = one.run(ctx) // which ends with ctx alone: others go on
		return nil
	})
}

// leave ends the items of sources that have left.
func (f *following) leave(ctx context.Context) error {
	names := make([]string, 0, len(f.now)) // of those that are followed, whoever is to be by now
	for one := range f.now {
		names = append(names, one.Name)
	}
	return f.of.store.Leave(ctx, names)
}
