package analyzer

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/catalogizer/catalogizerd/internal/logs"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"go.uber.org/zap"
)

const (
	taskPage      = 512                    // tasks read from the store at once
	outdatedPage  = 256                    // and of files that are described anew since this version does it better
	outdatedPause = 250 * time.Millisecond // before it is asked again whether the scanner leaves the root to them
	recordRows    = 256                    // outcomes written at once
	recordBytes   = 1 << 20                // of what is known of them: files decide how much that is
	recordTime    = 100 * time.Millisecond // how long an outcome waits for others
	awayPause     = time.Second            // before a root that is away is tried again
	failedPause   = 5 * time.Second        // before files are read again whose outcome the store could not take
)

// rootWorker analyses the files of one root. Its goroutine owns its fields.
type rootWorker struct {
	a    *Analyzer
	root Root
	tree tree.Tree
	pool *run.Pool
	// start runs on a thread of low priority what reads files; nil: they are read by whoever wants to know.
	start func(func())
	letGo func() // of these threads
	log   *zap.Logger
	stop  func() // ends it, and waits for that

	ready        []*store.Task
	outdated     []*store.Task   // for when nothing is ready
	renewing     bool            // some outdated ones have been found
	renewalWaits bool            // there are some, and the scanner is at work
	inFlight     map[int64]int64 // tasks on the lists or on workers, or whose outcome is not durable yet: see take
	sidecarsOf   map[int64]int   // by directories, those of them that are sidecars and are read for the first time
	siblings     siblingCache
	above        aboveCache

	outcomes     chan outcome // from the pool's workers; has room for each of them
	pending      []outcome
	pendingBytes int
	written      chan batch // from the writer; has room for every batch under way
	writing      int
	running      int

	emptyGen     int64 // work generation of the last page that came back empty
	noNewGen     int64 // work generation at which nothing new was found
	offline      bool
	offlinePause time.Duration // before it is asked again whether the root is there
	pausedUntil  time.Time     // after the root was away in the middle of work

	unfinished atomic.Int64 // tasks in flight, for others
	listedGen  atomic.Int64 // emptyGen, for others
}

func newRootWorker(a *Analyzer, root Root) *rootWorker {
	w := &rootWorker{
		a: a, root: root, tree: root.Tree, pool: run.NewPool("analyze "+root.Name, root.Workers, a.log),
		log:      logs.Sparing(a.log).With(zap.String("root", root.Name)), // of files: how often is up to them
		inFlight: map[int64]int64{}, sidecarsOf: map[int64]int{}, siblings: siblingCache{store: a.store},
		outcomes: make(chan outcome, root.Workers), written: make(chan batch, maxWriting),
		emptyGen: -1, noNewGen: -1, letGo: func() {},
	}
	if root.LowPriority && a.cfg.Lower != nil {
		lowered := run.NewThreads("reading of "+root.Name, a.cfg.Lower, w.log)
		w.start, w.letGo = lowered.Go, lowered.Close
	}
	w.listedGen.Store(w.emptyGen)
	return w
}

// finishTime is how long a root worker that ends lets running files be read to their end. What takes longer is broken
// off, and read anew after the next start.
const finishTime = 5 * time.Second

// run works until ctx ends; then what runs is finished, within finishTime, and written.
func (w *rootWorker) run(ctx context.Context) error {
	g := run.NewGroup(context.WithoutCancel(ctx), w.log) // running work is finished, not broken off
	g.Go("pool of "+w.root.Name, w.pool.Run)
	defer func() {
		defer time.AfterFunc(finishTime, g.Stop).Stop()
		w.finish()
		g.Stop()
		_ = g.Wait()
		w.letGo()
	}()
	wake, unsubscribe := w.a.store.SubscribeWork()
	defer unsubscribe()
	w.takeUpForgotten(ctx)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		w.fill(ctx)
		tasks, task := w.offer()
		timer.Reset(w.patience())
		select {
		case <-ctx.Done():
			return nil
		case tasks <- task:
			w.started()
		case o := <-w.outcomes:
			w.collect(ctx, o)
		case b := <-w.written:
			w.noteWritten(b)
		case <-wake:
		case <-timer.C:
			w.record(context.WithoutCancel(ctx))
		}
	}
}

// offer gives what a worker of the pool is to do next, and where to send it; nil where there is nothing now.
func (w *rootWorker) offer() (chan<- func(context.Context), func(context.Context)) {
	next := w.next()
	if next == nil || w.writing >= maxWriting || !time.Now().After(w.pausedUntil) {
		return nil, nil
	}
	t := (*next)[0]
	// The context is the pool's, which lets running work be finished.
	return w.pool.Tasks(), func(ctx context.Context) { w.outcomes <- w.attempt(ctx, t) }
}

// started takes off its list what was offered last.
func (w *rootWorker) started() {
	next := w.next()
	*next = (*next)[1:]
	w.running++
	if len(w.outdated) == outdatedPage/4 {
		w.noNewGen = -1 // more of them is to be read
	}
}

// next is the list whose first task is next; nil where there is none.
func (w *rootWorker) next() *[]*store.Task {
	switch {
	case len(w.ready) > 0:
		return &w.ready
	case len(w.outdated) > 0:
		return &w.outdated
	}
	return nil
}

func (w *rootWorker) patience() time.Duration {
	if len(w.pending) > 0 {
		return recordTime
	}
	if d := time.Until(w.pausedUntil); d > 0 {
		return d + time.Millisecond
	}
	if w.offline {
		w.offlinePause = min(max(2*w.offlinePause, 5*time.Millisecond), awayPause)
		return w.offlinePause
	}
	w.offlinePause = 0
	if w.renewalWaits {
		return outdatedPause
	}
	return time.Hour
}

// fill reads the next tasks once few are left.
func (w *rootWorker) fill(ctx context.Context) {
	if w.offline = !w.a.scanner.Online(w.root.Name); w.offline {
		return
	}
	gen := w.a.store.WorkGeneration()
	if !w.needsTasks(gen) {
		return
	}
	if err := w.readTasks(ctx, gen); err != nil && ctx.Err() == nil {
		w.log.Warn("work for the analyzer not read", zap.Error(err))
		w.pausedUntil = time.Now().Add(awayPause)
	}
}

// needsTasks reports whether few tasks are left, and the store may have more.
func (w *rootWorker) needsTasks(gen int64) bool {
	switch {
	case len(w.ready) > taskPage/4, gen == w.noNewGen, time.Now().Before(w.pausedUntil):
		return false
	}
	return len(w.ready) > 0 || len(w.inFlight) > 0 || gen != w.emptyGen
}

func (w *rootWorker) readTasks(ctx context.Context, gen int64) error {
	page, err := w.a.store.Tasks(ctx, w.root.ID, taskPage+len(w.inFlight))
	if err != nil {
		return err
	}
	fresh, outdated := w.take(w.sidecarsFirst(page), &w.ready), 0
	if fresh == 0 {
		if fresh, outdated, err = w.fillOutdated(ctx); err != nil {
			return err
		}
	}
	if fresh == 0 && !w.renewalWaits {
		w.noNewGen = gen
	}
	if len(page) == 0 && outdated == 0 {
		w.emptyGen = gen
	}
	w.publish()
	return nil
}

// take puts those tasks on a list that are not in flight, and counts them. Of sidecars that are read for the first time
// it notes in which directory they are.
func (w *rootWorker) take(page []store.Task, list *[]*store.Task) (fresh int) {
	for i := range page {
		t := &page[i]
		if _, ok := w.inFlight[t.ID]; ok {
			continue
		}
		w.inFlight[t.ID] = 0
		if saysMore(t) {
			w.inFlight[t.ID] = t.Dir
			w.sidecarsOf[t.Dir]++
		}
		*list = append(*list, t)
		fresh++
	}
	return fresh
}

// forget notes that a task is in flight no more.
func (w *rootWorker) forget(t *store.Task) {
	dir := w.inFlight[t.ID]
	delete(w.inFlight, t.ID)
	if dir == 0 {
		return
	}
	if w.sidecarsOf[dir]--; w.sidecarsOf[dir] == 0 {
		delete(w.sidecarsOf, dir)
	}
}

// saysMore reports whether a file is a sidecar that was never read: what it describes is to be told of with what it
// says, and not before that and once more behind it.
func saysMore(t *store.Task) bool { return t.Kind == media.KindMetadata && t.Analysis == store.Pending }

// sidecarsFirst leaves out the tasks of files beside which sidecars are still to be read: they come when what those say
// is in the catalog.
func (w *rootWorker) sidecarsFirst(page []store.Task) []store.Task {
	waits := make(map[int64]bool)
	for i := range page {
		if saysMore(&page[i]) {
			waits[page[i].Dir] = true
		}
	}
	return slices.DeleteFunc(page, func(t store.Task) bool {
		return !saysMore(&t) && (waits[t.Dir] || w.sidecarsOf[t.Dir] > 0)
	})
}

// collect takes in an outcome, and writes when enough have come.
func (w *rootWorker) collect(ctx context.Context, o outcome) {
	w.running--
	if o.result == away {
		w.pause(o.task)
		return
	}
	w.pending = append(w.pending, o)
	w.pendingBytes += o.bytes()
	idle := w.next() == nil && w.running == 0
	if len(w.pending) >= recordRows || w.pendingBytes >= recordBytes || idle {
		w.record(context.WithoutCancel(ctx))
	}
}

// pause forgets the tasks that have not begun, and the one that found the root away.
func (w *rootWorker) pause(t *store.Task) {
	w.forget(t)
	w.noNewGen = -1
	w.pausedUntil = time.Now().Add(awayPause)
	for _, t := range slices.Concat(w.ready, w.outdated) {
		w.forget(t)
	}
	w.ready, w.outdated = nil, nil
	w.publish() // an unreachable root's work keeps nobody from being idle
}

// finish waits for what runs, which is broken off after finishTime, and writes it.
func (w *rootWorker) finish() {
	for w.running > 0 {
		o := <-w.outcomes
		w.running--
		if o.result != away {
			w.pending = append(w.pending, o)
		}
	}
	w.record(context.Background())
	for w.writing > 0 {
		select {
		case b := <-w.written:
			w.noteWritten(b)
		case <-w.a.store.Stopped():
			return
		}
	}
}

// publish tells whether the root has work.
func (w *rootWorker) publish() {
	w.unfinished.Store(int64(len(w.inFlight)))
	w.listedGen.Store(w.emptyGen)
}
