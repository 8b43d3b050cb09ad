package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/smb/smbtest"
)

const (
	shareTimeout = time.Second
	sharePoll    = 2 * time.Second
)

// startWithShare starts a daemon with the local root "films" and the share "attic" at a port.
func startWithShare(t *testing.T, base string, port int) *apptest.Daemon {
	t.Helper()
	password := filepath.Join(base, "password")
	if err := os.WriteFile(password, []byte(smbtest.Password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return apptest.Start(t, apptest.Config{DataDir: base + "/data", More: quick, Roots: []apptest.Root{
		{Name: "films", Path: base + "/films"},
		{
			Name: "attic", URL: fmt.Sprintf("smb://%s@127.0.0.1:%d/media", smbtest.User, port),
			More: fmt.Sprintf("password_file = %q\npoll_interval = %q\ntimeout = %q", password, sharePoll, shareTimeout),
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
	d := startWithShare(t, base, srv.Port)
	r := apptest.Follow(t, d)
	d.WaitRoot(t, "attic", 20*time.Second, func(r apptest.RootStatus) bool { return r.State == "online" && r.Items == 300 })
	d.WaitIdle(t, time.Minute)
	before := d.Export(t)

	paused := time.Now()
	srv.Run("pause")
	d.WaitRoot(t, "attic", 30*time.Second, state("offline"))
	offline := time.Since(paused)
	if !apptest.Within(30*time.Second, func() bool { return breakerOf(t, d, "attic").State == "open" }) {
		t.Fatal("the breaker does not open")
	}
	took, limit := time.Since(paused), sharePoll*11/10+3*shareTimeout
	t.Logf("offline %v, breaker open %v after the server hung", offline, took)
	if took > limit+late() {
		t.Errorf("the breaker opens only after %v, more than a poll and three deadlines: %v", took, limit)
	}
	d.WaitIdle(t, 20*time.Second)
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
		d.WaitRoot(t, "attic", 30*time.Second, state("offline"))
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
	var requests atomic.Int64
	count := func(_ int64, frame []byte) []byte { requests.Add(1); return frame }
	proxy.MangleRequest.Store(&count)
	d := startWithShare(t, base, proxy.Port())
	d.WaitRoot(t, "attic", time.Minute, func(r apptest.RootStatus) bool { return r.Items == dirs*files })
	d.WaitIdle(t, time.Minute)

	full := requests.Load()
	var scan struct {
		ID    any    `json:"id"`
		State string `json:"state"`
	}
	d.Post(t, "/api/v1/roots/attic/scan", `{"full": true}`, &scan)
	if !apptest.Within(time.Minute, func() bool { d.Get(t, fmt.Sprintf("/api/v1/scans/%v", scan.ID), &scan); return scan.State == "done" }) {
		t.Fatalf("the full scan did not end: %+v", scan)
	}
	d.WaitIdle(t, time.Minute)
	full = requests.Load() - full

	const polls = 5
	began := requests.Load()
	time.Sleep(polls * sharePoll * 11 / 10) // jitter is a tenth
	poll := float64(requests.Load()-began) / polls
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
	d := startWithShare(t, base, srv.Port)
	d.WaitRoot(t, "attic", 20*time.Second, state("online"))
	d.WaitIdle(t, time.Minute)
	scan := func() time.Duration {
		began := time.Now()
		var s struct {
			ID    any    `json:"id"`
			State string `json:"state"`
		}
		d.Post(t, "/api/v1/roots/films/scan", `{"full": true}`, &s)
		if !apptest.Within(time.Minute, func() bool { d.Get(t, fmt.Sprintf("/api/v1/scans/%v", s.ID), &s); return s.State == "done" }) {
			t.Fatal("the scan did not end")
		}
		return time.Since(began)
	}
	var calm, hung []time.Duration
	for range 12 {
		calm = append(calm, scan())
		srv.Run("pause")
		d.WaitRoot(t, "attic", 30*time.Second, state("offline"))
		hung = append(hung, scan(), scan())
		srv.Run("resume")
		d.Post(t, "/api/v1/roots/attic/reconnect", "", nil)
		d.WaitRoot(t, "attic", 30*time.Second, state("online"))
		d.WaitIdle(t, time.Minute)
		calm = append(calm, scan())
	}
	slices.Sort(calm)
	slices.Sort(hung)
	with, without := percentile(hung, 50), percentile(calm, 50)
	t.Logf("a full local scan takes %v, and %v while a share hangs", without, with)
	if with > without*105/100 && !apptest.RaceEnabled {
		t.Errorf("a local scan takes %v instead of %v while a share hangs", with, without)
	}
}
