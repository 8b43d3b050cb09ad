package smb

import (
	"encoding/binary"
	"io"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// proxy stands between a share and its server, as the network does, and does to them what networks do.
// It passes on what comes from the client in order, and what comes from the server frame by frame.
type proxy struct {
	listener net.Listener
	target   string
	latency  time.Duration // of one direction

	// mangle, if set, is given each frame from the server, without its length, and how many came before it
	// on all connections. It returns what is sent instead; nil cuts the connection.
	mangle atomic.Pointer[func(n int64, frame []byte) []byte]
	// swallow keeps everything from the server, as a pulled cable does.
	swallow atomic.Bool
	// cutAfter, if positive, counts down the bytes from the server until the connection is cut.
	cutAfter atomic.Int64

	frames   atomic.Int64
	requests atomic.Int64
	accepted atomic.Int64

	mu    sync.Mutex
	conns map[net.Conn]bool
	busy  sync.WaitGroup
}

// startProxy starts a proxy to a port of this machine, which ends with the test.
func startProxy(t testing.TB, port int, latency time.Duration) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serveProxy(t, l, port, latency)
}

// serveProxy is startProxy with a listener of the test's own.
func serveProxy(t testing.TB, l net.Listener, port int, latency time.Duration) *proxy {
	p := &proxy{listener: l, target: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), latency: latency, conns: map[net.Conn]bool{}}
	p.busy.Go(p.accept)
	t.Cleanup(func() {
		l.Close()
		p.cut()
		p.busy.Wait()
	})
	return p
}

func (p *proxy) port() int { return p.listener.Addr().(*net.TCPAddr).Port }

// via makes a configuration go through the proxy.
func (p *proxy) via(c *Config) { c.Host, c.Port = "127.0.0.1", p.port() }

// cut closes all connections.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.Close()
	}
}

func (p *proxy) keep(c net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns[c] = true
}

func (p *proxy) drop(c net.Conn) {
	c.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.accepted.Add(1)
		p.keep(client)
		p.busy.Go(func() {
			defer p.drop(client)
			server, err := net.Dial("tcp", p.target)
			if err != nil {
				return
			}
			p.keep(server)
			defer p.drop(server)
			p.busy.Go(func() { p.pass(server, client, p.countRequest) })
			p.pass(client, server, p.treat)
			server.Close()
			client.Close()
		})
	}
}

func (p *proxy) countRequest(b []byte) []byte { p.requests.Add(1); return b }

// treat does to a frame from the server what the test wants.
func (p *proxy) treat(b []byte) []byte {
	n := p.frames.Add(1) - 1
	if f := p.mangle.Load(); f != nil {
		if b = (*f)(n, b); b == nil {
			return nil
		}
	}
	return b
}

// pass passes frames on, each half a round trip late, and ends with either side.
func (p *proxy) pass(to, from net.Conn, treat func([]byte) []byte) {
	type late struct {
		due   time.Time
		frame []byte
	}
	queue := make(chan late, 4096)
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
		due := time.Now().Add(p.latency)
		if frame = treat(frame); frame == nil {
			return
		}
		out := append(binary.BigEndian.AppendUint32(nil, uint32(len(frame))), frame...)
		if p.swallow.Load() {
			continue
		}
		if left := p.cutAfter.Load(); left > 0 {
			if left = p.cutAfter.Add(-int64(len(out))); left <= 0 {
				queue <- late{due, out[:max(int64(len(out))+left, 0)]}
				return
			}
		}
		queue <- late{due, out}
	}
}
