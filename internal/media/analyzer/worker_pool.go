package analyzer

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/sidecar"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/text/bound"
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

// result is what came of a task.
type result uint8

const (
	analysed    result = iota // the file's bytes were read, or could not be
	redescribed               // the content is what it was, and what was known of it is said anew
	unsteady                  // the file is not what the catalog says: its directory is to be scanned
	away                      // the whole root is away, or the store is in trouble: the task stands
)

// outcome is a task with what came of it.
type outcome struct {
	task   *store.Task
	result result
	row    *store.Analysed // where analysed or redescribed
}

// bytes is how much of the memory an outcome takes that files decide about.
func (o *outcome) bytes() int {
	n := len(o.task.Path) + len(o.task.Name)
	if o.row != nil {
		n += cap(o.row.Doc) + cap(o.row.Probed) + len(o.row.Error)
	}
	return n
}

// attempt does one task under its deadline. It never panics and never hangs longer than that.
func (w *rootWorker) attempt(ctx context.Context, t *store.Task) (o outcome) {
	ctx, cancel := context.WithTimeout(ctx, w.root.FileTimeout)
	defer cancel()
	err := run.Safely(w.log, "analysis of "+t.Path, func() (err error) {
		o, err = w.analyse(ctx, t)
		return err
	})
	switch {
	case err == nil:
		return o
	case errors.Is(err, tree.ErrAway), errors.Is(err, context.Canceled):
		return outcome{task: t, result: away}
	case errors.Is(err, errStore): // no fault of the file's
		return w.undescribed(t, err)
	case errors.Is(err, tree.ErrNotExist), errors.Is(err, tree.ErrNotDir), errors.Is(err, tree.ErrNotRegular),
		errors.Is(err, errUnsteady):
		return outcome{task: t, result: unsteady}
	}
	return w.blame(ctx, t, err)
}

// undescribed is the outcome where the store could not be read.
func (w *rootWorker) undescribed(t *store.Task, err error) outcome {
	w.log.Warn("file not described", zap.String("path", t.Path), zap.Error(err))
	return outcome{task: t, result: away}
}

// blame makes an outcome of a file that could not be read, by what stands at its place now. On a share one that moves
// while it is read, and the connection is lost, is not found again; and where nothing can be asked, nothing is known
// against the file.
func (w *rootWorker) blame(ctx context.Context, t *store.Task, why error) outcome {
	e, err := w.tree.Stat(ctx, t.Path)
	switch {
	case errors.Is(err, tree.ErrAway), errors.Is(err, context.Canceled):
		return outcome{task: t, result: away}
	case errors.Is(err, tree.ErrNotExist), errors.Is(err, tree.ErrNotDir), err == nil && !describes(t, &e):
		return outcome{task: t, result: unsteady}
	}
	ctx = context.WithoutCancel(ctx)
	if !t.Outdated {
		return outcome{task: t, row: w.quarantine(ctx, t, why, nil)}
	}
	known, err := w.a.store.Probed(ctx, t.ID) // the file is as it was when that was read
	if err != nil {
		return w.undescribed(t, err)
	}
	row := w.quarantine(ctx, t, why, decodeFindings(known))
	row.Fingerprint, row.HasFingerprint = t.Fingerprint, t.HasFingerprint
	return outcome{task: t, row: row}
}

// describes reports whether a task describes what an entry is.
func describes(t *store.Task, e *tree.Entry) bool {
	return e.Size == t.Size && e.MTime == t.MTime && e.ID == t.FileID
}

var (
	errUnsteady = errors.New("file changed while it was read")
	errStore    = errors.New("what the catalog knows of it was not read")
)

// analyse reads a file, and describes it.
func (w *rootWorker) analyse(ctx context.Context, t *store.Task) (o outcome, err error) {
	if t.Work == store.Describe {
		return w.redescribe(ctx, t)
	}
	c, err := w.readFile(ctx, t)
	if err != nil {
		return o, err
	}
	if c.same {
		return w.redescribe(ctx, t)
	}
	row, err := w.judge(ctx, t, c.found, c.problem)
	if err != nil {
		return o, err
	}
	row.Fingerprint, row.HasFingerprint = c.fingerprint, true
	return outcome{task: t, row: row}, nil
}

// contents is what came of reading a file.
type contents struct {
	fingerprint int64
	same        bool // it is that of before, which is all that was asked
	found       *findings
	problem     error // why that is not all
}

// readFile opens a file, and reads it if it is the one that the catalog describes and stays so.
func (w *rootWorker) readFile(ctx context.Context, t *store.Task) (contents, error) {
	var of struct { // written until what reads has ended, which may be long after it is given up
		c   contents
		err error
	}
	dir, _ := tree.Split(t.Path)
	err := w.reading(ctx, w.start, dir, func(open opening) { of.c, of.err = w.readBy(ctx, open, t) })
	if err != nil {
		return contents{}, err
	}
	return of.c, of.err
}

// readBy is readFile by what opens files of its directory.
func (w *rootWorker) readBy(ctx context.Context, open opening, t *store.Task) (c contents, err error) {
	_, name := tree.Split(t.Path)
	f, err := open(name)
	if err != nil {
		return c, err // which says that the file could not be opened
	}
	defer f.Close()
	return w.readOpen(ctx, f, t, new(findings))
}

// readOpen reads an open file. What its bytes say goes into found, which is a large thing to make for each.
func (w *rootWorker) readOpen(
	ctx context.Context, f tree.ReadFile, t *store.Task, found *findings,
) (c contents, err error) {
	if err := begins(f, t); err != nil {
		return c, err
	}
	e, err := readEdges(f, t.Size)
	if err != nil {
		return c, fmt.Errorf("read: %w", err)
	}
	defer e.release()
	c.fingerprint = int64(e.fingerprint())
	if c.same = t.Work == store.Verify && t.HasFingerprint && c.fingerprint == t.Fingerprint; c.same {
		return c, nil
	}
	c.found, c.problem = found, w.read(ctx, e, t, found)
	return c, steady(f, t)
}

// judge makes a row of what the bytes said, or of the failure to read them.
func (w *rootWorker) judge(ctx context.Context, t *store.Task, found *findings, err error) (*store.Analysed, error) {
	if err == nil || errors.Is(err, probe.ErrUnknown) {
		return w.row(ctx, t, found)
	}
	if ctx.Err() != nil || errors.Is(err, tree.ErrAway) {
		return nil, err
	}
	return w.quarantine(ctx, t, err, found), nil
}

// read reads what the file's bytes say: a sidecar as what it is, all else by the probers.
func (w *rootWorker) read(ctx context.Context, e *edges, t *store.Task, found *findings) error {
	role := sidecar.RuleOf(t.Name).Role
	speaks := role == sidecar.Description || role == sidecar.LyricsOf
	if t.Kind == media.KindMetadata && speaks && t.Size <= sidecar.MaxSize {
		data := make([]byte, t.Size)
		if err := readFull(e, data, 0); err != nil {
			return err
		}
		if doc, err := sidecar.Parse(t.Name, data); err == nil {
			*found = findings{Kind: media.KindMetadata, Form: string(doc.Form), Description: doc.Description}
			return nil
		}
	}
	res, err := probe.Probe(ctx, e, t.Size, Ext(t.Path))
	if errors.Is(err, probe.ErrUnknown) {
		res.Description.Warnings = append(res.Description.Warnings, brokenPromise(t)...)
	}
	*found = findings{Kind: res.Kind, Description: res.Description}
	return err
}

// redescribe joins anew what is known of a file whose content has not changed.
func (w *rootWorker) redescribe(ctx context.Context, t *store.Task) (outcome, error) {
	probed, err := w.a.store.Probed(ctx, t.ID)
	if err != nil {
		return outcome{}, fmt.Errorf("%w: %w", errStore, err)
	}
	row, err := w.row(ctx, t, decodeFindings(probed))
	if err != nil {
		return outcome{}, err
	}
	return outcome{task: t, result: redescribed, row: row}, nil
}

// begins fails where the file that was opened is not the one that the task describes.
func begins(f tree.ReadFile, t *store.Task) error {
	o, ok := f.(interface{ Opened() tree.Entry })
	if !ok {
		return steady(f, t)
	}
	if e := o.Opened(); !describes(t, &e) {
		return errUnsteady
	}
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

// row makes a row of what the bytes said and what lies beside the file.
func (w *rootWorker) row(ctx context.Context, t *store.Task, f *findings) (*store.Analysed, error) {
	s, err := w.siblings.companionsOf(ctx, t)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errStore, err)
	}
	probed := encodeFindings(f) // before the description is made of it: it is made of the same once more some day
	kind, doc := describe(t.Path, f, &s)
	return &store.Analysed{Task: t, Kind: kind, Doc: doc, Probed: probed, Analysis: store.Done, AsOf: s.asOf}, nil
}

// quarantine makes a row of a failure. What could be read of the file all the same is kept.
func (w *rootWorker) quarantine(ctx context.Context, t *store.Task, err error, f *findings) *store.Analysed {
	if f == nil {
		f = &findings{}
	}
	a, berr := w.row(ctx, t, f)
	if berr != nil { // what lies beside it comes with the next try
		probed := encodeFindings(f)
		kind, doc := describe(t.Path, f, &companions{})
		a = &store.Analysed{Task: t, Kind: kind, Doc: doc, Probed: probed}
	}
	var p *probe.PanicError
	if errors.As(err, &p) {
		w.log.Error("a prober panicked", zap.String("path", t.Path), zap.String("format", p.Format),
			zap.Any("panic", p.Value), zap.ByteString("stack", p.Stack))
	}
	a.Analysis, a.Error = store.Failed, bound.Text(err.Error(), media.MaxText)
	if errors.Is(err, context.DeadlineExceeded) {
		a.Error = fmt.Sprintf("not read within %v", w.root.FileTimeout)
	}
	a.RetryAt = retryAt(t.Attempts)
	return a
}
