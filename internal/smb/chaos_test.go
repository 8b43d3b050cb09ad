package smb

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/smb/smbtest"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

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
	runShare(t, s)
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
