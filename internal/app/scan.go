package app

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/media"
)

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
	IndexSeconds    float64 `json:"index_seconds"` // until works are derived, and all can be sorted and searched
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
	Walked   bool  // all have been seen
	Pending  int64 // still to be analysed
	Analysed int64
	Behind   int64 // changes of which works, sorts and words are still to be made, about
}

// Scan makes one complete pass, scan and analysis, over every configured root and returns. progress may
// be nil; it is called a few times a second.
func Scan(ctx context.Context, cfg *config.Config, log *zap.Logger, progress func(Progress)) (sum Summary, err error) {
	roots, err := buildRoots(cfg, log)
	if err != nil {
		return sum, err
	}
	c, err := openCore(ctx, cfg, nil, log)
	if err != nil {
		return sum, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if err := c.store.ForPass(); err != nil {
		return sum, err
	}
	began := time.Now()
	c.start(ctx, coreOptions{once: true})
	if err := c.setRoots(ctx, cfg, roots); err != nil {
		return sum, err
	}
	scanned, analysed, err := c.untilDone(ctx, progress)
	if err != nil {
		return sum, err
	}
	sum.ScanSeconds = scanned.Sub(began).Seconds()
	sum.AnalysisSeconds = analysed.Sub(scanned).Seconds()
	sum.IndexSeconds = time.Since(analysed).Seconds()
	return sum, c.summarize(ctx, &sum)
}

// untilDone waits until every root has been scanned, its files analysed, and then works derived and all of it
// indexed: behind a first pass that is begun beside it, else when it is over, and all is written once. It says when the
// scanning, and when the analysis was done.
func (c *core) untilDone(ctx context.Context, progress func(Progress)) (scanned, analysed time.Time, err error) {
	const often = 2 * time.Millisecond
	ticker := time.NewTicker(often)
	defer ticker.Stop()
	shown, expected := time.Now(), c.store.ItemCounts().Items
	c.stages.start("works", c.librarian.Run)
	c.stages.start("search index", func(ctx context.Context) error {
		return c.store.IndexAtOnce(ctx, c.passOver, c.librarian.Idle)
	})
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return scanned, analysed, ctx.Err()
		case <-c.stages.group.Context().Done():
			return scanned, analysed, context.Cause(c.stages.group.Context())
		}
		if err := c.store.Failure(); err != nil {
			return scanned, analysed, err
		}
		done := c.idle()
		if scanned.IsZero() && (done || c.scanner.Idle()) {
			scanned = time.Now()
		}
		if analysed.IsZero() && done {
			analysed = time.Now()
			close(c.passOver)
		}
		if !analysed.IsZero() && c.librarian.Idle() && c.store.Indexed() {
			return scanned, analysed, nil
		}
		if progress != nil && time.Since(shown) > 200*time.Millisecond {
			shown = time.Now()
			p := c.progress()
			p.Expected, p.Walked = expected, !scanned.IsZero()
			progress(p)
		}
	}
}

func (c *core) progress() (p Progress) {
	a := c.analyzer.Counters()
	p.Pending, p.Analysed = c.store.ItemCounts().Pending, a.Done.Load()+a.Failed.Load()
	p.Behind = max(c.store.Head()-min(c.store.Worked(), c.store.IndexedTo()), 0)
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
