package analyzer

import (
	"context"
	"slices"

	"go.uber.org/zap"
)

// forgottenPage is how many items are put on the list in one transaction.
const forgottenPage = 1000

// takeUpForgotten puts those items of the root on the list that have not been read, and that nobody would ask for
// before their directories are compared whole. Files that still grow are found unsteady, and wait for the scanner.
func (w *rootWorker) takeUpForgotten(ctx context.Context) {
	ids, err := w.a.store.Forgotten(ctx, w.root.ID)
	for page := range slices.Chunk(ids, forgottenPage) {
		if err == nil {
			_, err = w.a.store.AnalyseAgain(ctx, page)
		}
	}
	switch {
	case ctx.Err() != nil:
	case err != nil:
		w.log.Warn("files that were left unread are not taken up", zap.Error(err))
	case len(ids) > 0:
		w.log.Info("files that were left unread are taken up", zap.Int("files", len(ids)))
	}
}
