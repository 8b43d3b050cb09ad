// Package rules breaks each rule where it says so by want, and nowhere else.
package rules

import "sync"

type guarded struct {
	mu sync.RWMutex
	n  int
}

func start(f func()) {
	go f() // want "goroutine started by go"
	//concurrencylint:allow it ends with the process
	go f()
	go func() { f() }() //concurrencylint:allow the caller waits for it
	/* want "say why" */ //concurrencylint:allow
	f()
	go func() { // want "goroutine started by go"
		var g guarded
		g.mu.Lock()
		g.mu.Unlock() // want "unlocked without a defer"
	}()
}

func (g *guarded) plain() int {
	g.mu.RLock()
	n := g.n
	g.mu.RUnlock() // want "unlocked without a defer"
	return n
}

func (g *guarded) deferred() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.n
}

func (g *guarded) deferredWithMore() {
	g.mu.Lock()
	defer func() {
		g.n++
		g.mu.Unlock()
	}()
}

func (g *guarded) given(release func(func())) {
	g.mu.Lock()
	release(g.mu.Unlock)
}

// Unlock is what a lock offers that wraps another.
func (g *guarded) Unlock() { g.mu.Unlock() }

func (g *guarded) nested() {
	if g.n > 0 {
		for range g.n {
			g.mu.Lock()
			g.Unlock() // want "unlocked without a defer"
		}
	}
}
