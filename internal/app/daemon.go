// Package app puts the daemon together: configuration in, components started and stopped in order.
package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/logs"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer"
	"github.com/catalogizer/catalogizerd/internal/media/scanner"
	"github.com/catalogizer/catalogizerd/internal/store"
	"go.uber.org/zap"
)

// core is what every way of running shares: the catalog, and what keeps it true.
type core struct {
	config   atomic.Pointer[config.Config] // in force; a reload changes it
	log      *zap.Logger
	unlock   func() error
	store    *store.Store
	scanner  *scanner.Scanner
	analyzer *analyzer.Analyzer
	stages   *stages
	shares   shareRuns
}

// coreOptions differ between the daemon and a single pass.
type coreOptions struct {
	watch scanner.Watcher // nil: nothing is watched
	grace time.Duration
	tell  scanner.Tell
	once  bool
}

// openCore takes the data directory and opens the catalog.
func openCore(ctx context.Context, cfg *config.Config, log *zap.Logger) (_ *core, err error) {
	unlock, err := lockDataDir(cfg.DataDir)
	if err != nil {
		return nil, err
	}
	if err := store.Tighten(filepath.Join(cfg.DataDir, lockFile)); err != nil {
		log.Warn("others can open the lock", zap.Error(err))
	}
	st, err := store.Open(ctx, cfg.DataDir, store.Options{Log: logs.Sparing(log), Reach: analyzer.Reach, Described: analyzer.Version})
	if err != nil {
		return nil, errors.Join(err, unlock())
	}
	c := &core{log: log, unlock: unlock, store: st, shares: shareRuns{stops: map[string]func(){}, of: map[string]*share{}}}
	c.config.Store(cfg)
	return c, nil
}

// lookLimit is how long a directory that does not answer is waited for. The largest on the slowest disk takes less.
const lookLimit = 5 * time.Minute

// start starts the components that keep the catalog true, the store first.
func (c *core) start(root context.Context, o coreOptions) {
	cfg := c.config.Load()
	sc := scanner.Config{
		Debounce: cfg.Watcher.Debounce, MaxWait: cfg.Watcher.MaxWait, Grace: o.grace,
		RescanInterval: cfg.Scanner.RescanInterval, LookLimit: lookLimit, ScanOnStart: true,
	}
	if o.once {
		sc.RescanInterval = 0
	}
	c.stages = newStages(root, c.log)
	c.scanner = scanner.New(sc, c.store, o.watch, c.describe, o.tell, c.log)
	ac := analyzer.Config{}
	if !o.once {
		ac.Lower = func() { lowerPriority(c.log) }
	}
	c.analyzer = analyzer.New(ac, c.store, c.scanner, c.log)
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
func (c *core) describe(_ int64, path string, probed []byte) scanner.Doc {
	kind, doc := analyzer.Describe(path, probed)
	return scanner.Doc{Kind: kind, JSON: doc}
}

// setRoots makes the scanner and the analyzer keep these roots of a configuration.
func (c *core) setRoots(ctx context.Context, cfg *config.Config, roots []scanner.RootConfig) error {
	if err := c.scanner.SetRoots(ctx, roots); err != nil {
		return fmt.Errorf("take in the roots: %w", err)
	}
	c.runShares(roots)
	c.analyzer.SetRoots(lanes(cfg, c.scanner, roots))
	return nil
}

// idle reports whether the catalog says what the reachable roots hold.
func (c *core) idle() bool { return c.scanner.Idle() && c.analyzer.Idle() && c.scanner.Idle() }

// close stops everything in order and closes the catalog.
func (c *core) close() error {
	var errs []error
	if c.stages != nil {
		errs = append(errs, c.stages.stopAll(c.config.Load().ShutdownTimeout, c.stopShares))
	}
	errs = append(errs, c.store.Close(), c.unlock())
	return errors.Join(errs...)
}

// Summary is what a single pass did.
type Summary struct {
	Files           int64   `json:"files"`
	Dirs            int64   `json:"dirs"`
	Added           int64   `json:"added"`
	Changed         int64   `json:"changed"`
	Moved           int64   `json:"moved"`
	Removed         int64   `json:"removed"`
	Failed          int64   `json:"failed"`
	Errors          int64   `json:"errors"`
	Bytes           int64   `json:"bytes"`
	ScanSeconds     float64 `json:"scan_seconds"`
	AnalysisSeconds float64 `json:"analysis_seconds"`
	// What the store wrote: none of it after a pass over an unchanged tree.
	RowsWritten int64 `json:"rows_written"`
	Commits     int64 `json:"commits"`
	// Offline names the roots that could not be scanned.
	Offline []string `json:"offline,omitempty"`
}

// Progress is how far a single pass has come.
type Progress struct {
	Files    int64 // seen so far
	Expected int64 // known from before; 0: a first pass
	Pending  int64 // still to be analysed
	Analysed int64
}

// Scan makes one complete pass, scan and analysis, over every configured root and returns. progress may
// be nil; it is called a few times a second.
func Scan(ctx context.Context, cfg *config.Config, log *zap.Logger, progress func(Progress)) (sum Summary, err error) {
	roots, err := buildRoots(cfg, log)
	if err != nil {
		return sum, err
	}
	c, err := openCore(ctx, cfg, log)
	if err != nil {
		return sum, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	began := time.Now()
	c.start(ctx, coreOptions{once: true})
	if err := c.setRoots(ctx, cfg, roots); err != nil {
		return sum, err
	}
	scanned, err := c.untilDone(ctx, progress)
	if err != nil {
		return sum, err
	}
	sum.ScanSeconds = scanned.Sub(began).Seconds()
	sum.AnalysisSeconds = time.Since(scanned).Seconds()
	return sum, c.summarize(ctx, &sum)
}

// untilDone waits until every root has been scanned and its files analysed, and says when the scanning
// alone was done.
func (c *core) untilDone(ctx context.Context, progress func(Progress)) (scanned time.Time, err error) {
	const often = 5 * time.Millisecond
	ticker := time.NewTicker(often)
	defer ticker.Stop()
	shown := time.Now()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return scanned, ctx.Err()
		case <-c.stages.group.Context().Done():
			return scanned, context.Cause(c.stages.group.Context())
		}
		if err := c.store.Failure(); err != nil {
			return scanned, err
		}
		if scanned.IsZero() && c.scanner.Idle() {
			scanned = time.Now()
		}
		if c.idle() {
			return scanned, nil
		}
		if progress != nil && time.Since(shown) > 200*time.Millisecond {
			shown = time.Now()
			progress(c.progress())
		}
	}
}

func (c *core) progress() (p Progress) {
	n := c.store.ItemCounts()
	p.Expected, p.Pending, p.Analysed = n.Items, n.Pending, c.analyzer.Counters().Done.Load()+c.analyzer.Counters().Failed.Load()
	for _, s := range c.scanner.Scans() {
		p.Files += s.Files
	}
	return p
}

func (c *core) summarize(ctx context.Context, sum *Summary) error {
	roots, err := c.scanner.Roots(ctx)
	if err != nil {
		return err
	}
	for _, s := range c.scanner.Scans() {
		sum.Files += s.Files
		sum.Dirs += s.Directories
		sum.Added += s.Added
		sum.Changed += s.Changed
		sum.Moved += s.Moved
		sum.Errors += s.Errors
	}
	for _, r := range roots {
		if r.State == media.Offline {
			sum.Offline = append(sum.Offline, r.Name+": "+r.Reason)
		}
	}
	st := c.analyzer.Counters()
	sum.Failed, sum.Bytes = st.Failed.Load(), st.Bytes.Load()
	sum.Removed = c.store.Counters().Removed.Load()
	sum.RowsWritten, sum.Commits = c.store.Counters().Rows.Load(), c.store.Counters().Changed.Load()
	return nil
}
