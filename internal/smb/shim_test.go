package smb

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// A Samba whose disk fails in the middle of a listing sends what it has as complete. Nobody can tell, so
// only asking for each name counts.
func TestShortListingProvesNothing(t *testing.T) {
	t.Parallel()
	srv, disk := startOnBadDisk(t)
	const n = 500
	for i := range n {
		srv.Write(fmt.Sprintf("d/%03d.mkv", i), "x")
	}
	s := srv.share()
	disk.Short(100)
	l, err := s.List(context.Background(), "d")
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Entries) >= n {
		t.Fatalf("%d entries: the shim does not work", len(l.Entries))
	}
	if !l.Provisional {
		t.Error("the listing claims to be complete")
	}
	t.Logf("%d of %d entries listed, without an error", len(l.Entries), n)
	listed := map[string]bool{}
	for _, e := range l.Entries {
		listed[e.Name] = true
	}
	for i := range n {
		if name := fmt.Sprintf("%03d.mkv", i); !listed[name] {
			if e, err := s.Stat(context.Background(), "d/"+name); err != nil || e.Name != name {
				t.Fatalf("%s is not listed, and stat says %+v, %v", name, e, err)
			}
		}
	}
	if _, err := s.Stat(context.Background(), "d/never there.mkv"); !isNotExist(err) {
		t.Errorf("a name that never was: %v", err)
	}
	disk.Mend()
	if l, err = s.List(context.Background(), "d"); err != nil || len(l.Entries) != n {
		t.Errorf("mended: %d entries, %v", len(l.Entries), err)
	}
}

// A read that takes long is answered twice: first that it is pending. With signing, the library's
// original cannot read the second answer.
func TestSlowDiskWithSigning(t *testing.T) {
	t.Parallel()
	for _, global := range []string{"server signing = mandatory", "smb encrypt = required", `server max protocol = SMB2_10\nserver signing = mandatory`} {
		t.Run(global, func(t *testing.T) {
			t.Parallel()
			srv, disk := startOnBadDisk(t, "SMB_GLOBAL="+global)
			srv.Write("d/f", "hello")
			// An older protocol is signed too where the server wants it so, and refused where we do.
			s := srv.share(func(c *Config) { c.RequireSigning = !strings.Contains(global, "SMB2_10") })
			works(t, s)
			disk.Slow(3 * time.Second)
			f, err := s.Open(context.Background(), "d/f")
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			began, b := time.Now(), make([]byte, 5)
			if _, err := f.ReadAt(b, 0); err != nil || string(b) != "hello" {
				t.Errorf("read %q, %v", b, err)
			}
			if time.Since(began) < 2*time.Second {
				t.Error("it was not slow: the shim does not work")
			}
		})
	}
}

// While one file is read slowly, everything else goes on.
func TestSlowFileDelaysNothingElse(t *testing.T) {
	srv, disk := startOnBadDisk(t)
	srv.Write("d/f", "hello")
	s := srv.share()
	works(t, s)
	disk.Slow(3 * time.Second)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if got := content(t, s, "d/f"); got != "hello" {
			t.Errorf("read %q", got)
		}
	}()
	for range 20 {
		began := time.Now()
		if _, err := s.List(context.Background(), "d"); err != nil || time.Since(began) > time.Second+late {
			t.Errorf("listing took %s, %v", time.Since(began), err)
		}
	}
	<-done
}

// A file that takes longer than a request may costs its own reader an error, and the others a new session.
func TestFileSlowerThanTimeout(t *testing.T) {
	srv, disk := startOnBadDisk(t)
	srv.Write("d/f", "hello")
	srv.Write("d2/f", "")
	const timeout = time.Second * raceTimes
	s := srv.share(func(c *Config) { c.Timeout = timeout })
	reach(t, s)
	works(t, s)
	f, err := s.Open(context.Background(), "d/f")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	disk.Slow(3 * timeout)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
				if _, err := s.List(context.Background(), "d2"); err != nil {
					t.Errorf("another directory: %v", err)
				}
			}
		}
	}()
	began := time.Now()
	_, err = f.ReadAt(make([]byte, 5), 0)
	wantAway(t, "read", err)
	if took := time.Since(began); took > timeout+250*time.Millisecond+late {
		t.Errorf("took %s of %s", took, timeout)
	}
	close(stop)
	<-done
	wantClosedBreaker(t, s)
}

func wantClosedBreaker(t testing.TB, s *Share) {
	t.Helper()
	if b := s.Breaker(); b.State != Closed {
		t.Errorf("breaker is %s: %v", b.State, *b.LastError)
	}
}

func isNotExist(err error) bool { return errors.Is(err, tree.ErrNotExist) }
