package smb

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/smb/smbtest"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// names are the sorted names of a listing, in one string.
func names(l *tree.Listing) map[string]bool {
	all := map[string]bool{}
	for _, e := range l.Entries {
		all[e.Name] = true
	}
	return all
}

// TestListingCutAtEveryPlace cuts the connection after every number of bytes that the server sends for a
// listing, and its replies short by every length. A listing is whole, or an error.
func TestListingCutAtEveryPlace(t *testing.T) {
	t.Parallel()
	srv := startSamba(t)
	const n, files = 12, 4
	for i := range n {
		srv.Write(fmt.Sprintf("d/file number %02d.mkv", i), "x")
	}
	step := int64(files * raceFactor)
	if testing.Short() {
		step *= 13
	}
	for first := range int64(files) {
		t.Run(fmt.Sprint("from ", first+1), func(t *testing.T) {
			t.Parallel()
			p := smbtest.StartProxy(t, srv.Port, 0)
			s := srv.share(via(p), func(c *Config) { c.Timeout = 5 * time.Second })
			cutListings(t, s, p, n, first+1, step)
			shortenReplies(t, s, p, n, int(first), int(step)*3)
		})
	}
}

// listWhole lists d, which has n entries, and checks that it is whole if it is not an error.
func listWhole(t *testing.T, s *Share, n int) {
	t.Helper()
	l, err := s.List(context.Background(), "d")
	switch {
	case err != nil && !errors.Is(err, tree.ErrAway):
		t.Fatalf("list: %v, want that the root is away", err)
	case err == nil && len(l.Entries) != n:
		t.Fatalf("%d entries listed as whole, want %d", len(l.Entries), n)
	}
	s.breaker.hurry()
}

func cutListings(t *testing.T, s *Share, p *smbtest.Proxy, n int, first, step int64) {
	listWhole(t, s, n)
	var whole atomic.Int64
	count := func(_ int64, frame []byte) []byte { whole.Add(int64(len(frame)) + 4); return frame }
	p.Mangle.Store(&count)
	listWhole(t, s, n)
	p.Mangle.Store(nil)
	cuts := 0
	for at := first; at <= whole.Load()+16; at += step {
		p.CutAfter.Store(at)
		listWhole(t, s, n) // and again, on a session that the next cut ends
		p.CutAfter.Store(0)
		cuts++
	}
	t.Logf("cut at %d places of %d bytes", cuts, whole.Load())
}

func shortenReplies(t *testing.T, s *Share, p *smbtest.Proxy, n, first, step int) {
	for by := first + 1; by < 1500; by += step {
		listWhole(t, s, n)
		var once atomic.Bool
		shorten := func(_ int64, frame []byte) []byte {
			if len(frame) > by && !once.Swap(true) {
				return frame[:len(frame)-by]
			}
			return frame
		}
		p.Mangle.Store(&shorten)
		listWhole(t, s, n)
		p.Mangle.Store(nil)
	}
}

// A pulled cable is silence: nothing is refused and nothing is reset.
func TestCablePulled(t *testing.T) {
	srv := startSamba(t)
	srv.Write("d/f", "hello")
	p := smbtest.StartProxy(t, srv.Port, 0)
	s := srv.share(via(p), func(c *Config) { c.Timeout = 500 * time.Millisecond })
	run(t, s)
	works(t, s)
	p.Swallow.Store(true)
	for range 6 {
		began := time.Now()
		_, err := s.List(context.Background(), "d")
		wantAway(t, "list", err)
		if took := time.Since(began); took > 750*time.Millisecond+late {
			t.Errorf("took %s of 500ms", took)
		}
	}
	p.Swallow.Store(false)
	eventually(t, 30*time.Second, "the share is found again by itself", func() bool { return s.Breaker().State == Closed })
	works(t, s)
}

// Where replies are signed, a flipped bit is an error or is asked again, never an answer.
func TestFlippedBits(t *testing.T) {
	t.Parallel()
	srv := startSamba(t)
	const n = 20
	want := map[string]bool{}
	for i := range n {
		name := fmt.Sprintf("file number %02d.mkv", i)
		want[name] = true
		srv.Write("d/"+name, strings.Repeat(name, 1000))
	}
	p := smbtest.StartProxy(t, srv.Port, 0)
	s := srv.share(via(p), func(c *Config) { c.Timeout, c.RequireSigning = 500*time.Millisecond, true })
	var flipped atomic.Int64
	flip := func(n int64, frame []byte) []byte {
		if n%9 == 8 && len(frame) > headerLen {
			flipped.Add(1)
			frame[headerLen+rand.IntN(len(frame)-headerLen)] ^= 1 << rand.IntN(8)
		}
		return frame
	}
	p.Mangle.Store(&flip)
	good := 0
	for range 100 {
		s.breaker.hurry()
		if l, err := s.List(context.Background(), "d"); err == nil {
			good++
			if got := names(l); len(got) != n || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("listed %v", got)
			}
		}
		name := fmt.Sprintf("file number %02d.mkv", rand.IntN(n))
		if _, err := s.Stat(context.Background(), "d/"+name); isNotExist(err) {
			t.Fatalf("%s is proven absent: %v", name, err)
		}
		if f, err := s.Open(context.Background(), "d/"+name); err == nil {
			b := make([]byte, 20_000)
			if n, err := f.ReadAt(b, 0); err == nil && string(b[:n]) != strings.Repeat(name, 1000) {
				t.Fatal("read what is not in the file")
			}
			f.Close()
		}
	}
	t.Logf("%d bits flipped, %d of 100 listings whole", flipped.Load(), good)
	if good == 0 {
		t.Error("nothing got through")
	}
}

// A server denies a request whose signature is wrong, as it denies one that it does not want to answer.
func TestDamagedRequest(t *testing.T) {
	srv := startSamba(t, "SMB_GLOBAL=server signing = mandatory")
	srv.Write("d/f", "hello")
	p := smbtest.StartProxy(t, srv.Port, 0)
	s := srv.share(via(p))
	works(t, s)
	f, err := s.Open(context.Background(), "d/f")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for name, call := range map[string]func() error{
		"list": func() error { _, err := s.List(context.Background(), "d"); return err },
		"stat": func() error { _, err := s.Stat(context.Background(), "d/f"); return err },
		"open": func() error {
			f, err := s.Open(context.Background(), "d/f")
			if err == nil {
				f.Close()
			}
			return err
		},
		"read":           func() error { _, err := f.ReadAt(make([]byte, 5), 0); return err },
		"stat when open": func() error { _, err := f.Stat(); return err },
	} {
		var damaged atomic.Bool
		damage := func(_ int64, frame []byte) []byte {
			if len(frame) >= headerLen && !damaged.Swap(true) {
				frame[headerLen-1] ^= 1 // of the signature
			}
			return frame
		}
		p.MangleRequest.Store(&damage)
		if err := call(); err != nil || !damaged.Load() {
			t.Errorf("%s: %v", name, err)
		}
		p.MangleRequest.Store(nil)
	}
}

// TestChaos does everything to a share that is done to shares, at once, and asks of it meanwhile only that
// it says nothing that is not so. SMB_CHAOS sets how long.
func TestChaos(t *testing.T) {
	length := 20 * time.Second
	if testing.Short() {
		length = 5 * time.Second
	}
	if d, err := time.ParseDuration(os.Getenv("SMB_CHAOS")); err == nil {
		length = d
	}
	srv := startSamba(t)
	const dirs, files = 8, 12
	for d := range dirs {
		for f := range files {
			srv.Write(fmt.Sprintf("%d/%02d.mkv", d, f), fmt.Sprintf("%d of %d", f, d))
		}
	}
	p := smbtest.StartProxy(t, srv.Port, 100*time.Microsecond)
	s := srv.share(via(p), func(c *Config) { c.Timeout, c.RequireSigning = 400*time.Millisecond, true })
	run(t, s)
	var v tree.Volume
	eventually(t, 20*time.Second, "the share is there", func() bool { // a busy machine may be late, too
		s.Reconnect()
		var err error
		v, err = s.Identify(context.Background())
		return err == nil
	})
	s.Expect(v)

	ctx, cancel := context.WithTimeout(context.Background(), length)
	defer cancel()
	var busy sync.WaitGroup
	var asked, answered atomic.Int64
	for w := range 12 {
		busy.Go(func() {
			r := rand.New(rand.NewPCG(7, uint64(w)))
			for ctx.Err() == nil {
				asked.Add(1)
				if askAnything(t, s, r, dirs, files) {
					answered.Add(1)
				} else {
					time.Sleep(time.Millisecond)
				}
			}
		})
	}
	busy.Go(func() { // somebody who cannot wait
		for ctx.Err() == nil {
			time.Sleep(300 * time.Millisecond)
			s.Reconnect()
		}
	})
	torment(ctx, t, srv, p)
	busy.Wait()
	p.Mangle.Store(nil)
	p.Swallow.Store(false)
	p.CutAfter.Store(0)
	eventually(t, time.Minute, "the share is found again", func() bool {
		s.Reconnect()
		_, err := s.Identify(context.Background())
		return err == nil
	})
	for d := range dirs {
		l, err := s.List(context.Background(), fmt.Sprint(d))
		if err != nil || len(l.Entries) != files {
			t.Errorf("afterwards: %v, %v", l, err)
		}
	}
	t.Logf("%d of %d calls answered, %d sessions", answered.Load(), asked.Load(), s.Stats().Dials)
	if answered.Load() == 0 {
		t.Error("nothing was ever answered")
	}
	eventually(t, 5*time.Second, "no call is left behind", func() bool { return s.Stats().Calls == 0 })
}

// askAnything makes one call and checks that what it says is so.
func askAnything(t *testing.T, s *Share, r *rand.Rand, dirs, files int) bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(1+r.IntN(1000))*time.Millisecond)
	defer cancel()
	began := time.Now()
	defer func() {
		if took := time.Since(began); took > 2*time.Second+late {
			t.Errorf("a call took %s", took)
		}
	}()
	d, f := r.IntN(dirs), r.IntN(files)
	path := fmt.Sprintf("%d/%02d.mkv", d, f)
	switch r.IntN(4) {
	case 0:
		l, err := s.List(ctx, fmt.Sprint(d))
		if err == nil && len(l.Entries) != files {
			t.Errorf("%d entries listed, want %d", len(l.Entries), files)
		}
		if isNotExist(err) {
			t.Errorf("a directory is proven absent: %v", err)
		}
		return err == nil
	case 1:
		_, err := s.Stat(ctx, path)
		if isNotExist(err) {
			t.Errorf("a file is proven absent: %v", err)
		}
		return err == nil
	case 2:
		_, err := s.Stat(ctx, path+".no")
		if err == nil {
			t.Error("a file that never was is there")
		}
		return isNotExist(err)
	default:
		file, err := s.Open(ctx, path)
		if err != nil {
			if isNotExist(err) {
				t.Errorf("a file is proven absent: %v", err)
			}
			return false
		}
		defer file.Close()
		want := fmt.Sprintf("%d of %d", f, d)
		b := make([]byte, 64)
		n, err := file.ReadAt(b, 0)
		if n > 0 && string(b[:n]) != want {
			t.Errorf("read %q (%v), want %q", b[:n], err, want)
		}
		return n > 0
	}
}

// torment does one thing after the other to the share until ctx ends.
func torment(ctx context.Context, t *testing.T, srv *server, p *smbtest.Proxy) {
	r := rand.New(rand.NewPCG(3, 5))
	flip := func(n int64, frame []byte) []byte {
		if n%7 == 0 && len(frame) > 0 {
			frame[rand.IntN(len(frame))] ^= 1 << rand.IntN(8)
		}
		return frame
	}
	truncate := func(n int64, frame []byte) []byte {
		if n%11 == 0 {
			return frame[:rand.IntN(len(frame)+1)]
		}
		return frame
	}
	delay := func(n int64, frame []byte) []byte {
		if n%13 == 0 {
			time.Sleep(50 * time.Millisecond)
		}
		return frame
	}
	aside := srv.Dir + "/disk"
	rename := func(from, to string) {
		if err := os.Rename(from, to); err != nil {
			t.Error(err)
		}
	}
	hold := func() { time.Sleep(time.Duration(100+r.IntN(500)) * time.Millisecond) }
	for ctx.Err() == nil {
		switch r.IntN(10) {
		case 0:
			srv.Run("pause")
			hold()
			srv.Run("resume")
		case 1:
			srv.Run("kill")
			hold()
			srv.Run("start", fmt.Sprint(srv.Port))
		case 2:
			srv.Run("drop", "media")
		case 3:
			srv.Run("unshare", "media")
			hold()
			srv.Run("share", "media")
		case 4:
			p.Swallow.Store(true)
			hold()
			p.Swallow.Store(false)
		case 5:
			p.Cut()
		case 6:
			p.CutAfter.Store(1 + r.Int64N(2000))
		case 7:
			for _, f := range []func(int64, []byte) []byte{flip, truncate, delay} {
				p.Mangle.Store(&f)
				hold()
			}
			p.Mangle.Store(nil)
		case 8: // the disk goes
			rename(srv.Media(), aside)
			hold()
			rename(aside, srv.Media())
		case 9: // and its mount point is empty
			rename(srv.Media(), aside)
			if err := os.Mkdir(srv.Media(), 0o755); err != nil {
				t.Error(err)
			}
			hold()
			if err := os.Remove(srv.Media()); err != nil {
				t.Error(err)
			}
			rename(aside, srv.Media())
		}
		hold()
		hold()
	}
}
