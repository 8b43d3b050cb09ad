package analyzer

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"github.com/catalogizer/catalogizerd/internal/logs"
	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"go.uber.org/zap"
)

const (
	taskPage    = 512                    // tasks read from the store at once
	oldPage     = 256                    // and of files that are described anew only since this version does it better
	oldPause    = 250 * time.Millisecond // before it is asked again whether the scanner leaves the root to them
	recordRows  = 256                    // outcomes written at once
	recordBytes = 1 << 20                // of what is known of them: files decide how much that is
	recordTime  = 100 * time.Millisecond // how long an outcome waits for others
	awayPause   = time.Second            // before a root that is away is tried again
	failedPause = 5 * time.Second        // before files are read again whose outcome the store could not take
)

// lane analyses the files of one root. Its goroutine owns its fields.
type lane struct {
	a    *Analyzer
	root Root
	tree tree.Tree
	pool *run.Pool
	log  *zap.Logger

	ready    []*store.Task
	old      []*store.Task      // outdated ones, for when nothing is ready
	renewing bool               // some have been found
	waits    bool               // there are some, and the scanner is at work
	flying   map[int64]struct{} // ids of tasks on workers, or whose outcome is not durable yet
	beside   besideCache
	outcomes chan outcome // from the workers; has room for every worker
	pending  []outcome
	held     int        // bytes in pending
	written  chan batch // from the writer; has room for every batch in flight
	writing  int
	seen     int64 // work generation of the last page that came back empty
	dry      int64 // work generation at which nothing new was found
	running  int
	offline  bool
	rest     time.Duration // before it is asked again whether the root is there
	pausedTo time.Time     // after the root was away in the middle of work

	load    atomic.Int64 // tasks known and not settled
	seenGen atomic.Int64 // seen, for others
}

func newLane(a *Analyzer, root Root) *lane {
	log := logs.Sparing(a.log).With(zap.String("root", root.Name)) // of files: how often is up to them
	l := &lane{
		a: a, root: root, tree: root.Tree, log: log, pool: newPool(&root, &a.cfg, a.log), flying: map[int64]struct{}{}, beside: besideCache{store: a.store},
		outcomes: make(chan outcome, root.Workers), written: make(chan batch, maxWriting), seen: -1, dry: -1,
	}
	l.seenGen.Store(l.seen)
	return l
}

// batch is a number of outcomes that were written together, or not.
type batch struct {
	outcomes []outcome
	err      error
}

// maxWriting is how many batches of outcomes wait for the store at once. Beyond it the workers wait.
const maxWriting = 4

// finishTime is how long a lane that ends lets running files be read to their end. What takes longer is broken off, and
// read anew after the next start.
const finishTime = 5 * time.Second

// run works until ctx ends; then what runs is finished, within finishTime, and written.
func (l *lane) run(ctx context.Context) error {
	g := run.NewGroup(context.WithoutCancel(ctx), l.log) // running work is finished, not broken off
	g.Go("pool of "+l.root.Name, l.pool.Run)
	defer func() {
		defer time.AfterFunc(finishTime, g.Stop).Stop()
		l.finish()
		g.Stop()
		_ = g.Wait()
	}()
	wake, unsubscribe := l.a.store.SubscribeWork()
	defer unsubscribe()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		if err := l.fill(ctx); err != nil && ctx.Err() == nil {
			l.log.Warn("work for the analyzer not read", zap.Error(err))
			l.pausedTo = time.Now().Add(awayPause)
		}
		var tasks chan<- func(context.Context)
		var task func(context.Context)
		next := l.next()
		if next != nil && l.writing < maxWriting && time.Now().After(l.pausedTo) {
			t := (*next)[0]
			tasks, task = l.pool.Tasks(), func(ctx context.Context) { l.outcomes <- l.attempt(ctx, t) } // of the pool: see run
		}
		timer.Reset(l.patience())
		select {
		case <-ctx.Done():
			return nil
		case tasks <- task:
			*next = (*next)[1:]
			if l.running++; len(l.old) == oldPage/4 {
				l.dry = -1 // more of them is to be read
			}
		case o := <-l.outcomes:
			l.collect(ctx, o)
		case batch := <-l.written:
			l.settle(batch)
		case <-wake:
		case <-timer.C:
			if len(l.pending) > 0 {
				l.record(context.WithoutCancel(ctx))
			}
		}
	}
}

// next is the list whose first task is next; nil where there is none.
func (l *lane) next() *[]*store.Task {
	switch {
	case len(l.ready) > 0:
		return &l.ready
	case len(l.old) > 0:
		return &l.old
	}
	return nil
}

func (l *lane) patience() time.Duration {
	if len(l.pending) > 0 {
		return recordTime
	}
	if d := time.Until(l.pausedTo); d > 0 {
		return d + time.Millisecond
	}
	if l.offline {
		l.rest = min(max(2*l.rest, 5*time.Millisecond), awayPause)
		return l.rest
	}
	l.rest = 0
	if l.waits {
		return oldPause
	}
	return time.Hour
}

// fill reads the next tasks once few are left.
func (l *lane) fill(ctx context.Context) error {
	if l.offline = !l.a.scanner.Online(l.root.Name); l.offline {
		return nil
	}
	gen := l.a.store.WorkGeneration()
	if len(l.ready) > taskPage/4 || (len(l.ready) == 0 && gen == l.seen && len(l.flying) == 0) || time.Now().Before(l.pausedTo) || gen == l.dry {
		return nil
	}
	page, err := l.a.store.Tasks(ctx, l.root.ID, taskPage+len(l.flying))
	if err != nil {
		return err
	}
	fresh := l.take(page, &l.ready)
	old := 0
	if fresh == 0 {
		if fresh, old, err = l.fillOld(ctx); err != nil {
			return err
		}
	}
	if fresh == 0 && !l.waits {
		l.dry = gen
	}
	if len(page) == 0 && old == 0 {
		l.seen = gen
	}
	l.publish()
	return nil
}

// take puts those tasks on a list that are not under way, and counts them.
func (l *lane) take(page []store.Task, list *[]*store.Task) (fresh int) {
	for i := range page {
		t := &page[i]
		if _, ok := l.flying[t.ID]; ok {
			continue
		}
		l.flying[t.ID] = struct{}{}
		*list = append(*list, t)
		fresh++
	}
	return fresh
}

// collect takes in an outcome, and writes when enough have come.
func (l *lane) collect(ctx context.Context, o outcome) {
	l.running--
	if o.away {
		delete(l.flying, o.task.ID)
		l.dry = -1
		l.pausedTo = time.Now().Add(awayPause)
		for _, t := range slices.Concat(l.ready, l.old) {
			delete(l.flying, t.ID)
		}
		l.ready, l.old = nil, nil
		l.publish() // an unreachable root's work keeps nobody from being idle
		return
	}
	l.pending = append(l.pending, o)
	l.held += o.bytes()
	if len(l.pending) >= recordRows || l.held >= recordBytes || l.next() == nil && l.running == 0 {
		l.record(context.WithoutCancel(ctx))
	}
}

// record hands the collected outcomes to the store.
func (l *lane) record(ctx context.Context) {
	outcomes := l.pending
	l.pending, l.held = nil, 0
	if len(outcomes) == 0 {
		return
	}
	l.writing++
	err := l.a.store.Enqueue(ctx, func(tx *store.Tx) error { return write(tx, outcomes) }, func(err error) {
		l.written <- batch{outcomes, err} // has room for every batch
	})
	if err != nil {
		l.settle(batch{outcomes, err})
	}
}

func write(tx *store.Tx, outcomes []outcome) error {
	for i := range outcomes {
		o := &outcomes[i]
		var err error
		switch {
		case o.again:
			err = tx.Redescribed(o.analysed)
		case o.analysed != nil:
			_, err = tx.Record(o.analysed)
		case o.unsteady:
			err = tx.Defer(o.task, o.retryAt)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// settle forgets the tasks of a batch that is durable, and has the directories of unsteady files looked at.
func (l *lane) settle(b batch) {
	l.writing--
	l.dry = -1
	if b.err != nil {
		l.log.Error("what was found in files was not written, they are read again", zap.Error(b.err))
		l.pausedTo = time.Now().Add(failedPause)
	}
	for i := range b.outcomes {
		o := &b.outcomes[i]
		delete(l.flying, o.task.ID)
		if b.err != nil {
			continue
		}
		if o.analysed != nil && !o.again {
			l.a.count(o.analysed)
		}
		if o.unsteady {
			l.a.hint(l.root.Name, o.task)
		}
	}
	l.publish()
}

// finish waits for what runs and writes it.
func (l *lane) finish() {
	for l.running > 0 {
		o := <-l.outcomes
		l.running--
		if !o.away {
			l.pending = append(l.pending, o)
		}
	}
	l.record(context.Background())
	for l.writing > 0 {
		select {
		case batch := <-l.written:
			l.settle(batch)
		case <-l.a.store.Stopped():
			return
		}
	}
}

// publish tells whether the lane has work.
func (l *lane) publish() {
	l.load.Store(int64(len(l.flying)))
	l.seenGen.Store(l.seen)
}
