package scanner

import (
	"runtime"

	"github.com/catalogizer/catalogizerd/internal/run"
	"go.uber.org/zap"
)

// maxUncommitted bounds the scans of one root whose changes are not durable yet. Beyond it the disk waits for
// the store.
const maxUncommitted = 192

// entriesInFlight bounds the directory entries held in memory between scans and commits, over all
// roots. A larger directory goes alone.
const entriesInFlight = 32768

// Workers is how many directories of one local root are scanned at once, where the configuration does not say.
func Workers(configured int) int {
	if configured > 0 {
		return configured
	}
	return min(max(runtime.GOMAXPROCS(0), 2), 8)
}

// newPool returns the bounded pool that walks one root.
func newPool(root string, workers int, log *zap.Logger) *run.Pool {
	return run.NewPool("scan "+root, workers, log)
}
