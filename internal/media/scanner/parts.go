package scanner

import (
	"context"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

const (
	aheadPartTime = time.Second // for a part that is not the first: of its directory something is seen
	maxSpeakers   = 64          // names of a large directory that speak for all of it
)

// parting is a large directory on its way into the catalog, a part after the other.
type parting struct {
	r        *runner
	g        *reconcile.Snapshot
	ahead    bool     // it is new, and its files are analysed before they are written
	renamed  bool     // it was renamed, and its files are described before they are written
	speakers []string // names that speak for all of it
}

// reconcileParts makes the catalog equal to all but the last part of a large directory, and gives that one with what
// came of the others. A process that ends on the way leaves a directory that the next scan compares anew.
func (r *runner) reconcileParts(
	ctx context.Context, j *job, g *reconcile.Snapshot,
) (last *reconcile.Part, v reconcile.Result, err error) {
	var known []string
	if g.Row.ID != 0 {
		if known, err = r.s.store.SomeNames(ctx, g.Row.ID, reconcile.PartRows); err != nil {
			return nil, v, err
		}
	}
	p := parting{r: r, g: g}
	p.ahead, p.renamed = r.isAheadInParts(ctx, j, g)
	rows := reconcile.PartRows
	if p.ahead || p.renamed {
		rows, p.speakers = aheadFiles, r.speakersOf(g)
	}
	parts := g.Parts(known, rows, p.speakers)
	if len(parts) == 0 {
		return nil, v, nil
	}
	p.prepare(ctx, parts[0])
	for i, part := range parts[:len(parts)-1] {
		if err := ctx.Err(); err != nil {
			return part, v, err
		}
		if v, err = p.reconcile(ctx, part, v, parts[i+1]); err != nil || v.Stale {
			return parts[i+1], v, err
		}
	}
	return parts[len(parts)-1], v, nil
}

// isAheadInParts reports whether the files of a directory are to be analysed, or described, before they are written, a
// part after the other.
func (r *runner) isAheadInParts(ctx context.Context, j *job, g *reconcile.Snapshot) (ahead, renamed bool) {
	if g.Names != nil || g.Row.ID != 0 || r.s.analyzer == nil || len(g.Files) <= aheadFiles {
		return false, false
	}
	if len(g.LeftDirs) > 0 {
		_, renamed = renamedFrom(g)
		return false, renamed
	}
	return r.worthAhead(ctx, j, g), false
}

// speakersOf are names of a directory that speak for all of it.
func (r *runner) speakersOf(g *reconcile.Snapshot) (names []string) {
	for i := range g.Files {
		if len(names) < maxSpeakers && r.s.store.SpeaksForAll(g.Files[i].Name) {
			names = append(names, g.Files[i].Name)
		}
	}
	return names
}

// prepare finds out of the files of a part what can be said of them before they are written.
func (p *parting) prepare(ctx context.Context, part *reconcile.Part) {
	switch {
	case p.r.s.ahead.Load() > aheadBytes:
	case p.renamed:
		p.describe(ctx, part)
	case p.ahead && p.r.aheadPatience.tries():
		p.analyse(ctx, part)
	}
	if part.Ahead == nil {
		p.g.Prepare(part)
	}
}

// describe has the files of a part described that came here with a renamed directory.
func (p *parting) describe(ctx context.Context, part *reconcile.Part) {
	from, to := part.Bounds()
	moved := p.r.moved(ctx, p.g, p.g.In(part), from, to)
	if moved == nil {
		return
	}
	part.Ahead = p.r.s.analyzer.RenamedPart(ctx, p.r.name, p.g.Dir, moved, p.speakers)
	if part.Ahead != nil {
		p.r.s.ahead.Add(bytesOf(part.Ahead))
	}
}

// analyse has the files of a part analysed.
func (p *parting) analyse(ctx context.Context, part *reconcile.Part) {
	limit := p.r.s.timing.Load().AheadTime
	if limit == 0 {
		if limit = aheadTime; part.N() > 0 {
			limit = aheadPartTime
		}
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	began, files := time.Now(), p.g.In(part)
	part.Ahead = p.r.s.analyzer.AheadPart(ctx, p.r.name, p.g.Dir, files, p.speakers, p.g.Growing)
	p.r.noteAhead(part.Ahead, files, began, limit)
}

// noteAhead notes what came of an analysis ahead.
func (r *runner) noteAhead(a *store.Ahead, files []tree.Entry, began time.Time, limit time.Duration) {
	r.aheadPatience.note(a != nil && (time.Since(began) < limit/2 || pending(a) <= len(files)/2))
	if a != nil {
		r.s.ahead.Add(bytesOf(a))
	}
}

// reconcile makes the catalog equal to a part, adding to what came of those before. Meanwhile it prepares the next.
func (p *parting) reconcile(
	ctx context.Context, part *reconcile.Part, before reconcile.Result, next *reconcile.Part,
) (v reconcile.Result, err error) {
	written := make(chan error, 1) // the one answer
	defer func() {
		p.r.s.aheadDone(part.Ahead, err == nil && v.Ahead)
		part.Forget()
	}()
	err = p.r.s.store.Enqueue(ctx, func(tx *store.Tx) (err error) {
		v, err = p.g.Reconcile(tx, part, before)
		return err
	}, func(err error) { written <- err })
	if err != nil {
		return before, err
	}
	p.prepare(ctx, next)
	select {
	case err = <-written:
		return v, err
	case <-p.r.s.store.Stopped():
		return before, store.ErrClosed
	}
}
