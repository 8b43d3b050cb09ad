package local

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync/atomic"

	"golang.org/x/sync/semaphore"
	"golang.org/x/sys/unix"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// callLimit is how many calls of one tree may be in the operating system at a time, those that were abandoned among
// them: more than any disk does at once. Each holds a thread (some 20 KiB in the kernel and a stack) until its disk
// answers or is torn down, and a process may have only so many: without a limit, a thousand who read files of a disk
// that hangs would end the daemon.
const callLimit = 32

// gate lets calls that the operating system does not let anyone cancel (a read from a disk that hangs)
// honour a context all the same: the call runs in a goroutine of its own, and is abandoned when its
// context ends first. Where the limit of calls is reached the next waits for its turn; where all of them are abandoned
// the tree counts as not answering until one of them returns.
type gate struct {
	stuck atomic.Int64 // abandoned
	limit int64
	turns *semaphore.Weighted
}

func newGate(limit int64) *gate { return &gate{limit: limit, turns: semaphore.NewWeighted(limit)} }

// States of one call.
const (
	callRunning int32 = iota
	callFinished
	callAbandoned
)

// inflight is one running call, shared by the goroutine that runs it and the one that waits for it.
// Its result may be read once done is closed.
type inflight[T any] struct {
	state atomic.Int32
	done  chan struct{}
	value T
	err   error
	crash *panicError
}

// panicError carries a panic from a call's goroutine into the goroutine that waits for it, so that the
// recovery of the component that asked sees it.
type panicError struct {
	value any
	stack []byte
}

func (p *panicError) Error() string { return fmt.Sprintf("%v\n%s", p.value, p.stack) }

// call runs f through g. If ctx ends first it returns the context's error at once; discard (may be nil)
// then receives what f yields when it yields it. A context that cannot end needs no goroutine.
func call[T any](ctx context.Context, g *gate, f func() (T, error), discard func(T)) (T, error) {
	return callBy(ctx, g, nil, f, discard)
}

// callBy is call by a goroutine that start has run it; nil: a new one.
func callBy[T any](ctx context.Context, g *gate, start func(func()), f func() (T, error), discard func(T)) (T, error) {
	var zero T
	if err := ctx.Err(); err != nil {
		return zero, err
	}
	if n := g.stuck.Load(); n >= g.limit {
		return zero, fmt.Errorf("%w: not answering (%d calls are waiting for it)", tree.ErrAway, n)
	}
	if ctx.Done() == nil {
		return f()
	}
	if err := g.turns.Acquire(ctx, 1); err != nil {
		return zero, err
	}
	c := &inflight[T]{done: make(chan struct{})}
	if start != nil {
		start(func() { c.run(g, f, discard) })
	} else {
		//concurrencylint:allow nobody can wait for a call that hangs in the kernel; its panic goes on in the caller
		go c.run(g, f, discard)
	}
	select {
	case <-c.done:
	case <-ctx.Done():
		g.stuck.Add(1) // before the hand-over: its goroutine may take it back at once
		if c.state.CompareAndSwap(callRunning, callAbandoned) {
			return zero, ctx.Err()
		}
		g.stuck.Add(-1)
		<-c.done
	}
	if c.crash != nil {
		panic(c.crash)
	}
	return c.value, c.err
}

// callOn is call for what is asked about a path. what names it in its error.
func callOn[T any](
	ctx context.Context, t *Tree, what, path string, f func() (T, error), discard func(T),
) (v T, err error) {
	if err = unix.EINVAL; tree.ValidPath(path) {
		v, err = call(ctx, t.gate, f, discard)
	}
	if err != nil {
		return v, fmt.Errorf("%s %q: %w", what, path, err)
	}
	return v, nil
}

// run is the goroutine of one call. It ends when the operating system returns from it.
func (c *inflight[T]) run(g *gate, f func() (T, error), discard func(T)) {
	defer func() {
		if r := recover(); r != nil {
			c.crash = &panicError{value: r, stack: debug.Stack()}
		}
		g.turns.Release(1)
		if c.state.CompareAndSwap(callRunning, callFinished) {
			close(c.done)
			return
		}
		g.stuck.Add(-1)
		if discard != nil && c.crash == nil && c.err == nil {
			discard(c.value)
		}
	}()
	c.value, c.err = f()
}
