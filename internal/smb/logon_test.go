package smb

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/catalogizer/catalogizerd/internal/smb/smbtest"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

func TestProtocolVersions(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"SMB2_02", "SMB2_10", "SMB3_00", "SMB3_02", "SMB3_11"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			srv := startSamba(t, "SMB_GLOBAL=server max protocol = "+version)
			srv.Write("d/f", "hello")
			big := strings.Repeat("0123456789abcdef", 1<<16)
			srv.Write("big", big)
			s := srv.share()
			works(t, s)
			if content(t, s, "big") != big {
				t.Error("a file of 1 MiB is read wrongly")
			}
			signed := srv.share(func(c *Config) { c.RequireSigning = true })
			if version == "SMB3_11" {
				works(t, signed)
			} else if _, err := signed.Identify(context.Background()); err == nil || !strings.Contains(err.Error(), `set signing = "allowed"`) {
				t.Errorf("with signing required: %v, want that it is refused with the mend", err)
			}
			if version >= "SMB3" {
				works(t, srv.share(func(c *Config) { c.Share = "crypt" }))
			}
		})
	}
}

func TestSigningWhateverTheServerWantsOfIt(t *testing.T) {
	t.Parallel()
	for _, global := range []string{"server signing = mandatory", "server signing = disabled", "smb encrypt = required"} {
		srv := startSamba(t, "SMB_GLOBAL="+global)
		srv.Write("d/f", "hello")
		works(t, srv.share())
		works(t, srv.share(func(c *Config) { c.RequireSigning = true }))
	}
}

func TestIPv6(t *testing.T) {
	t.Parallel()
	srv := startSamba(t)
	srv.Write("d/f", "hello")
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("no IPv6 on this machine: ", err)
	}
	p := smbtest.ServeProxy(t, l, srv.Port, 0)
	s := srv.share(func(c *Config) { c.Host, c.Port = "::1", p.Port() })
	works(t, s)
	v, err := s.Identify(context.Background())
	if err != nil || !strings.HasPrefix(v.ID, "smb:[::1]:") {
		t.Errorf("volume %q, %v", v.ID, err)
	}
}

// An unknown user becomes a guest on most NASes (map to guest = Bad User), without a word.
func TestUnknownUserIsNotMadeAGuest(t *testing.T) {
	t.Parallel()
	srv := startSamba(t)
	srv.Write("d/f", "hello")
	for _, signing := range []bool{false, true} {
		s := srv.share(func(c *Config) { c.User, c.Share, c.RequireSigning = "nobody I know", "guest", signing })
		_, err := s.Identify(context.Background())
		wantAway(t, "log-on of an unknown user", err)
		if b := s.Breaker(); b.State != Open || time.Until(*b.RetryAt) < 14*time.Minute {
			t.Errorf("breaker %+v, want it open for 15 minutes", b)
		}
	}
	works(t, srv.share(func(c *Config) { c.User, c.Share = "", "guest" }))
	s := srv.share(func(c *Config) { c.User = "" })
	_, err := s.Identify(context.Background())
	wantAway(t, "a share that is not for guests", err)
}

// Whoever mistypes the user of a share that guests may not enter is denied it as a guest. What is wrong is the user.
func TestUnknownUserIsNamed(t *testing.T) {
	t.Parallel()
	srv := startSamba(t)
	_, err := srv.share(func(c *Config) { c.User = "medai" }).Identify(context.Background())
	wantAway(t, "identify", err)
	if err == nil || !strings.Contains(err.Error(), `does not know the user "medai"`) {
		t.Errorf("%v, want that the user is not known", err)
	}
}

func TestDeniedShare(t *testing.T) {
	t.Parallel()
	srv := startSamba(t)
	s := srv.share(func(c *Config) { c.Share = "denied" })
	_, err := s.Identify(context.Background())
	wantAway(t, "a share that we may not enter", err)
	if !s.breaker.seen.Load().refused {
		t.Error("counted as away, want as refused")
	}
	s = srv.share(func(c *Config) { c.Share = "no such share" })
	_, err = s.Identify(context.Background())
	wantAway(t, "no such share", err)
	if s.breaker.seen.Load().refused {
		t.Error("a missing share is a refusal, want away: it may come")
	}
}

// A wrong password is tried once: servers lock accounts, and the user with them.
func TestWrongPasswordIsTriedOnce(t *testing.T) {
	t.Parallel()
	srv := startSamba(t, `SMB_GLOBAL=log level = 1 auth_audit:3`)
	srv.Write("d/f", "hello")
	var password atomic.Value
	password.Store("wrong-Xyzzy")
	core, logs := observer.New(zap.DebugLevel)
	c := srv.config()
	c.Password = func() (string, error) { return password.Load().(string), nil }
	s, err := New(c, zap.New(core))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	runShare(t, s)
	var said []string
	for range 50 {
		_, err := s.List(context.Background(), "d")
		wantAway(t, "list", err)
		said = append(said, err.Error())
	}
	time.Sleep(passwordLook + time.Second) // it is looked at, and is the same
	if n := srv.refusedLogons(); n != 1 {
		t.Errorf("%d refused log-ons in the server's log, want 1", n)
	}

	password.Store("wrong-Plugh")
	eventually(t, 20*time.Second, "another wrong password is tried", func() bool { return srv.refusedLogons() == 2 })
	eventually(t, 5*time.Second, "it is refused too", func() bool { return s.Breaker().State == Open })
	s.Reconnect()
	eventually(t, 20*time.Second, "reconnect tries at once", func() bool { return srv.refusedLogons() == 3 })
	password.Store("secret")
	eventually(t, 20*time.Second, "the right password is taken", func() bool { return s.Breaker().State == Closed })
	works(t, s)

	for _, e := range logs.All() {
		said = append(said, e.Message)
		for _, f := range e.Context {
			said = append(said, f.String)
		}
	}
	for _, text := range said {
		for _, secret := range []string{"Xyzzy", "Plugh", "secret"} {
			if strings.Contains(text, secret) {
				t.Fatalf("a password was told: %s", text)
			}
		}
	}
}

// refusedLogons counts them in Samba's own log.
func (s *server) refusedLogons() int {
	s.t.Helper()
	n := 0
	logs, err := filepath.Glob(filepath.Join(s.Dir, "log", "*"))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, log := range logs {
		b, err := os.ReadFile(log)
		if err != nil {
			continue // a directory
		}
		n += strings.Count(string(b), "status [NT_STATUS_WRONG_PASSWORD]")
	}
	return n
}

// Calls that are under way when a log-on is refused are no further attempts.
func TestManyCallsAreOneLogon(t *testing.T) {
	t.Parallel()
	srv := startSamba(t, `SMB_GLOBAL=log level = 1 auth_audit:3`)
	s := srv.share(func(c *Config) { c.Password = func() (string, error) { return "wrong", nil } })
	var busy sync.WaitGroup
	for i := range 64 {
		busy.Go(func() {
			_, err := s.List(context.Background(), strconv.Itoa(i))
			wantAway(t, "list", err)
		})
	}
	busy.Wait()
	for range 3 { // as calls do that the breaker let through before
		_, err := s.prover.join().wait(context.Background())
		if classify(err) != refused {
			t.Errorf("proof: %v, want the refusal", err)
		}
	}
	if n := srv.refusedLogons(); n != 1 {
		t.Errorf("%d refused log-ons in the server's log, want 1", n)
	}
}

func TestPasswordFileMissing(t *testing.T) {
	t.Parallel()
	srv := startSamba(t)
	srv.Write("d/f", "hello")
	var there atomic.Bool
	s := srv.share(func(c *Config) {
		c.Password = func() (string, error) {
			if !there.Load() {
				return "", os.ErrNotExist
			}
			return "secret", nil
		}
	})
	runShare(t, s)
	_, err := s.List(context.Background(), "d")
	wantAway(t, "list", err)
	there.Store(true)
	eventually(t, 20*time.Second, "the file is found when it comes", func() bool { return s.Breaker().State == Closed })
	works(t, s)
}

func TestPasswordChanged(t *testing.T) {
	t.Parallel()
	srv := startSamba(t)
	srv.Write("d/f", "hello")
	var password atomic.Value
	password.Store("secret")
	s := srv.share(func(c *Config) { c.Password = func() (string, error) { return password.Load().(string), nil } })
	runShare(t, s)
	works(t, s)
	srv.Run("password", "new")
	works(t, s) // on the session that is open
	srv.Run("restart")
	eventually(t, 5*time.Second, "the old password is refused", func() bool {
		_, err := s.List(context.Background(), "d")
		return errors.Is(err, tree.ErrAway) && s.breaker.seen.Load().refused
	})
	password.Store("new")
	eventually(t, 20*time.Second, "the new password is taken", func() bool { return s.Breaker().State == Closed })
	works(t, s)
}
