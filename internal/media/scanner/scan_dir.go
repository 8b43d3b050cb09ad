package scanner

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/ignore"
	"go.uber.org/zap"
)

// outcome is what came of a job.
type outcome struct {
	job       *job
	err       error
	result    reconcile.Result
	files     int // seen
	children  []*job
	unwritten bool   // the store failed, not the look
	listed    bool   // the whole directory was
	remote    string // the type of its file system, where that sends no events
	closed    bool   // the directory, or what says what is passed over in it, could not be read
	absent    bool   // the directory itself is not there: the one above has to say so
}

// scanDir carries out a job on a worker. The outcome is delivered once what it changed is durable; until then
// the directory counts as being looked at.
func (r *runner) scanDir(ctx context.Context, j *job) {
	res := &outcome{job: j}
	g, cost, err := r.takeSnapshot(ctx, j, res)
	if err != nil || g == nil {
		res.err = err
		if res.closed && unreadable(ctx, err) {
			res.result.SkippedChanged = r.noteUnreadable(ctx, j.dir)
		}
		r.outcomes <- res // has room for every job in flight
		return
	}
	last, before, err := r.reconcileParts(ctx, g, g.Row)
	if err != nil || before.Stale {
		r.s.inFlight.Release(cost)
		res.result, res.err, res.unwritten = before, err, err != nil
		r.outcomes <- res
		return
	}
	err = r.s.store.Enqueue(ctx, func(tx *store.Tx) (err error) {
		res.result, err = g.Reconcile(tx, last, before)
		return err
	}, func(err error) {
		r.s.inFlight.Release(cost)
		res.err, res.unwritten = err, err != nil
		r.outcomes <- res // has room for every job in flight
	})
	if err != nil {
		r.s.inFlight.Release(cost)
		res.err = err
		r.outcomes <- res
	}
}

// reconcileParts makes the catalog equal to all but the last part of a large directory, and gives that one with what
// came of the others. A process that ends on the way leaves a directory that the next look compares anew.
func (r *runner) reconcileParts(ctx context.Context, g *reconcile.Snapshot, d store.Dir) (last *reconcile.Part, v reconcile.Result, err error) {
	var known []string
	if d.ID != 0 {
		if known, err = r.s.store.SomeNames(ctx, d.ID, reconcile.PartRows); err != nil {
			return nil, v, err
		}
	}
	parts := g.Parts(known)
	if len(parts) == 0 {
		return nil, v, nil
	}
	for _, p := range parts[:len(parts)-1] {
		if ctx.Err() != nil {
			return p, v, ctx.Err()
		}
		err := r.s.store.Update(ctx, func(tx *store.Tx) (err error) {
			v, err = g.Reconcile(tx, p, v)
			return err
		})
		if err != nil || v.Stale {
			return p, v, err
		}
	}
	return parts[len(parts)-1], v, nil
}

// takeSnapshot looks at the directory. It returns nil where there is nothing to reconcile; else the snapshot, and
// what it took of the entries in flight.
func (r *runner) takeSnapshot(ctx context.Context, j *job, res *outcome) (*reconcile.Snapshot, int64, error) {
	g := &reconcile.Snapshot{
		Root: r.id, Dir: j.dir, Volumes: r.volumes.Load(), ListedAbove: j.listed, KeepStamp: r.polled.Load(), Began: time.Now().UnixNano(),
		Debounce: int64(r.s.timing.Load().Debounce), Grace: int64(r.s.timing.Load().Grace), Describe: r.s.describe,
	}
	err := r.confirm(ctx, j, g)
	if err != nil {
		return nil, 0, err
	}
	if ignored, err := r.readRules(ctx, j); err != nil || ignored {
		res.closed = err != nil
		return nil, 0, err
	}
	if err := r.checkSpelling(ctx, j); err != nil {
		res.absent = absent(err)
		return nil, 0, err
	}
	if r.cfg.CrossMounts || r.sums.Load() {
		j.names = nil // only a listing says which file system its directory is on, and how large that was
	}
	if j.names != nil {
		if ok, err := r.statNames(ctx, j, g); err != nil || ok {
			res.files = len(g.Files)
			return r.acquireBudget(ctx, g, err)
		}
		j.names, g.Names = nil, nil // a directory among them: only a listing says what is in it
	}
	rules, err := r.listDir(ctx, j, g)
	if err != nil {
		res.absent, res.closed = absent(err), true
		return nil, 0, err
	}
	res.files, res.listed, res.remote = len(g.Files), true, g.Remote
	known, found, err := r.s.store.Dir(ctx, r.id, j.dir)
	if err != nil {
		return nil, 0, err
	}
	if res.children, err = r.below(ctx, j, g, rules, known, found); err != nil {
		return nil, 0, err
	}
	if found && j.equals(g, &known) {
		return nil, 0, nil
	}
	if found || r.cfg.CrossMounts || j.dir == "" { // something known may be missing, or a file system is new
		if g.Total, err = r.tree.Total(ctx, j.dir); err != nil {
			res.absent = absent(err)
			return nil, 0, err
		}
	}
	g.Row = known
	if !found {
		if err := r.findOrigins(ctx, g); err != nil {
			return nil, 0, err
		}
	}
	if !found || !known.Settled {
		g.DescribeAll()
	}
	return r.acquireBudget(ctx, g, nil)
}

// readRules has a job know the rules in force above its directory. It reports whether they pass over that.
func (r *runner) readRules(ctx context.Context, j *job) (ignored bool, err error) {
	if j.rulesChanged {
		r.rulesGeneration.Add(1) // scans under way and waiting may know what the ignore file was
		j.recursive, j.names = true, nil
	}
	read := r.rulesGeneration.Load()
	if j.rules != nil && j.rulesGeneration == read {
		return false, nil
	}
	j.rulesGeneration = read
	if j.rules, ignored, err = r.rulesAbove(ctx, j.dir); err == nil && ignored {
		r.unwatch(j.dir)
	}
	return ignored, err
}

// equals reports whether a listing is the one that a directory's rows equal, and nobody asked for more than to know that.
func (j *job) equals(g *reconcile.Snapshot, known *store.Dir) bool {
	return known.Settled && !known.Gone && known.Digest == g.Digest && !j.full && len(j.unresolvedMoves) == 0 &&
		!(j.due && known.RecheckAt != 0) && (!g.KeepStamp || known.Stamp == g.Stamp)
}

// acquireBudget waits until the entries of a snapshot fit among those in flight.
func (r *runner) acquireBudget(ctx context.Context, g *reconcile.Snapshot, err error) (*reconcile.Snapshot, int64, error) {
	if err != nil {
		return nil, 0, err
	}
	cost := int64(min(len(g.Files)+1, entriesInFlight))
	if err := r.s.inFlight.Acquire(ctx, cost); err != nil {
		return nil, 0, err
	}
	return g, cost, nil
}

// statNames looks at the names that a job asks for. It reports false where only a whole listing will do.
func (r *runner) statNames(ctx context.Context, j *job, g *reconcile.Snapshot) (bool, error) {
	v, err := r.checkRoot(ctx)
	if err != nil {
		return false, err
	}
	rules, err := r.rulesIn(ctx, j.rules, j.dir)
	if err != nil {
		return false, err
	}
	g.Volume, g.WeakIDs = v.ID, v.WeakIDs
	g.Names = j.names
	if d, found, err := r.s.store.Dir(ctx, r.id, j.dir); err != nil || found && d.Skipped.Links+d.Skipped.Unreadable > 0 {
		return false, err // one of the names may have been among these: a listing says how many there are now
	}
	g.Dirs, g.Broken = map[string]struct{}{}, map[string]struct{}{}
	gone := false
	for _, name := range j.names {
		p := tree.Join(j.dir, name)
		e, err := r.tree.Stat(ctx, p)
		switch {
		case errors.Is(err, tree.ErrNotExist):
			if _, isDir, err := r.s.store.Dir(ctx, r.id, p); err != nil || isDir {
				return false, err
			}
			gone = true
		case errors.Is(err, tree.ErrNotDir):
			return false, nil
		case err != nil:
			if away(ctx, err) {
				return false, err
			}
			return false, nil // a listing says how many there are
		case !e.Type.Taken() || e.Type == tree.Dir || e.Mount:
			return false, nil
		case e.Type == tree.File && !rules.Ignored(p, false):
			e.Name = name
			g.Files = append(g.Files, e)
		}
	}
	if gone { // that counts only while the root is itself
		_, err = r.checkRoot(ctx)
	}
	return err == nil, err
}

// listDir lists a directory, watching it first, so that nothing made after the listing goes unseen. It returns the
// rules in force in the directory.
func (r *runner) listDir(ctx context.Context, j *job, g *reconcile.Snapshot) (*ignore.Rules, error) {
	if r.s.watch != nil && !r.polled.Load() {
		if err := r.s.watch.Watch(ctx, r.name, j.dir, j.id); err != nil {
			r.log.Debug("directory not watched", zap.String("dir", j.dir), zap.Error(err))
		}
	}
	l, err := r.tree.List(ctx, j.dir)
	if err == nil && j.dir == "" {
		err = r.checkRootDir(ctx, l.Volume)
	}
	if err != nil {
		return nil, err
	}
	g.Ended = time.Now().UnixNano()
	g.Volume, g.WeakIDs, g.Self, g.Provisional = l.Volume.ID, l.Volume.WeakIDs, l.Self, l.Provisional
	if l.Volume.Remote {
		g.Remote, g.KeepStamp = l.Volume.FSType, true
	}
	rules := j.rules
	own := slices.Contains(l.Broken, ignore.FileName) || slices.ContainsFunc(l.Entries, func(e tree.Entry) bool { return e.Name == ignore.FileName })
	if l.Provisional || own {
		if rules, err = r.rulesIn(ctx, rules, j.dir); err != nil {
			return nil, err
		}
	}
	g.Dirs, g.Ignored = make(map[string]struct{}), map[string]struct{}{}
	g.Broken = make(map[string]struct{}, len(l.Broken))
	for _, n := range l.Broken {
		g.Broken[n] = struct{}{}
	}
	if !own && rules == j.rules && g.Began-g.Self.MTime > reconcile.FreshStamp {
		g.Stamp = reconcile.StampOf(&g.Self, j.rules)
	}
	g.Digest = reconcile.NameDigest('v', g.Volume)
	r.filterEntries(l.Entries, j.dir, rules, g)
	return rules, nil
}

// filterEntries sorts a listing into what the catalog takes and what is not followed, and sums up its digest.
func (r *runner) filterEntries(entries []tree.Entry, dir string, rules *ignore.Rules, g *reconcile.Snapshot) {
	var buf []byte
	var mounts, links []string
	g.Mounts = map[string]struct{}{}
	g.Files = entries[:0:len(entries)]
	g.Subdirs = nil
	for i := range entries {
		e := entries[i]
		ignored := rules.IgnoredIn(dir, e.Name, e.Type == tree.Dir)
		if g.Provisional && (ignored || !e.Type.Taken()) {
			g.Ignored[e.Name] = struct{}{}
		}
		var part store.Digest
		switch {
		case ignored:
		case e.Mount && !r.cfg.CrossMounts:
			mounts, part = append(mounts, e.Name), reconcile.NameDigest('m', e.Name)
		case e.Type == tree.Link:
			links, part = append(links, e.Name), reconcile.NameDigest('l', e.Name)
		case e.Type == tree.Dir && e.Mount:
			part = reconcile.NameDigest('M', e.Name)
		case e.Type == tree.Dir:
			part = reconcile.NameDigest('d', e.Name)
		case e.Type == tree.File:
			buf, part = reconcile.EntryDigest(buf, &e)
			g.Files = append(g.Files, e)
		}
		if e.Mount {
			g.Mounts[e.Name] = struct{}{}
		}
		if e.Type == tree.Dir && !ignored {
			g.Dirs[e.Name] = struct{}{}
			g.Subdirs = append(g.Subdirs, e)
		}
		g.Digest = g.Digest.Add(part)
	}
	slices.Sort(mounts)
	slices.Sort(links)
	g.Skipped = store.SkippedOf(mounts, links, r.brokenNames(g, dir, rules))
}

// brokenNames are those names of a directory that could not be looked at and are not passed over, whatever they are.
func (r *runner) brokenNames(g *reconcile.Snapshot, dir string, rules *ignore.Rules) (names []string) {
	for _, n := range slices.Sorted(maps.Keys(g.Broken)) {
		if !rules.IgnoredIn(dir, n, true) {
			names = append(names, n)
		}
	}
	return names
}

// below makes the jobs for the directories below: all of them on a walk, else only those that the
// catalog does not know yet.
func (r *runner) below(ctx context.Context, j *job, g *reconcile.Snapshot, rules *ignore.Rules, d store.Dir, found bool) ([]*job, error) {
	if len(g.Subdirs) == 0 {
		return nil, nil
	}
	var known map[string]store.Dir
	if found && (!j.recursive || j.poll) {
		subs, err := r.s.store.Subdirs(ctx, d.ID)
		if err != nil {
			return nil, err
		}
		known = make(map[string]store.Dir, len(subs))
		for _, s := range subs {
			known[tree.Base(s.Path)] = s
		}
	}
	var jobs []*job
	for _, e := range slices.Backward(g.Subdirs) {
		if e.Mount && !d.Skipped.Covers(e.Name) { // first, so that it is taken last
			jobs = slices.Insert(jobs, 0, &job{dir: tree.Join(j.dir, e.Name), covered: true, walk: j.walk})
		}
		if e.Mount && !r.cfg.CrossMounts {
			continue
		}
		have, ok := known[e.Name]
		if ok && !j.recursive && have.Skipped != store.Unreadable {
			continue
		}
		if ok && j.poll && r.stands(ctx, have, reconcile.StampOf(&e, rules)) {
			continue
		}
		jobs = append(jobs, &job{
			dir: tree.Join(j.dir, e.Name), id: e.ID, recursive: true, listed: true, full: j.full, poll: j.poll, walk: j.walk, rules: rules, rulesGeneration: j.rulesGeneration,
		})
	}
	return jobs, nil
}

// stands reports whether a polled directory's stamp proves that its names are those that the catalog
// has, and that it has no directories below, whose stamps only its own listing shows.
func (r *runner) stands(ctx context.Context, d store.Dir, stamp int64) bool {
	if !d.Settled || d.Stamp == 0 || d.Stamp != stamp {
		return false
	}
	subs, err := r.s.store.Subdirs(ctx, d.ID)
	return err == nil && len(subs) == 0
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
