package scanner

import (
	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// equals reports whether a listing is the one that a directory's rows equal, and nobody asked for more than to know
// that.
func (j *job) equals(g *reconcile.Snapshot, known *store.Dir) bool {
	return known.Settled && !known.Gone && known.Digest == g.Digest && !j.full && len(j.unresolvedMoves) == 0 &&
		!(j.due && known.RecheckAt != 0) && (!g.KeepStamp || known.Stamp == g.Stamp)
}
