package scanner

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
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
	rules   *tree.Rules
	queue   *queue
	later   laterHeap
	passes  []*pass        // waiting and running, oldest first
	running int            // looks on workers
	flying  int            // looks whose result has not come
	tries   map[string]int // failed looks, by directory

	online      bool
	proven      time.Time // when the root was last proven to be itself
	identAt     time.Time // when it is to be identified again
	scanAt      time.Time // when the next scheduled pass is due
	pollAt      time.Time
	dueAt       time.Time // when directories are to be rechecked
	reapAt      time.Time // when missing items may be forgotten
	startup     bool      // the first full pass is still to come
	reason      string    // why it is offline
	identifying bool
	acceptedAt  int64 // when held removals were last accepted

	ruled   atomic.Int64 // counts changes of ignore files: rules read before one may be out of force
	polled  atomic.Bool  // no events come from here: directories' stamps are kept and polled
	inbox   chan func()  // commands, run on the runner's goroutine
	results chan *result
	awaited atomic.Int64 // commands and hints sent and not yet taken in
	busy    atomic.Bool  // something waits or runs
	calm    atomic.Bool  // nothing waits or runs that could find a missing item
	state   atomic.Pointer[rootState]
	done    chan struct{}
	cancel  context.CancelFunc
}

func newRunner(s *Scanner, cfg RootConfig, row store.Root) (*runner, error) {
	rules, err := tree.NewRules(cfg.Exclude)
	if err != nil {
		return nil, fmt.Errorf("root %q: %w", cfg.Name, err)
	}
	r := &runner{
		s: s, cfg: cfg, name: cfg.Name, log: s.log.With(zap.String("root", cfg.Name)), tree: cfg.Tree, id: row.ID, row: row, rules: rules,
		queue: newQueue(), tries: map[string]int{}, startup: true,
		inbox:   make(chan func(), 16),                              // commands are rare; a full inbox makes their senders wait
		results: make(chan *result, 2*(maxUncommitted+cfg.Workers)), // two for each look in flight: sending never waits
		done:    make(chan struct{}),
	}
	r.pool = newPool(cfg.Name, cfg.Workers, s.log)
	r.busy.Store(true)
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
			task = func(ctx context.Context) { r.lookSafely(ctx, j) }
		}
		select {
		case <-ctx.Done():
			return nil
		case tasks <- task:
			r.running++
			r.flying++
			continue
		case f := <-r.inbox:
			f()
		case res := <-r.results:
			r.take(res)
		case <-timer.C:
		}
		if j != nil {
			r.untake(j)
		}
		r.tick(ctx)
	}
}

// drain waits for the answers of looks whose changes were already with the store, so that none is lost
// to a result channel that nobody reads.
func (r *runner) drain() {
	for r.flying > 0 {
		select {
		case res := <-r.results:
			r.take(res)
		case <-r.s.store.Stopped():
			return
		}
	}
}

// lookSafely turns a panic into a result, so that the runner never waits for one that does not come.
func (r *runner) lookSafely(ctx context.Context, j *job) {
	if limit := r.s.timing.Load().LookLimit; limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	err := run.Safely(r.log, "look at "+j.dir, func() error { r.work(ctx, j); return nil })
	if err != nil {
		r.results <- &result{job: j, err: err}
	}
}

func (r *runner) work(ctx context.Context, j *job) {
	if j.gone != nil {
		r.vanish(ctx, j)
		return
	}
	r.look(ctx, j)
}

// offer takes the next job, if a worker may have it.
func (r *runner) offer() (*job, chan<- func(context.Context)) {
	if !r.online || r.running >= r.pool.Workers() || r.flying >= maxUncommitted+r.pool.Workers() {
		return nil, nil
	}
	j := r.queue.next()
	if j == nil {
		return nil, nil
	}
	return j, r.pool.Tasks()
}

// untake puts a job back that was offered and not taken.
func (r *runner) untake(j *job) {
	r.queue.done(j.dir)
	r.untaken(j)
}

// untaken puts a job where it belongs: only hints are merged with others.
func (r *runner) untaken(j *job) {
	if j.urgent() {
		r.queue.hurry(j)
	} else {
		r.queue.push(j)
	}
}

// take takes in a result.
func (r *runner) take(res *result) {
	if res.freed {
		r.running--
		return
	}
	j := res.job
	r.flying--
	if !res.async {
		r.running--
	}
	r.queue.done(j.dir)
	if j.pass != nil {
		j.pass.took(res)
	}
	switch {
	case res.err != nil:
		r.failed(res)
	default:
		delete(r.tries, j.dir)
		r.follow(res)
	}
	if j.pass != nil {
		j.pass.outstanding--
		r.finishPass(j.pass)
	}
}

// follow does what a look asks for next.
func (r *runner) follow(res *result) {
	j, v := res.job, &res.verdict
	if j.pass == nil || !j.pass.over() {
		for _, c := range res.children {
			if c.pass != nil {
				c.pass.outstanding++
			}
		}
		r.queue.push(res.children...)
	}
	if len(v.doubts) > 0 || len(v.asks) > 0 {
		// With what is settled already: the next look has to know it too, or doubts anew what this one knew.
		again := &job{dir: j.dir, id: j.id, names: j.names, rules: j.rules, ruled: j.ruled, doubts: slices.Concat(j.doubts, v.doubts), asks: slices.Concat(j.asks, v.asks), tries: j.tries + 1}
		switch {
		case again.tries <= 4 && j.pass != nil && !j.pass.over(): // its moves are the pass's
			again.pass = j.pass
			again.pass.outstanding++
			r.queue.push(again)
		case again.tries <= 4:
			r.queue.hurry(again)
		default:
			r.postpone(again, r.s.timing.Load().MaxWait)
		}
	}
	if v.stale {
		r.postpone(&job{dir: j.dir}, r.s.timing.Load().Debounce)
	}
	for _, dir := range v.above {
		r.queue.hurry(&job{dir: dir})
	}
	r.answer(v.echoes)
	for i := range v.gone {
		if j.pass != nil {
			j.pass.outstanding++
		}
		r.queue.push(&job{dir: v.gone[i].Path, gone: &v.gone[i], pass: j.pass})
	}
	if v.missing > 0 || len(v.gone) > 0 {
		r.reapSoon()
	}
	if len(v.growing) > 0 {
		r.postpone(&job{dir: j.dir, names: j.namesOf(v.growing), tries: j.tries + 1}, r.patience(j.tries))
	}
	if at := v.recheckAt; at > 0 {
		if t := time.Unix(0, at); r.dueAt.IsZero() || t.Before(r.dueAt) {
			r.dueAt = t
		}
	}
	if v.stampLied && j.pass != nil && !j.pass.poll {
		r.distrustStamps()
	}
}

// namesOf gives the names to look at again: few of them by name, else the directory.
func (j *job) namesOf(names []string) []string {
	if len(names) > maxNames {
		return nil
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// patience is how long to wait for a file that grows: a quiet while, then longer, at most max_wait.
func (r *runner) patience(tries int) time.Duration {
	return min(r.s.timing.Load().Debounce<<min(tries, 8), r.s.timing.Load().MaxWait)
}

// failed decides what an error of a look means.
func (r *runner) failed(res *result) {
	j := res.job
	switch {
	case errors.Is(res.err, context.Canceled):
	case errors.Is(res.err, tree.ErrAway):
		r.goOffline(res.err)
	case res.absent && j.dir != "":
		r.queue.hurry(&job{dir: parentOf(j.dir)}) // only the directory above can say that it is gone
	case errors.Is(res.err, tree.ErrOtherVolume):
	default:
		r.tries[j.dir]++
		n, limit := r.tries[j.dir], 10*time.Minute
		if res.unwritten {
			limit = 15 * time.Second // the store has said why; once it can be written to again, it is for all of them
		} else {
			r.log.Info("directory not looked at, what is known of it stands", zap.String("dir", j.dir), zap.Int("tries", n), zap.Error(res.err))
		}
		again := *j
		again.pass, again.rules = nil, nil
		r.postponeFailed(&again, min(time.Second<<min(n, 10), limit))
	}
}

// tick does what is due.
func (r *runner) tick(ctx context.Context) {
	now := time.Now()
	for len(r.later) > 0 && !r.later[0].at.After(now) {
		r.untaken(heap.Pop(&r.later).(*postponed).job)
	}
	if !now.Before(r.identAt) {
		r.identify(ctx)
	}
	if !r.online {
		return
	}
	if r.s.timing.Load().RescanInterval > 0 && !r.scanAt.IsZero() && !now.Before(r.scanAt) {
		r.startPass(&pass{}) // schedules the next when it ends
		r.scanAt = time.Time{}
	}
	if !r.pollAt.IsZero() && !now.Before(r.pollAt) {
		r.poll()
	}
	if !r.dueAt.IsZero() && !now.Before(r.dueAt) {
		r.recheck(ctx)
	}
	if !r.reapAt.IsZero() && !now.Before(r.reapAt) {
		r.reap(ctx)
	}
	r.nextPass()
}

// poll asks for what no event tells of: all of a root that sends none, else the directories without a
// watch.
func (r *runner) poll() {
	r.pollAt = time.Time{}
	if r.polled.Load() {
		r.startPass(&pass{poll: !r.row.FullPolls, quiet: true}) // schedules the next when it ends
		return
	}
	dirs := r.s.watch.Polled(r.name)
	if slices.Contains(dirs, Everything) {
		r.startPass(&pass{poll: true, quiet: true})
		return
	}
	for _, dir := range dirs {
		r.queue.hurry(&job{dir: dir})
	}
	r.schedulePoll()
}

// wait is how long nothing is due.
func (r *runner) wait() time.Duration {
	at := r.identAt
	if len(r.later) > 0 {
		at = earlier(at, r.later[0].at)
	}
	if r.online {
		at = earlier(earlier(at, r.dueAt), r.reapAt)
		if r.s.timing.Load().RescanInterval > 0 {
			at = earlier(at, r.scanAt)
		}
		at = earlier(at, r.pollAt)
	}
	return max(time.Until(at), time.Millisecond)
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}

// recheck asks for the directories whose time has come.
func (r *runner) recheck(ctx context.Context) {
	due, next, err := r.s.store.DueDirs(ctx, r.id, time.Now().UnixNano(), 1000)
	if err != nil {
		r.log.Warn("due directories not read", zap.Error(err))
		r.dueAt = time.Now().Add(time.Minute)
		return
	}
	for _, d := range due {
		r.queue.hurry(&job{dir: d.Path, due: true})
	}
	r.dueAt = time.Time{}
	switch {
	case len(due) > 0: // looked at by then
		r.dueAt = time.Now().Add(10 * time.Second)
	case next > 0:
		r.dueAt = time.Unix(0, next)
	}
}

// postponed is a job for later.
type postponed struct {
	at     time.Time
	job    *job
	failed bool // a retry, that does not keep the root from being idle
}

type laterHeap []*postponed

func (h laterHeap) Len() int           { return len(h) }
func (h laterHeap) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h laterHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *laterHeap) Push(x any)        { *h = append(*h, x.(*postponed)) }
func (h *laterHeap) Pop() any {
	old := *h
	p := old[len(old)-1]
	*h = old[:len(old)-1]
	return p
}

func (r *runner) postpone(j *job, d time.Duration) {
	heap.Push(&r.later, &postponed{at: time.Now().Add(d), job: j})
}

func (r *runner) postponeFailed(j *job, d time.Duration) {
	heap.Push(&r.later, &postponed{at: time.Now().Add(d), job: j, failed: true})
}

// idle reports whether nothing waits and nothing runs, as far as the root can be reached.
func (r *runner) idle() bool {
	if r.identAt.IsZero() { // it has not even been asked yet whether it is there
		return false
	}
	if !r.online {
		return r.flying == 0 && !r.identifying
	}
	for _, p := range r.later {
		if !p.failed {
			return false
		}
	}
	if r.s.timing.Load().Grace == 0 && !r.reapAt.IsZero() { // a single pass forgets what is gone before it ends
		return false
	}
	return r.queue.idle() && len(r.passes) == 0 && !r.startup && r.flying == 0
}

func parentOf(dir string) string {
	for i := len(dir) - 1; i >= 0; i-- {
		if dir[i] == '/' {
			return dir[:i]
		}
	}
	return ""
}
