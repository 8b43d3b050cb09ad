package main

import (
	"context"
	"os"
	"syscall"
	"time"

	gorun "github.com/catalogizer/catalogizerd/internal/run"
	"go.uber.org/zap"
	"golang.org/x/sys/unix"
)

// lookAtReader is how often it is asked whether somebody still reads.
const lookAtReader = time.Second

// whileRead gives a process whose context ends, as by SIGPIPE, once nobody can read any more what it prints: a write
// says so too, but of a quiet feed there is none, and a command before a pipe's head would live until the next change.
func whileRead(p *process) (read *process, stop func()) {
	out, ok := p.out.(*os.File)
	if !ok {
		return p, func() {}
	}
	ctx, cancel := context.WithCancelCause(p.ctx)
	group := gorun.NewGroup(ctx, zap.NewNop())
	group.Go("reader", func(ctx context.Context) error {
		look := time.NewTicker(lookAtReader)
		defer look.Stop()
		for {
			select {
			case <-look.C:
				if readerGone(out) {
					cancel(signalled{syscall.SIGPIPE})
					return nil
				}
			case <-ctx.Done():
				return nil
			}
		}
	})
	return &process{ctx, p.in, p.out, p.err}, func() {
		group.Stop()
		_ = group.Wait() // it does not fail
		cancel(nil)
	}
}

// readerGone reports whether a file is the end of a pipe or a socket whose other end is closed, or a terminal that was
// hung up.
func readerGone(out *os.File) (gone bool) {
	c, err := out.SyscallConn()
	if err != nil {
		return false
	}
	err = c.Control(func(fd uintptr) {
		state := []unix.PollFd{{Fd: int32(fd)}} // of which errors and hanging up are told unasked
		n, err := unix.Poll(state, 0)
		gone = err == nil && n > 0 && state[0].Revents&(unix.POLLERR|unix.POLLHUP) != 0
	})
	return err == nil && gone
}
