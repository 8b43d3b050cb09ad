package app

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"go.uber.org/zap"
	"golang.org/x/sys/unix"

	"github.com/catalogizer/catalogizerd/internal/run"
)

// notifier tells the service manager how the daemon is, where there is one: see sd_notify(3).
type notifier struct{ log *zap.Logger }

func newNotifier(log *zap.Logger) *notifier { return &notifier{log} }

func (n *notifier) tell(state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		n.log.Warn("service manager not told", zap.String("state", state), zap.Error(err))
	}
}

func (n *notifier) ready()    { n.tell(daemon.SdNotifyReady) }
func (n *notifier) stopping() { n.tell(daemon.SdNotifyStopping) }
func (n *notifier) alive()    { n.tell(daemon.SdNotifyWatchdog) }

// reloading carries the time too, without which notify-reload units take it for an error.
func (n *notifier) reloading() {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		n.log.Warn("monotonic clock not read", zap.Error(err))
	}
	n.tell(fmt.Sprintf("%s\nMONOTONIC_USEC=%d", daemon.SdNotifyReloading, ts.Nano()/1000))
}

// How long the service manager is asked to wait for more, and how often, while a start or a stop goes on.
const (
	extension   = 20 * time.Second
	extendEvery = 5 * time.Second
)

// extend asks the service manager for patience, from now on until done is called, at most for as long as said: what takes
// longer hangs. A unit's TimeoutStopSec may be shorter than what is to be written takes.
func (n *notifier) extend(most time.Duration) (done func()) {
	if os.Getenv("NOTIFY_SOCKET") == "" {
		return func() {}
	}
	ask := func() { n.tell(fmt.Sprintf("EXTEND_TIMEOUT_USEC=%d", extension.Microseconds())) }
	ask()
	ctx, cancel := context.WithTimeout(context.Background(), most)
	group := run.NewGroup(ctx, n.log)
	group.Go("extend the service manager's patience", func(ctx context.Context) error {
		run.Every(ctx, extendEvery, ask)
		return nil
	})
	return func() {
		cancel()
		_ = group.Wait() // it does not fail
	}
}

// statusEvery is how often the service manager is told what goes on, where that is another by now.
const statusEvery = 2 * time.Second

// follow keeps the service manager's line about the service up to date: see systemctl status.
func (n *notifier) follow(ctx context.Context, doing func() string) error {
	if os.Getenv("NOTIFY_SOCKET") == "" {
		return nil
	}
	told := ""
	run.Every(ctx, statusEvery, func() {
		if now := doing(); now != told {
			told = now
			n.tell("STATUS=" + now)
		}
	})
	return nil
}
