package scanner

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/ignore"
	"go.uber.org/zap"
)

// result is what came of a job.
type result struct {
	job       *job
	err       error
	verdict   verdict
	files     int // seen
	children  []*job
	freed     bool   // says only that the worker is free; the result itself comes after the commit
	async     bool   // a freed comes beside this one
	unwritten bool   // the store failed, not the look
	listed    bool   // the whole directory was
	remote    string // the type of its file system, where that sends no events
	closed    bool   // the directory, or what says what is passed over in it, could not be read
	absent    bool   // the directory itself is not there: the one above has to say so
}

// look carries out a job on a worker. The result is delivered once what it changed is durable; until then
// the directory counts as being looked at.
func (r *runner) look(ctx context.Context, j *job) {
	res := &result{job: j}
	g, cost, err := r.see(ctx, j, res)
	if err != nil || g == nil {
		res.err = err
		if res.closed && unreadable(ctx, err) {
			res.verdict.skips = r.noteUnreadable(ctx, j.dir)
		}
		r.results <- res // has room for every job in flight
		return
	}
	last, before, err := r.reconcileParts(ctx, g, g.row)
	if err != nil || before.stale {
		r.s.inFlight.Release(cost)
		res.verdict, res.err, res.unwritten = before, err, err != nil
		r.results <- res
		return
	}
	res.async = true
	err = r.s.store.Enqueue(ctx, func(tx *store.Tx) (err error) {
		res.verdict, err = g.reconcile(tx, last, before)
		return err
	}, func(err error) {
		r.s.inFlight.Release(cost)
		res.err, res.unwritten = err, err != nil
		r.results <- res // has room for every job in flight
	})
	if err != nil {
		r.s.inFlight.Release(cost)
		res.async, res.err = false, err
		r.results <- res
		return
	}
	r.results <- &result{job: j, freed: true}
}

// see looks at the directory. It returns nil where there is nothing to reconcile; else the sighting, and
// what it took of the entries in flight.
func (r *runner) see(ctx context.Context, j *job, res *result) (*sighting, int64, error) {
	g := &sighting{
		root: r.id, dir: j.dir, kin: r.kin.Load(), listedAbove: j.listed, stamped: r.polled.Load(), now: time.Now().UnixNano(),
		quiet: int64(r.s.timing.Load().Debounce), grace: int64(r.s.timing.Load().Grace), describe: r.s.describe,
	}
	err := r.prove(ctx, j, g)
	if err != nil {
		return nil, 0, err
	}
	if j.reruled {
		r.ruled.Add(1) // looks under way and waiting may know what the ignore file was
		j.recursive, j.names = true, nil
	}
	if read := r.ruled.Load(); j.rules == nil || j.ruled != read {
		ignored := false
		j.ruled = read
		if j.rules, ignored, err = r.rulesAbove(ctx, j.dir); err != nil {
			res.closed = true
			return nil, 0, err
		}
		if ignored {
			r.unwatch(j.dir)
			return nil, 0, nil
		}
	}
	if err := r.proveSpelling(ctx, j); err != nil {
		res.absent = absent(err)
		return nil, 0, err
	}
	if r.cfg.CrossMounts || r.sums.Load() {
		j.names = nil // only a listing says which file system its directory is on, and how large that was
	}
	if j.names != nil {
		if ok, err := r.seeNames(ctx, j, g); err != nil || ok {
			res.files = len(g.files)
			return r.admit(ctx, g, err)
		}
		j.names, g.names = nil, nil // a directory among them: only a listing says what is in it
	}
	rules, err := r.seeAll(ctx, j, g)
	if err != nil {
		res.absent, res.closed = absent(err), true
		return nil, 0, err
	}
	res.files, res.listed, res.remote = len(g.files), true, g.remote
	known, found, err := r.s.store.Dir(ctx, r.id, j.dir)
	if err != nil {
		return nil, 0, err
	}
	if res.children, err = r.below(ctx, j, g, rules, known, found); err != nil {
		return nil, 0, err
	}
	if found && known.Settled && !known.Gone && known.Digest == g.digest && !j.full && len(j.doubts) == 0 &&
		!(j.due && known.RecheckAt != 0) && (!g.stamped || known.Stamp == g.stamp) {
		return nil, 0, nil
	}
	if found || r.cfg.CrossMounts || j.dir == "" { // something known may be missing, or a file system is new
		if g.total, err = r.tree.Total(ctx, j.dir); err != nil {
			res.absent = absent(err)
			return nil, 0, err
		}
	}
	g.row = known
	if !found {
		if err := r.findOrigins(ctx, g); err != nil {
			return nil, 0, err
		}
	}
	if !found || !known.Settled {
		g.describeAll()
	}
	return r.admit(ctx, g, nil)
}

// admit waits until the entries of a sighting fit among those in flight.
func (r *runner) admit(ctx context.Context, g *sighting, err error) (*sighting, int64, error) {
	if err != nil {
		return nil, 0, err
	}
	cost := int64(min(len(g.files)+1, entriesInFlight))
	if err := r.s.inFlight.Acquire(ctx, cost); err != nil {
		return nil, 0, err
	}
	return g, cost, nil
}

// describeAll prepares what is known of every file here, on the worker rather than on the writer.
func (g *sighting) describeAll() {
	g.docs = make([]Doc, len(g.files))
	for i := range g.files {
		g.docs[i] = g.describe(g.root, tree.Join(g.dir, g.files[i].Name), nil)
	}
}

// seeNames looks at the names that a job asks for. It reports false where only a whole listing will do.
func (r *runner) seeNames(ctx context.Context, j *job, g *sighting) (bool, error) {
	v, err := r.proveItself(ctx)
	if err != nil {
		return false, err
	}
	rules, err := r.rulesIn(ctx, j.rules, j.dir)
	if err != nil {
		return false, err
	}
	g.volume, g.weakIDs = v.ID, v.WeakIDs
	g.names = j.names
	if d, found, err := r.s.store.Dir(ctx, r.id, j.dir); err != nil || found && d.Skipped.Links+d.Skipped.Unreadable > 0 {
		return false, err // one of the names may have been among these: a listing says how many there are now
	}
	g.dirs, g.broken = map[string]struct{}{}, map[string]struct{}{}
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
			g.files = append(g.files, e)
		}
	}
	if gone { // that counts only while the root is itself
		_, err = r.proveItself(ctx)
	}
	return err == nil, err
}

// seeAll lists a directory, watching it first, so that nothing made after the listing goes unseen. It returns the
// rules in force in the directory.
func (r *runner) seeAll(ctx context.Context, j *job, g *sighting) (*ignore.Rules, error) {
	if r.s.watch != nil && !r.polled.Load() {
		if err := r.s.watch.Watch(ctx, r.name, j.dir, j.id); err != nil {
			r.log.Debug("directory not watched", zap.String("dir", j.dir), zap.Error(err))
		}
	}
	l, err := r.tree.List(ctx, j.dir)
	if err == nil && j.dir == "" {
		err = r.proveHome(ctx, l.Volume)
	}
	if err != nil {
		return nil, err
	}
	g.seen = time.Now().UnixNano()
	g.volume, g.weakIDs, g.self, g.provisional = l.Volume.ID, l.Volume.WeakIDs, l.Self, l.Provisional
	if l.Volume.Remote {
		g.remote, g.stamped = l.Volume.FSType, true
	}
	rules := j.rules
	own := slices.Contains(l.Broken, ignore.FileName) || slices.ContainsFunc(l.Entries, func(e tree.Entry) bool { return e.Name == ignore.FileName })
	if l.Provisional || own {
		if rules, err = r.rulesIn(ctx, rules, j.dir); err != nil {
			return nil, err
		}
	}
	g.dirs, g.passed = make(map[string]struct{}), map[string]struct{}{}
	g.broken = make(map[string]struct{}, len(l.Broken))
	for _, n := range l.Broken {
		g.broken[n] = struct{}{}
	}
	if !own && rules == j.rules && g.now-g.self.MTime > freshStamp {
		g.stamp = stampOf(&g.self, j.rules)
	}
	g.digest = nameDigest('v', g.volume)
	r.sift(l.Entries, j.dir, rules, g)
	return rules, nil
}

// sift sorts a listing into what the catalog takes and what is not followed, and sums up its digest.
func (r *runner) sift(entries []tree.Entry, dir string, rules *ignore.Rules, g *sighting) {
	var buf []byte
	var mounts, links []string
	g.mounts = map[string]struct{}{}
	g.files = entries[:0:len(entries)]
	g.subs = nil
	for i := range entries {
		e := entries[i]
		ignored := rules.IgnoredIn(dir, e.Name, e.Type == tree.Dir)
		if g.provisional && (ignored || !e.Type.Taken()) {
			g.passed[e.Name] = struct{}{}
		}
		var part store.Digest
		switch {
		case ignored:
		case e.Mount && !r.cfg.CrossMounts:
			mounts, part = append(mounts, e.Name), nameDigest('m', e.Name)
		case e.Type == tree.Link:
			links, part = append(links, e.Name), nameDigest('l', e.Name)
		case e.Type == tree.Dir && e.Mount:
			part = nameDigest('M', e.Name)
		case e.Type == tree.Dir:
			part = nameDigest('d', e.Name)
		case e.Type == tree.File:
			buf, part = entryDigest(buf, &e)
			g.files = append(g.files, e)
		}
		if e.Mount {
			g.mounts[e.Name] = struct{}{}
		}
		if e.Type == tree.Dir && !ignored {
			g.dirs[e.Name] = struct{}{}
			g.subs = append(g.subs, e)
		}
		g.digest = g.digest.Add(part)
	}
	slices.Sort(mounts)
	slices.Sort(links)
	g.skipped = store.SkippedOf(mounts, links, r.brokenNames(g, dir, rules))
}

// brokenNames are those names of a directory that could not be looked at and are not passed over, whatever they are.
func (r *runner) brokenNames(g *sighting, dir string, rules *ignore.Rules) (names []string) {
	for _, n := range slices.Sorted(maps.Keys(g.broken)) {
		if !rules.IgnoredIn(dir, n, true) {
			names = append(names, n)
		}
	}
	return names
}

// below makes the jobs for the directories below: all of them on a walk, else only those that the
// catalog does not know yet.
func (r *runner) below(ctx context.Context, j *job, g *sighting, rules *ignore.Rules, d store.Dir, found bool) ([]*job, error) {
	if len(g.subs) == 0 {
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
	for _, e := range slices.Backward(g.subs) {
		if e.Mount && !d.Skipped.Covers(e.Name) { // first, so that it is taken last
			jobs = slices.Insert(jobs, 0, &job{dir: tree.Join(j.dir, e.Name), covered: true, pass: j.pass})
		}
		if e.Mount && !r.cfg.CrossMounts {
			continue
		}
		have, ok := known[e.Name]
		if ok && !j.recursive && have.Skipped != store.Unreadable {
			continue
		}
		if ok && j.poll && r.stands(ctx, have, stampOf(&e, rules)) {
			continue
		}
		jobs = append(jobs, &job{
			dir: tree.Join(j.dir, e.Name), id: e.ID, recursive: true, listed: true, full: j.full, poll: j.poll, pass: j.pass, rules: rules, ruled: j.ruled,
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
