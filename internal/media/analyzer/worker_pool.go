package analyzer

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/bound"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/fingerprint"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/sidecar"
	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"go.uber.org/zap"
)

// Workers is how many files of a local root are analysed at once, where the configuration does not say.
func Workers(configured int) int {
	if configured > 0 {
		return configured
	}
	return max(runtime.GOMAXPROCS(0), 1)
}

// newPool returns the bounded pool that analyses the files of one root.
func newPool(root *Root, cfg *Config, log *zap.Logger) *run.Pool {
	p := run.NewPool("analyze "+root.Name, root.Workers, log)
	if root.LowPriority {
		p.Prepare = cfg.Lower
	}
	return p
}

// retryDelays is how long a file that failed is left alone, by the number of failures before. After the
// last it is tried again only when it changes.
var retryDelays = [...]time.Duration{time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour}

// outcome is what came of one task.
type outcome struct {
	task     *store.Task
	analysed *store.Analysed // nil: see the others
	again    bool            // analysed only says anew what was known: the content is what it was
	unsteady bool            // the file is not what the catalog says: its directory must be looked at
	retryAt  int64           // with unsteady: not before
	away     bool            // the whole root is away, or the store is in trouble: the task stands
}

// bytes is how much of the memory an outcome takes that files decide about.
func (o *outcome) bytes() int {
	n := len(o.task.Path) + len(o.task.Name)
	if o.analysed != nil {
		n += cap(o.analysed.Doc) + cap(o.analysed.Probed) + len(o.analysed.Error)
	}
	return n
}

// attempt does one task under its deadline. It never panics and never hangs longer than that.
func (l *lane) attempt(ctx context.Context, t *store.Task) (o outcome) {
	o.task = t
	ctx, cancel := context.WithTimeout(ctx, l.root.FileTimeout)
	defer cancel()
	err := run.Safely(l.log, "analysis of "+t.Path, func() error { return l.analyse(ctx, t, &o) })
	switch {
	case err == nil:
	case errors.Is(err, tree.ErrAway), errors.Is(err, context.Canceled):
		o = outcome{task: t, away: true}
	case errors.Is(err, errStore): // no fault of the file's
		l.log.Warn("file not described", zap.String("path", t.Path), zap.Error(err))
		o = outcome{task: t, away: true}
	case errors.Is(err, tree.ErrNotExist), errors.Is(err, tree.ErrNotDir), errors.Is(err, tree.ErrNotRegular), errors.Is(err, errUnsteady):
		o = outcome{task: t, unsteady: true}
	default:
		o = l.blame(ctx, t, err)
	}
	return o
}

// blame makes an outcome of a file that could not be read, by what stands at its place now. On a share one that moves
// while it is read, and the connection is lost, is not found again; and where nothing can be asked, nothing is known
// against the file.
func (l *lane) blame(ctx context.Context, t *store.Task, why error) outcome {
	e, err := l.tree.Stat(ctx, t.Path)
	switch {
	case errors.Is(err, tree.ErrAway), errors.Is(err, context.Canceled):
		return outcome{task: t, away: true}
	case errors.Is(err, tree.ErrNotExist), errors.Is(err, tree.ErrNotDir), err == nil && !describes(t, &e):
		return outcome{task: t, unsteady: true}
	}
	ctx = context.WithoutCancel(ctx)
	if !t.Outdated {
		return outcome{task: t, analysed: l.quarantine(ctx, t, why, nil)}
	}
	known, err := l.a.store.Probed(ctx, t.ID) // the file is as it was when that was read
	if err != nil {
		l.log.Warn("file not described", zap.String("path", t.Path), zap.Error(err))
		return outcome{task: t, away: true}
	}
	o := outcome{task: t, analysed: l.quarantine(ctx, t, why, decodeFindings(known))}
	o.analysed.Fingerprint, o.analysed.HasFingerprint = t.Fingerprint, t.HasFingerprint
	return o
}

// describes reports whether a task describes what an entry is.
func describes(t *store.Task, e *tree.Entry) bool {
	return e.Size == t.Size && e.MTime == t.MTime && e.ID == t.FileID
}

var (
	errUnsteady = errors.New("file changed while it was read")
	errStore    = errors.New("what the catalog knows of it was not read")
)

// analyse opens the file, and reads it if it is the one that the catalog describes and stays so.
func (l *lane) analyse(ctx context.Context, t *store.Task, o *outcome) error {
	if t.Work == store.Describe {
		return l.redescribe(ctx, t, o)
	}
	f, err := l.tree.Open(ctx, t.Path)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer f.Close()
	if err := steady(f, t); err != nil {
		return err
	}
	e, err := readEdges(f, t.Size)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	defer e.release()
	hash, err := fingerprint.OS(e, t.Size)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	print := int64(hash)
	if t.Work == store.Verify && t.HasFingerprint && print == t.Fingerprint {
		return l.redescribe(ctx, t, o)
	}
	res, perr := l.read(ctx, e, t)
	if err := steady(f, t); err != nil {
		return err
	}
	if perr != nil && !errors.Is(perr, probe.ErrUnknown) {
		if ctx.Err() != nil || errors.Is(perr, tree.ErrAway) {
			return perr
		}
		o.analysed = l.quarantine(ctx, t, perr, res)
	} else if o.analysed, err = l.result(ctx, t, res); err != nil {
		return err
	}
	o.analysed.Fingerprint, o.analysed.HasFingerprint = print, true
	return nil
}

// read reads what the file's bytes say: a sidecar as what it is, all else by the probers.
func (l *lane) read(ctx context.Context, e *edges, t *store.Task) (*findings, error) {
	if rule := sidecar.RuleOf(t.Name); t.Kind == media.KindMetadata && (rule.Role == sidecar.Description || rule.Role == sidecar.LyricsOf) && t.Size <= sidecar.MaxSize {
		data := make([]byte, t.Size)
		if err := readFull(e, data, 0); err != nil {
			return nil, err
		}
		if doc, err := sidecar.Parse(t.Name, data); err == nil {
			return &findings{Kind: media.KindMetadata, Form: string(doc.Form), Description: doc.Description}, nil
		}
	}
	res, err := probe.Probe(ctx, e, t.Size, Ext(t.Path))
	return &findings{Kind: res.Kind, Description: res.Description}, err
}

// redescribe joins anew what is known of a file whose content has not changed.
func (l *lane) redescribe(ctx context.Context, t *store.Task, o *outcome) error {
	probed, err := l.a.store.Probed(ctx, t.ID)
	if err != nil {
		return fmt.Errorf("%w: %w", errStore, err)
	}
	a, err := l.result(ctx, t, decodeFindings(probed))
	if err != nil {
		return err
	}
	o.analysed, o.again = a, true
	return nil
}

// steady fails where the open file is not the one that the task describes.
func steady(f tree.ReadFile, t *store.Task) error {
	e, err := f.Stat()
	if err != nil {
		return fmt.Errorf("stat: %w", err)
	}
	if !describes(t, &e) {
		return errUnsteady
	}
	return nil
}

// result makes a row of what the bytes said and what lies beside the file.
func (l *lane) result(ctx context.Context, t *store.Task, f *findings) (*store.Analysed, error) {
	s, err := l.beside.around(ctx, t)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errStore, err)
	}
	probed := encodeFindings(f) // before the description is made of it: it is made of the same once more some day
	kind, doc := describe(t.Path, f, &s)
	return &store.Analysed{Task: t, Kind: kind, Doc: doc, Probed: probed, Analysis: store.Done, AsOf: s.asOf}, nil
}

// quarantine makes a row of a failure. What could be read of the file all the same is kept.
func (l *lane) quarantine(ctx context.Context, t *store.Task, err error, f *findings) *store.Analysed {
	if f == nil {
		f = &findings{}
	}
	a, berr := l.result(ctx, t, f)
	if berr != nil { // what lies beside it comes with the next try
		probed := encodeFindings(f)
		kind, doc := describe(t.Path, f, &surroundings{})
		a = &store.Analysed{Task: t, Kind: kind, Doc: doc, Probed: probed}
	}
	var p *probe.PanicError
	if errors.As(err, &p) {
		l.log.Error("a prober panicked", zap.String("path", t.Path), zap.String("format", p.Format), zap.Any("panic", p.Value), zap.ByteString("stack", p.Stack))
	}
	a.Analysis, a.Error = store.Failed, bound.Text(err.Error(), media.MaxText)
	if errors.Is(err, context.DeadlineExceeded) {
		a.Error = fmt.Sprintf("not read within %v", l.root.FileTimeout)
	}
	if t.Attempts < int64(len(retryDelays)) {
		a.RetryAt = time.Now().Add(retryDelays[t.Attempts]).UnixNano()
	}
	return a
}

// isEmpty reports whether the bytes said nothing at all.
func (f *findings) isEmpty() bool { return f.Kind == "" && f.Form == "" && f.Media == nil }
