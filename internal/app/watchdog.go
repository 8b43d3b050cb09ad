package app

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/coreos/go-systemd/v22/daemon"
)

// answerTime is how long those that keep the catalog true may take to answer.
const answerTime = 15 * time.Second

// pulse is somebody whose answer is a sign of life.
type pulse struct {
	name string
	beat func(context.Context) error
}

// watchdog tells the service manager that the daemon lives, three times in each interval in which it wants to know,
// while everybody answers. It has a goroutine of its own: neither a reload nor a stop waits for it, nor it for them.
func (n *notifier) watchdog(ctx context.Context, of []pulse) error {
	interval, err := daemon.SdWatchdogEnabled(false)
	if err != nil || interval == 0 {
		return nil //nolint:nilerr // nobody wants to know
	}
	run.Every(ctx, interval/3, func() {
		within, cancel := context.WithTimeout(ctx, min(answerTime, interval/3))
		defer cancel()
		for _, p := range of {
			if err := p.beat(within); err != nil && ctx.Err() == nil {
				n.log.Warn("the watchdog is not answered", zap.String("since", p.name), zap.Error(err))
				return
			}
		}
		if ctx.Err() == nil {
			n.alive()
		}
	})
	return nil
}

// pulses are of the writer and of the runners that decide what is scanned when.
func (d *Daemon) pulses() []pulse {
	return []pulse{
		{"the store does not answer", func(ctx context.Context) error { return storeAlive(ctx, d.store) }},
		{"the scanner does not answer", d.scanner.Alive},
	}
}

// writing is the part of a store that its writer answers by.
type writing interface {
	Update(ctx context.Context, fn func(*store.Tx) error) error
	Building() (since time.Time, building bool)
}

// storeAlive asks the writer. What sorts many millions of items is built in one piece, for a minute or longer: to be
// ended in the middle of it would have the next start begin it anew.
func storeAlive(ctx context.Context, st writing) error {
	if since, building := st.Building(); building && time.Since(since) < openingTime {
		return nil
	}
	err := st.Update(ctx, func(*store.Tx) error { return nil })
	if errors.Is(err, store.ErrUnwritten) { // that is an answer, and a restart writes no more
		return nil
	}
	return err
}
