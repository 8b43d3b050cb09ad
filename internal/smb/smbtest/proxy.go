package smbtest

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Proxy stands between a share and its server, as the network does, and does to them what networks do.
// It passes on frame by frame, in order. All of it may be used from any goroutine.
type Proxy struct {
	// Mangle, if set, is given each frame from the server, without its length, and how many came before it
	// on all connections. It returns what is sent instead; nil cuts the connection.
	Mangle atomic.Pointer[func(n int64, frame []byte) []byte]
	// MangleRequest is the same for frames from the client.
	MangleRequest atomic.Pointer[func(n int64, frame []byte) []byte]
	// Swallow keeps everything, as a pulled cable does.
	Swallow atomic.Bool
	// CutAfter, if positive, counts down the bytes from the server until the connection is cut.
	CutAfter atomic.Int64
	// Latency of one direction, in nanoseconds.
	Latency atomic.Int64

	listener net.Listener
	target   string
	frames   atomic.Int64
	requests atomic.Int64

	mu    sync.Mutex // guards conns
	conns map[net.Conn]bool
	busy  sync.WaitGroup
	life  context.Context
}

// StartProxy starts a proxy to a port of this machine, which ends with the test. The latency is that of one
// direction.
func StartProxy(tb testing.TB, port int, latency time.Duration) *Proxy {
	tb.Helper()
	l, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	return ServeProxy(tb, l, port, latency)
}

// ServeProxy is StartProxy with a listener of the test's own.
func ServeProxy(tb testing.TB, l net.Listener, port int, latency time.Duration) *Proxy {
	p := &Proxy{listener: l, target: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), conns: map[net.Conn]bool{}}
	var end context.CancelFunc
	p.life, end = context.WithCancel(context.WithoutCancel(tb.Context()))
	p.Latency.Store(int64(latency))
	p.busy.Go(p.accept)
	tb.Cleanup(func() {
		l.Close()
		end()
		p.Cut()
		p.busy.Wait()
	})
	return p
}

// Port is where the proxy listens.
func (p *Proxy) Port() int { return p.listener.Addr().(*net.TCPAddr).Port }

// Cut closes all connections.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.Close()
	}
}

// Calm ends everything that the proxy does beside passing on.
func (p *Proxy) Calm() {
	p.Mangle.Store(nil)
	p.MangleRequest.Store(nil)
	p.Swallow.Store(false)
	p.CutAfter.Store(0)
	p.Latency.Store(0)
}

func (p *Proxy) keep(c net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns[c] = true
	if p.life.Err() != nil { // accepted while all were cut for good
		c.Close()
	}
}

func (p *Proxy) drop(c net.Conn) {
	c.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.keep(client)
		p.busy.Go(func() {
			defer p.drop(client)
			server, err := new(net.Dialer).DialContext(p.life, "tcp", p.target)
			if err != nil {
				return
			}
			p.keep(server)
			defer p.drop(server)
			p.busy.Go(func() { p.pass(server, client, mangled(&p.MangleRequest, &p.requests), nil) })
			p.pass(client, server, mangled(&p.Mangle, &p.frames), &p.CutAfter)
			server.Close()
			client.Close()
		})
	}
}

// mangled does to a frame what the test wants.
func mangled(how *atomic.Pointer[func(int64, []byte) []byte], count *atomic.Int64) func([]byte) []byte {
	return func(b []byte) []byte {
		n := count.Add(1) - 1
		if f := how.Load(); f != nil {
			return (*f)(n, b)
		}
		return b
	}
}

// pass passes frames on, each half a round trip late, and ends with either side. cut, if not nil, counts down
// the bytes until then.
func (p *Proxy) pass(to, from net.Conn, treat func([]byte) []byte, cut *atomic.Int64) {
	type late struct {
		due   time.Time
		frame []byte
	}
	queue := make(chan late, 4096) // more than a server lets a client have on the way
	p.busy.Go(func() {
		defer to.Close()
		for l := range queue {
			time.Sleep(time.Until(l.due))
			if _, err := to.Write(l.frame); err != nil {
				from.Close()
			}
		}
	})
	defer close(queue)
	for {
		var head [4]byte
		if _, err := io.ReadFull(from, head[:]); err != nil {
			return
		}
		frame := make([]byte, binary.BigEndian.Uint32(head[:])&0xffffff)
		if _, err := io.ReadFull(from, frame); err != nil {
			return
		}
		due := time.Now().Add(time.Duration(p.Latency.Load()))
		if frame = treat(frame); frame == nil {
			return
		}
		out := append(binary.BigEndian.AppendUint32(nil, uint32(len(frame))), frame...)
		if p.Swallow.Load() {
			continue
		}
		if cut != nil {
			if left := cut.Load(); left > 0 {
				if left = cut.Add(-int64(len(out))); left <= 0 {
					queue <- late{due, out[:max(int64(len(out))+left, 0)]}
					return
				}
			}
		}
		queue <- late{due, out}
	}
}
