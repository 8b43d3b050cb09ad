package smb

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/smb/smbtest"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// walk lists every directory below the root, as many at once as there are workers, and returns how many
// entries there are.
func walk(t testing.TB, s *Share, workers int) int64 {
	t.Helper()
	var mu sync.Mutex
	var busy sync.WaitGroup
	var entries int64
	more := make(chan string, 1<<20)
	busy.Add(1)
	more <- ""
	for range workers {
		go func() {
			for dir := range more {
				l, err := s.List(context.Background(), dir)
				if err != nil {
					t.Error(err)
					busy.Done()
					continue
				}
				mu.Lock()
				entries += int64(len(l.Entries))
				mu.Unlock()
				for _, e := range l.Entries {
					if e.Type == tree.Dir {
						busy.Add(1)
						more <- strings.TrimPrefix(dir+"/"+e.Name, "/")
					}
				}
				busy.Done()
			}
		}()
	}
	busy.Wait()
	close(more)
	return entries
}

// makeTree makes directories of files on the server.
func (s *server) makeTree(dirs, files int, content string) {
	for d := range dirs {
		for f := range files {
			s.Write(fmt.Sprintf("%02d/%04d/%03d.mkv", d%20, d, f), content)
		}
	}
}

// TestListingSpeed shows that directories are listed side by side: 2,000 directories of 10 files at a
// round trip of 2 ms. It takes half a minute, so it must be asked for.
func TestListingSpeed(t *testing.T) {
	if os.Getenv("SMB_MEASURE") == "" {
		t.Skip("measures for half a minute: set SMB_MEASURE=1")
	}
	srv := startSamba(t)
	const dirs, files = 2000, 10
	srv.makeTree(dirs, files, "x")
	want := int64(20 + dirs + dirs*files)
	timed := func(s *Share, workers, rounds int) time.Duration {
		best := time.Hour
		for range rounds {
			began := time.Now()
			if got := walk(t, s, workers); got != want {
				t.Fatalf("%d entries, want %d", got, want)
			}
			best = min(best, time.Since(began))
		}
		return best
	}
	far := smbtest.StartProxy(t, srv.Port, time.Millisecond)
	one, seven := timed(srv.share(via(far)), 1, 1), timed(srv.share(via(far)), 7, 2)
	t.Logf("at 2 ms: one at a time %s, seven %s: %.1f times as fast", one, seven, float64(one)/float64(seven))
	if float64(one)/float64(seven) < 3.5 {
		t.Error("want 3.5 times")
	}
	near, signed, client := time.Hour, time.Hour, time.Hour
	plain, signing := srv.share(), srv.share(func(c *Config) { c.RequireSigning = true })
	for range 4 { // by turns, since the machine does other things too
		near, signed = min(near, timed(plain, 7, 1)), min(signed, timed(signing, 7, 1))
		began := time.Now()
		srv.smbclient("recurse; ls")
		client = min(client, time.Since(began))
	}
	t.Logf("on loopback: %s (signed %s), smbclient %s: %.2f", near, signed, client, float64(near)/float64(client))
	if float64(near)/float64(client) > 2.0/3 {
		t.Error("want two thirds")
	}
}

// smbclient runs commands of Samba's own client.
func (s *server) smbclient(commands string) string {
	s.t.Helper()
	out, err := exec.Command("smbclient", "//127.0.0.1/media", "-p", strconv.Itoa(s.Port), "-U", "media%secret", "-c", commands).CombinedOutput()
	if err != nil {
		s.t.Fatalf("smbclient: %v\n%s", err, out)
	}
	return string(out)
}

// TestHeadSpeed shows that the heads of files are read side by side: 32 KiB each at 20 ms.
func TestHeadSpeed(t *testing.T) {
	if os.Getenv("SMB_MEASURE") == "" {
		t.Skip("measures for half a minute: set SMB_MEASURE=1")
	}
	srv := startSamba(t)
	const dirs, files = 20, 64
	srv.makeTree(dirs, files, strings.Repeat("x", 32<<10))
	far := smbtest.StartProxy(t, srv.Port, 10*time.Millisecond)
	for _, workers := range []int{1, 64} {
		s := srv.share(via(far))
		n := dirs * files
		if workers == 1 {
			n = 50
		}
		began := time.Now()
		readHeads(t, s, workers, n, files)
		each := time.Since(began) / time.Duration(n)
		t.Logf("%d at once: %s a file", workers, each)
		if workers == 64 && each > 2500*time.Microsecond {
			t.Error("want 2.5 ms at most")
		}
	}
}

// readHeads reads the heads of the first n files of a tree from makeTree.
func readHeads(t testing.TB, s *Share, workers, n, files int) {
	next := make(chan int)
	var busy sync.WaitGroup
	for range workers {
		busy.Go(func() {
			buf := make([]byte, 32<<10)
			for i := range next {
				f, err := s.Open(context.Background(), fmt.Sprintf("%02d/%04d/%03d.mkv", i/files%20, i/files, i%files))
				if err != nil {
					t.Error(err)
					continue
				}
				if got, err := f.ReadAt(buf, 0); got != len(buf) {
					t.Errorf("%d bytes, %v", got, err)
				}
				f.Close()
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	busy.Wait()
}

// BenchmarkRead reads a large file as a player would.
func BenchmarkRead(b *testing.B) {
	srv := startSamba(b)
	const size = 64 << 20
	srv.Write("f", strings.Repeat("0123456789abcdef", size/16))
	for name, change := range map[string]func(*Config){
		"plain":     func(*Config) {},
		"signed":    func(c *Config) { c.RequireSigning = true },
		"encrypted": func(c *Config) { c.Share = "crypt" },
	} {
		b.Run(name, func(b *testing.B) {
			f, err := srv.share(change).Open(context.Background(), "f")
			if err != nil {
				b.Fatal(err)
			}
			defer f.Close()
			buf := make([]byte, 1<<20)
			b.SetBytes(int64(len(buf)))
			for i := range b.N {
				if _, err := f.ReadAt(buf, int64(i)<<20%size); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
