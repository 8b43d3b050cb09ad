package scanner

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/ignore"
	"go.uber.org/zap"
)

// listDir lists a directory, watching it first, so that nothing made after the listing goes unseen. It returns the
// rules in force in the directory.
func (r *runner) listDir(
	ctx context.Context, j *job, above *ignore.Rules, g *reconcile.Snapshot,
) (*ignore.Rules, error) {
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
	rules := above
	own := slices.Contains(l.Broken, ignore.FileName) ||
		slices.ContainsFunc(l.Entries, func(e tree.Entry) bool { return e.Name == ignore.FileName })
	if l.Provisional || own {
		if rules, err = r.rulesIn(ctx, rules, j.dir); err != nil {
			return nil, err
		}
	}
	for _, n := range l.Broken {
		add(&g.Broken, n)
	}
	if !own && rules == above && g.Began-g.Self.MTime > reconcile.FreshStamp {
		g.Stamp = reconcile.StampOf(&g.Self, above)
	}
	g.Digest = reconcile.NameDigest('v', g.Volume)
	r.filterEntries(l.Entries, j.dir, rules, g)
	return rules, nil
}

// filterEntries sorts a listing into what the catalog takes and what is not followed, and sums up its digest.
func (r *runner) filterEntries(entries []tree.Entry, dir string, rules *ignore.Rules, g *reconcile.Snapshot) {
	var space [512]byte // for the digest of all but the longest names
	buf := space[:0]
	var mounts, links []string
	g.Files = entries[:0:len(entries)]
	g.Subdirs = nil
	for i := range entries {
		e := entries[i]
		ignored := rules.IgnoredIn(dir, e.Name, e.Type == tree.Dir)
		if g.Provisional && (ignored || !e.Type.Taken()) {
			add(&g.Ignored, e.Name)
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
			add(&g.Mounts, e.Name)
		}
		if e.Type == tree.Dir && !ignored {
			add(&g.Dirs, e.Name)
			g.Subdirs = append(g.Subdirs, e)
		}
		g.Digest = g.Digest.Add(part)
	}
	slices.Sort(mounts)
	slices.Sort(links)
	g.Skipped = store.SkippedOf(mounts, links, r.brokenNames(g, dir, rules))
}

// add puts a name into a set that is made for the first one: most directories have none.
func add(set *map[string]struct{}, name string) {
	if *set == nil {
		*set = map[string]struct{}{}
	}
	(*set)[name] = struct{}{}
}

// brokenNames are those names of a directory that could not be looked at and are not passed over, whatever they are.
func (r *runner) brokenNames(g *reconcile.Snapshot, dir string, rules *ignore.Rules) (names []string) {
	if len(g.Broken) == 0 {
		return nil
	}
	for _, n := range slices.Sorted(maps.Keys(g.Broken)) {
		if !rules.IgnoredIn(dir, n, true) {
			names = append(names, n)
		}
	}
	return names
}

// below makes the jobs for the directories below: all of them where the scan is recursive, else only those that the
// catalog does not know yet. One stands for all that are to be scanned.
func (r *runner) below(
	ctx context.Context, j *job, g *reconcile.Snapshot, recursive bool, rules rulesRead, d store.Dir, found bool,
) (jobs []*job, err error) {
	if len(g.Subdirs) == 0 {
		return nil, nil
	}
	var known knownRows
	if found && (!recursive || j.poll || len(g.Subdirs) <= rowsAhead) {
		if known, err = r.rowsBelow(ctx, d.ID); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(g.Subdirs, inOrderOfDisk)
	each := &job{
		dir: j.dir, recursive: true, listed: true, fresh: !found, full: j.full, poll: j.poll, walk: j.walk, above: rules,
		row: knownRow{asOf: known.asOf},
	}
	next := g.Subdirs[:0:0] // in the order in which their jobs are taken
	for _, e := range slices.Backward(g.Subdirs) {
		if e.Mount && !d.Skipped.Covers(e.Name) { // first, so that it is taken last
			jobs = append(jobs, &job{kind: coverDir, dir: tree.Join(j.dir, e.Name), walk: j.walk})
		}
		have := known.of(e.Name)
		_, asked := j.asked[e.Name]
		switch {
		case e.Mount && !r.cfg.CrossMounts,
			asked,
			have.dir != nil && !recursive && have.dir.Skipped != store.Unreadable,
			have.dir != nil && j.poll && r.stands(ctx, have.dir, reconcile.StampOf(&e, rules.rules)):
			continue
		}
		each.below = append(each.below, listedDir{e.Name, e.ID, have.dir})
		next = append(next, e)
	}
	if r.s.watch != nil && !r.polled.Load() && len(next) > 0 {
		slices.Reverse(next)
		r.s.watch.WatchBelow(r.name, j.dir, next)
	}
	if each.below != nil {
		jobs = append(jobs, each)
	}
	return jobs, nil
}

// inOrderOfDisk has directories scanned as their numbers follow each other, and by name where they have none. A file
// system gives numbers that lie close together to what is made in one directory, and keeps what it knows of them side
// by side: so a disk reads onwards, and what the catalog finds files by grows at one place after the other. A listing
// of ext4 is in the order of hashes, which leaps with each directory to another page of both.
func inOrderOfDisk(a, b tree.Entry) int {
	return cmp.Or(cmp.Compare(a.ID.Inode, b.ID.Inode), cmp.Compare(a.Name, b.Name))
}

// stands reports whether a polled directory's stamp proves that its names are those that the catalog
// has, and that it has no directories below, whose stamps only its own listing shows.
func (r *runner) stands(ctx context.Context, d *store.Dir, stamp int64) bool {
	if !d.Settled || d.Stamp == 0 || d.Stamp != stamp {
		return false
	}
	subs, err := r.s.store.Subdirs(ctx, d.ID)
	return err == nil && len(subs) == 0
}
