package scanner

import (
	"slices"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// job is what a worker is to do about one directory.
type job struct {
	kind   jobKind
	dir    string
	below  []listedDir // each of these directories below it, the last first; nil: the directory itself
	absent *store.Dir  // of removeDir: the directory's row
	walk   *walk       // that counts it; nil: a hint
	tries  int

	// what a scan is asked for:
	id                  tree.FileID                // as the directory above listed it; zero: not known
	names               []string                   // only these; nil: the whole directory
	recursive           bool                       // and everything below
	listed              bool                       // the listing of the directory above showed it
	fresh               bool                       // the directory above had no row, so that it has none itself
	row                 knownRow                   // as it was read with those beside it
	full                bool                       // compare row by row, whatever the digest says
	poll                bool                       // pass over directories below whose stamps stand
	rulesChanged        bool                       // its ignore file may have: everything below is concerned
	due                 bool                       // asked for by the directory's recheck time
	restsUntil          time.Time                  // its directory is not to be listed before: see rests
	above               rulesRead                  // in the directory above
	asked               map[string]struct{}        // directories below for which its walk has jobs already
	unresolvedMoves     []reconcile.UnresolvedMove // to be settled before the scan
	unconfirmedAbsences []string                   // names whose absence is to be proven before the scan
}

// listedDir is a directory to be scanned, as the listing of the one above showed it. Tens of thousands wait during a
// first walk, of whose jobs all else is the same: each has a job of its own when its turn comes.
type listedDir struct {
	name string
	id   tree.FileID
	row  *store.Dir // as it was read with those beside it; nil: it was not
}

// count is how many jobs the job stands for.
func (j *job) count() int {
	if j.below == nil {
		return 1
	}
	return len(j.below)
}

// takeBelow takes the next of the jobs that the job stands for.
func (j *job) takeBelow() *job {
	last := len(j.below) - 1
	d, one := j.below[last], *j
	j.below[last] = listedDir{}
	j.below = j.below[:last]
	one.below, one.dir, one.id, one.row.dir = nil, tree.Join(j.dir, d.name), d.id, d.row
	return &one
}

// jobKind is what is to be done about a directory.
type jobKind uint8

const (
	scanDir   jobKind = iota
	removeDir         // it is proven absent: its items become missing, and then the directories below are removed
	coverDir          // another file system is mounted on it: what that covers is to be held
)

// removal is the job for a directory that is proven absent.
func removal(d *store.Dir, w *walk) *job {
	return &job{kind: removeDir, dir: d.Path, absent: d, walk: w}
}

// urgent reports whether the job is a hint that is merged with others of its directory.
func (j *job) urgent() bool { return j.kind == scanDir && j.walk == nil && !j.recursive }

// first reports whether the job is one of the first walk over its root: nothing has been elsewhere in it.
func (j *job) first() bool { return j.walk != nil && j.walk.expected == 0 }

// absorb makes j ask for what o asks for too.
func (j *job) absorb(o *job) {
	if j.names != nil {
		if o.names == nil || len(j.names)+len(o.names) > maxNames {
			j.names = nil
		} else {
			j.names = append(j.names, o.names...)
			slices.Sort(j.names)
			j.names = slices.Compact(j.names)
		}
	}
	j.recursive = j.recursive || o.recursive
	if j.recursive {
		j.names = nil
	}
	j.full = j.full || o.full
	j.poll = j.poll && o.poll
	j.tries = min(j.tries, o.tries)
	j.rulesChanged = j.rulesChanged || o.rulesChanged
	j.due = j.due || o.due
	j.listed = j.listed && o.listed
	j.fresh = j.fresh && o.fresh
	j.unresolvedMoves = append(j.unresolvedMoves, o.unresolvedMoves...)
	j.unconfirmedAbsences = append(j.unconfirmedAbsences, o.unconfirmedAbsences...)
}

// maxNames is how many names of a directory are looked at one by one; more and it is listed.
const maxNames = 256

// queue holds what is to be done about a root's directories. Urgent jobs (hints) are merged by directory and go first;
// the stack holds the way of a walk, deepest last, so that it never grows beyond the widest directories on one path.
type queue struct {
	urgent map[string]*job
	order  []string // of urgent, oldest first
	stack  []*job
	busy   map[string]busyJob // directories being looked at
	parked map[string][]*job  // jobs of busy directories
	gone   []*job             // directories proven absent, oldest first, that no walk waits for: see mayFollow
	since  time.Time          // when the oldest of them began to wait
}

// goneWait is how long scans may begin that what is in an absent directory waits for: where something is always being
// written there is always another.
const goneWait = 30 * time.Second

// busyJob is a job under way.
type busyJob struct {
	job   *job
	began time.Time
}

func newQueue() *queue {
	return &queue{urgent: map[string]*job{}, busy: map[string]busyJob{}, parked: map[string][]*job{}}
}

// pushUrgent adds an urgent job.
func (q *queue) pushUrgent(j *job) {
	if have := q.urgent[j.dir]; have != nil {
		have.absorb(j)
		return
	}
	q.urgent[j.dir] = j
	q.order = append(q.order, j.dir)
}

// push adds jobs of a walk; the last is taken first.
func (q *queue) push(jobs ...*job) {
	for _, j := range jobs {
		if j.kind != removeDir || j.walk != nil {
			q.stack = append(q.stack, j)
			continue
		}
		if len(q.gone) == 0 {
			q.since = time.Now()
		}
		q.gone = append(q.gone, j)
	}
}

// mayFollow reports whether the items of absent directories are due. A directory that was renamed is absent in one
// place and new in another: where that is scanned first its items move, however long that takes, and else each is
// written twice, and told to be missing in between.
func (q *queue) mayFollow() bool {
	for _, b := range q.busy {
		if b.job.kind != removeDir && b.began.Before(q.since.Add(goneWait)) {
			return false
		}
	}
	return len(q.gone) > 0
}

// next takes a job whose directory nobody is looking at, or nil.
func (q *queue) next() *job {
	for {
		j := q.pop()
		if j == nil {
			return nil
		}
		if _, busy := q.busy[j.dir]; !busy {
			q.busy[j.dir] = busyJob{j, time.Now()}
			return j
		}
		q.parked[j.dir] = append(q.parked[j.dir], j)
	}
}

func (q *queue) pop() *job {
	if len(q.order) > 0 {
		j := q.urgent[q.order[0]]
		delete(q.urgent, q.order[0])
		q.order = q.order[1:]
		return j
	}
	if n := len(q.stack); n > 0 {
		top := q.stack[n-1]
		j := top
		if top.below != nil {
			j = top.takeBelow()
		}
		if len(top.below) == 0 {
			q.stack[n-1] = nil
			q.stack = q.stack[:n-1]
		}
		return j
	}
	if q.mayFollow() {
		j := q.gone[0]
		q.gone[0] = nil
		q.gone = q.gone[1:]
		return j
	}
	return nil
}

// done says that the scan of a directory is over.
func (q *queue) done(dir string) {
	delete(q.busy, dir)
	for _, j := range q.parked[dir] {
		if j.urgent() {
			q.pushUrgent(j)
		} else {
			q.push(j)
		}
	}
	delete(q.parked, dir)
}

// drop removes the waiting jobs that match and returns how many there were.
func (q *queue) drop(match func(*job) bool) int {
	n := 0
	gone := func(j *job) bool {
		if match(j) {
			n += j.count()
			return true
		}
		return false
	}
	q.stack = slices.DeleteFunc(q.stack, gone)
	q.gone = slices.DeleteFunc(q.gone, gone)
	for dir, js := range q.parked {
		if q.parked[dir] = slices.DeleteFunc(js, gone); len(q.parked[dir]) == 0 {
			delete(q.parked, dir)
		}
	}
	q.order = slices.DeleteFunc(q.order, func(dir string) bool {
		if gone(q.urgent[dir]) {
			delete(q.urgent, dir)
			return true
		}
		return false
	})
	return n
}

// idle reports whether nothing waits and nothing runs.
func (q *queue) idle() bool {
	return len(q.urgent) == 0 && len(q.stack) == 0 && len(q.gone) == 0 && len(q.busy) == 0 && len(q.parked) == 0
}
