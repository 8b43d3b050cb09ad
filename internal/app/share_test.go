package app_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/smb/smbtest"
)

const (
	shareTimeout = time.Second
	usualTimeout = 20 * time.Second // without a setting
	sharePoll    = 2 * time.Second
)

// passwordFile is where a daemon of startWithShare finds its password.
func passwordFile(base string) string { return filepath.Join(base, "password") }

func setPassword(t *testing.T, base, secret string) {
	t.Helper()
	if err := os.WriteFile(passwordFile(base), []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// startWithShare starts a daemon with the local root "films" and the share "attic" at a port.
// startWithShare starts a daemon with a share whose server is given up after timeout: the usual one where a test has no
// server hang, since a busy machine answers late.
func startWithShare(t *testing.T, base string, port int, secret string, timeout time.Duration) *apptest.Daemon {
	t.Helper()
	setPassword(t, base, secret)
	return apptest.Start(t, apptest.Config{DataDir: base + "/data", More: quick, Roots: []apptest.Root{
		{Name: "films", Path: base + "/films"},
		{
			Name: "attic", URL: fmt.Sprintf("smb://%s@127.0.0.1:%d/media", smbtest.User, port),
			More: fmt.Sprintf("password_file = %q\npoll_interval = %q\ntimeout = %q",
				passwordFile(base), sharePoll, timeout),
		},
	}})
}

// breaker is that of a share, as the daemon shows it.
type breaker struct {
	State     string    `json:"state"`
	RetryAt   time.Time `json:"retry_at"`
	LastError string    `json:"last_error"`
}

func breakerOf(t *testing.T, d *apptest.Daemon, root string) breaker {
	t.Helper()
	var r struct {
		Breaker *breaker `json:"breaker"`
	}
	d.Get(t, "/api/v1/roots/"+root, &r)
	if r.Breaker == nil {
		t.Fatalf("root %s shows no breaker", root)
	}
	return *r.Breaker
}

// A server that hangs costs no item, no other root anything, and no restart.
func TestSharePausedStoppedAndResumed(t *testing.T) {
	srv := smbtest.Start(t)
	base := t.TempDir()
	fill(t, base+"/films", 300)
	for i := range 300 {
		srv.Write(fmt.Sprintf("dir %d/file %d.bin", i/20, i), fmt.Sprint("bytes of ", i))
	}
	d := startWithShare(t, base, srv.Port, smbtest.Password, shareTimeout)
	r := apptest.Follow(t, d)
	d.WaitRoot(t, "attic", time.Minute, func(r apptest.RootStatus) bool {
		return r.State == "online" && r.Items == 300
	})
	d.WaitIdle(t, time.Minute)
	before := d.Export(t)

	paused := time.Now()
	srv.Run("pause")
	d.WaitRoot(t, "attic", time.Minute, state("offline"))
	offline := time.Since(paused)
	if !apptest.Within(time.Minute, func() bool { return breakerOf(t, d, "attic").State == "open" }) {
		t.Fatal("the breaker does not open")
	}
	took, limit := time.Since(paused), sharePoll*11/10+3*shareTimeout
	t.Logf("offline %v, breaker open %v after the server hung", offline, took)
	if took > limit+late() {
		t.Errorf("the breaker opens only after %v, more than a poll and three deadlines: %v", took, limit)
	}
	d.WaitIdle(t, time.Minute)
	unchanged(t, before, d.Export(t), "paused")
	write(t, base+"/films", "while the share hangs.bin", "x")
	sees(t, d, r, "films", "while the share hangs.bin")
	srv.Write("made while it hung.bin", "x")

	for range 2 { // stopped in the middle of the hang, and started in it
		began := time.Now()
		d.Stop(t)
		if took := time.Since(began); took > 2*time.Second+late() {
			t.Errorf("a stop takes %v while a share hangs", took)
		} else {
			t.Logf("stopped in %v", took)
		}
		d.Start(t)
		d.WaitRoot(t, "attic", time.Minute, state("offline"))
	}
	d.WaitIdle(t, time.Minute)
	write(t, base+"/films", "after a start.bin", "x")
	sees(t, d, r, "films", "after a start.bin")

	retry := breakerOf(t, d, "attic").RetryAt
	srv.Run("resume")
	resumed := time.Now()
	it := sees(t, d, r, "attic", "made while it hung.bin")
	if retry.Before(resumed) {
		retry = resumed
	}
	took = time.Since(retry)
	t.Logf("in the catalog %v after the next try that was due", took)
	if took > 5*time.Second+late() {
		t.Errorf("reconciled only %v after retry_at", took)
	}
	d.WaitIdle(t, time.Minute)
	after := d.Export(t)
	delete(after, it.ID)
	for id, it := range after {
		if it.Root == "films" {
			delete(after, id)
		}
	}
	for id, it := range before {
		if it.Root == "films" {
			delete(before, id)
		}
	}
	unchanged(t, before, after, "resumed")
}

// A password stands in its file alone, be it right or wrong; and a new one there is tried without being asked to.
func TestShareTellsNoPassword(t *testing.T) {
	const right, wrong = "right-Plover", "wrong-Plover"
	srv := smbtest.Start(t, "SMB_PASSWORD="+right)
	srv.Write("a.bin", "x")
	base := t.TempDir()
	fill(t, base+"/films", 1)
	d := startWithShare(t, base, srv.Port, wrong, usualTimeout)
	if !apptest.Within(time.Minute, func() bool { return breakerOf(t, d, "attic").State == "open" }) {
		t.Fatal("a wrong password does not open the breaker")
	}
	b := breakerOf(t, d, "attic")
	if wait := time.Until(b.RetryAt); wait < 10*time.Minute || wait > 15*time.Minute || b.LastError == "" {
		t.Errorf("with a wrong password: %+v, want that it is tried again in 15 minutes, and why", b)
	}
	told := func() { // to whom a daemon tells things
		t.Helper()
		for _, path := range []string{"/api/v1/roots", "/api/v1/status"} {
			var answer any
			d.Get(t, path, &answer)
			wantNoSecret(t, path, fmt.Append(nil, answer))
		}
		wantNoSecret(t, "the log", []byte(d.Log()))
		args, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", d.Pid()))
		if err != nil {
			t.Fatal(err)
		}
		wantNoSecret(t, "the process list", args)
	}
	told()
	setPassword(t, base, right)
	d.WaitRoot(t, "attic", time.Minute, func(r apptest.RootStatus) bool { return r.State == "online" && r.Items == 1 })
	told()
	d.Stop(t)
	files := 0
	err := filepath.WalkDir(d.DataDir(), func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		wantNoSecret(t, path, b)
		files++
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("%d files of the catalog looked at, %v", files, err)
	}
}

func wantNoSecret(t *testing.T, where string, text []byte) {
	t.Helper()
	if bytes.Contains(text, []byte("Plover")) {
		t.Errorf("a password is told in %s", where)
	}
}

// While nothing changes a poll asks for next to nothing.
func TestSharePollOfWhatIsUnchanged(t *testing.T) {
	const dirs, files = 200, 10
	srv := smbtest.Start(t)
	old := time.Now().Add(-48 * time.Hour)
	for d := range dirs {
		for f := range files {
			srv.Write(fmt.Sprintf("dir %d/%d.bin", d, f), fmt.Sprint(d, f))
			if err := os.Chtimes(srv.Media(fmt.Sprintf("dir %d/%d.bin", d, f)), old, old); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chtimes(srv.Media(fmt.Sprintf("dir %d", d)), old, old); err != nil {
			t.Fatal(err)
		}
	}
	base := t.TempDir()
	fill(t, base+"/films", 1)
	proxy := smbtest.StartProxy(t, srv.Port, 0)
	var requests, polls, last atomic.Int64
	count := func(_ int64, frame []byte) []byte {
		requests.Add(1)
		now := time.Now().UnixNano()
		if time.Duration(now-last.Swap(now)) > sharePoll/2 {
			polls.Add(1) // silence lies between them
		}
		return frame
	}
	proxy.MangleRequest.Store(&count)
	d := startWithShare(t, base, proxy.Port(), smbtest.Password, usualTimeout)
	d.WaitRoot(t, "attic", time.Minute, func(r apptest.RootStatus) bool { return r.Items == dirs*files })
	d.WaitIdle(t, time.Minute)

	full := requests.Load()
	var scan struct {
		ID    any    `json:"id"`
		State string `json:"state"`
	}
	d.Post(t, "/api/v1/roots/attic/scan", `{"full": true}`, &scan)
	if !apptest.Within(time.Minute, func() bool {
		d.Get(t, fmt.Sprintf("/api/v1/scans/%v", scan.ID), &scan)
		return scan.State == "done"
	}) {
		t.Fatalf("the full scan did not end: %+v", scan)
	}
	d.WaitIdle(t, time.Minute)
	full = requests.Load() - full

	const wanted = 5
	began, first := requests.Load(), polls.Load()
	// the next one has begun: these are over
	if !apptest.Within(time.Minute, func() bool { return polls.Load() > first+wanted }) {
		t.Fatalf("%d polls in a minute, want one every %v", polls.Load()-first, sharePoll)
	}
	poll := float64(requests.Load()-began) / wanted
	t.Logf("a full pass is %d requests, a poll %.1f: %.1f %%", full, poll, 100*poll/float64(full))
	if poll == 0 || poll > 0.05*float64(full) {
		t.Errorf("an unchanged poll is %.1f requests of %d, want at most 5 %%", poll, full)
	}
}

// TestSoakSharePausedBesideLocal measures what a share whose server hangs costs a local root.
func TestSoakSharePausedBesideLocal(t *testing.T) {
	if os.Getenv("SOAK") == "" {
		t.Skip("SOAK=duration says that the machine is there for this")
	}
	srv := smbtest.Start(t)
	base := t.TempDir()
	fill(t, base+"/films", 30000)
	srv.Write("a.bin", "x")
	d := startWithShare(t, base, srv.Port, smbtest.Password, shareTimeout)
	d.WaitRoot(t, "attic", time.Minute, state("online"))
	d.WaitIdle(t, time.Minute)
	feed := feeder(t, d, base+"/films")
	scan := func() time.Duration {
		began := time.Now()
		var s struct {
			ID    any    `json:"id"`
			State string `json:"state"`
		}
		d.Post(t, "/api/v1/roots/films/scan", `{"full": true}`, &s)
		if !apptest.Within(time.Minute, func() bool {
			d.Get(t, fmt.Sprintf("/api/v1/scans/%v", s.ID), &s)
			return s.State == "done"
		}) {
			t.Fatal("the scan did not end")
		}
		return time.Since(began)
	}
	var calm, hung [2][]time.Duration // of scans and of the feed
	note := func(to *[2][]time.Duration) {
		to[0], to[1] = append(to[0], scan()), append(to[1], feed())
		d.WaitIdle(t, time.Minute)
	}
	for range 12 {
		note(&calm)
		srv.Run("pause")
		d.WaitRoot(t, "attic", time.Minute, state("offline"))
		note(&hung)
		note(&hung)
		srv.Run("resume")
		d.Post(t, "/api/v1/roots/attic/reconnect", "", nil)
		d.WaitRoot(t, "attic", time.Minute, state("online"))
		d.WaitIdle(t, time.Minute)
		note(&calm)
	}
	for i, what := range []string{"a full local scan", "the feed of 3,000 changes"} {
		slices.Sort(calm[i])
		slices.Sort(hung[i])
		with, without := percentile(hung[i], 50), percentile(calm[i], 50)
		t.Logf("%s takes %v, and %v while a share hangs", what, without, with)
		if with > without*105/100 && !apptest.RaceEnabled {
			t.Errorf("%s takes %v instead of %v while a share hangs", what, with, without)
		}
	}
}

// feeder returns what changes 3,000 files of a filled root and measures how long that takes to be at a client.
func feeder(t *testing.T, d *apptest.Daemon, root string) func() time.Duration {
	t.Helper()
	const n = 3000
	r := apptest.Follow(t, d)
	var mu sync.Mutex // guards what follows
	size, seen := int64(100), map[int64]bool{}
	r.OnChange(func(id int64, it *apptest.Item) {
		mu.Lock()
		defer mu.Unlock()
		if it != nil && it.Root == "films" && it.Size == size {
			seen[id] = true
		}
	})
	known := func() int { mu.Lock(); defer mu.Unlock(); return len(seen) }
	return func() time.Duration {
		t.Helper()
		mu.Lock()
		size++
		clear(seen)
		content := strings.Repeat("x", int(size))
		mu.Unlock()
		began := time.Now()
		for i := range n {
			write(t, root, fmt.Sprintf("dir %d/sub/file %d.bin", i/50, i), content)
		}
		if !apptest.Within(time.Minute, func() bool { return known() == n }) {
			t.Fatalf("%d of %d changes came to the client", known(), n)
		}
		return time.Since(began)
	}
}
