package scanner

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/ignore"
	"go.uber.org/zap"
	"golang.org/x/sync/semaphore"
)

// Watcher is what the scanner needs of the watcher of events.
type Watcher interface {
	// Attach begins to watch a root that is there; RemoveRoot ends it.
	Attach(root, location string, v tree.Volume, ignored func(path string, dir bool) bool)
	RemoveRoot(root string)
	// Watch watches one directory; the scanner calls it before each listing.
	Watch(ctx context.Context, root, dir string, id tree.FileID) error
	// WatchBelow has directories watched that the listing of dir showed and that are listed next. It does not wait.
	WatchBelow(root, dir string, below []tree.Entry)
	// Unwatch forgets a directory and all below it.
	Unwatch(root, dir string)
	// Polled names the directories of a root that send no events and must be listed from time to time, or says
	// that none sends any.
	Polled(root string) (dirs []string, all bool)
	// Pending counts what has happened and has not been hinted yet.
	Pending() int
}

// Window is hours of the day. Next gives the first time from t on that is within them, counted as t is.
type Window interface {
	Next(t time.Time) time.Time
}

// Config of a scanner. Durations of zero switch off what they time.
type Config struct {
	Debounce       time.Duration // a file is whole once it has been quiet for this
	MaxWait        time.Duration // a growing file is looked at again after this at the latest
	Grace          time.Duration // between an item's vanishing and its tombstone
	RescanInterval time.Duration
	Window         Window        // when a comparison may begin that is due; nil: at any time
	DirScanLimit   time.Duration // a directory scan that takes longer is given up, and tried again later
	Analyzer       Analyzer      // nil: all files are analysed once they are written
	AheadTime      time.Duration // for which a new directory may wait until its files are analysed; 0: 50 ms
}

// RootConfig is one root to keep true.
type RootConfig struct {
	Name     string
	Kind     string
	Location string
	Access   string // what Tree was made from beside Location: with another, it is another tree
	Tree     tree.Tree
	// Another makes one more tree of the same place, which expects what it is told itself, to see what is there where
	// that is not what Tree expects; done ends it. Without it nothing is offered that is in the root's place.
	Another      func() (t tree.Tree, done func(), err error)
	Workers      int
	Exclude      []string
	MaxRemovals  float64 // share of the root's items
	PollInterval time.Duration
	Poll         bool // events never come from here
	CrossMounts  bool
}

// Scanner keeps every root's items equal to its files. Its methods are safe for concurrent use.
type Scanner struct {
	timing      atomic.Pointer[Config]
	store       *store.Store
	watch       Watcher // nil: nothing is watched, everything is polled
	describe    reconcile.Describer
	log         *zap.Logger
	analyzer    Analyzer            // nil: nothing is analysed ahead
	inFlight    *semaphore.Weighted // directory entries between listing and commit
	large       *semaphore.Weighted // one of the directories that are large
	ahead       atomic.Int64        // bytes of what is known of them ahead
	scanIDs     atomic.Int64
	walkNumbers atomic.Int64
	group       *run.Group
	onChange    func(media.Scan) // told of every change of a scan
	onRoot      func(string)     // told of every change of a root's state

	mu      sync.RWMutex // guards the maps; held for look-ups only
	runners map[string]*runner
	byID    map[int64]*runner
	former  map[int64]formerRoot // by their ids
	scans   map[int64]media.Scan
	walks   map[int64]*walk
	last    map[string]media.Scan

	attaching atomic.Int64 // SetRoots is under way: roots may be to come

	crowds reconcile.Crowds // of all roots: files with many names
}

// Observer hears of what changes. Its functions may be nil; they are called on a runner's goroutine
// and must return at once.
type Observer struct {
	Scan func(media.Scan)  // a scan changed
	Root func(name string) // a root's state changed
}

// New returns a scanner without roots. watch may be nil.
func New(cfg Config, st *store.Store, watch Watcher, describe reconcile.Describer, observer Observer, log *zap.Logger) *Scanner {
	s := &Scanner{
		store: st, watch: watch, describe: describe, analyzer: cfg.Analyzer, log: log, onChange: observer.Scan,
		onRoot: observer.Root, inFlight: semaphore.NewWeighted(entriesInFlight), large: semaphore.NewWeighted(1),
		runners: map[string]*runner{}, byID: map[int64]*runner{}, former: map[int64]formerRoot{}, walks: map[int64]*walk{},
		scans: map[int64]media.Scan{}, last: map[string]media.Scan{},
	}
	s.timing.Store(&cfg)
	return s
}

// Run owns every runner until ctx ends. SetRoots may be called once Run has begun.
func (s *Scanner) Run(ctx context.Context, ready func()) error {
	s.group = run.NewGroup(ctx, s.log)
	ready()
	<-s.group.Context().Done() // with ctx, or with a runner that failed
	return s.group.Wait()
}

// start begins to run a root.
func (s *Scanner) start(cfg RootConfig, row store.Root) error {
	r, err := newRunner(s, cfg, row)
	if err != nil {
		return err
	}
	s.addRunner(r)
	ctx, cancel := context.WithCancel(s.group.Context())
	r.cancel = cancel
	s.group.Go("root "+cfg.Name, func(context.Context) error {
		defer cancel()
		return r.run(ctx)
	})
	return nil
}

func (s *Scanner) addRunner(r *runner) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runners[r.name], s.byID[r.id] = r, r
	delete(s.former, r.id)
}

// runnerByID gives the runner of a root; nil where the root is detached.
func (s *Scanner) runnerByID(id int64) *runner {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.byID[id]
}

// stop ends a root's runner and waits for it, for as long as ctx lets it.
func (s *Scanner) stop(ctx context.Context, name string) error {
	r := s.runner(name)
	if r == nil {
		return nil
	}
	r.leaving.Store(true)
	r.cancel()
	select {
	case <-r.done:
	case <-ctx.Done():
		return fmt.Errorf("end root %s: %w", name, ctx.Err())
	}
	if s.watch != nil {
		s.watch.RemoveRoot(name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.runners, name)
	delete(s.byID, r.id)
	s.former[r.id] = formerRoot{r.tree, r.cfg.Location}
	return nil
}

func (s *Scanner) runner(name string) *runner {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.runners[name]
}

func (s *Scanner) all() []*runner {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := make([]*runner, 0, len(s.runners))
	for _, r := range s.runners {
		out = append(out, r)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].name < out[j].name })
	return out
}

// Tree gives the tree of a root by name; nil where there is none.
func (s *Scanner) Tree(root string) tree.Tree {
	if r := s.runner(root); r != nil {
		return r.tree
	}
	return nil
}

// TreeByID gives the tree of a root by its id in the store; nil where there is none.
func (s *Scanner) TreeByID(root int64) tree.Tree {
	if r := s.runnerByID(root); r != nil {
		return r.tree
	}
	return nil
}

// Hint asks for a directory to be scanned. It never waits.
func (s *Scanner) Hint(h media.Hint) {
	if r := s.runner(h.Root); r != nil { // else it left the configuration meanwhile
		r.hint(h.Dir, h.Names, h.Recursive)
	}
}

// hint may be called from any goroutine.
func (r *runner) hint(dir string, names []string, recursive bool) {
	r.awaited.Add(1) // before it can be taken in
	if !r.mail.put(dir, names, recursive) {
		r.awaited.Add(-1) // what waits already is counted once
	}
}

// readMail takes the mail in.
func (r *runner) readMail() {
	jobs := r.mail.take()
	if len(jobs) == 0 {
		return
	}
	r.noteTaken()
	if !r.online {
		return // a full scan follows when it is back
	}
	for _, j := range jobs {
		if j.recursive {
			r.queue.push(j)
		} else {
			r.queue.pushUrgent(j)
		}
	}
}

// job is the scan that a letter about a directory asks for.
func (l *letter) job(dir string) *job {
	j := &job{dir: dir, names: l.names, recursive: l.recursive}
	j.rulesChanged = l.recursive || slices.Contains(l.names, ignore.FileName)
	if l.all {
		j.names = nil
	}
	return j
}

// Prove asks every root, or the one named, to prove at once that it is there and itself. It never waits.
func (s *Scanner) Prove(_ context.Context, root string) error {
	for _, r := range s.all() {
		if root != "" && r.name != root {
			continue
		}
		r.awaited.Add(1)
		select {
		case r.proveNow <- struct{}{}:
		default:
			r.awaited.Add(-1) // it is asked already
		}
	}
	return nil
}

// Idle reports whether nothing is queued, scanned or delayed in any root that can be reached.
func (s *Scanner) Idle() bool {
	return !slices.ContainsFunc(s.all(), func(r *runner) bool { return !r.settled() })
}

// Quiet reports whether nothing is queued, scanned or delayed in a root.
func (s *Scanner) Quiet(root string) bool {
	r := s.runner(root)
	return r != nil && r.settled()
}

func (r *runner) settled() bool { return r.awaited.Load() == 0 && !r.busy.Load() }

// eventsPending reports whether events wait for their debounce that may lead to scans, or for a directory to have rested.
func (s *Scanner) eventsPending() bool {
	return s.watch != nil && s.watch.Pending() > 0 ||
		slices.ContainsFunc(s.all(), func(r *runner) bool { return r.listsLater.Load() })
}

// nothingPendingOn reports whether every scan is done that may still find what is missing from a root: those of all
// roots on its file system, and of those that are to come or have not said yet where they are.
func (s *Scanner) nothingPendingOn(r *runner) bool {
	if s.attaching.Load() > 0 || !r.nothingPending() {
		return false
	}
	for _, o := range s.all() {
		if o != r && o.mayFind(r.row.Ident) {
			return false
		}
	}
	return true
}

// mayFind reports whether a scan of the root that goes on, or is to come, may find what is missing on a file system.
// It may be called from any goroutine.
func (r *runner) mayFind(ident string) bool {
	switch st := r.state.Load(); {
	case st.unasked():
		return st.ident == "" || st.ident == ident
	case st.State == media.Online && st.ident == ident:
		return r.awaited.Load() > 0 || !r.noPending.Load() // in this order: see noteTaken
	}
	return false
}

// RootID gives a root's id in the store.
func (s *Scanner) RootID(name string) (int64, bool) {
	r := s.runner(name)
	if r == nil {
		return 0, false
	}
	return r.id, true
}

// SetTiming changes what a reload may change.
func (s *Scanner) SetTiming(debounce, maxWait, rescan time.Duration, window Window) {
	t := *s.timing.Load()
	t.Debounce, t.MaxWait, t.RescanInterval, t.Window = debounce, maxWait, rescan, window
	s.timing.Store(&t)
}
