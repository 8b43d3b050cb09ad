package analyzer

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/analyzer/probe"
	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// aheadBytes bounds what is kept of the files of one directory. Those beyond it are analysed later.
const aheadBytes = 1 << 20

// Ahead analyses the files of a directory that is not in the catalog, before they are written, so that each is written
// once. It returns when ctx ends, which has a deadline; of files that were not read by then, and of those that may not
// be whole, it gives what their names say. It gives nil where the root's workers had no time for it. Reading gives way to
// others unless it is urgent.
func (a *Analyzer) Ahead(
	ctx context.Context, root, dir string, files []tree.Entry, urgent bool, growing func(*tree.Entry) bool,
) *store.Ahead {
	return a.ahead(ctx, root, aheadDir{dir: dir, entries: files, urgent: urgent, growing: growing})
}

// AheadPart does what Ahead does with a part of a directory that is too large to be known as a whole. speakers are the
// names that speak for all of the directory: those that the catalog has are joined to the part.
func (a *Analyzer) AheadPart(
	ctx context.Context, root, dir string, files []tree.Entry, speakers []string, growing func(*tree.Entry) bool,
) *store.Ahead {
	return a.ahead(ctx, root, aheadDir{dir: dir, entries: files, growing: growing, part: true, speakers: speakers})
}

func (a *Analyzer) ahead(ctx context.Context, root string, d aheadDir) *store.Ahead {
	w := a.workerOf(ctx, root)
	if w == nil {
		return nil
	}
	d.w = w
	answer := make(chan *store.Ahead, 1) // one
	task := func(context.Context) {
		answer <- d.analyse(ctx)
	}
	select {
	case w.pool.Tasks() <- task:
	case <-ctx.Done():
		return nil
	}
	select {
	case out := <-answer:
		return out
	case <-ctx.Done():
		return nil
	}
}

// AheadWritten counts what Ahead gave and what is durable now.
func (a *Analyzer) AheadWritten(out *store.Ahead) {
	for i := range out.Files {
		if r := &out.Files[i]; r.Analysis == store.Done {
			a.count(r)
		}
	}
}

// workerOf gives the worker of a root, which may be about to begin.
func (a *Analyzer) workerOf(ctx context.Context, root string) *rootWorker {
	for {
		w, noted := a.lookUp(root)
		if w != nil {
			return w
		}
		select {
		case <-noted:
		case <-ctx.Done():
			return nil
		}
	}
}

func (a *Analyzer) lookUp(root string) (*rootWorker, <-chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.workers[root], a.noted
}

// aheadDir is a directory that is analysed ahead, all of it by one worker.
type aheadDir struct {
	w       *rootWorker
	dir     string
	entries []tree.Entry
	urgent  bool
	growing func(*tree.Entry) bool

	part     bool     // they are not all
	speakers []string // of a part: names that speak for the whole directory
	spoken   []store.Companion

	files  []aheadFile
	order  []int // in which they are read and described: what others are described by is first
	beside directory
}

// aheadFile is a file on its way. The task goes with what comes of it, and nothing else does.
type aheadFile struct {
	task   *store.Task
	byName *media.Description
	room   *findings // for what its bytes say
	found  *findings // nil: not read
	probed []byte
	print  int64
}

// around reads what lies above the directory, and of a part what speaks for all of it already, with the feed's number
// when that was so.
func (d *aheadDir) around(ctx context.Context) (above *store.Above, since int64, err error) {
	if above, err = d.w.above.get(ctx, d.w.a.store, d.w.root.ID, d.dir); err != nil || !d.part {
		return above, 0, err
	}
	since = d.w.a.store.Head()
	d.spoken, err = d.w.a.store.Speakers(ctx, d.w.root.ID, d.dir, d.speakers)
	return above, since, err
}

func (d *aheadDir) analyse(ctx context.Context) *store.Ahead {
	above, since, err := d.around(ctx)
	if err != nil {
		return nil // the directory is written as it is, and the error met there
	}
	room := d.name()
	if d.readAll(ctx) != nil {
		return nil // and who reads may go on, in the room
	}
	defer room.giveBack()
	// Ids are given as late as can be: of directories that are read side by side, the one that is read first is written
	// first, and rows that come in the order of their ids fill their pages.
	first := d.w.a.store.ReserveIDs(len(d.entries))
	for i := range d.files {
		d.files[i].task.ID = first + int64(i)
	}
	out := &store.Ahead{First: first, AsOf: above.AsOf, Since: since}
	if out.Files, err = d.describeAll(ctx, above.Metadata); err != nil {
		return nil
	}
	return out
}

// describeAll describes all files, in the order of the listing.
func (d *aheadDir) describeAll(ctx context.Context, above []store.Companion) (out []store.Analysed, err error) {
	d.settle(above)
	out = make([]store.Analysed, len(d.files))
	for _, i := range d.order {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if out[i], err = d.describe(ctx, &d.files[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// rooms are for what the names and the bytes of a directory's files say: that is of no use once they are described, and
// as long as all else that is known of them then.
var rooms = sync.Pool{New: func() any { return new(room) }}

type room struct {
	byName []media.Description
	found  []findings
}

const mostKept = 256 // files of a directory for which a room is kept

func roomFor(files int) *room {
	r, _ := rooms.Get().(*room)
	r.byName, r.found = slices.Grow(r.byName[:0], files)[:files], slices.Grow(r.found[:0], files)[:files]
	return r
}

// giveBack leaves a room to others, when nobody has anything in it any more.
func (r *room) giveBack() {
	clear(r.byName)
	clear(r.found)
	if cap(r.byName) <= mostKept {
		rooms.Put(r)
	}
}

// name notes what the names say, in a room that is good for what the bytes do too.
func (d *aheadDir) name() *room {
	room := roomFor(len(d.entries))
	d.files, d.order = make([]aheadFile, len(d.entries)), make([]int, len(d.entries))
	tasks := make([]store.Task, len(d.entries))
	for i := range d.entries {
		e, f := &d.entries[i], &d.files[i]
		f.task = &tasks[i]
		*f.task = store.Task{
			Path: tree.Join(d.dir, e.Name), Name: e.Name, FileID: e.ID, Size: e.Size, MTime: e.MTime, CTime: e.CTime, Work: store.Analyse,
		}
		f.byName, f.room = &room.byName[i], &room.found[i]
		f.task.Kind, *f.byName = fromName(f.task.Path)
		d.order[i] = i
	}
	turn := func(i int) int {
		if store.Accompanies(d.files[i].task.Kind) {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(d.order, func(a, b int) int { return cmp.Compare(turn(a), turn(b)) })
	return room
}

// readAll reads the files. Where it fails, reading may still go on.
func (d *aheadDir) readAll(ctx context.Context) error {
	start := d.w.start
	if d.urgent {
		start = nil
	}
	return d.w.reading(ctx, start, d.dir, func(open opening) { d.read(ctx, open) })
}

// read reads the files, for two thirds of the time that there is.
func (d *aheadDir) read(ctx context.Context, open opening) {
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, end.Add(-time.Until(end)/3))
		defer cancel()
	}
	kept := 0
	for _, i := range d.order {
		if ctx.Err() != nil || kept > aheadBytes {
			return
		}
		f := &d.files[i]
		switch {
		case d.growing(&d.entries[i]):
		case f.task.Size == 0:
			f.found = f.room
		default:
			// What is wrong with it is found out once more, and noted, when its turn has come.
			_ = run.Safely(d.w.log, "analysis of "+f.task.Path, func() error { return d.readOne(ctx, f, open) })
			kept += len(f.probed)
		}
	}
}

func (d *aheadDir) readOne(ctx context.Context, f *aheadFile, open opening) error {
	r, err := open(f.task.Name)
	if err != nil {
		return err
	}
	defer r.Close()
	c, err := d.w.readOpen(ctx, r, f.task, f.room)
	if err == nil && (c.problem == nil || errors.Is(c.problem, probe.ErrUnknown)) {
		f.found, f.print, f.probed = c.found, c.fingerprint, encodeFindings(c.found)
	}
	return err
}

// settle sorts out what goes with what, now that it is known what each is.
func (d *aheadDir) settle(above []store.Companion) {
	here := make([]store.Companion, len(d.files))
	for i := range d.files {
		f := &d.files[i]
		here[i] = store.Companion{ID: f.task.ID, Name: f.task.Name, Kind: f.task.Kind}
		if f.found == nil {
			continue
		}
		f.task.Kind = joinKinds(f.task.Kind, f.found.Kind)
		if here[i].Kind = f.task.Kind; f.task.Kind == media.KindMetadata {
			here[i].Probed = f.probed
		}
	}
	slices.SortFunc(here, func(a, b store.Companion) int { return cmp.Compare(a.Name, b.Name) })
	if !d.part {
		d.beside = newDirectory(store.Beside{Here: here, Above: above, All: true}, time.Time{})
		return
	}
	for i := range here {
		if d.w.a.store.SpeaksForAll(here[i].Name) {
			d.spoken = append(d.spoken, here[i])
		}
	}
	d.beside = directory{Beside: store.Beside{Here: d.spoken, Above: above}, part: here}
}

// describe says what is known of a file by its name, its bytes, and what lies beside it.
func (d *aheadDir) describe(ctx context.Context, f *aheadFile) (out store.Analysed, err error) {
	out = store.Analysed{Task: f.task, Kind: f.task.Kind, Probed: f.probed, Analysis: store.Done,
		Fingerprint: f.print, HasFingerprint: true}
	beside := companions{}
	switch {
	case f.found == nil:
		out.Analysis, out.HasFingerprint, f.found = store.Pending, false, &findings{}
	case f.task.Size == 0:
		out.Analysis, out.HasFingerprint = store.None, false
		fallthrough
	default:
		if beside, err = d.w.siblings.companionsIn(ctx, f.task, &d.beside); err != nil {
			return out, err
		}
	}
	out.Doc = describeNamed(f.byName, f.found, &beside)
	if f.task.Kind == media.KindSubtitle {
		d.beside.says(f.task.Name, out.Doc)
	}
	return out, nil
}

// aboveCache keeps what lies above the directory that was analysed ahead last: that of the next is mostly the same.
type aboveCache struct {
	mu     sync.Mutex // guards what follows; not held while the store is read
	parent string
	kept   *store.Above
}

func (c *aboveCache) get(ctx context.Context, st *store.Store, root int64, dir string) (*store.Above, error) {
	parent := tree.Parent(dir)
	if dir == "" {
		return &store.Above{AsOf: st.Head()}, nil
	}
	if a := c.of(parent); a != nil && st.StandsAbove(a.AsOf) {
		return a, nil
	}
	a, err := st.Above(ctx, root, parent)
	if err != nil {
		return nil, err
	}
	c.keep(parent, &a)
	return &a, nil
}

func (c *aboveCache) of(parent string) *store.Above {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.parent != parent {
		return nil
	}
	return c.kept
}

func (c *aboveCache) keep(parent string, a *store.Above) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.parent, c.kept = parent, a
}

// says notes what a subtitle says, which others repeat.
func (b *directory) says(name string, doc []byte) {
	if b.part == nil {
		b.named[name].Doc = doc
		return
	}
	if at := between(b.part, name, name+"\x00"); len(at) > 0 {
		at[0].Doc = doc
	}
}
