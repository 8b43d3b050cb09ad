package app

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// manager is a service manager: it hears what it is told on a socket of its own.
type manager struct {
	t    *testing.T
	conn *net.UnixConn
}

func newManager(t *testing.T) *manager {
	t.Helper()
	dir, err := os.MkdirTemp("", "notify-") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	at := &net.UnixAddr{Name: filepath.Join(dir, "s"), Net: "unixgram"}
	conn, err := net.ListenUnixgram("unixgram", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	t.Setenv("NOTIFY_SOCKET", at.Name)
	return &manager{t, conn}
}

// hears waits until it is told what begins so, and gives it.
func (m *manager) hears(prefix string) string {
	m.t.Helper()
	_ = m.conn.SetReadDeadline(time.Now().Add(3 * time.Minute))
	b := make([]byte, 4096)
	for {
		n, err := m.conn.Read(b)
		if err != nil {
			m.t.Fatalf("the service manager is not told %s: %v", prefix, err)
		}
		if text := string(b[:n]); strings.HasPrefix(text, prefix) {
			return text
		}
	}
}

// heard takes what it has been told by now, and says of how many messages that was.
func (m *manager) heard() (n int) {
	m.t.Helper()
	raw, err := m.conn.SyscallConn()
	if err != nil {
		m.t.Fatal(err)
	}
	err = raw.Control(func(fd uintptr) {
		for b := make([]byte, 4096); ; n++ {
			if _, _, err := syscall.Recvfrom(int(fd), b, syscall.MSG_DONTWAIT); err != nil {
				return
			}
		}
	})
	if err != nil {
		m.t.Fatal(err)
	}
	return n
}

func TestTheServiceManagerHearsHowTheDaemonIs(t *testing.T) {
	m := newManager(t)
	base := t.TempDir()
	for i := range 3 {
		name := fmt.Sprintf("%s/films/Film %d (200%d).mkv", base, i, i)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	d := apptest.New(t, apptest.Config{
		DataDir: base + "/data", Roots: []apptest.Root{{Name: "films", Path: base + "/films"}},
		Env: []string{"WATCHDOG_USEC=600000", "WATCHDOG_PID="},
	})
	d.Start(t)
	m.hears("EXTEND_TIMEOUT_USEC=") // while the catalog is opened
	m.hears("READY=1")
	m.hears("WATCHDOG=1")
	m.hears("STATUS=3 items, following changes")
	d.Signal(t, syscall.SIGHUP)
	m.hears("RELOADING=1")
	m.hears("READY=1")
	m.hears("WATCHDOG=1")
	d.Signal(t, syscall.SIGTERM)
	m.hears("STOPPING=1")
	m.hears("EXTEND_TIMEOUT_USEC=")
}

// Who does not answer stops the pings and is named; who answers again has them go on.
func TestTheWatchdogIsAnsweredWhileEverybodyAnswers(t *testing.T) {
	m := newManager(t)
	t.Setenv("WATCHDOG_USEC", "90000")
	t.Setenv("WATCHDOG_PID", "")
	hangs := make(chan bool, 1)
	asked := make(chan struct{}, 100)
	pulses := []pulse{{"writer", func(context.Context) error { return nil }}, {"runner", func(ctx context.Context) error {
		asked <- struct{}{}
		select {
		case hang := <-hangs:
			hangs <- hang
			if !hang {
				return nil
			}
		case <-ctx.Done():
			return ctx.Err()
		}
		<-ctx.Done()
		return ctx.Err()
	}}}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	hangs <- false
	go func() { ended <- newNotifier(zap.NewNop()).watchdog(ctx, pulses) }()
	m.hears("WATCHDOG=1")
	<-hangs
	for len(asked) > 0 { // as often as it was until now
		<-asked
	}
	hangs <- true
	for range 5 { // of which one may have been under way
		<-asked
	}
	m.heard() // what was sent before
	<-asked
	<-asked
	if n := m.heard(); n > 0 {
		t.Errorf("it is told %d times that all is well while the runner hangs", n)
	}
	<-hangs
	hangs <- false
	m.hears("WATCHDOG=1")
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// mute is a writer that answers nobody.
type mute struct {
	since    time.Time
	building bool
}

func (m mute) Update(ctx context.Context, _ func(*store.Tx) error) error {
	<-ctx.Done()
	return ctx.Err()
}

func (m mute) Building() (time.Time, bool) { return m.since, m.building }

// TestAWriterThatBuildsLives: for as long as an upgrade may take too.
func TestAWriterThatBuildsLives(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for of, alive := range map[mute]bool{
		{time.Now(), true}:                       true,
		{time.Now().Add(-2 * openingTime), true}: false,
		{time.Unix(0, 0), false}:                 false,
	} {
		if err := storeAlive(ended, of); (err == nil) != alive {
			t.Errorf("building %v since %v: %v", of.building, of.since, err)
		}
	}
}

// Patience is asked for at once and again, and no longer than something may take that does not hang.
func TestPatienceIsAskedForWhileItGoesOn(t *testing.T) {
	m := newManager(t)
	done := newNotifier(zap.NewNop()).extend(time.Minute)
	m.hears("EXTEND_TIMEOUT_USEC=20000000")
	done()
	if extendEvery*2 > extension {
		t.Errorf("asked for %v every %v: one that is late would be the end", extension, extendEvery)
	}
}

func TestTheLineSaysWhatIsScanned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s scansNow
		left := 83.4
		s.note(media.Scan{ID: 1, Root: "tv", State: media.ScanRunning, Files: 12345, ETASeconds: &left})
		s.note(media.Scan{ID: 2, Root: "films", State: media.ScanRunning, Files: 7})
		if got, want := s.text(), "films: 7 files; tv: 12,345 files, 1m23s left"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		s.note(media.Scan{ID: 3, Root: "tv", State: media.ScanDone}) // another of the root
		s.note(media.Scan{ID: 2, Root: "films", State: media.ScanDone})
		if got := s.text(); !strings.HasPrefix(got, "tv: ") {
			t.Errorf("%q, want tv alone", got)
		}
		s.note(media.Scan{ID: 1, Root: "tv", State: media.ScanFailed})
		if got := s.text(); got != "" {
			t.Errorf("%q, want nothing", got)
		}
	})
}
