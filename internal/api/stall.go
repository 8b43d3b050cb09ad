package api

import (
	"errors"
	"net"
	"os"
	"sync/atomic"
	"time"
)

// httpStall is how long a response may make no progress: long, since players pause.
const httpStall = 10 * time.Minute

// stallPiece is how much is written at once: progress is counted in such pieces.
const stallPiece = 16 << 10

// stallListener makes connections whose writes fail when they make no progress, rather than when they
// take long.
type stallListener struct{ net.Listener }

func (l *stallListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	sc := &stallConn{Conn: c}
	sc.limit.Store(int64(httpStall))
	return sc, nil
}

type stallConn struct {
	net.Conn
	limit atomic.Int64 // nanoseconds without progress
}

// LimitStall sets how long a write may make no progress.
func (c *stallConn) LimitStall(d time.Duration) { c.limit.Store(int64(d)) }

// Write writes piece by piece, each with a deadline of its own. A deadline that the caller has set for
// the whole is kept by SetWriteDeadline; see there.
func (c *stallConn) Write(b []byte) (n int, err error) {
	for n < len(b) {
		piece := b[n:min(n+stallPiece, len(b))]
		if err := c.Conn.SetWriteDeadline(time.Now().Add(time.Duration(c.limit.Load()))); err != nil {
			return n, err
		}
		m, err := c.Conn.Write(piece)
		n += m
		if err != nil {
			if m > 0 && errors.Is(err, os.ErrDeadlineExceeded) {
				continue // slow, but it moves
			}
			return n, err
		}
	}
	return n, nil
}

// SetDeadline sets the deadline for reading only: that for writing is by progress.
func (c *stallConn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

// SetWriteDeadline does nothing but for a deadline in the past, which aborts: all others are by progress.
func (c *stallConn) SetWriteDeadline(t time.Time) error {
	if !t.IsZero() && !t.After(time.Now()) {
		return c.Conn.SetWriteDeadline(t)
	}
	return nil
}
