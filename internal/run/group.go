// Package run starts and bounds goroutines: the one place where a component's goroutine begins. Every
// goroutine has a name and an owner, is counted, and has its panics recovered with their stack in the
// log; none outlives the call that waits for it.
package run

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sort"
	"sync"
	"time"

	"go.uber.org/zap"
)

// PanicError is a recovered panic.
type PanicError struct {
	Where string
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("%s panicked: %v", e.Where, e.Value) }

// Safely calls fn and returns its error, or its panic as *PanicError, logged with its stack.
func Safely(log *zap.Logger, where string, fn func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			p := &PanicError{Where: where, Value: v, Stack: debug.Stack()}
			log.Error("panic recovered", zap.String("where", where), zap.Any("panic", v),
				zap.ByteString("stack", p.Stack))
			err = p
		}
	}()
	return fn()
}

// Group is a set of named goroutines under one WaitGroup. The first error or panic of any cancels the
// context that all of them got.
type Group struct {
	log    *zap.Logger
	ctx    context.Context
	cancel context.CancelCauseFunc
	wg     sync.WaitGroup

	mu   sync.Mutex // guards live
	live map[string]int
}

// NewGroup returns a group whose goroutines end with ctx.
func NewGroup(ctx context.Context, log *zap.Logger) *Group {
	ctx, cancel := context.WithCancelCause(ctx)
	return &Group{log: log, ctx: ctx, cancel: cancel, live: make(map[string]int)}
}

// Go starts fn under a name. fn must return soon after its context has ended.
func (g *Group) Go(name string, fn func(context.Context) error) {
	g.count(name, 1)
	g.wg.Add(1)
	go func() {
		defer g.wg.Done()
		defer g.count(name, -1)
		err := Safely(g.log, name, func() error { return fn(g.ctx) })
		if err != nil && !errors.Is(err, context.Canceled) {
			g.cancel(fmt.Errorf("%s: %w", name, err))
		}
	}()
}

func (g *Group) count(name string, n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.live[name] += n; g.live[name] == 0 {
		delete(g.live, name)
	}
}

// Live names the goroutines that have not returned yet, sorted.
func (g *Group) Live() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	names := make([]string, 0, len(g.live))
	for n := range g.live {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// Context ends with the group.
func (g *Group) Context() context.Context { return g.ctx }

// Stop asks every goroutine to end.
func (g *Group) Stop() { g.cancel(context.Canceled) }

// Wait returns once every goroutine has, with the error that ended the group, if one did.
func (g *Group) Wait() error {
	g.wg.Wait()
	if err := context.Cause(g.ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// WaitFor is Wait with a deadline: late names those that had not returned when ctx ended.
func (g *Group) WaitFor(ctx context.Context) (late []string, err error) {
	done := make(chan struct{})
	go func() { // ends with the last goroutine of the group
		g.wg.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil, g.Wait()
	case <-ctx.Done():
		return g.Live(), ctx.Err()
	}
}

// Every calls fn again and again at an interval, the first time after one, until ctx ends.
func Every(ctx context.Context, interval time.Duration, fn func()) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			fn()
		case <-ctx.Done():
			return
		}
	}
}
