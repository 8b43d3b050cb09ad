package store

import (
	"context"
	"slices"
	"time"
)

const (
	requestQueue = 32 // requests that wait for the writer; a full queue makes producers wait
	takenAtOnce  = 32 // of them, which the writer may run in another order
)

// request is one change, run whole or not at all. done is called after its group's commit, on the
// writer's goroutine: it must not wait for anything.
type request struct {
	fn    func(*Tx) error
	done  func(error)
	first int64 // the first id of the rows that it inserts; 0: it is to run when its turn comes
}

// Enqueue hands fn to the writer as Update does, but waits only for room in its queue. done is called
// exactly once, after the commit that made it durable (or with the error), on the writer's goroutine;
// it must return at once. If Enqueue fails, done is not called.
func (s *Store) Enqueue(ctx context.Context, fn func(*Tx) error, done func(error)) error {
	return s.enqueue(ctx, request{fn: fn, done: done})
}

// EnqueueInsert is Enqueue for a change that inserts items under ids that were reserved, from first on. Of such changes
// that wait one behind the other the writer runs that with the lowest ids first, since rows that come in the order of
// their ids fill their pages: directories are read side by side, and come in any order anyway.
func (s *Store) EnqueueInsert(ctx context.Context, first int64, fn func(*Tx) error, done func(error)) error {
	return s.enqueue(ctx, request{fn, done, first})
}

func (s *Store) enqueue(ctx context.Context, r request) error {
	select {
	case <-s.stopped:
		return ErrClosed
	default:
	}
	s.stats.Queue.Add(1)
	select {
	case s.requests <- r:
		return nil
	case <-s.stopped:
		s.stats.Queue.Add(-1)
		return ErrClosed
	case <-ctx.Done():
		s.stats.Queue.Add(-1)
		return ctx.Err()
	}
}

// take takes the request that is to run next, if any waits.
func (s *Store) take() (next request, some bool) {
	for full := false; !full && len(s.taken) < takenAtOnce; {
		select {
		case r := <-s.requests:
			s.taken = append(s.taken, r)
		default:
			full = true
		}
	}
	if len(s.taken) == 0 {
		return request{}, false
	}
	at := 0
	for i, r := range s.taken {
		if r.first == 0 {
			break
		}
		if r.first < s.taken[at].first {
			at = i
		}
	}
	next = s.taken[at]
	s.taken = slices.Delete(s.taken, at, at+1)
	return next, true
}

// next is the next request of a group. While one group follows the other, a small one waits a moment for more: each
// commit costs as much as ten rows, and wakes all who wait for changes.
func (s *Store) next(tx *Tx) (request, bool) {
	if r, some := s.take(); some {
		return r, true
	}
	if s.groupWait == 0 || tx.rows >= groupRows/2 || time.Since(s.committed) > groupPause {
		return request{}, false
	}
	timer := time.NewTimer(s.groupWait)
	defer timer.Stop()
	select {
	case r := <-s.requests:
		return r, true
	case <-timer.C:
		return request{}, false
	}
}
