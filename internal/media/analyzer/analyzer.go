package analyzer

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"go.uber.org/zap"
)

// Config of an analyzer.
type Config struct {
	Lower func() // lowers the priority of the thread it is called on; nil: nothing can
}

// Root is a root whose files are analysed.
type Root struct {
	Name    string
	ID      int64 // in the store
	Tree    tree.Tree
	Workers int

	FileTimeout time.Duration // for one file; 0: DefaultFileTimeout
	LowPriority bool          // reading gives way to everybody else
}

// DefaultFileTimeout is the longest that one file may take, where nothing else is said.
const DefaultFileTimeout = 30 * time.Second

// Scanner is what the analyzer needs of the scanner.
type Scanner interface {
	// Online reports whether a root can be reached.
	Online(root string) bool
	// Quiet reports whether no file of a root waits to be looked at.
	Quiet(root string) bool
	// Hint asks for a directory to be scanned of which a file was not what the catalog says. It never waits.
	Hint(h media.Hint)
}

// Stats counts the analyzer's work.
type Stats struct {
	Done, Failed atomic.Int64
	Bytes        atomic.Int64 // of the files analysed
}

// Analyzer reads the bytes of the catalog's files. Its methods are safe for concurrent use.
type Analyzer struct {
	cfg      Config
	store    *store.Store
	log      *zap.Logger
	stats    Stats
	failures failures
	group    *run.Group
	scanner  Scanner

	mu      sync.Mutex // guards what follows; held for look-ups only
	workers map[string]*rootWorker
	noted   chan struct{} // closed when one more has begun
}

// New returns an analyzer without roots.
func New(cfg Config, st *store.Store, scanner Scanner, log *zap.Logger) *Analyzer {
	return &Analyzer{cfg: cfg, store: st, scanner: scanner, log: log, workers: map[string]*rootWorker{},
		noted: make(chan struct{})}
}

// Run owns every root worker until ctx ends, and returns when running work is finished and written. ready is
// called once SetRoots may be.
func (a *Analyzer) Run(ctx context.Context, ready func()) error {
	a.group = run.NewGroup(ctx, a.log)
	a.group.Go("retry of failed analyses", a.retry)
	ready()
	<-a.group.Context().Done() // with ctx, or with a root worker that failed
	return a.group.Wait()
}

// SetRoots makes these the roots whose files are analysed. Those that are the same go on as they are.
func (a *Analyzer) SetRoots(roots []Root) {
	roots = slices.Clone(roots)
	for i := range roots {
		roots[i].FileTimeout = cmp.Or(roots[i].FileTimeout, DefaultFileTimeout)
	}
	for _, w := range a.forget(roots) {
		w.stop()
	}
	for _, r := range roots {
		if !a.runs(r.Name) {
			a.start(r)
		}
	}
}

// forget takes the workers of all but these roots off the list.
func (a *Analyzer) forget(but []Root) (gone []*rootWorker) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for name, w := range a.workers {
		if !slices.Contains(but, w.root) {
			gone = append(gone, w)
			delete(a.workers, name)
		}
	}
	return gone
}

func (a *Analyzer) runs(root string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.workers[root] != nil
}

func (a *Analyzer) start(r Root) {
	w := newRootWorker(a, r)
	ctx, cancel := context.WithCancel(a.group.Context())
	done := make(chan struct{})
	w.stop = func() { cancel(); <-done }
	a.note(w)
	a.group.Go("analysis of "+r.Name, func(context.Context) error {
		defer close(done)
		defer cancel()
		return w.run(ctx)
	})
}

func (a *Analyzer) note(w *rootWorker) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.workers[w.root.Name] = w
	close(a.noted)
	a.noted = make(chan struct{})
}

// Idle reports whether no file waits for analysis or is being analysed, but those of roots that are away and those that
// wait for a retry.
func (a *Analyzer) Idle() bool {
	gen := a.store.WorkGeneration()
	a.mu.Lock()
	defer a.mu.Unlock()
	for name, w := range a.workers {
		if w.unfinished.Load() > 0 || (w.listedGen.Load() != gen && a.scanner.Online(name)) {
			return false
		}
	}
	return true
}

// Counters gives the analyzer's statistics.
func (a *Analyzer) Counters() *Stats { return &a.stats }

func (a *Analyzer) count(r *store.Analysed) {
	a.failures.note(r)
	if r.Analysis == store.Failed {
		a.stats.Failed.Add(1)
	} else {
		a.stats.Done.Add(1)
	}
	a.stats.Bytes.Add(r.Task.Size)
}

// hint has the directory of a file scanned that was not what the catalog says.
func (a *Analyzer) hint(root string, t *store.Task) {
	dir := t.Path[:max(0, len(t.Path)-len(t.Name)-1)]
	a.scanner.Hint(media.Hint{Root: root, Dir: dir, Names: []string{t.Name}})
}
