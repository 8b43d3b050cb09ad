// Package app puts the daemon together: configuration in, components started and stopped in order.
package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/api"
	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/logs"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer"
	"github.com/catalogizer/catalogizerd/internal/media/librarian"
	"github.com/catalogizer/catalogizerd/internal/media/realtime"
	"github.com/catalogizer/catalogizerd/internal/media/scanner"
	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
	"github.com/catalogizer/catalogizerd/internal/notify"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// Daemon is the whole of catalogizerd, running.
type Daemon struct {
	*core
	opts      Options
	displaced atomic.Pointer[error] // the catalog's file is not in its place
	asides    []store.Aside         // damaged catalogs that were kept aside before it started
	hopeless  bool                  // the catalog is damaged, and nothing could take its place
	scans     scansNow
	watcher   *realtime.Watcher
	bus       *realtime.EventBus
	server    *api.Server
	backups   *backups
	notifier  *notify.Notifier
}

// core is what every way of running shares: the catalog, and what keeps it true.
type core struct {
	config    atomic.Pointer[config.Config] // in force; a reload changes it
	log       *zap.Logger
	unlock    func() error
	store     *store.Store
	scanner   *scanner.Scanner
	analyzer  *analyzer.Analyzer
	librarian *librarian.Librarian
	stages    *stages
	shares    shareRuns
	taking    atomic.Int64  // setRoots is under way
	rooted    atomic.Bool   // it has been done
	passOver  chan struct{} // of a single pass: closed when all is analysed
}

// coreOptions differ between the daemon and a single pass.
type coreOptions struct {
	watch    scanner.Watcher // nil: nothing is watched
	grace    time.Duration
	observer scanner.Observer
	once     bool
}

// dirScanLimit is how long a directory that does not answer is waited for. The largest on the slowest disk takes less.
const dirScanLimit = 5 * time.Minute

// onceAhead is for how long a single pass waits for the files of a new directory to be analysed, before it is written
// without what is in them, and once more later: nobody is to see their names sooner.
const onceAhead = 2 * time.Second

// groupWait is for how long a small transaction waits for more while one follows the other.
const groupWait = 3 * time.Millisecond

// Works follow when nothing has changed for so long, or when changes have waited for so long.
const (
	worksQuiet   = 150 * time.Millisecond
	worksMaxWait = 2 * time.Second
)

// openCore takes the data directory and opens the catalog.
// met is damage that was met in the catalog before; nil: none.
func openCore(ctx context.Context, cfg *config.Config, met error, log *zap.Logger) (_ *core, err error) {
	unlock, err := lockDataDir(cfg.DataDir)
	if err != nil {
		return nil, err
	}
	if err := store.Tighten(filepath.Join(cfg.DataDir, lockFile)); err != nil {
		log.Warn("others can open the lock", zap.Error(err))
	}
	st, err := openStore(ctx, cfg, met, log)
	if err != nil {
		return nil, errors.Join(err, unlock())
	}
	c := &core{log: log, unlock: unlock, store: st, shares: shareRuns{of: map[string]shareRun{}}}
	c.config.Store(cfg)
	return c, nil
}

// start starts the components that keep the catalog true, the store first.
func (c *core) start(root context.Context, o coreOptions) {
	cfg := c.config.Load()
	sc := scanner.Config{
		Debounce: cfg.Watcher.Debounce, MaxWait: cfg.Watcher.MaxWait, Grace: o.grace,
		RescanInterval: cfg.Scanner.RescanInterval, DirScanLimit: dirScanLimit, Analyzer: analysing{c},
		Window: window(cfg),
	}
	if o.once {
		sc.RescanInterval, sc.AheadTime = 0, onceAhead
	}
	c.stages = newStages(root, c.log)
	c.scanner = scanner.New(sc, c.store, o.watch, c.describe, o.observer, c.log)
	ac := analyzer.Config{}
	if !o.once {
		ac.Lower = func() { lowerPriority(c.log) }
	}
	c.analyzer = analyzer.New(ac, c.store, c.scanner, c.log)
	c.passOver = make(chan struct{})
	lc := librarian.Config{Pass: c.passOver}
	if !o.once {
		lc = librarian.Config{Quiet: worksQuiet, MaxWait: worksMaxWait}
	}
	c.librarian = librarian.New(lc, c.store, logs.Sparing(c.log))
	c.stages.start("store", c.store.Run)
	c.startReady("analyzer", c.analyzer.Run)
	c.startReady("scanner", c.scanner.Run)
}

// startReady starts a component and waits until it takes commands.
func (c *core) startReady(name string, fn func(context.Context, func()) error) {
	ready := make(chan struct{})
	c.stages.start(name, func(ctx context.Context) error { return fn(ctx, func() { close(ready) }) })
	select {
	case <-ready:
	case <-c.stages.group.Context().Done(): // it has failed
	}
}

// describe joins the scanner and the analyzer's view of a path.
func (c *core) describe(_ int64, path string, probed []byte) reconcile.Doc {
	kind, doc := analyzer.Describe(path, probed)
	return reconcile.Doc{Kind: kind, JSON: doc}
}

// setRoots makes the scanner and the analyzer keep these roots of a configuration.
func (c *core) setRoots(ctx context.Context, cfg *config.Config, roots []scanner.RootConfig) error {
	c.taking.Add(1)
	defer c.taking.Add(-1)
	if err := c.scanner.SetRoots(ctx, roots); err != nil {
		return fmt.Errorf("take in the roots: %w", err)
	}
	c.runShares(roots)
	c.analyzer.SetRoots(analyzerRoots(cfg, c.scanner, roots))
	parties := make(map[string]string, len(cfg.Roots))
	for i := range cfg.Roots {
		parties[cfg.Roots[i].Name] = cfg.Roots[i].Group
	}
	if err := c.store.SetParties(ctx, parties); err != nil {
		return fmt.Errorf("take in the groups of the roots: %w", err)
	}
	c.rooted.Store(true)
	return nil
}

// index keeps what sorts and searches behind the feed.
func (c *core) index(ctx context.Context) error {
	return c.store.Index(ctx, store.FirstPass{
		Over:    func() bool { return c.rooted.Load() && c.idle() },
		Derived: c.librarian.Idle,
	})
}

// close stops everything in order and closes the catalog.
func (c *core) close() error {
	var errs []error
	if c.stages != nil {
		errs = append(errs, c.stages.stopAll(c.config.Load().ShutdownTimeout, c.stopShares))
	}
	errs = append(errs, c.store.Close(), c.unlock())
	return errors.Join(errs...)
}
