package app_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// statusNow is the status of a daemon that may be between two catalogs, or away.
func statusNow(t *testing.T, d *apptest.Daemon) (s apptest.Status, ok bool) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+d.Addr()+"/api/v1/status", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return s, false
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return s, err == nil && resp.StatusCode == http.StatusOK && json.Unmarshal(b, &s) == nil
}

// readAll asks for every item, so that whatever is broken is met.
func readAll(t *testing.T, d *apptest.Daemon, c apptest.Catalog) {
	t.Helper()
	for id := range c {
		item := fmt.Sprintf("http://%s/api/v1/items/%d", d.Addr(), id)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, item, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if resp, err := http.DefaultClient.Do(req); err == nil { // it may be away already
			_ = resp.Body.Close()
		}
	}
}

// statusCommand is whether the command finds nothing to tell of.
func statusCommand(t *testing.T, d *apptest.Daemon) error {
	t.Helper()
	return exec.CommandContext(t.Context(), os.Getenv(apptest.BinaryVar), "status", "--server", "http://"+d.Addr()).Run()
}

// mended waits until a daemon serves what has taken its damaged catalog's place, and gives what it says of it.
func mended(t *testing.T, d *apptest.Daemon) string {
	t.Helper()
	var s apptest.Status
	if !apptest.Within(time.Minute, func() bool {
		var ok bool
		s, ok = statusNow(t, d)
		return ok && s.Idle && strings.Contains(s.Health, "is kept as ")
	}) {
		t.Fatalf("no other catalog has taken the damaged one's place: %+v\n%s", s, d.Log())
	}
	if status, body := asked(t, d, http.MethodGet, "/readyz"); status != http.StatusOK {
		t.Errorf("not ready: %d %s", status, body)
	}
	return s.Health
}

// A daemon that meets damage while it serves goes on with its last backup, under the same address: clients load anew, ids
// stay with their files, and a file that the backup does not know gets an id that nobody has had. Killed in the midst of
// it, the next start comes to the same end.
func TestTheLastBackupTakesTheDamagedCatalogsPlaceUnderARunningDaemon(t *testing.T) {
	base := t.TempDir()
	root, data := base+"/root", base+"/data"
	catalog := data + "/catalog.db"
	fill(t, root, 600)
	roots := []apptest.Root{{Name: "films", Path: root}}
	cfg := apptest.Config{DataDir: data, More: quick + "[backup]\nevery = \"24h\"\n", Roots: roots}
	d := apptest.Start(t, cfg)
	d.WaitIdle(t, time.Minute)
	d.Stop(t)
	if err := os.RemoveAll(data + "/backups"); err != nil { // which was made of nothing
		t.Fatal(err)
	}
	d.Start(t)
	backup := func() []string { found, _ := filepath.Glob(data + "/backups/*.db"); return found }
	if !apptest.Within(time.Minute, func() bool { return len(backup()) == 1 }) {
		t.Fatalf("no backup is made\n%s", d.Log())
	}
	d.WaitIdle(t, time.Minute)
	before := d.Export(t)
	for round, kill := range []bool{false, true} {
		write(t, root, fmt.Sprintf("late/in round %d.bin", round), "x")
		complete(t, d, root, time.Minute)
		last, cursor := d.Export(t), d.Status(t).Cursor
		addr := d.Addr()
		breakCatalog(t, catalog, rand.New(rand.NewPCG(1, uint64(round))), 0.5)
		readAll(t, d, last)
		if kill {
			const looking = "looking for what can take the place"
			apptest.Within(time.Minute, func() bool { return strings.Count(d.Log(), looking) > round })
			d.Kill(t)
			d.Start(t)
			if !strings.Contains(d.Status(t).Health, "is kept as ") {
				readAll(t, d, last) // it was killed before anything was done, and the damage is met again
			}
		}
		if said := mended(t, d); !strings.Contains(said, backup()[0]) || !strings.Contains(said, "remove that file") {
			t.Errorf("it says %s", said)
		}
		if !kill && d.Addr() != addr {
			t.Errorf("it serves at %s, it was %s", d.Addr(), addr)
		}
		complete(t, d, root, time.Minute)
		d.WaitIdle(t, time.Minute)
		now := d.Export(t)
		highest := int64(0)
		for id := range last {
			highest = max(highest, id)
		}
		for id, it := range before {
			if now[id] == nil || now[id].JSON != it.JSON {
				t.Errorf("not as before: %s", it.JSON)
			}
		}
		for id, it := range now {
			if before[id] == nil && id <= highest {
				t.Errorf("the id %d is given again, to %s", id, it.Path)
			}
		}
		if status, body := asked(t, d, http.MethodGet, "/api/v1/changes?since="+cursor); status != http.StatusGone {
			t.Errorf("a cursor of the damaged catalog: %d %s", status, body)
		}
		if lines := apptest.Snapshot(t, d).Diff("a client", now, "the export"); len(lines) > 0 {
			t.Errorf("a client does not hold the catalog: %s", strings.Join(lines, "\n"))
		}
		aside, _ := filepath.Glob(catalog + ".damaged-*Z")
		for _, f := range aside {
			if err := os.Remove(f); err != nil {
				t.Error(err)
			}
		}
		if s := d.Status(t); s.Health != "" {
			t.Errorf("what was kept aside is removed, and it still says %s", s.Health)
		}
	}
	if err := statusCommand(t, d); err != nil {
		t.Errorf("status: %v", err)
	}
}

// Without backups the daemon starts with nothing and scans.
func TestACatalogThatIsBrokenBeforeTheStartIsMadeAnewWithoutABackup(t *testing.T) {
	base := t.TempDir()
	root, data := base+"/root", base+"/data"
	fill(t, root, 100)
	d := apptest.Start(t, apptest.Config{DataDir: data, More: quick, Roots: []apptest.Root{{Name: "films", Path: root}}})
	before := d.WaitIdle(t, time.Minute)
	had := d.Export(t)
	d.Stop(t)
	if err := os.Truncate(data+"/catalog.db", 8192); err != nil {
		t.Fatal(err)
	}
	d.Start(t)
	if said := mended(t, d); !strings.Contains(said, "made anew by scanning") {
		t.Errorf("it says %s", said)
	}
	complete(t, d, root, time.Minute)
	for id, it := range d.Export(t) {
		if had[id] != nil {
			t.Errorf("the id %d is given again, to %s", id, it.Path)
		}
	}
	if now := d.Status(t); now.Instance != before.Instance {
		t.Errorf("instance %v after %v", now.Instance, before.Instance)
	}
	if status, body := asked(t, d, http.MethodGet, "/api/v1/changes?since="+before.Cursor); status != http.StatusGone {
		t.Errorf("a cursor of the damaged catalog: %d %s", status, body)
	}
	if err := statusCommand(t, d); err == nil {
		t.Error("status finds nothing to tell of")
	}
}

// A disk of backups that is not there yet is no reason to forget what is on it.
func TestWithoutTheDiskOfItsBackupsADamagedCatalogIsLeftAsItIs(t *testing.T) {
	base := t.TempDir()
	root, data := base+"/root", base+"/data"
	fill(t, root, 10)
	more := fmt.Sprintf("%s[backup]\nevery = \"24h\"\ndir = %q\n", quick, base+"/away")
	if err := os.Mkdir(base+"/away", 0o700); err != nil {
		t.Fatal(err)
	}
	d := apptest.Start(t, apptest.Config{DataDir: data, More: more, Roots: []apptest.Root{{Name: "films", Path: root}}})
	d.WaitIdle(t, time.Minute)
	d.Stop(t)
	if err := os.Rename(base+"/away", base+"/pulled"); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(data+"/catalog.db", 8192); err != nil {
		t.Fatal(err)
	}
	if err := d.TryStart(); err == nil || !strings.Contains(err.Error(), "bring back its disk") {
		t.Errorf("started with %v", err)
	}
	if fi, err := os.Stat(data + "/catalog.db"); err != nil || fi.Size() != 8192 {
		t.Errorf("it was not left: %v", err)
	}
}
