package app

import (
	"go.uber.org/zap"
	"golang.org/x/sys/unix"
)

const (
	lowNice = 10 // of -20 to 19
	// The best-effort class at its lowest level: the idle class would starve for as long as anybody else
	// uses the disk. See ioprio_set(2).
	ioprioClassBE    = 2
	ioprioClassShift = 13
	ioprioLowest     = 7
	ioprioWhoProcess = 1
)

// lowerPriority lowers the CPU and I/O priority of the calling thread, which must be locked to its
// goroutine. Where that is not allowed the work goes on as it is.
func lowerPriority(log *zap.Logger) {
	tid := unix.Gettid()
	if err := unix.Setpriority(unix.PRIO_PROCESS, tid, lowNice); err != nil {
		log.Debug("CPU priority not lowered", zap.Error(err))
	}
	_, _, errno := unix.Syscall(unix.SYS_IOPRIO_SET, ioprioWhoProcess, uintptr(tid),
		ioprioClassBE<<ioprioClassShift|ioprioLowest)
	if errno != 0 {
		log.Debug("I/O priority not lowered", zap.Error(errno))
	}
}
