package hub

import (
	"context"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/hub/postgres"
	"github.com/catalogizer/catalogizerd/internal/media/librarian"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// When works of what has changed are derived: as those of a daemon are, and by more changes at once, since those of all
// sources come in one row, and each batch has its journeys to the database.
const (
	worksQuiet   = 150 * time.Millisecond
	worksMaxWait = 2 * time.Second
	worksAtOnce  = 2000
)

// Works derives a hub's works of the items of all sources. Of the hubs of one database the one that leads does so; where
// several do, nothing is derived wrongly, and much twice.
type Works struct {
	store *postgres.Store
	log   *zap.Logger
	by    atomic.Pointer[librarian.Librarian] // nil: another hub, or nobody, derives
}

// NewWorks returns what derives the works of a database.
func NewWorks(of *postgres.Store, log *zap.Logger) *Works { return &Works{store: of, log: log} }

// Run derives works of what has come, and of what comes, until ctx ends. It may be run again.
func (w *Works) Run(ctx context.Context) error {
	l := librarian.NewOf(librarian.Config{Quiet: worksQuiet, MaxWait: worksMaxWait, AtOnce: worksAtOnce,
		Unresting: true}, w.store.Library(), w.log)
	w.by.Store(l)
	defer w.by.Store(nil)
	return l.Run(ctx)
}

// Idle reports whether there are the works of all items.
func (w *Works) Idle() bool {
	if l := w.by.Load(); l != nil {
		return l.Idle()
	}
	return w.store.Worked() >= w.store.Head() && w.store.WorksSettled() == store.AllSettled
}
