package smb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/smb/smbtest"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"golang.org/x/sync/errgroup"
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
	s.breaker.retryNow()
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
	const timeout = 500 * time.Millisecond * raceTimes
	s := srv.share(via(p), func(c *Config) { c.Timeout = timeout })
	runShare(t, s)
	reach(t, s)
	works(t, s)
	p.Swallow.Store(true)
	for range 6 {
		began := time.Now()
		_, err := s.List(context.Background(), "d")
		wantAway(t, "list", err)
		if took := time.Since(began); took > timeout+250*time.Millisecond+late {
			t.Errorf("took %s of %s", took, timeout)
		}
	}
	p.Swallow.Store(false)
	eventually(t, 30*time.Second, "the share is found again by itself", func() bool { return s.Breaker().State == Closed })
	works(t, s)
}

// The end of a connection is not the end of what is read on it.
func TestCutWhileReading(t *testing.T) {
	srv := startSamba(t)
	srv.Write("d/f", "hello")
	p := smbtest.StartProxy(t, srv.Port, 0)
	s := srv.share(via(p))
	works(t, s)
	f, err := s.Open(context.Background(), "d/f")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const read = 8 // MS-SMB2, 2.2.1
	for name, sent := range map[string]int{"before the answer": 0, "in the answer": 20} {
		cut := func(_ int64, frame []byte) []byte {
			if len(frame) >= headerLen && frame[12] == read {
				p.CutAfter.Store(int64(sent) + 1)
			}
			return frame
		}
		p.Mangle.Store(&cut)
		s.Reconnect()
		_, err := f.ReadAt(make([]byte, 5), 0)
		wantAway(t, name, err)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %v is taken for the end of the file", name, err)
		}
		p.Mangle.Store(nil)
		p.CutAfter.Store(0)
	}
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
	flip := func(_ int64, frame []byte) []byte { // at random: every ninth may be the same one of each try
		if rand.IntN(9) == 0 && len(frame) > headerLen {
			flipped.Add(1)
			frame[headerLen+rand.IntN(len(frame)-headerLen)] ^= 1 << rand.IntN(8)
		}
		return frame
	}
	p.Mangle.Store(&flip)
	good := 0
	for range 100 {
		s.breaker.retryNow()
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

// callsOf are the calls of a share on the file d/f, which is open as f.
func callsOf(s *Share, f tree.ReadFile) map[string]func() error {
	ctx := context.Background()
	return map[string]func() error{
		"list": func() error { _, err := s.List(ctx, "d"); return err },
		"stat": func() error { _, err := s.Stat(ctx, "d/f"); return err },
		"open": func() error {
			f, err := s.Open(ctx, "d/f")
			if err == nil {
				f.Close()
			}
			return err
		},
		"read":           func() error { _, err := f.ReadAt(make([]byte, 5), 0); return err },
		"stat when open": func() error { _, err := f.Stat(); return err },
		"total":          func() error { _, err := s.Total(ctx, ""); return err },
	}
}

// damaging damages the signature of frames for as long as it is asked to.
func damaging(still func() bool) *func(int64, []byte) []byte {
	f := func(_ int64, frame []byte) []byte {
		if len(frame) >= headerLen && still() {
			frame[headerLen-1] ^= 1
		}
		return frame
	}
	return &f
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
	for name, call := range callsOf(s, f) {
		var damaged atomic.Bool
		p.MangleRequest.Store(damaging(func() bool { return !damaged.Swap(true) }))
		if err := call(); err != nil || !damaged.Load() {
			t.Errorf("%s: %v", name, err)
		}
		p.MangleRequest.Store(nil)
	}
}

// A connection that one bad answer ends says nothing of the many files that were asked for on it.
func TestAnAnswerCutShortIsNoFilesFault(t *testing.T) {
	srv := startSamba(t)
	srv.Write("d/f", "hello")
	const files = 30
	for i := range files {
		srv.Write(fmt.Sprintf("many/%02d.mkv", i), "hello")
	}
	p := smbtest.StartProxy(t, srv.Port, 0)
	s := srv.share(via(p), func(c *Config) { c.RequireSigning = true })
	works(t, s)
	for every := int64(8); every < 40; every += 3 {
		var answers atomic.Int64
		short := func(_ int64, frame []byte) []byte {
			if answers.Add(1)%every == 0 {
				return frame[:headerLen/2]
			}
			return frame
		}
		p.Mangle.Store(&short)
		var all errgroup.Group
		for i := range files {
			all.Go(func() error {
				f, err := s.Open(context.Background(), fmt.Sprintf("many/%02d.mkv", i))
				if err == nil {
					f.Close()
				}
				return err
			})
		}
		if err := all.Wait(); err != nil && !errors.Is(err, tree.ErrAway) {
			t.Errorf("every answer %d cut short: %v, want that no file is blamed", every, err)
		}
		p.Mangle.Store(nil)
		s.breaker.retryNow()
	}
}

// An answer that comes damaged is asked for once more, and a line that damages all of them says nothing of an entry.
func TestDamagedAnswer(t *testing.T) {
	srv := startSamba(t)
	srv.Write("d/f", "hello")
	p := smbtest.StartProxy(t, srv.Port, 0)
	s := srv.share(via(p), func(c *Config) { c.RequireSigning = true })
	works(t, s)
	f, err := s.Open(context.Background(), "d/f")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for name, call := range callsOf(s, f) {
		for at := int64(1); ; at++ { // its first answer, its second, ...
			var frames atomic.Int64
			p.Mangle.Store(damaging(func() bool { return frames.Add(1) == at }))
			err := call()
			p.Mangle.Store(nil)
			// of a log-on it cannot be told from a server that is another
			if err != nil && !errors.Is(err, tree.ErrAway) {
				t.Errorf("%s, of which answer %d is damaged: %v", name, at, err)
			}
			if frames.Load() < at || at == 20 {
				break
			}
			s.breaker.retryNow()
		}
		for every := int64(1); every < 8; every++ {
			for at := range every {
				s.breaker.retryNow()
				var frames atomic.Int64
				p.Mangle.Store(damaging(func() bool { return frames.Add(1)%every == at }))
				err := call()
				p.Mangle.Store(nil)
				if err != nil && !errors.Is(err, tree.ErrAway) {
					t.Errorf("%s, of which every answer %d of %d is damaged: %v, want %v", name, at, every, err, tree.ErrAway)
				}
			}
		}
		s.breaker.retryNow()
		_, _ = s.List(context.Background(), "") // what the line damaged last may still be under way
	}
	s.breaker.retryNow()
	works(t, s)
}
