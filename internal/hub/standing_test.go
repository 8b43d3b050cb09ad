package hub_test

import (
	"io"
	"net"
	"sync"
	"testing"
)

// standing is an address that stays while whoever answers there is killed and started, or replaced.
type standing struct {
	at net.Listener
	to func() string // where that is now; empty: nowhere

	work sync.WaitGroup
	mu   sync.Mutex // guards open
	open map[net.Conn]struct{}
}

// stand stands until the test's end.
func stand(t *testing.T, to func() string) *standing {
	t.Helper()
	at, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &standing{at: at, to: to, open: map[net.Conn]struct{}{}}
	s.work.Go(s.accept)
	t.Cleanup(func() {
		_ = at.Close()
		func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			for c := range s.open {
				_ = c.Close()
			}
			s.open = nil
		}()
		s.work.Wait()
	})
	return s
}

func (s *standing) url() string { return "http://" + s.at.Addr().String() }

func (s *standing) accept() {
	for {
		in, err := s.at.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", s.to())
		if err != nil || !s.note(in, out) {
			_ = in.Close()
			continue
		}
		for _, pair := range [][2]net.Conn{{in, out}, {out, in}} {
			s.work.Go(func() {
				_, _ = io.Copy(pair[0], pair[1]) // until either side ends
				s.forget(pair[0], pair[1])
			})
		}
	}
}

// note reports whether connections are to go on.
func (s *standing) note(conns ...net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range conns {
		if s.open == nil {
			_ = c.Close()
			continue
		}
		s.open[c] = struct{}{}
	}
	return s.open != nil
}

func (s *standing) forget(conns ...net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range conns {
		_ = c.Close()
		delete(s.open, c)
	}
}
