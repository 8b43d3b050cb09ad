package smb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// diskShim stands between smbd and the disk: while the file named by SHIM_SHORT exists, reading a
// directory fails with EIO after a hundred entries; while the one named by SHIM_SLOW exists, reading a
// file of the share takes three seconds.
const diskShim = `
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int is(const char *name) {
	const char *file = getenv(name);
	return file && !strcmp(program_invocation_short_name, "smbd") && !access(file, F_OK);
}

struct dirent *readdir(DIR *d) {
	static DIR *last;
	static int n;
	static struct dirent *(*real)(DIR *);
	if (!real) real = dlsym(RTLD_NEXT, "readdir");
	if (d != last) { last = d; n = 0; }
	if (++n > 102 && is("SHIM_SHORT")) { errno = EIO; return NULL; }
	return real(d);
}
struct dirent64 *readdir64(DIR *d) { return (struct dirent64 *)readdir(d); }

static void slow(int fd) {
	char link[64], path[4096];
	if (!is("SHIM_SLOW")) return;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, path, sizeof path - 1);
	if (n < 0) return;
	path[n] = 0;
	if (strstr(path, "/media/")) sleep(3);
}

ssize_t pread(int fd, void *b, size_t n, off_t at) {
	static ssize_t (*real)(int, void *, size_t, off_t);
	if (!real) real = dlsym(RTLD_NEXT, "pread");
	slow(fd);
	return real(fd, b, n, at);
}
ssize_t pread64(int fd, void *b, size_t n, off_t at) { return pread(fd, b, n, at); }
`

// startShimmed starts a server with the shim under it. set makes the disk bad in one of its ways, or good
// again.
func startShimmed(t *testing.T, env ...string) (srv *server, set func(name string, bad bool)) {
	t.Helper()
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("no C compiler on this machine, to make a disk that fails")
	}
	dir, err := os.MkdirTemp("", "smb-shim-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	source, lib := filepath.Join(dir, "shim.c"), filepath.Join(dir, "shim.so")
	if err := os.WriteFile(source, []byte(diskShim), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(cc, "-shared", "-fPIC", "-O1", "-w", "-o", lib, source, "-ldl").CombinedOutput(); err != nil {
		t.Fatalf("compile the shim: %v\n%s", err, out)
	}
	env = append(env, "LD_PRELOAD="+lib, "SHIM_SHORT="+filepath.Join(dir, "SHORT"), "SHIM_SLOW="+filepath.Join(dir, "SLOW"))
	srv = startSamba(t, env...)
	return srv, func(name string, bad bool) {
		t.Helper()
		var err error
		if bad {
			err = os.WriteFile(filepath.Join(dir, name), nil, 0o644)
		} else {
			err = os.Remove(filepath.Join(dir, name))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A Samba whose disk fails in the middle of a listing sends what it has as complete. Nobody can tell, so
// only asking for each name counts.
func TestShortListingProvesNothing(t *testing.T) {
	t.Parallel()
	srv, set := startShimmed(t)
	const n = 500
	for i := range n {
		srv.write(fmt.Sprintf("d/%03d.mkv", i), "x")
	}
	s := srv.share()
	set("SHORT", true)
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
	set("SHORT", false)
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
			srv, set := startShimmed(t, "SMB_GLOBAL="+global)
			srv.write("d/f", "hello")
			s := srv.share(func(c *Config) { c.RequireSigning = true })
			works(t, s)
			set("SLOW", true)
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
	srv, set := startShimmed(t)
	srv.write("d/f", "hello")
	s := srv.share()
	works(t, s)
	set("SLOW", true)
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
	srv, set := startShimmed(t)
	srv.write("d/f", "hello")
	srv.write("d2/f", "")
	s := srv.share(func(c *Config) { c.Timeout = time.Second })
	works(t, s)
	f, err := s.Open(context.Background(), "d/f")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	set("SLOW", true)
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
	if took := time.Since(began); took > 1250*time.Millisecond+late {
		t.Errorf("took %s of 1s", took)
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
