package app

import (
	"context"
	"time"

	"go.uber.org/zap"
)

// health says what is wrong with the catalog, for people and for monitoring: why it cannot be kept now, or that a damaged
// one is kept aside; nil where nothing is.
func (d *Daemon) health() error {
	if err := d.trouble(); err != nil {
		return err
	}
	return d.keptAside()
}

// trouble is why the catalog cannot be kept now; nil while it can.
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
