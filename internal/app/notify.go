package app

import (
	"fmt"

	"github.com/coreos/go-systemd/v22/daemon"
	"go.uber.org/zap"
	"golang.org/x/sys/unix"
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
