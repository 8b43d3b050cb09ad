package store

import "sync"

// pool lends the connections of a class. The one that came back last is lent first: as few as are in use at once keep
// pages in memory, and those are the pages that were read last.
type pool struct {
	places chan struct{} // one for each connection that is not lent; full at first
	mu     sync.Mutex    // guards idle
	idle   []*conn       // that have been opened and are not lent, the last one first to go
}

func newPool(size int) *pool {
	p := &pool{places: make(chan struct{}, size)}
	for range size {
		p.places <- struct{}{}
	}
	return p
}

// pop takes a connection for a place that was taken; nil is one that is to be opened.
func (p *pool) pop() *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.idle)
	if n == 0 {
		return nil
	}
	c := p.idle[n-1]
	p.idle[n-1] = nil
	p.idle = p.idle[:n-1]
	return c
}

// give takes a connection back, or its place where it could not be opened.
func (p *pool) give(c *conn) {
	if c != nil {
		p.push(c)
	}
	p.places <- struct{}{} // has room for every connection
}

func (p *pool) push(c *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, c)
}
