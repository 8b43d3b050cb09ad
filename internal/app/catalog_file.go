package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/run"
)

// followCatalog notices when the catalog's file is removed, or its disk pulled, under the running daemon. SQLite
// goes on with the open file and has no error to tell; what it writes is lost with the process.
func (d *Daemon) followCatalog(ctx context.Context) error {
	const every = 2 * time.Second
	path := d.store.Path()
	opened, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("look at the catalog: %w", err)
	}
	run.Every(ctx, every, func() {
		now, err := os.Stat(path)
		gone := errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(opened, now)
		switch was := d.displaced.Load() != nil; {
		case gone && !was:
			err := fmt.Errorf("the catalog is not at %s any more: bring its disk back, or restart to make it anew: "+
				"what is found until then is lost", path)
			d.displaced.Store(&err)
			d.log.Error("catalog is gone", zap.Error(err))
		case !gone && was:
			d.displaced.Store(nil)
			d.log.Info("catalog is back", zap.String("path", path))
		}
	})
	return nil
}
