package runtest

import (
	"context"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// A goroutine that is locked to its thread ends it, with whatever process that thread has started.
func TestAProcessOutlivesTheThreadsOfGoroutines(t *testing.T) {
	const starters = 20 // each of which has the thread that it starts from end
	for range starters {
		var exit chan error
		cmd := exec.CommandContext(context.Background(), "sleep", "1000")
		over := make(chan struct{})
		go func() {
			defer close(over)
			runtime.LockOSThread() // and with it the thread ends
			var err error
			if exit, err = Start(cmd, syscall.SIGKILL); err != nil {
				t.Error(err)
			}
		}()
		<-over
		t.Cleanup(func() {
			select {
			case err := <-exit:
				t.Errorf("it has ended: %v", err)
				return
			default:
			}
			_ = cmd.Process.Kill()
			if err := <-exit; err == nil {
				t.Error("it has ended well")
			}
		})
	}
	time.Sleep(50 * time.Millisecond) // threads are about to end; one that is late lets the test pass
}

func TestACommandThatThereIsNotIsNotStarted(t *testing.T) {
	if _, err := Start(exec.CommandContext(t.Context(), "/nowhere/at all"), syscall.SIGKILL); err == nil {
		t.Error("it is started")
	}
}
