package apptest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/run/runtest"
)

// Root is a root of the daemon's configuration.
type Root struct {
	Name string
	Path string
	URL  string // in place of a path
	More string // further lines of its table, in TOML
}

// Config is what a daemon is started with.
type Config struct {
	DataDir string
	Roots   []Root
	More    string   // further tables, in TOML
	Env     []string // added to the process's
	Command string   // "": serve
	Under   []string // a command that runs the daemon: what is before its own words
}

// Daemon is the daemon as a process. It can be stopped, killed and started again; Addr is where it
// listens, or empty while it does not run.
type Daemon struct {
	cfg  Config
	file string // configuration
	http http.Client

	mu   sync.Mutex // guards what follows
	cmd  *exec.Cmd
	exit chan error // gets the process's end
	addr string
	log  *logTail
}

// Start writes the configuration and starts the daemon. At the end of the test it is killed, and the end
// of its log shown if the test has failed.
func Start(tb testing.TB, cfg Config) *Daemon {
	tb.Helper()
	d := New(tb, cfg)
	d.Start(tb)
	return d
}

// New prepares a daemon without starting it.
func New(tb testing.TB, cfg Config) *Daemon {
	tb.Helper()
	d := &Daemon{cfg: cfg, file: filepath.Join(tb.TempDir(), "catalogizerd.toml"), log: &logTail{}}
	d.http.Timeout = 2 * time.Minute
	d.Configure(tb, cfg.Roots...)
	tb.Cleanup(func() {
		d.Kill(tb)
		d.http.CloseIdleConnections()
		if tb.Failed() {
			tb.Logf("the daemon's last words:\n%s", d.log.text())
		}
	})
	return d
}

// Configure writes the configuration file anew, with these roots; a running daemon takes it in with SIGHUP.
func (d *Daemon) Configure(tb testing.TB, roots ...Root) {
	tb.Helper()
	var b strings.Builder
	if !strings.Contains(d.cfg.More, "[log]") {
		b.WriteString("[log]\nformat = \"json\"\n")
	}
	b.WriteString(d.cfg.More + "\n")
	for _, r := range roots {
		key, at := "path", r.Path
		if r.URL != "" {
			key, at = "url", r.URL
		}
		fmt.Fprintf(&b, "[[root]]\nname = %q\n%s = %q\n%s\n", r.Name, key, at, r.More)
	}
	if err := os.WriteFile(d.file, []byte(b.String()), 0o600); err != nil {
		tb.Fatal(err)
	}
}

// Rewrite writes the configuration file anew, with further tables in place of those from before.
func (d *Daemon) Rewrite(tb testing.TB, more string, roots ...Root) {
	tb.Helper()
	d.cfg.More = more
	d.Configure(tb, roots...)
}

// Start starts the process and waits until it serves.
func (d *Daemon) Start(tb testing.TB) {
	tb.Helper()
	if err := d.TryStart(); err != nil {
		tb.Fatalf("start the daemon: %v\n%s", err, d.log.text())
	}
}

// TryStart starts the process and waits until it serves; the error says that it ended before, and holds
// what it wrote.
func (d *Daemon) TryStart() error {
	words := append(slices.Clone(d.cfg.Under), os.Getenv(BinaryVar), cmp.Or(d.cfg.Command, "serve"),
		"--config", d.file, "--data-dir", d.cfg.DataDir, "--listen", "127.0.0.1:0")
	cmd := exec.CommandContext(context.Background(), words[0], words[1:]...)
	cmd.Env = append(os.Environ(), d.cfg.Env...)
	serving := make(chan string, 1) // the one address
	d.log.begin(serving)
	cmd.Stderr, cmd.Stdout = d.log, d.log
	exit, err := runtest.Start(cmd, syscall.SIGKILL)
	if err != nil {
		return err
	}
	select {
	case addr := <-serving:
		d.mu.Lock()
		d.cmd, d.exit, d.addr = cmd, exit, addr
		d.mu.Unlock()
		return nil
	case err := <-exit:
		return fmt.Errorf("ended before it served: %w: %s", orNothing(err), d.log.text())
	case <-time.After(3 * time.Minute):
		_ = cmd.Process.Kill()
		return fmt.Errorf("does not serve after three minutes: %w", errors.Join(<-exit))
	}
}

func orNothing(err error) error {
	if err == nil {
		return errors.New("exit code 0")
	}
	return err
}

// Addr is host and port. It may be called from any goroutine.
func (d *Daemon) Addr() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.addr
}

// Pid is the process's number; 0 while it does not run.
func (d *Daemon) Pid() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cmd == nil {
		return 0
	}
	return d.cmd.Process.Pid
}

// DataDir is where its catalog is.
func (d *Daemon) DataDir() string { return d.cfg.DataDir }

// Log is the end of what the process has written.
func (d *Daemon) Log() string { return d.log.text() }

// Kill ends the process as a crash would, if it runs.
func (d *Daemon) Kill(tb testing.TB) {
	tb.Helper()
	_ = d.end(tb, syscall.SIGKILL, time.Minute) // it says that it was killed
}

// Stop ends the process gracefully, and fails the test where it is not gone in time with exit code 0.
func (d *Daemon) Stop(tb testing.TB) {
	tb.Helper()
	if err := d.end(tb, syscall.SIGTERM, time.Minute); err != nil {
		tb.Errorf("the daemon did not stop well: %v", err)
	}
}

// Signal sends the process a signal.
func (d *Daemon) Signal(tb testing.TB, s os.Signal) {
	tb.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cmd == nil {
		tb.Fatal("the daemon does not run")
	}
	if err := d.cmd.Process.Signal(s); err != nil {
		tb.Fatal(err)
	}
}

func (d *Daemon) end(tb testing.TB, s syscall.Signal, limit time.Duration) error {
	tb.Helper()
	d.mu.Lock()
	cmd, exit := d.cmd, d.exit
	d.cmd, d.addr = nil, ""
	d.mu.Unlock()
	if cmd == nil {
		return nil
	}
	_ = cmd.Process.Signal(s) // fails only where it has ended, which is told by exit
	select {
	case err := <-exit:
		return err
	case <-time.After(limit):
		_ = cmd.Process.Kill()
		return errors.Join(fmt.Errorf("still there %v after %v", limit, s), <-exit)
	}
}

// ended waits until the process has ended by itself.
func (d *Daemon) ended(limit time.Duration) (ok bool) {
	d.mu.Lock()
	exit := d.exit
	d.mu.Unlock()
	select {
	case end := <-exit:
		exit <- end // for whoever asks again
		return true
	case <-time.After(limit):
		return false
	}
}

// Status is GET /api/v1/status.
type Status struct {
	Instance media.Instance `json:"instance"`
	Idle     bool           `json:"idle"`
	Cursor   string         `json:"cursor"`
	Counts   struct {
		Items, Missing, Pending, Failed int64
	} `json:"counts"`
	Health string       `json:"health"`
	Roots  []RootStatus `json:"roots"`
}

// RootStatus is a root as the daemon shows it.
type RootStatus struct {
	Name     string `json:"name"`
	State    string `json:"state"`
	Reason   string `json:"reason"`
	Scanning bool   `json:"scanning"`
	Items    int64  `json:"items"`
	Held     *struct {
		Count  int64  `json:"count"`
		Reason string `json:"reason"`
	} `json:"held"`
	Skipped struct {
		Mounts, Links, Unreadable int64
		Examples                  []string
	} `json:"skipped"`
	VolumeOffer *struct {
		Volume               string
		Catalogued, Matching int64
	} `json:"volume_offer"`
	Watch struct {
		Mode        string `json:"mode"`
		Directories int    `json:"directories"`
		Limit       int    `json:"limit"`
		Reason      string `json:"reason"`
	} `json:"watch"`
}

// Status asks for the daemon's state.
func (d *Daemon) Status(tb testing.TB) (s Status) {
	tb.Helper()
	d.Get(tb, "/api/v1/status", &s)
	return s
}

// Root asks for the state of one root.
func (d *Daemon) Root(tb testing.TB, name string) (r RootStatus) {
	tb.Helper()
	d.Get(tb, "/api/v1/roots/"+name, &r)
	return r
}

// Get decodes the answer to a GET request.
func (d *Daemon) Get(tb testing.TB, path string, into any) {
	tb.Helper()
	d.request(tb, http.MethodGet, path, "", into)
}

// Post decodes the answer to a POST request; into may be nil.
func (d *Daemon) Post(tb testing.TB, path, body string, into any) {
	tb.Helper()
	d.request(tb, http.MethodPost, path, body, into)
}

func (d *Daemon) request(tb testing.TB, method, path, body string, into any) {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), method, "http://"+d.Addr()+path, strings.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	resp, err := d.http.Do(req)
	if err != nil {
		tb.Fatalf("%s %s: %v\n%s", method, path, err, d.log.text())
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		tb.Fatalf("%s %s: %s, %v: %s", method, path, resp.Status, err, b)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(b, into); err != nil {
		tb.Fatalf("%s %s: %v: %s", method, path, err, b)
	}
}

// patience is how long a daemon that has work is waited for at the least: only one that is stuck takes as long, on
// however busy a machine.
const patience = 5 * time.Minute

// WaitIdle waits until the daemon says that it has nothing to do, for limit or somewhat longer.
func (d *Daemon) WaitIdle(tb testing.TB, limit time.Duration) Status {
	tb.Helper()
	var s Status
	limit = max(limit, patience)
	if !Within(limit, func() bool { s = d.Status(tb); return s.Idle }) {
		d.Signal(tb, syscall.SIGQUIT) // it writes what all its goroutines do
		_ = d.ended(5 * time.Second)
		tb.Fatalf("not idle after %v: %+v\n%s", limit, s, d.log.text())
	}
	return s
}

// WaitRoot waits until a root is as wanted.
func (d *Daemon) WaitRoot(tb testing.TB, name string, limit time.Duration, want func(RootStatus) bool) RootStatus {
	tb.Helper()
	var r RootStatus
	if !Within(limit, func() bool { r = d.Root(tb, name); return want(r) }) {
		tb.Fatalf("root %s is not as wanted after %v: %+v\n%s", name, limit, r, d.log.text())
	}
	return r
}

// Within asks every few milliseconds until ok or the limit is over.
func Within(limit time.Duration, ok func() bool) bool {
	for end := time.Now().Add(limit); ; time.Sleep(5 * time.Millisecond) {
		if ok() {
			return true
		}
		if time.Now().After(end) {
			return false
		}
	}
}

// Command runs another command of the binary on the same catalog, and returns what it wrote to stdout.
func (d *Daemon) Command(tb testing.TB, args ...string) []byte {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), os.Getenv(BinaryVar), append(args, "--data-dir", d.cfg.DataDir)...)
	var errOut bytes.Buffer
	cmd.Stderr = &errOut
	out, err := cmd.Output()
	if err != nil {
		tb.Fatalf("%s: %v: %s", strings.Join(args, " "), err, errOut.Bytes())
	}
	return out
}
