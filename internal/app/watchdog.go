package app

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/coreos/go-systemd/v22/daemon"
)

// answerWatchdog tells systemd that the daemon lives, if the writer answers.
func (d *Daemon) answerWatchdog(ctx context.Context, n *notifier) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	err := d.store.Update(ctx, func(*store.Tx) error { return nil })
	if errors.Is(err, store.ErrUnwritten) {
		err = nil // that is an answer, and a restart writes no more
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		d.log.Warn("the store does not answer", zap.Error(err))
		return
	}
	n.alive()
}

// watchdog ticks when the service manager wants a sign of life: three times in each of its intervals. It never ticks
// where none is wanted.
func (n *notifier) watchdog() (ticks <-chan time.Time, stop func()) {
	interval, err := daemon.SdWatchdogEnabled(false)
	if err != nil || interval == 0 {
		return nil, func() {}
	}
	t := time.NewTicker(interval / 3)
	return t.C, t.Stop
}
