package analyzer

import (
	"context"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
	"go.uber.org/zap"
)

// maxWriting is how many batches of outcomes wait for the store at once. Beyond it the workers wait.
const maxWriting = 4

// batch is a number of outcomes that were written together, or not.
type batch struct {
	outcomes []outcome
	err      error
}

// record hands the collected outcomes to the store.
func (w *rootWorker) record(ctx context.Context) {
	outcomes := w.pending
	w.pending, w.pendingBytes = nil, 0
	if len(outcomes) == 0 {
		return
	}
	w.writing++
	err := w.a.store.Enqueue(ctx, func(tx *store.Tx) error { return write(tx, outcomes) }, func(err error) {
		w.written <- batch{outcomes, err} // has room for every batch
	})
	if err != nil {
		w.noteWritten(batch{outcomes, err})
	}
}

func write(tx *store.Tx, outcomes []outcome) (err error) {
	for i := range outcomes {
		o := &outcomes[i]
		switch o.result {
		case analysed:
			_, err = tx.Record(o.row)
		case redescribed:
			err = tx.Redescribed(o.row)
		case unsteady:
			err = tx.Defer(o.task)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// noteWritten forgets the tasks of a batch that is durable, and has the directories of unsteady files scanned.
func (w *rootWorker) noteWritten(b batch) {
	w.writing--
	w.noNewGen = -1
	if b.err != nil {
		w.log.Error("what was found in files was not written, they are read again", zap.Error(b.err))
		w.pausedUntil = time.Now().Add(failedPause)
	}
	for i := range b.outcomes {
		o := &b.outcomes[i]
		w.forget(o.task)
		if b.err != nil {
			continue
		}
		switch o.result {
		case analysed:
			w.a.count(o.row)
		case unsteady:
			w.a.hint(w.root.Name, o.task)
		}
	}
	w.publish()
}
