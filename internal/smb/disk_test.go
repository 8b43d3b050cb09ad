package smb

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// TestDiskNotMounted takes the disk away under the share: first nothing is there, then its mount point.
func TestDiskNotMounted(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"session lives on", "server restarts"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			srv := startSamba(t)
			srv.Write("d/f", "hello")
			s := srv.share()
			works(t, s)
			v, err := s.Identify(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			s.Expect(v)
			f, err := s.Open(context.Background(), "d/f")
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			aside := filepath.Join(srv.Dir, "disk")
			away := func(what string) {
				t.Helper()
				if how == "server restarts" {
					srv.Run("restart")
				}
				for range 3 {
					s.Reconnect()
					_, err = s.List(context.Background(), "d")
					wantAway(t, what+": list", err)
					_, err = s.List(context.Background(), "")
					wantAway(t, what+": list the root", err)
					_, err = s.Stat(context.Background(), "d/f")
					wantAway(t, what+": stat", err)
					_, err = s.Open(context.Background(), "d/f")
					wantAway(t, what+": open", err)
					s.Reconnect()
					// a server may go on reading what it has open
					if _, err = f.ReadAt(make([]byte, 5), 0); err != nil {
						wantAway(t, what+": read", err)
					}
				}
			}
			if err := os.Rename(srv.Media(), aside); err != nil {
				t.Fatal(err)
			}
			away("no directory")
			if err := os.MkdirAll(srv.Media(), 0o755); err != nil { // starting the server has made it
				t.Fatal(err)
			}
			away("empty mount point")
			if err := os.Mkdir(srv.Media("d"), 0o755); err != nil {
				t.Fatal(err)
			}
			away("another disk")
			if err := os.RemoveAll(srv.Media()); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(aside, srv.Media()); err != nil {
				t.Fatal(err)
			}
			if how == "server restarts" {
				srv.Run("restart")
			}
			reconnect(t, s)
			works(t, s)
		})
	}
}

// unmountDisk leaves the empty mount point of the share's disk, to which whoever connects anew comes.
func (s *server) unmountDisk() {
	s.t.Helper()
	if err := errors.Join(os.Rename(s.Media(), filepath.Join(s.Dir, "disk")), os.Mkdir(s.Media(), 0o755)); err != nil {
		s.t.Fatal(err)
	}
	s.Run("drop", "media")
}

// mountDisk brings the disk back, which those who are connected do not see.
func (s *server) mountDisk() {
	s.t.Helper()
	if err := errors.Join(os.Remove(s.Media()), os.Rename(filepath.Join(s.Dir, "disk"), s.Media())); err != nil {
		s.t.Fatal(err)
	}
}

// A session that was mounted on the empty mount point goes on seeing that when the disk has come: the
// server stays in the directory that it has entered.
func TestDiskMountedOverAnOpenSession(t *testing.T) {
	t.Parallel()
	srv := startSamba(t)
	srv.Write("d/f", "hello")
	s := srv.share()
	v, err := s.Identify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, expect := range []tree.Volume{{}, v} {
		s.Expect(expect)
		srv.unmountDisk()
		if _, err := s.List(context.Background(), ""); errors.Is(err, tree.ErrNotExist) {
			t.Errorf("the root is proven absent: %v", err)
		}
		time.Sleep(sessionFreshFor + 100*time.Millisecond)
		srv.mountDisk()
		s.Reconnect()
		if _, err := s.Identify(context.Background()); err != nil {
			t.Errorf("the disk is there: %v", err)
		}
		works(t, s)
	}
}

// The one try of an open breaker finds a disk that has just come back, whatever the session of a moment ago has seen.
func TestDiskThatComesBackToAYoungSession(t *testing.T) {
	t.Parallel()
	srv := startSamba(t)
	srv.Write("films/d/f", "hello")
	s := srv.share(func(c *Config) { c.Path = "films" })
	works(t, s)
	srv.unmountDisk()
	for range tripAfter {
		_, err := s.Identify(context.Background())
		wantAway(t, "an empty mount point", err)
	}
	if got := s.Breaker().State; got != Open {
		t.Fatalf("the breaker is %s", got)
	}
	srv.mountDisk()
	s.Reconnect()
	if _, err := s.Identify(context.Background()); err != nil {
		t.Errorf("the disk is there: %v", err)
	}
	works(t, s)
}
