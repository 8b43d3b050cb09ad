package scanner

import (
	"cmp"
	"context"
	"sync/atomic"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Analyzer is what the scanner needs of the analyzer.
type Analyzer interface {
	// Ahead analyses the files of a directory that is not in the catalog, so that they are written with what is known
	// of them. It returns by ctx's deadline; nil where there was no time. Those that grow are left for later. What is
	// urgent is read before other work of the machine.
	Ahead(
		ctx context.Context, root, dir string, files []tree.Entry, urgent bool, growing func(*tree.Entry) bool,
	) *store.Ahead
	// AheadPart does so with a part of a directory. speakers are names that speak for all of it.
	AheadPart(
		ctx context.Context, root, dir string, files []tree.Entry, speakers []string, growing func(*tree.Entry) bool,
	) *store.Ahead
	// Renamed describes the files of a directory that was renamed, which are the items that are given under their new
	// names, before they are written there. It opens no file; nil where it cannot be done.
	Renamed(ctx context.Context, root, dir string, items []store.Item) *store.Ahead
	// RenamedPart does so with a part of a directory.
	RenamedPart(ctx context.Context, root, dir string, items []store.Item, speakers []string) *store.Ahead
	// AheadWritten says that what Ahead gave is durable. It never waits.
	AheadWritten(*store.Ahead)
}

const (
	aheadTime  = 50 * time.Millisecond // by which the names of a directory may be seen later
	aheadFiles = 512                   // of one directory
	aheadBytes = 8 << 20               // of all that is known ahead and not durable yet
)

// analyseAhead has the files of a new directory analysed, or described where they are known, before that is written.
func (r *runner) analyseAhead(ctx context.Context, j *job, g *reconcile.Snapshot) {
	if g.Names != nil || g.Row.ID != 0 || r.s.analyzer == nil || len(g.Files) == 0 || len(g.Files) > aheadFiles ||
		r.s.ahead.Load() > aheadBytes {
		return
	}
	if len(g.LeftDirs) > 0 {
		r.describeRenamed(ctx, g)
		return
	}
	if !r.aheadPatience.tries() || !r.worthAhead(ctx, j, g) {
		return
	}
	limit := cmp.Or(r.s.timing.Load().AheadTime, aheadTime)
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	began := time.Now()
	g.Ahead = r.s.analyzer.Ahead(ctx, r.name, g.Dir, g.Files, j.urgent(), g.Growing)
	r.noteAhead(g.Ahead, g.Files, began, limit)
}

// describeRenamed has the files of a directory described that was renamed: each is written once where it is now, with
// what lies beside it there. Where anything is not as it was, they are described once they are written.
func (r *runner) describeRenamed(ctx context.Context, g *reconcile.Snapshot) {
	moved := r.moved(ctx, g, g.Files, "", "")
	if moved == nil {
		return
	}
	if g.Ahead = r.s.analyzer.Renamed(ctx, r.name, g.Dir, moved); g.Ahead != nil {
		r.s.ahead.Add(bytesOf(g.Ahead))
	}
}

// moved gives the items that files of a renamed directory are which stood at the names from one up to before another;
// nil where any of them is not as it was.
func (r *runner) moved(ctx context.Context, g *reconcile.Snapshot, files []tree.Entry, from, to string) []store.Item {
	left, ok := renamedFrom(g)
	if !ok {
		return nil
	}
	items, err := r.s.store.StandingIn(ctx, left.Root, left.Dir, from, to, aheadFiles)
	if err != nil {
		return nil // the directory is written as it is, and the error met there
	}
	return reconcile.SameItems(files, items)
}

// renamedFrom gives the one directory that files of another may come from and that is not there any more.
func renamedFrom(g *reconcile.Snapshot) (from reconcile.OldDir, ok bool) {
	n := 0
	for d, left := range g.LeftDirs {
		if left {
			from = d
			n++
		}
	}
	return from, n == 1 && !g.WeakIDs
}

// worthAhead reports whether the files of a new directory are to be analysed before they are written: not those that
// came here from elsewhere, which are known.
func (r *runner) worthAhead(ctx context.Context, j *job, g *reconcile.Snapshot) bool {
	first := &g.Files[0]
	if first.ID == (tree.FileID{}) || j.first() || standsElsewhere(g, first) {
		return true
	}
	known, err := r.s.store.KnowsFile(ctx, g.Volume, first.ID) // missing too: where it was may be looked at first
	return err == nil && !known
}

// aheadDone lets go of what was known of a directory ahead.
func (s *Scanner) aheadDone(a *store.Ahead, written bool) {
	if a == nil {
		return
	}
	s.ahead.Add(-bytesOf(a))
	if written {
		s.analyzer.AheadWritten(a)
	}
}

func bytesOf(a *store.Ahead) (n int64) {
	for i := range a.Files {
		n += int64(cap(a.Files[i].Doc) + cap(a.Files[i].Probed))
	}
	return n
}

// pending counts the files that are still to be analysed.
func pending(a *store.Ahead) (n int) {
	for i := range a.Files {
		if a.Files[i].Analysis == store.Pending {
			n++
		}
	}
	return n
}

// aheadPatience decides which directories are worth a wait: where files are slow to read each would take it whole, for
// nothing. After each that was in vain twice as many are passed over.
type aheadPatience struct{ step, left atomic.Int64 }

const maxPassedOver = 256

func (p *aheadPatience) tries() bool { return p.left.Add(-1) < 0 }

func (p *aheadPatience) note(worth bool) {
	step := int64(0)
	if !worth {
		step = min(2*p.step.Load()+1, maxPassedOver)
	}
	p.step.Store(step)
	p.left.Store(step)
}
