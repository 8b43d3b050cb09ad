package run

import (
	"runtime"
	"time"

	"go.uber.org/zap"
)

// Threads run functions that may hang, each on a thread that was prepared (its priority lowered, say) and that nothing
// else runs on. One that has run its function takes the next, and ends when none has come for a while. It is safe for
// concurrent use.
type Threads struct {
	name    string
	prepare func()
	log     *zap.Logger
	next    chan func() // unbuffered: who receives has nothing to run
	stop    chan struct{}
}

// threadRests is how long a thread has nothing to run before it ends.
const threadRests = 5 * time.Second

// NewThreads returns threads of which there is none yet. prepare is called on each of them before its first function.
func NewThreads(name string, prepare func(), log *zap.Logger) *Threads {
	return &Threads{name: name, prepare: prepare, log: log, next: make(chan func()), stop: make(chan struct{})}
}

// Go runs f on a thread that has nothing to run, or on a new one. It never waits. A panic of f is logged.
func (t *Threads) Go(f func()) {
	select {
	case t.next <- f:
	default:
		//concurrencylint:allow nobody can wait for what hangs in the kernel; Close ends it as soon as it has nothing to run
		go t.run(f)
	}
}

func (t *Threads) run(f func()) {
	runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
	// One that could not be prepared runs all the same.
	_ = Safely(t.log, t.name+": preparation", func() error { t.prepare(); return nil })
	idle := time.NewTimer(threadRests)
	defer idle.Stop()
	for {
		_ = Safely(t.log, t.name, func() error { f(); return nil })
		idle.Reset(threadRests)
		select {
		case f = <-t.next:
		case <-idle.C:
			return
		case <-t.stop:
			return
		}
	}
}

// Close ends each thread as soon as it has nothing to run. Go must not be called any more.
func (t *Threads) Close() { close(t.stop) }
