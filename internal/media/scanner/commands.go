package scanner

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// command is what another goroutine has for a root's runner: it is carried out on the runner's.
type command interface{ do(r *runner) }

// send gives a command to a runner, if that goes on.
func (r *runner) send(ctx context.Context, c command) {
	select {
	case r.inbox <- c:
	case <-r.done:
	case <-ctx.Done():
	}
}

// request is a command that has an answer.
type request[T any] interface {
	answer(r *runner) (T, error)
}

// asked is a request under way.
type asked[T any] struct {
	request[T]
	replies chan reply[T] // the one, whether somebody still waits for it or not
}

type reply[T any] struct {
	answer T
	err    error
}

func (a asked[T]) do(r *runner) {
	r.noteTaken()
	answer, err := a.answer(r)
	a.replies <- reply[T]{answer, err}
}

// ask has a root's runner answer a request. Who asks may leave before: then it has been carried out or not, and its
// answer is nobody's.
func ask[T any](ctx context.Context, s *Scanner, root string, what request[T]) (answer T, err error) {
	r := s.runner(root)
	if r == nil {
		return answer, fmt.Errorf("%w: %q", media.ErrNoRoot, root)
	}
	a := asked[T]{what, make(chan reply[T], 1)}
	r.awaited.Add(1)
	select {
	case r.inbox <- a:
	case <-r.done:
		r.awaited.Add(-1)
		return answer, fmt.Errorf("%w: %q", media.ErrNoRoot, r.name)
	case <-ctx.Done():
		r.awaited.Add(-1)
		return answer, ctx.Err()
	}
	select {
	case got := <-a.replies:
		return got.answer, got.err
	case <-r.done:
		return answer, fmt.Errorf("%w: %q", media.ErrNoRoot, r.name)
	case <-ctx.Done():
		return answer, ctx.Err()
	}
}

// noteTaken notes that the runner begins with something that waited: it is not idle from here on.
func (r *runner) noteTaken() {
	r.busy.Store(true)
	r.noPending.Store(false)
	r.awaited.Add(-1)
}

// Scan queues a scan over a root, what lies below a directory of it, or one file.
func (s *Scanner) Scan(ctx context.Context, root, path string, full bool) (media.Scan, error) {
	known := s.runner(root)
	if known == nil {
		return media.Scan{}, fmt.Errorf("%w: %q", media.ErrNoRoot, root)
	}
	p, err := s.askedFor(ctx, known, path, full)
	if err != nil {
		return media.Scan{}, err
	}
	return ask(ctx, s, root, startScan{p})
}

// startScan queues a walk that somebody asks for.
type startScan struct{ walk *walk }

func (c startScan) answer(r *runner) (media.Scan, error) {
	if !r.online {
		return media.Scan{}, fmt.Errorf("%w: %s: %s", media.ErrOffline, r.name, r.reason)
	}
	return r.startWalk(c.walk).view(), nil
}

// walkOf gives the walk of a scan, nil once that is over. It reports whether the scan is remembered.
func (s *Scanner) walkOf(id int64) (w *walk, known bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	_, known = s.scans[id]
	return s.walks[id], known
}

// cancelWait is how long the one who cancels a scan waits for the scans under way to end.
const cancelWait = time.Second

// CancelScan ends a scan; what it has found stays. It returns when the scans under way are over, so that the
// scan is seen cancelled; one that hangs is waited for cancelWait, and ends the scan when it ends.
func (s *Scanner) CancelScan(ctx context.Context, id int64) error {
	p, known := s.walkOf(id)
	if !known {
		return fmt.Errorf("%w: %d", media.ErrNoScan, id)
	}
	if p == nil {
		return nil // over already
	}
	if _, err := ask(ctx, s, p.Scan.Root, cancelScan{p}); err != nil {
		return err
	}
	wait, stop := context.WithTimeout(ctx, cancelWait)
	defer stop()
	select {
	case <-p.finished:
	case <-wait.Done():
	}
	return nil
}

// cancelScan ends a walk.
type cancelScan struct{ walk *walk }

func (c cancelScan) answer(r *runner) (none struct{}, err error) {
	r.cancelWalk(c.walk, media.ScanCancelled, "")
	return none, nil
}

// AcceptRemovals forgets for good what is held of a root at this moment, some at a time, so that the root goes on
// meanwhile; what is held later has been accepted by nobody. It is not broken off when the one who accepted leaves: ctx
// is for its values only.
func (s *Scanner) AcceptRemovals(ctx context.Context, root string) (n int64, err error) {
	ctx = context.WithoutCancel(ctx)
	accepted, err := ask(ctx, s, root, listHeld{ctx})
	switch {
	case err != nil:
		return 0, err
	case len(accepted) == 0:
		return 0, fmt.Errorf("%w: root %q", media.ErrNotHeld, root)
	}
	for batch := range slices.Chunk(accepted, reapBatch) {
		some, err := ask(ctx, s, root, forgetHeld{ctx, batch})
		if n += some; err != nil {
			return n, err
		}
	}
	return n, nil
}

// listHeld gives the ids of what is held.
type listHeld struct{ ctx context.Context }

func (c listHeld) answer(r *runner) ([]int64, error) { return r.held(c.ctx) }

// forgetHeld forgets those of some items that are still held.
type forgetHeld struct {
	ctx      context.Context
	accepted []int64
}

func (c forgetHeld) answer(r *runner) (int64, error) { return r.forget(c.ctx, c.accepted) }
