package scanner

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/catalogizer/catalogizerd/internal/logs"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/ignore"
	"go.uber.org/zap"
)

// runner owns one root: what is to be looked at there, what is going on, and whether the root is there
// at all. All fields without another word belong to its goroutine.
type runner struct {
	s    *Scanner
	cfg  RootConfig
	name string
	log  *zap.Logger
	tree tree.Tree
	pool *run.Pool

	id      int64 // of the root in the store; never changes
	row     store.Root
	rules   *ignore.Rules
	queue   *queue
	delayed delayQueue
	walks   []*walk        // waiting and running, oldest first
	running int            // jobs on workers
	flying  int            // jobs whose outcome has not come
	tries   map[string]int // failed scans, by directory
	rests   rests          // large directories that were listed a moment ago
	coarse  coarseStamps

	online      bool
	asked       time.Time // when it was last asked what the root is, and not only glanced at
	identAt     time.Time // when it is to be identified again
	scanAt      time.Time // when the next scheduled walk is due
	pollAt      time.Time
	dueAt       time.Time         // when directories are to be rechecked
	reapAt      time.Time         // when missing items may be forgotten
	skipsAt     time.Time         // when it is counted what is not followed; zero: that is known
	thresholdAt time.Time         // when it is judged whether too many are missing
	waiting     []*time.Time      // of these, what is done as soon as the root's scans have ended: see waitForScans
	startup     bool              // the first full walk is still to come
	skipped     *media.Skipped    // as counted last; never changed
	toldOf      media.Skipped     // what the log was told of that
	remotes     map[string]string // the type of each file system below that sends no events, by its highest directory
	reason      string            // why it is offline
	identifying bool
	searching   bool       // for what is missing, in the bins
	other       *otherDisk // that is in its place

	rootDir         atomic.Pointer[tree.FileID]       // the root's directory as the catalog knows it
	volumes         atomic.Pointer[reconcile.Volumes] // the file systems that are the root's
	rulesGeneration atomic.Int64                      // counts changes of ignore files: see rulesRead
	polled          atomic.Bool                       // no events come from here: stamps are kept and polled
	inbox           chan command                      // commands, run on the runner's goroutine: see ask
	mail            *mailbox                          // what is to be looked at
	proveNow        chan struct{}                     // capacity one: the root is to prove itself now
	freed           chan struct{}                     // a worker has ended its job
	outcomes        chan *outcome
	measuring       bool        // how large the file systems are
	sums            atomic.Bool // listings of the root's file system are no proof: see tree.Tree.Total
	aheadPatience   aheadPatience
	awaited         atomic.Int64 // commands and hints sent and not yet taken in
	busy            atomic.Bool  // something waits or runs
	noPending       atomic.Bool  // nothing waits or runs that could find a missing item
	listsLater      atomic.Bool  // large directories rest that are to be listed again
	state           atomic.Pointer[rootState]
	leaving         atomic.Bool // it is told to end
	done            chan struct{}
	cancel          context.CancelFunc
}

func newRunner(s *Scanner, cfg RootConfig, row store.Root) (*runner, error) {
	rules, err := ignore.New(cfg.Exclude)
	if err != nil {
		return nil, fmt.Errorf("root %q: %w", cfg.Name, err)
	}
	r := &runner{
		s: s, cfg: cfg, name: cfg.Name, log: logs.Sparing(s.log).With(zap.String("root", cfg.Name)), tree: cfg.Tree,
		id: row.ID, rules: rules, queue: newQueue(), tries: map[string]int{}, startup: true, skipsAt: time.Now(),
		inbox:    make(chan command, 16), // commands are rare; a full inbox makes their senders wait
		mail:     newMailbox(),
		proveNow: make(chan struct{}, 1),
		freed:    make(chan struct{}, max(cfg.Workers, 1)),        // one for each worker: sending never waits
		outcomes: make(chan *outcome, maxUncommitted+cfg.Workers), // one for each job in flight: sending never waits
		done:     make(chan struct{}),
		pool:     newPool(cfg.Name, cfg.Workers, s.log),
	}
	r.busy.Store(true)
	r.setRow(row)
	r.polled.Store(cfg.Poll)
	r.publish()
	return r, nil
}

// run is the runner's goroutine, with its pool.
func (r *runner) run(ctx context.Context) error {
	defer close(r.done)
	g := run.NewGroup(ctx, r.log)
	g.Go("pool of "+r.name, r.pool.Run)
	defer func() {
		g.Stop()
		_ = g.Wait()
		r.drain()
	}()
	r.identify(ctx)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		j, tasks := r.offer()
		r.publish()
		timer.Reset(r.wait())
		var task func(context.Context)
		if j != nil {
			task = func(ctx context.Context) { r.workSafely(ctx, j) }
		}
		select {
		case <-ctx.Done():
			return nil
		case tasks <- task:
			r.running++
			r.flying++
			continue
		case c := <-r.inbox:
			c.do(r)
		case <-r.mail.wake:
			r.readMail()
		case <-r.proveNow:
			r.noteTaken()
			r.identAt, r.asked = time.Now(), time.Time{}
		case <-r.freed:
			r.running--
		case res := <-r.outcomes:
			r.take(res)
			r.takeReady()
		case <-timer.C:
		}
		if j != nil {
			r.requeue(j)
		}
		r.tick(ctx)
	}
}

// drain waits for the answers of scans whose changes were already with the store, so that none is lost
// to a result channel that nobody reads.
func (r *runner) drain() {
	for r.flying > 0 {
		select {
		case res := <-r.outcomes:
			r.take(res)
		case <-r.s.store.Stopped():
			return
		}
	}
}

// workSafely turns a panic into an outcome, so that the runner never waits for one that does not come.
func (r *runner) workSafely(ctx context.Context, j *job) {
	defer func() { r.freed <- struct{}{} }()
	if limit := r.s.timing.Load().DirScanLimit; limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	err := run.Safely(r.log, "scan "+j.dir, func() error { r.work(ctx, j); return nil })
	if err != nil {
		r.outcomes <- &outcome{job: j, err: err}
	}
}

func (r *runner) work(ctx context.Context, j *job) {
	switch j.kind {
	case scanDir:
		r.scanDir(ctx, j)
	case removeDir:
		r.markDirMissing(ctx, j)
	case coverDir:
		r.cover(ctx, j)
	}
}

// offer takes the next job, if a worker may have it.
func (r *runner) offer() (*job, chan<- func(context.Context)) {
	if !r.online || r.running >= r.pool.Workers() || r.flying >= maxUncommitted+r.pool.Workers() {
		return nil, nil
	}
	j := r.nextJob()
	if j == nil {
		return nil, nil
	}
	return j, r.pool.Tasks()
}

// requeue puts a job back that was offered and not taken.
func (r *runner) requeue(j *job) {
	r.queue.done(j.dir)
	r.enqueue(j)
}

// enqueue puts a job where it belongs: only hints are merged with others.
func (r *runner) enqueue(j *job) {
	if j.urgent() {
		r.queue.pushUrgent(j)
	} else {
		r.queue.push(j)
	}
}

// takeReady takes in what else has been delivered: a worker that found nothing new delivers its outcome and is free at
// once, and each turn of the loop costs as much as that outcome.
func (r *runner) takeReady() {
	for {
		select {
		case <-r.freed:
			r.running--
		case res := <-r.outcomes:
			r.take(res)
		default:
			return
		}
	}
}

// take takes in what came of a job.
func (r *runner) take(res *outcome) {
	j := res.job
	r.flying--
	r.queue.done(j.dir)
	if j.walk != nil {
		j.walk.count(res)
	}
	r.rests.note(res, time.Now(), r.s.timing.Load().MaxWait)
	switch {
	case res.scan.rests:
		r.putOff(j)
	case res.err != nil:
		r.failed(res)
	default:
		delete(r.tries, j.dir)
		r.followUp(res)
	}
	if j.walk != nil {
		j.walk.outstanding--
		r.finishWalk(j.walk)
	}
}

// idle reports whether nothing waits and nothing runs, as far as the root can be reached.
func (r *runner) idle() bool {
	if r.identAt.IsZero() { // it has not even been asked yet whether it is there
		return false
	}
	if !r.online {
		return r.flying == 0 && !r.identifying
	}
	if r.delayed.has(unresolved) || r.delayed.has(growing) || r.delayed.has(resting) {
		return false
	}
	if r.s.timing.Load().Grace == 0 && !r.reapAt.IsZero() { // a single walk forgets what is gone before it ends
		return false
	}
	return r.queue.idle() && len(r.walks) == 0 && !r.startup && r.flying == 0 && !r.measuring &&
		r.thresholdAt.IsZero() && r.skipsAt.IsZero()
}
