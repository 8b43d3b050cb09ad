package analyzer

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// maxFailures bounds how many files are remembered that could not be read: somebody is told of them, whatever their
// number is.
const maxFailures = 1000

// failures are the files that could not be read since the start and have not been read since.
type failures struct {
	mu  sync.Mutex // guards ids
	ids map[int64]struct{}
}

func (f *failures) note(r *store.Analysed) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case r.Analysis != store.Failed:
		delete(f.ids, r.Task.ID)
	case len(f.ids) < maxFailures:
		if f.ids == nil {
			f.ids = make(map[int64]struct{})
		}
		f.ids[r.Task.ID] = struct{}{}
	}
}

func (f *failures) list() []int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Collect(maps.Keys(f.ids))
}

// FailedSinceStart counts the present files whose analysis has failed since the start, up to a thousand. One that was
// read since, or has gone, is none.
func (a *Analyzer) FailedSinceStart(ctx context.Context) (int64, error) {
	return a.store.CountFailed(ctx, a.failures.list())
}
