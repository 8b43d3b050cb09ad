package analyzer

import (
	"context"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// Version is of what this analyzer says of files. Whoever makes it say other things of the same files raises one of its
// numbers, once for a release: what the catalog holds is then described anew, by those who open it.
var Version = store.NewVersion(bytesVersion, wordsVersion)

const (
	bytesVersion = 2 // of probe, photo and what reads sidecars: all files are read anew
	wordsVersion = 3 // of name, kinds, and how it all is joined: no file is opened
)

// fillOutdated reads tasks of files that an older version described, once few are left and the scanner has nothing to
// do in the root. It tells how many were not in flight yet, and how many there are.
func (w *rootWorker) fillOutdated(ctx context.Context) (fresh, all int, err error) {
	if len(w.outdated) > outdatedPage/4 {
		return 0, len(w.outdated), nil
	}
	page, err := w.a.store.Outdated(ctx, w.root.ID, outdatedPage+len(w.inFlight))
	if err != nil {
		return 0, 0, err
	}
	if w.renewalWaits = len(page) > 0 && !w.a.scanner.Quiet(w.root.Name); w.renewalWaits {
		return 0, len(page), nil
	}
	if w.renewing != (len(page) > 0) {
		w.renewing = len(page) > 0
		w.tellRenewal(ctx)
	}
	return w.take(page, &w.outdated), len(page), nil
}

func (w *rootWorker) tellRenewal(ctx context.Context) {
	if !w.renewing {
		w.log.Info("all files are described by this version")
		return
	}
	n, err := w.a.store.CountOutdated(ctx, w.root.ID)
	if err != nil { // whoever reads the tasks next says so
		return
	}
	w.log.Info("files are described anew, since this version says more of them", zap.Int64("files", n))
}
