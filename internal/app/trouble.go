package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"go.uber.org/zap"
)

// trouble says what keeps the daemon from keeping its catalog, for people and for monitoring; nil while nothing does.
func (d *Daemon) trouble() error {
	if err := d.store.Failure(); err != nil {
		return err
	}
	if err := d.displaced.Load(); err != nil {
		return *err
	}
	return nil
}

// holdStill ends everything that finds changes, once the catalog is damaged: none is kept any more, and what asks again
// and again for what cannot be read would only wear out the disk and the log. The feed and HTTP go on with what can be
// read, and the store refuses what is to be written.
func (d *Daemon) holdStill(context.Context) error {
	within := d.config.Load().ShutdownTimeout
	d.stages.stopBut(within, time.Now().Add(within), "store", "event bus", "catalog", "http")
	d.log.Error("nothing is scanned any more, since the catalog is damaged", zap.Error(d.store.Damage()))
	return nil
}

// followCatalog notices when the catalog's file is removed, or its disk pulled, under the running daemon. SQLite
// goes on with the open file and has no error to tell; what it writes is lost with the process.
func (d *Daemon) followCatalog(ctx context.Context) error {
	const every = 2 * time.Second
	path := d.store.Path()
	opened, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("look at the catalog: %w", err)
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
		now, err := os.Stat(path)
		gone := errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(opened, now)
		switch was := d.displaced.Load() != nil; {
		case gone && !was:
			err := fmt.Errorf("the catalog is not at %s any more: bring its disk back, or restart to make it anew: what is found until then is lost", path)
			d.displaced.Store(&err)
			d.log.Error("catalog is gone", zap.Error(err))
		case !gone && was:
			d.displaced.Store(nil)
			d.log.Info("catalog is back", zap.String("path", path))
		}
	}
}
