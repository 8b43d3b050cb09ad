package pgtest

import (
	"sync"
	"testing"
)

// Shared is a server for all tests of a package, started by the first that asks for it. TestMain stops it.
type Shared struct {
	once   sync.Once
	server *Server
	end    []func()
}

// Database makes an empty database for a test, and names it.
func (s *Shared) Database(tb testing.TB) string {
	tb.Helper()
	s.once.Do(func() { s.server = Start(&lasting{tb, s}) })
	if s.server == nil {
		tb.Skip("no PostgreSQL here: scripts/install-test-deps.sh installs it")
	}
	return s.server.Database(tb)
}

// Stop ends the server, if there is one.
func (s *Shared) Stop() {
	for _, end := range s.end {
		end()
	}
	s.end = nil
}

// lasting is the first test, of which what it started outlives it.
type lasting struct {
	testing.TB
	of *Shared
}

func (l *lasting) Cleanup(fn func()) { l.of.end = append([]func(){fn}, l.of.end...) }

// Failed is asked when the test is over, and with it what it would write to.
func (l *lasting) Failed() bool { return false }

// Helper marks nothing: the test may be over.
func (l *lasting) Helper() {}
