// Package runtest starts the processes of tests, so that none outlives its test and none ends before it.
package runtest

import (
	"os/exec"
	"runtime"
	"syscall"
)

// Start starts a command that gets a signal when the process that started it ends, however that ends. Its end is told
// once on the channel, with what [exec.Cmd.Wait] says.
//
// The kernel sends that signal when the thread ends that started the command, and threads end in Go: with each goroutine
// that was locked to one and is over. So the thread is kept until the command has ended.
func Start(cmd *exec.Cmd, atEnd syscall.Signal) (exit chan error, err error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = atEnd
	started := make(chan error, 1) // whether it could be started
	exit = make(chan error, 1)     // the one end
	go func() {                    // ends with the process
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			exit <- cmd.Wait()
		}
	}()
	return exit, <-started
}
