package smb

import (
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/run/runtest"
	"github.com/catalogizer/catalogizerd/internal/smb/smbtest"
)

func TestMain(m *testing.M) { runtest.Main(m) }

// server is a real Samba that a test has for itself, with shares of it.
type server struct {
	*smbtest.Server
	t testing.TB
}

func startSamba(t testing.TB, env ...string) *server {
	t.Helper()
	return &server{smbtest.Start(t, env...), t}
}

func startOnBadDisk(t testing.TB, env ...string) (*server, *smbtest.Disk) {
	t.Helper()
	s, d := smbtest.StartOnBadDisk(t, env...)
	return &server{s, t}, d
}

// config is how to reach the server.
func (s *server) config() Config {
	return Config{
		Host: "127.0.0.1", Port: s.Port, Share: "media", User: smbtest.User,
		Password: func() (string, error) { return smbtest.Password, nil },
		Timeout:  20 * time.Second,
	}
}

// via makes a configuration go through a proxy.
func via(p *smbtest.Proxy) func(*Config) {
	return func(c *Config) { c.Host, c.Port = "127.0.0.1", p.Port() }
}

// open makes a share that is closed with the test.
func open(t testing.TB, c Config) *Share {
	t.Helper()
	s, err := New(c, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// share is a share of the server, changed as the test wants it.
func (s *server) share(change ...func(*Config)) *Share {
	s.t.Helper()
	c := s.config()
	for _, f := range change {
		f(&c)
	}
	return open(s.t, c)
}
