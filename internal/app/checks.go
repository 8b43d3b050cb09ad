package app

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/media/scanner"
	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/store"
)

const (
	// checkTurn is how often it is looked whether the catalog is to be checked.
	checkTurn = 10 * time.Minute
	// checkEvery is how often all of it is: what a disk loses in silence shows while the backups of before are still
	// there.
	checkEvery = 7 * 24 * time.Hour
	// upgradeKept is how long the copy of before an upgrade is kept at least. It goes when the catalog has been found
	// sound after that.
	upgradeKept = 14 * 24 * time.Hour
)

// window is when a comparison that is due may begin by a configuration; nil: at any time.
func window(cfg *config.Config) scanner.Window {
	hours := cfg.Scanner.Within()
	if hours == (config.Hours{}) {
		return nil
	}
	return hours
}

// checks has the whole catalog checked, now and then, when there is nothing else to do. Damage is told of as that which
// a read meets.
type checks struct {
	last func() time.Time
	keep func(context.Context, time.Time) error
	// forget removes copies of before an upgrade that are older than a time.
	forget func(before time.Time) ([]string, error)
	check  func(context.Context) error
	idle   func() bool
	// opens gives the first time from another on at which a check may begin.
	opens func(time.Time) time.Time
	now   func() time.Time
	log   *zap.Logger
}

func (d *Daemon) newChecks(log *zap.Logger) *checks {
	return &checks{
		forget: func(before time.Time) ([]string, error) {
			return store.ForgetUpgradeCopies(d.config.Load().DataDir, before)
		},
		last: d.store.LastCheck, keep: d.store.KeepCheck, check: d.store.Integrity, idle: d.idle, now: time.Now,
		opens: func(t time.Time) time.Time { return d.config.Load().Scanner.Within().Next(t) },
		log:   log.Named("checks"),
	}
}

// run checks until ctx ends.
func (c *checks) run(ctx context.Context) error {
	run.Every(ctx, checkTurn, func() { c.turn(ctx) })
	return nil
}

// turn checks if it is time. A clock that was ahead when the last check ended says nothing of when that was.
func (c *checks) turn(ctx context.Context) {
	began := c.now()
	if since := began.Sub(c.last()); since >= 0 && since < checkEvery || c.opens(began).After(began) || !c.idle() {
		return
	}
	err := c.check(ctx)
	if err == nil {
		c.log.Info("catalog checked: it is sound", zap.Duration("took", c.now().Sub(began)))
		err = errors.Join(c.keep(ctx, began), c.tidy(began))
	}
	if err != nil && ctx.Err() == nil {
		c.log.Error("catalog not checked, or not found sound", zap.Error(err))
	}
}

// tidy removes what was kept of the catalog before an upgrade, once the new one has stood its time.
func (c *checks) tidy(now time.Time) error {
	gone, err := c.forget(now.Add(-upgradeKept))
	if len(gone) > 0 {
		c.log.Info("copies of before an upgrade removed", zap.Strings("files", gone))
	}
	return err
}
