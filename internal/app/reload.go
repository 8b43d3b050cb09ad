package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/media/scanner"
	"github.com/catalogizer/catalogizerd/internal/run"
	"go.uber.org/zap"
)

// reloads takes in new configurations one at a time. What is asked for meanwhile is one more, behind the one that runs.
// It belongs to the goroutine that asks.
type reloads struct {
	group  *run.Group
	reload func(context.Context)
	notify *notifier
	done   chan struct{} // closed when the one that runs is over; nil: none runs
	again  bool
}

// ask begins to take in the configuration, or has it taken in again.
func (r *reloads) ask() {
	if r.done != nil {
		r.again = true
		return
	}
	done := make(chan struct{})
	r.done = done
	r.notify.reloading()
	r.group.Go("reload", func(ctx context.Context) error {
		defer close(done)
		r.reload(ctx)
		return nil
	})
}

// ended begins with what was asked for meanwhile.
func (r *reloads) ended() {
	r.done = nil
	if r.again {
		r.again = false
		r.ask()
		return
	}
	r.notify.ready()
}

// reload takes in a new configuration, or says why it does not.
func (d *Daemon) reload(ctx context.Context) {
	if err := d.takeIn(ctx); err != nil {
		d.log.Error("new configuration refused, the old one stays in force", zap.Error(err))
	}
}

// takeIn takes in a new configuration, whole or not at all: a bad one is refused, and where one cannot be taken in the
// old one is put back.
func (d *Daemon) takeIn(ctx context.Context) error {
	cfg, err := d.opts.Reload()
	if err != nil {
		return err
	}
	if err := d.store.Damage(); err != nil {
		return err
	}
	old := d.config.Load()
	fixed, keys := config.Diff(old, cfg)
	if len(fixed) > 0 {
		d.log.Warn("only a restart changes these keys", zap.Strings("keys", fixed))
	}
	if err := cfg.KeepFixed(old); err != nil {
		return err
	}
	roots, err := buildRoots(cfg, d.log)
	if err != nil {
		return err
	}
	if err := d.apply(ctx, cfg, roots); err != nil {
		return errors.Join(err, d.putBack(ctx, old))
	}
	d.log.Info("configuration reloaded", zap.Int("roots", len(roots)), zap.Strings("keys", keys))
	return nil
}

// apply puts a configuration in force. Where it fails, a part of it may be.
func (d *Daemon) apply(ctx context.Context, cfg *config.Config, roots []scanner.RootConfig) error {
	if err := d.watcher.SetTiming(cfg.Watcher.Debounce, cfg.Watcher.MaxWait); err != nil {
		return err
	}
	d.scanner.SetTiming(cfg.Watcher.Debounce, cfg.Watcher.MaxWait, cfg.Scanner.RescanInterval, window(cfg))
	if err := d.setRoots(ctx, cfg, roots); err != nil {
		return err
	}
	if err := d.setTargets(ctx, cfg); err != nil {
		return err
	}
	if d.opts.Reloaded != nil {
		if err := d.opts.Reloaded(cfg); err != nil {
			return err
		}
	}
	d.server.SetSite(siteOf(cfg))
	d.config.Store(cfg)
	return nil
}

// putBack puts the configuration in force again that was before.
func (d *Daemon) putBack(ctx context.Context, old *config.Config) error {
	roots, err := buildRoots(old, d.log)
	if err == nil {
		err = d.apply(ctx, old, roots)
	}
	if err != nil && ctx.Err() == nil { // else it ends anyway
		return fmt.Errorf("put the old one back: %w", err)
	}
	return nil
}
