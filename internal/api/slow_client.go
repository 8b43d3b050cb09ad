package api

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// How long a response may make no progress.
const (
	answerStall  = 30 * time.Second // its bytes are in memory
	contentStall = 10 * time.Minute // players pause
)

// stallPiece is how much is written at once: progress is counted in such pieces.
const stallPiece = 16 << 10

// stallListener makes connections whose writes fail when they make no progress, rather than when they
// take long.
type stallListener struct {
	net.Listener
	admitted *connections
}

// Accept gives the next connection for which there is room. One for which there is none is ended at once.
func (l *stallListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		from := addressOf(c)
		if !l.admitted.admit(from) {
			refuse(c)
			continue
		}
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetWriteBuffer(sendBuffer) // fails where the client has left
		}
		sc := &stallConn{Conn: c, left: sync.OnceFunc(func() { l.admitted.leave(from) })}
		sc.limit.Store(int64(answerStall))
		return sc, nil
	}
}

// Close counts the connection no more.
func (c *stallConn) Close() error {
	defer c.left()
	return c.Conn.Close()
}

// stallConn judges writes by their progress. Its Write belongs to one goroutine at a time, as with those
// who use connections here; LimitStall and Written may be called from any.
type stallConn struct {
	net.Conn
	limit   atomic.Int64 // nanoseconds without progress
	written atomic.Int64 // bytes that the kernel has taken
	left    func()       // called once when it ends
}

// NetConn is the connection below.
func (c *stallConn) NetConn() net.Conn { return c.Conn }

// LimitStall sets how long a write may make no progress. One that waits already learns of it within a
// fifth of the limit before.
func (c *stallConn) LimitStall(d time.Duration) { c.limit.Store(int64(d)) }

// Written is how many bytes have been written.
func (c *stallConn) Written() int64 { return c.written.Load() }

// Write writes piece by piece, and looks a few times within the limit whether anything has moved.
func (c *stallConn) Write(b []byte) (n int, err error) {
	moved := time.Now()
	for n < len(b) {
		limit := time.Duration(c.limit.Load())
		if err := c.Conn.SetWriteDeadline(time.Now().Add(limit / 5)); err != nil {
			return n, err
		}
		m, err := c.Conn.Write(b[n:min(n+stallPiece, len(b))])
		n += m
		c.written.Add(int64(m))
		if m > 0 {
			moved = time.Now()
		}
		if errors.Is(err, os.ErrDeadlineExceeded) && time.Since(moved) < time.Duration(c.limit.Load()) {
			continue
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// SetDeadline sets the deadline for reading only: that for writing is by progress.
func (c *stallConn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

// SetWriteDeadline does nothing: see LimitStall.
func (c *stallConn) SetWriteDeadline(time.Time) error { return nil }

type connKey struct{}

// withConn has requests know their connection.
func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// impatient ends the connections of answers of which nothing is taken. Those that are not held in memory say letPause.
func impatient(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		limitStall(r, answerStall)
		next.ServeHTTP(w, r)
	})
}

// letPause lets a client rest while it takes the answer.
func letPause(r *http.Request) { limitStall(r, contentStall) }

func limitStall(r *http.Request, d time.Duration) {
	if c, ok := r.Context().Value(connKey{}).(*stallConn); ok {
		c.LimitStall(d)
	}
}
