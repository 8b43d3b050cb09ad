package pgtest

import (
	"context"
	"net"
	"net/url"
	"sync"
	"testing"
)

// Line is what lies between a program and a server.
type Line struct {
	l    net.Listener
	to   string // the server's socket
	hang sync.RWMutex
	ends sync.WaitGroup

	mu    sync.Mutex // guards what follows
	open  []net.Conn
	ended bool
}

// Between makes a line to a database's server, until the test's end, and names the database as it is reached over it.
func Between(tb testing.TB, database string) (l *Line, over string) {
	tb.Helper()
	u, err := url.Parse(database)
	if err != nil {
		tb.Fatal(err)
	}
	l = &Line{to: u.Query().Get("host") + "/.s.PGSQL.5432"}
	if l.l, err = new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0"); err != nil {
		tb.Fatal(err)
	}
	l.ends.Go(l.accept)
	tb.Cleanup(l.end)
	u.Host, u.RawQuery = l.l.Addr().String(), "sslmode=disable"
	return l, u.String()
}

// Hang has nothing come over the line any more, and nobody be told so, until goOn is called.
func (l *Line) Hang() (goOn func()) {
	l.hang.Lock()
	return sync.OnceFunc(l.hang.Unlock)
}

func (l *Line) accept() {
	for {
		c, err := l.l.Accept()
		if err != nil {
			return
		}
		server, err := new(net.Dialer).DialContext(context.Background(), "unix", l.to)
		if err != nil {
			_ = c.Close()
			continue
		}
		if !l.keep(c, server) {
			return
		}
		l.ends.Go(func() { l.pass(c, server) })
		l.ends.Go(func() { l.pass(server, c) })
	}
}

// keep has connections be closed at the end; false: it is here.
func (l *Line) keep(some ...net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open = append(l.open, some...)
	if l.ended {
		closeAll(some)
	}
	return !l.ended
}

func closeAll(some []net.Conn) {
	for _, c := range some {
		_ = c.Close()
	}
}

// pass hands on what comes, until either end is closed.
func (l *Line) pass(from, to net.Conn) {
	defer closeAll([]net.Conn{from, to})
	for b := make([]byte, 64<<10); ; {
		n, err := from.Read(b)
		if werr := l.write(to, b[:n]); err != nil || werr != nil {
			return
		}
	}
}

// write waits while the line hangs.
func (l *Line) write(to net.Conn, b []byte) error {
	l.hang.RLock()
	defer l.hang.RUnlock()
	_, err := to.Write(b)
	return err
}

func (l *Line) end() {
	_ = l.l.Close()
	func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.ended = true
		closeAll(l.open)
	}()
	l.ends.Wait()
}
