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
	bytesVersion = 1 // of probe, photo and what reads sidecars: all files are read anew
	wordsVersion = 1 // of name, kinds, and how it all is joined: no file is opened
)

// fillOld reads tasks of files that an older version described, once few are left and the scanner has nothing to do in
// the root. It tells how many are not under way yet, and how many there are.
func (l *lane) fillOld(ctx context.Context) (fresh, all int, err error) {
	if len(l.old) > oldPage/4 {
		return 0, len(l.old), nil
	}
	page, err := l.a.store.Outdated(ctx, l.root.ID, oldPage+len(l.flying))
	if err != nil {
		return 0, 0, err
	}
	if l.waits = len(page) > 0 && !l.a.scanner.Quiet(l.root.Name); l.waits {
		return 0, len(page), nil
	}
	if l.renewing != (len(page) > 0) {
		l.renewing = len(page) > 0
		l.tellRenewal(ctx)
	}
	return l.take(page, &l.old), len(page), nil
}

func (l *lane) tellRenewal(ctx context.Context) {
	if !l.renewing {
		l.log.Info("all files are described by this version")
		return
	}
	n, err := l.a.store.CountOutdated(ctx, l.root.ID)
	if err != nil { // whoever reads the tasks next says so
		return
	}
	l.log.Info("files are described anew, since this version says more of them", zap.Int64("files", n))
}
