package scanner

import (
	"context"
	"errors"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/ignore"
)

// outcome is what came of a job.
type outcome struct {
	job       *job
	scan      dirScan // where the job was one
	result    reconcile.Result
	children  []*job
	err       error
	unwritten bool // the store failed, not the scan
}

// dirScan is the scan of one directory: what was looked at, and what that says beside its snapshot.
type dirScan struct {
	names     []string // the only ones that were looked at; nil: the whole directory
	recursive bool     // and everything below
	above     rulesRead
	files     int    // seen
	listed    bool   // the whole directory was
	entries   int    // that the listing had
	rests     bool   // nothing was done: only a listing would do, and the directory rests from one
	remote    string // the type of its file system, where that sends no events
	closed    bool   // the directory, or what says what is passed over in it, could not be read
	absent    bool   // the directory itself is not there: the one above has to say so
	saidGone  bool   // and has done so
}

// rulesRead are the rules in force in a directory, and the runner's rules generation when they were read. Without
// rules they are not known.
type rulesRead struct {
	rules      *ignore.Rules
	generation int64
}

// scanDir scans a directory on a worker. The outcome is delivered once what it changed is durable; until then the
// directory counts as being scanned.
func (r *runner) scanDir(ctx context.Context, j *job) {
	res := &outcome{job: j, scan: dirScan{names: j.names, recursive: j.recursive || j.rulesChanged, above: j.above}}
	g, err := r.takeSnapshot(ctx, j, res)
	if err == nil && g != nil {
		err = r.s.admit(ctx, len(g.Files))
	}
	if err != nil || g == nil {
		res.err = err
		if res.scan.closed && unreadable(ctx, err) {
			res.result.SkippedChanged = r.noteUnreadable(ctx, j.dir)
		}
		res.scan.saidGone = res.scan.absent && r.saidGone(ctx, j.dir)
		r.outcomes <- res // has room for every job in flight
		return
	}
	r.analyseAhead(ctx, j, g)
	release := func(err error) {
		r.s.dismiss(len(g.Files))
		r.s.aheadDone(g.Ahead, err == nil && res.result.Ahead)
	}
	last, before, err := r.reconcileParts(ctx, j, g)
	if last != nil {
		g.Ahead = last.Ahead
	}
	if err != nil || before.Stale {
		release(err)
		res.result, res.err, res.unwritten = before, err, err != nil
		r.outcomes <- res
		return
	}
	first := int64(0)
	if last == nil {
		g.Prepare(nil)
		first = g.FirstID()
	}
	r.commit(ctx, res, first, func(tx *store.Tx) (err error) {
		res.result, err = g.Reconcile(tx, last, before)
		return err
	}, release)
}

// commit has the store write what a job changes, and delivers its outcome once that is durable, or has failed. first is
// the first of the ids under which it inserts; 0: none are known.
func (r *runner) commit(ctx context.Context, res *outcome, first int64, write func(*store.Tx) error, done func(error)) {
	deliver := func(err error, unwritten bool) {
		done(err)
		res.err, res.unwritten = err, unwritten
		r.outcomes <- res // has room for every job in flight
	}
	if err := r.s.store.EnqueueInsert(ctx, first, write, func(err error) { deliver(err, err != nil) }); err != nil {
		deliver(err, false)
	}
}

// takeSnapshot looks at the directory. It returns nil where there is nothing to reconcile.
func (r *runner) takeSnapshot(ctx context.Context, j *job, res *outcome) (*reconcile.Snapshot, error) {
	scan, timing := &res.scan, r.s.timing.Load()
	g := &reconcile.Snapshot{
		Root: r.id, Dir: j.dir, Volumes: r.volumes.Load(), ListedAbove: j.listed, KeepStamp: r.polled.Load(),
		Began: time.Now().UnixNano(), Debounce: int64(timing.Debounce), Grace: int64(timing.Grace), Describe: r.s.describe,
		Crowds: &r.s.crowds, Former: r.mayStandAsFormer,
	}
	if j.walk != nil {
		g.Walk, g.LastID = j.walk.number, j.walk.lastID
	}
	if err := r.confirm(ctx, j, g); err != nil {
		return nil, err
	}
	if ignored, err := r.readRules(ctx, j, scan); err != nil || ignored {
		scan.closed = err != nil
		return nil, err
	}
	if err := r.checkSpelling(ctx, j); err != nil {
		scan.absent = absent(err)
		return nil, err
	}
	if r.cfg.CrossMounts || r.sums.Load() {
		scan.names = nil // only a listing says which file system its directory is on, and how large that was
	}
	if scan.names != nil {
		if ok, err := r.statNames(ctx, scan, g); err != nil || ok {
			scan.files = len(g.Files)
			if err == nil {
				err = r.lookAtTwins(ctx, g)
			}
			return g, err
		}
		scan.names, g.Names, g.Files = nil, nil, nil // a directory among them: only a listing says what is in it
	}
	if scan.rests = !j.restsUntil.IsZero(); scan.rests {
		return nil, nil
	}
	return r.snapshotWhole(ctx, j, res, g)
}

// snapshotWhole lists the directory. It returns nil where its rows equal the listing.
func (r *runner) snapshotWhole(ctx context.Context, j *job, res *outcome, g *reconcile.Snapshot) (*reconcile.Snapshot, error) {
	scan := &res.scan
	rules, err := r.listDir(ctx, j, scan.above.rules, g)
	if err != nil {
		scan.absent, scan.closed = absent(err), true
		return nil, err
	}
	scan.files, scan.listed, scan.remote = len(g.Files), true, g.Remote
	scan.entries = len(g.Files) + len(g.Subdirs)
	var known store.Dir
	found := false
	if g.Unasked = j.fresh && j.tries == 0; !g.Unasked {
		if known, found, err = r.rowOf(ctx, j); err != nil {
			return nil, err
		}
	}
	if g.KeepStamp && g.Stamp != 0 && g.Stamp != known.Stamp && !r.coarse.proves(g) {
		g.Stamp = 0
	}
	below := rulesRead{rules, scan.above.generation}
	if res.children, err = r.below(ctx, j, g, scan.recursive, below, known, found); err != nil {
		return nil, err
	}
	if found && j.equals(g, &known) {
		return nil, nil
	}
	if found || r.cfg.CrossMounts || j.dir == "" { // something known may be missing, or a file system is new
		if g.Total, err = r.tree.Total(ctx, j.dir); err != nil {
			scan.absent = absent(err)
			return nil, err
		}
	}
	g.Row = known
	if !found && !j.first() {
		if err := r.findOrigins(ctx, g); err != nil {
			return nil, err
		}
	}
	if !found {
		if err := r.lookAtTwins(ctx, g); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// readRules reads the rules in force above a directory, where its job does not know them as they are now. It reports
// whether they pass over the directory.
func (r *runner) readRules(ctx context.Context, j *job, scan *dirScan) (ignored bool, err error) {
	if j.rulesChanged {
		r.rulesGeneration.Add(1) // scans under way and waiting may know what the ignore file was
		scan.names = nil
	}
	now := r.rulesGeneration.Load()
	if scan.above.rules != nil && scan.above.generation == now {
		return false, nil
	}
	scan.above.generation = now
	if scan.above.rules, ignored, err = r.rulesAbove(ctx, j.dir); err == nil && ignored {
		r.unwatch(j.dir)
	}
	return ignored, err
}

// statNames looks at the names that are asked for. It reports false where only a whole listing will do.
func (r *runner) statNames(ctx context.Context, scan *dirScan, g *reconcile.Snapshot) (bool, error) {
	v, err := r.checkRoot(ctx)
	if err != nil {
		return false, err
	}
	rules, err := r.rulesIn(ctx, scan.above.rules, g.Dir)
	if err != nil {
		return false, err
	}
	g.Volume, g.WeakIDs, g.Names = v.ID, v.WeakIDs, scan.names
	if d, found, err := r.s.store.Dir(ctx, r.id, g.Dir); err != nil || found && d.Skipped.Links+d.Skipped.Unreadable > 0 {
		return false, err // one of the names may have been among these: a listing says how many there are now
	}
	gone := false
	for _, name := range g.Names {
		at, err := r.statName(ctx, tree.Join(g.Dir, name), name, rules, g)
		if err != nil || at == unclear {
			return false, err
		}
		gone = gone || at == notThere
	}
	g.Ended = time.Now().UnixNano()
	if one, err := r.onlySpelling(ctx, g); err != nil || !one {
		return false, err
	}
	if !gone {
		return true, nil
	}
	if len(g.Files) == 0 && g.Dir != "" { // with the whole directory: as one proven absent it costs no more than once
		if _, err := r.tree.Stat(ctx, g.Dir); absent(err) {
			scan.absent = true
			return false, err
		}
	}
	_, err = r.checkRoot(ctx) // what is not there counts only while the root is itself
	return err == nil, err
}

// named is what a name was found to be that was looked at by itself.
type named uint8

const (
	there    named = iota // or passed over
	notThere              // and no directory of the catalog
	unclear               // only a listing of its directory says it, or how many of the kind there are
)

// statName looks at one name, and adds its file to a snapshot.
func (r *runner) statName(ctx context.Context, path, name string, rules *ignore.Rules, g *reconcile.Snapshot) (named, error) {
	e, err := r.tree.Stat(ctx, path)
	switch {
	case errors.Is(err, tree.ErrNotExist):
		if _, isDir, err := r.s.store.Dir(ctx, r.id, path); err != nil || isDir {
			return unclear, err
		}
		return notThere, nil
	case err != nil && away(ctx, err):
		return unclear, err
	case err != nil, !e.Type.Taken(), e.Type == tree.Dir, e.Mount:
		return unclear, nil //nolint:nilerr // a listing of its directory says what is wrong with it
	case e.Type == tree.File && !rules.Ignored(path, false):
		e.Name = name
		g.Files = append(g.Files, e)
	}
	return there, nil
}

func (r *runner) unwatch(dir string) {
	if r.s.watch != nil {
		r.s.watch.Unwatch(r.name, dir)
	}
}

// away reports whether an error is of the whole root or of the call itself, not of one entry.
func away(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, tree.ErrAway)
}
