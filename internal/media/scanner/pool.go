package scanner

import (
	"context"
	"runtime"

	"github.com/catalogizer/catalogizerd/internal/run"
	"go.uber.org/zap"
)

// maxUncommitted bounds the scans of one root whose changes are not durable yet. Beyond it the disk waits for
// the store.
const maxUncommitted = 192

// entriesInFlight bounds the directory entries held in memory between scans and commits, over all roots. Of directories
// with more than a quarter of them one goes at a time, however large it is, and leaves a quarter to the others.
const (
	entriesInFlight = 32768
	largeDirectory  = entriesInFlight / 4
)

// admit waits until the entries of one more directory may be in flight, and takes their room.
func (s *Scanner) admit(ctx context.Context, entries int) error {
	if entries < largeDirectory {
		return s.inFlight.Acquire(ctx, roomFor(entries))
	}
	if err := s.large.Acquire(ctx, 1); err != nil {
		return err
	}
	err := s.inFlight.Acquire(ctx, roomFor(entries))
	if err != nil {
		s.large.Release(1)
	}
	return err
}

// dismiss gives the room of a directory back.
func (s *Scanner) dismiss(entries int) {
	s.inFlight.Release(roomFor(entries))
	if entries >= largeDirectory {
		s.large.Release(1)
	}
}

func roomFor(entries int) int64 { return int64(min(entries+1, entriesInFlight-largeDirectory)) }

// Workers is how many directories of one local root are scanned at once, where the configuration does not say: one more
// than there are processors. A directory that is unchanged is some short system calls, and with as many workers as
// processors one stands still each time that a worker is given the next: on two, a third of a rescan.
func Workers(configured int) int {
	if configured > 0 {
		return configured
	}
	return min(runtime.GOMAXPROCS(0)+1, 8)
}

// newPool returns the bounded pool that walks one root.
func newPool(root string, workers int, log *zap.Logger) *run.Pool {
	return run.NewPool("scan "+root, workers, log)
}
