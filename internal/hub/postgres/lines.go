package postgres

import (
	"context"
	"net"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"
)

// lines are the connections of the network that questions go over. A server that hangs, or was cut off, closes none: who
// asks it would wait for as long as the kernel tries, which is for a quarter of an hour. The zero value is ready for use,
// by several at once.
type lines struct {
	mu   sync.Mutex // guards open; held for look-ups only
	open map[*line]struct{}
}

// line is one of lines until it is closed.
type line struct {
	net.Conn
	of *lines
}

// over makes connections by dial that are lines.
func (l *lines) over(dial pgconn.DialFunc) pgconn.DialFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		one := &line{c, l}
		l.add(one)
		return one, nil
	}
}

func (l *lines) add(one *line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open == nil {
		l.open = map[*line]struct{}{}
	}
	l.open[one] = struct{}{}
}

// Close closes the line.
func (one *line) Close() error {
	func() {
		one.of.mu.Lock()
		defer one.of.mu.Unlock()
		delete(one.of.open, one)
	}()
	return one.Conn.Close()
}

// cut ends all lines: whoever waits at one is told that it is lost.
func (l *lines) cut() {
	for _, one := range l.all() {
		_ = one.Close() // nothing is left to be said over it
	}
}

func (l *lines) all() (out []*line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for one := range l.open {
		out = append(out, one)
	}
	return out
}
