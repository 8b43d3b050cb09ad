package smb

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf16"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// The library closes forgotten files in a finalizer. On a hung server that would wait, and with it every
// other finalizer of the process.
func TestForgottenFilesBlockNoFinalizers(t *testing.T) {
	srv := startSamba(t)
	srv.Write("d/f", "hello")
	s := srv.share(func(c *Config) { c.Timeout = 30 * time.Second })
	for range 20 {
		if _, err := s.Open(context.Background(), "d/f"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.lookAt(context.Background(), "d/f"); err != nil {
			t.Fatal(err)
		}
	}
	srv.Run("pause")
	defer srv.Run("resume")
	for range 3 {
		runtime.GC()
	}
	ran := make(chan struct{})
	func() {
		type object struct{ _ [64]byte }
		runtime.SetFinalizer(&object{}, func(*object) { close(ran) })
	}()
	deadline := time.After(20 * time.Second) // they would wait for 30
	for {
		runtime.GC()
		select {
		case <-ran:
			return
		case <-deadline:
			t.Fatal("finalizers of the process do not run any more")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// A listing, or the id of an open file, takes 16 credits, and one too few is an error. With 128 of them,
// far more is asked for at once here than they suffice for.
func TestCreditsAreCounted(t *testing.T) {
	t.Parallel()
	for _, credits := range []int{128, 40} {
		srv := startSamba(t, fmt.Sprintf("SMB_GLOBAL=smb2 max credits = %d", credits))
		srv.makeTree(20, 20, strings.Repeat("x", 40<<10))
		s := srv.share()
		var busy sync.WaitGroup
		for i := range 40 {
			busy.Go(func() {
				for j := range 20 {
					if _, err := s.List(context.Background(), fmt.Sprintf("%02d/%04d", (i+j)%20, (i+j)%20)); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		busy.Go(func() { readHeads(t, s, 64, 400, 20) })
		busy.Wait()
		ses, err := s.sessions.get(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if ses.limit > int64(credits) {
			t.Errorf("%d credits are counted on, the server gives %d", ses.limit, credits)
		}
		if got := s.Stats(); got.Dials != 1 {
			t.Errorf("%d sessions were needed, want that the first lasts", got.Dials)
		}
	}
}

// A caller that leaves is let go at once, and costs the share neither its session nor its name.
func TestCallerThatLeaves(t *testing.T) {
	srv, disk := startOnBadDisk(t)
	srv.Write("d/f", "hello")
	s := srv.share()
	works(t, s)
	disk.Slow(5 * time.Second)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	f, err := s.Open(ctx, "d/f")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var left atomic.Int64 // when the caller leaves, whose first call is under way by then
	var leaves sync.WaitGroup
	leaves.Go(func() {
		for end := time.Now().Add(2 * time.Minute); s.Stats().Calls == 0 && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		left.Store(time.Now().UnixNano())
		cancel()
	})
	for range 5 {
		began := time.Now()
		if _, err := f.ReadAt(make([]byte, 5), 0); !errors.Is(err, context.Canceled) {
			t.Errorf("read: %v, want that it was cancelled", err)
		}
		leaves.Wait()
		if at := time.Unix(0, left.Load()); at.After(began) {
			began = at
		}
		if took := time.Since(began); took > 250*time.Millisecond+late {
			t.Errorf("let go after %s", took)
		}
	}
	if got := s.Stats().Abandoned; got != 1 {
		t.Errorf("%d calls abandoned, want the first: the others never began", got)
	}
	eventually(t, 10*time.Second, "the abandoned call ends", func() bool { return s.Stats().Calls == 0 })
	if got := s.Stats(); got.Abandoned != 0 || got.Dials != 1 {
		t.Errorf("after it: %+v", got)
	}
	disk.Mend()
	works(t, s)
	wantClosedBreaker(t, s)
	if s.Stats().Dials != 1 {
		t.Error("the session was given up")
	}
}

// An open file goes on after its session has ended, if it still is the same.
func TestOpenFileOutlivesItsSession(t *testing.T) {
	t.Parallel()
	srv := startSamba(t)
	srv.Write("same", "hello")
	srv.Write("edited", "hello")
	srv.Write("replaced", "hello")
	srv.Write("gone", "hello")
	s := srv.share()
	open := map[string]tree.ReadFile{}
	for _, name := range []string{"same", "edited", "replaced", "gone"} {
		f, err := s.Open(context.Background(), name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		open[name] = f
	}
	srv.Run("restart")
	srv.Write("edited", "world")
	srv.Write("new", "hello")
	if err := os.Rename(srv.Media("new"), srv.Media("replaced")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(srv.Media("gone")); err != nil {
		t.Fatal(err)
	}
	var busy sync.WaitGroup
	for range 8 { // whoever is first opens it again, for all
		busy.Go(func() {
			b := make([]byte, 5)
			if _, err := open["same"].ReadAt(b, 0); err != nil || string(b) != "hello" {
				t.Errorf("read %q, %v", b, err)
			}
		})
	}
	busy.Wait()
	for _, name := range []string{"edited", "replaced", "gone"} {
		if n, err := open[name].ReadAt(make([]byte, 5), 0); err == nil || n > 0 {
			t.Errorf("%s: read %d bytes, %v, want an error", name, n, err)
		} else if errors.Is(err, tree.ErrAway) {
			t.Errorf("%s: %v, though the share is there", name, err)
		}
	}
	if e, err := open["edited"].Stat(); err != nil || e.Size != 5 {
		t.Errorf("stat of the edited file: %+v, %v: it is the same file", e, err)
	}
}

func TestUnreadableIsAnErrorOfTheEntryAlone(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("the server runs as the test's own user, who may read everything here")
	}
	srv := startSamba(t)
	srv.Write("d/f", "hello")
	srv.Write("closed/f", "x")
	srv.Write("secret", "x")
	for _, path := range []string{"closed", "secret"} {
		if err := os.Chmod(srv.Media(path), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	s := srv.share()
	l, err := s.List(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		for what, err := range map[string]error{
			"list": func() error { _, err := s.List(context.Background(), "closed"); return err }(),
			"open": func() error { _, err := s.Open(context.Background(), "secret"); return err }(),
			"stat": func() error { _, err := s.Stat(context.Background(), "closed/f"); return err }(),
		} {
			if !errors.Is(err, fs.ErrPermission) || errors.Is(err, tree.ErrAway) || isNotExist(err) {
				t.Errorf("%s: %v, want a denial and nothing else", what, err)
			}
		}
	}
	for _, e := range l.Entries {
		if got, err := s.Stat(context.Background(), e.Name); err != nil || got != e {
			t.Errorf("stat says %+v, %v, the listing %+v", got, err, e)
		}
	}
	wantClosedBreaker(t, s)
	works(t, s)
}

// What listens need not be a file server, and need not stay.
func TestNoFileServer(t *testing.T) {
	for name, serve := range map[string]func(net.Conn){
		"closes":  func(c net.Conn) {},
		"HTTP":    func(c net.Conn) { fmt.Fprint(c, "HTTP/1.1 400 Bad Request\r\n\r\n") },
		"noise":   func(c net.Conn) { fmt.Fprint(c, strings.Repeat("\x00\x00\x10\x00noise", 999)) },
		"huge":    func(c net.Conn) { fmt.Fprint(c, "\x00\xff\xff\xff"); time.Sleep(100 * time.Millisecond) },
		"silence": func(c net.Conn) { time.Sleep(2 * time.Second) },
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		var busy sync.WaitGroup
		busy.Go(func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				busy.Go(func() { serve(c); c.Close() })
			}
		})
		s := open(t, Config{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Share: "media", User: "media", Timeout: time.Second})
		began := time.Now()
		_, err = s.Identify(context.Background())
		wantAway(t, name, err)
		if took := time.Since(began); took > 1250*time.Millisecond+late {
			t.Errorf("%s: took %s of 1s", name, took)
		}
		l.Close()
		busy.Wait()
	}
}

// The library follows links that a server reports, wherever they lead.
func TestReportedLinksAreNotFollowed(t *testing.T) {
	t.Parallel()
	srv := startSamba(t)
	srv.Write("d/f", "hello")
	rec := record(t, srv)
	var created atomic.Int64
	l := startLiar(t, rec, func(_ *rand.Rand, out []byte) []byte {
		if binary.LittleEndian.Uint16(out[4+12:]) != 0x05 || created.Add(1) != 1 {
			return out
		}
		p := append(append([]byte(nil), out[4:4+headerLen]...), symlinkError(`..\..\private`)...)
		binary.LittleEndian.PutUint32(p[8:], statusStoppedOnSymlink)
		return framed(p)
	})
	s, err := New(Config{Host: "127.0.0.1", Port: l.listener.Addr().(*net.TCPAddr).Port, Share: "media", User: "media", Timeout: 5 * time.Second}, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	_, err = s.openFile(context.Background(), "d/f")
	if !errors.Is(err, tree.ErrNotRegular) {
		t.Errorf("open of a link: %v", err)
	}
	if created.Load() < 2 {
		t.Error("the library did not follow the link: this test tests nothing")
	}
}

// Where a directory has no entry at all, not even itself, servers say that there is no such file. The directory
// exists all the same: it was opened.
func TestNothingInADirectoryIsNotItsAbsence(t *testing.T) {
	t.Parallel()
	srv := startSamba(t)
	srv.Write("d/f", "hello")
	l := startLiar(t, record(t, srv), func(_ *rand.Rand, out []byte) []byte {
		const queryDirectory = 0x0e
		if binary.LittleEndian.Uint16(out[4+12:]) != queryDirectory {
			return out
		}
		p := append(append([]byte(nil), out[4:4+headerLen]...), 9, 0, 0, 0, 0, 0, 0, 0, 0) // MS-SMB2, 2.2.2
		binary.LittleEndian.PutUint32(p[8:], statusNoSuchFile)
		return framed(p)
	})
	s := open(t, Config{Host: "127.0.0.1", Port: l.listener.Addr().(*net.TCPAddr).Port, Share: "media", User: "media", Timeout: 5 * time.Second})
	got, err := s.List(context.Background(), "")
	if err != nil {
		t.Errorf("list: %v", err)
	} else if len(got.Entries) != 0 || !got.Provisional {
		t.Errorf("list: %+v, want nothing, and that it proves nothing", got)
	}
}

// symlinkError is the body of a reply that reports a symbolic link (MS-SMB2, 2.2.2.2.1).
func symlinkError(target string) []byte {
	var name []byte
	for _, u := range utf16.Encode([]rune(target)) {
		name = binary.LittleEndian.AppendUint16(name, u)
	}
	le := binary.LittleEndian
	var d []byte
	d = le.AppendUint32(d, uint32(24+len(name))) // SymLinkLength
	d = le.AppendUint32(d, 0x4c4d5953)
	d = le.AppendUint32(d, 0xa000000c)
	d = le.AppendUint16(d, uint16(12+len(name))) // ReparseDataLength
	d = le.AppendUint16(d, 0)                    // UnparsedPathLength
	d = le.AppendUint16(d, 0)
	d = le.AppendUint16(d, uint16(len(name)))
	d = le.AppendUint16(d, 0)
	d = le.AppendUint16(d, uint16(len(name)))
	d = le.AppendUint32(d, 1) // relative
	d = append(d, name...)
	b := le.AppendUint16(nil, 9)
	b = le.AppendUint16(b, 0)
	return append(le.AppendUint32(b, uint32(len(d))), d...)
}

func TestRunTellsOfChanges(t *testing.T) {
	t.Parallel()
	srv := startSamba(t)
	srv.Write("d/f", "hello")
	core, logs := observer.New(zap.InfoLevel)
	s, err := New(srv.config(), zap.New(core))
	if err != nil {
		t.Fatal(err)
	}
	runShare(t, s)
	works(t, s)
	srv.Run("kill")
	for range 2 {
		_, err := s.Identify(context.Background())
		wantAway(t, "identify", err)
	}
	eventually(t, 5*time.Second, "its going is told", func() bool { return logs.FilterMessage("share is away").Len() > 0 })
	srv.Run("start", fmt.Sprint(srv.Port))
	eventually(t, 30*time.Second, "it is found again by itself", func() bool { return s.Breaker().State == Closed })
	eventually(t, time.Second, "its end is told", func() bool { return logs.FilterMessage("share is back").Len() > 0 })
}
