package run

import (
	"context"
	"sync"

	"go.uber.org/zap"
)

// Pool is a fixed number of workers without a queue: a task is sent to a worker that is free. So nothing is ever queued
// that a stop could lose or run by chance: what runs is finished, what waits stays with its owner. A task that panics
// is logged; its worker goes on.
type Pool struct {
	name    string
	workers int
	log     *zap.Logger
	tasks   chan func(context.Context) // unbuffered: a sent task has a worker
	stop    chan struct{}              // closed once, when no more tasks are taken
	once    sync.Once
}

// NewPool returns a pool that works once Run is called.
func NewPool(name string, workers int, log *zap.Logger) *Pool {
	return &Pool{name: name, workers: max(workers, 1), log: log, tasks: make(chan func(context.Context)),
		stop: make(chan struct{})}
}

// Workers is how many tasks run at once.
func (p *Pool) Workers() int { return p.workers }

// Run works until ctx ends, and returns when the last running task has.
func (p *Pool) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for range p.workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			p.work(ctx)
		}()
	}
	<-ctx.Done()
	p.once.Do(func() { close(p.stop) })
	wg.Wait()
	return nil
}

func (p *Pool) work(ctx context.Context) {
	for {
		select {
		case <-p.stop: // first of all: a stopped pool takes nothing, whatever else is ready
			return
		default:
		}
		select {
		case <-p.stop:
			return
		case task := <-p.tasks:
			_ = Safely(p.log, p.name, func() error { task(ctx); return nil })
		}
	}
}

// Tasks is the channel that hands a task to a worker; sending waits while all are busy. Owners send in a select beside
// their own end: nothing receives from it once the pool is stopped, and what has not been sent has not run.
func (p *Pool) Tasks() chan<- func(context.Context) { return p.tasks }
