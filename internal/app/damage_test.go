package app_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// asked is an answer over HTTP, whatever its status.
func asked(t *testing.T, d *apptest.Daemon, method, path string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+d.Addr()+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", method, path, err, d.Log())
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// breakCatalog overwrites pages of the catalog's file, all but the first one.
func breakCatalog(t *testing.T, path string, rnd *rand.Rand, share float64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	for page := int64(1); page < fi.Size()/4096; page++ {
		if rnd.Float64() >= share {
			continue
		}
		if _, err := f.WriteAt(bytes.Repeat([]byte{byte(rnd.IntN(2)) * 0xff}, 4096), page*4096); err != nil {
			t.Fatal(err)
		}
	}
}

// readsRight reads every item, and reports whether all could be read. What can be read has to be right.
func readsRight(t *testing.T, d *apptest.Daemon, want apptest.Catalog) bool {
	t.Helper()
	whole := true
	for id, it := range want {
		switch status, body := asked(t, d, http.MethodGet, fmt.Sprintf("/api/v1/items/%d", id)); {
		case status == http.StatusServiceUnavailable && strings.Contains(body, `"catalog-damaged"`):
			whole = false
		case status != http.StatusOK || withoutWorks(body) != it.JSON:
			t.Fatalf("item %d: %d %s, want %s", id, status, body, it.JSON)
		}
	}
	return whole
}

// withoutWorks is an item as the export has it: by itself it also says which works it is of.
func withoutWorks(item string) string {
	if at := strings.LastIndex(item, `,"works":[`); at >= 0 {
		return item[:at] + "}"
	}
	return strings.TrimSpace(item)
}

// TestADamagedCatalogIsServedAsFarAsItCanBeReadAndNeverWrittenTo breaks pages of the catalog before a start, or under a
// running daemon whose roots change, and always sees the same: reads that are right or refused, a word in the log, in
// the status and for monitors, no write, no process that ends, none that begins anew.
func TestADamagedCatalogIsServedAsFarAsItCanBeReadAndNeverWrittenTo(t *testing.T) {
	base := t.TempDir()
	root, data, backup := base+"/root", base+"/data", base+"/backup.db"
	catalog := data + "/catalog.db"
	fill(t, root, 1000)
	d := apptest.Start(t, apptest.Config{DataDir: data, More: quick, Roots: []apptest.Root{{Name: "films", Path: root}}})
	d.WaitIdle(t, time.Minute)
	before := d.Export(t)
	d.Command(t, "backup", backup)
	d.Stop(t)
	whole, err := os.ReadFile(catalog)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 { // so many within a day that no other takes its place
		at := time.Now().UTC().Add(-time.Duration(i) * time.Hour)
		write(t, data, "catalog.db.damaged-"+at.Format("20060102T150405Z"), "")
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	served := 0
	for round := range 8 {
		for _, beside := range []string{"-wal", "-shm"} { // of the catalog that was broken before
			if err := os.Remove(catalog + beside); err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(catalog, whole, 0o600); err != nil {
			t.Fatal(err)
		}
		stopped := strings.Count(d.Log(), "nothing is scanned any more")
		said := strings.Count(d.Log(), "catalog is damaged: ")
		running, share := round%2 == 1, []float64{0.01, 0.05, 0.2, 0.9}[round/2]
		if running {
			d.Start(t)
			d.WaitIdle(t, time.Minute)
		}
		breakCatalog(t, catalog, rnd, share)
		broken, err := os.ReadFile(catalog)
		if err != nil {
			t.Fatal(err)
		}
		if !running {
			if err := d.TryStart(); err != nil {
				if !strings.Contains(err.Error(), "exit status 1") || !strings.Contains(err.Error(), catalog) || !strings.Contains(err.Error(), "catalogizerd restore") {
					t.Fatalf("does not start, with %v", err)
				}
				if now, err := os.ReadFile(catalog); err != nil || !bytes.Equal(now, broken) {
					t.Fatalf("what it does not start with was changed: %v", err)
				}
				continue
			}
		}
		if running { // what changes in the root is to be looked up, and written
			write(t, root, fmt.Sprintf("dir %d/sub/new in round %d.bin", rnd.IntN(20), round), "x")
		}
		damaged := func() bool {
			status, _ := asked(t, d, http.MethodGet, "/readyz")
			return status == http.StatusServiceUnavailable && strings.Count(d.Log(), "catalog is damaged: ") > said
		}
		if readsRight(t, d, before) && !apptest.Within(time.Second, damaged) {
			d.Kill(t) // nobody has met it
			continue
		}
		served++
		if !apptest.Within(time.Minute, func() bool {
			return damaged() && strings.Count(d.Log(), "nothing is scanned any more") > stopped
		}) {
			t.Fatalf("damage that was met is not told of\n%s", d.Log())
		}
		now, err := os.ReadFile(catalog)
		if err != nil {
			t.Fatal(err)
		}
		tellsOfDamage(t, d, catalog)
		write(t, root, fmt.Sprintf("dir %d/sub/too late %d.bin", rnd.IntN(20), round), "x")
		readsRight(t, d, before)
		tellsOfDamage(t, d, catalog)
		if still, err := os.ReadFile(catalog); err != nil || !bytes.Equal(still, now) {
			t.Errorf("the damaged catalog was written to: %v", err)
		}
		if n := strings.Count(d.Log(), "catalog is damaged: ") - said; n != 1 {
			t.Errorf("the log says %d times that the catalog is damaged\n%s", n, d.Log())
		}
		d.Stop(t)
		if still, err := os.ReadFile(catalog); err != nil || !bytes.Equal(still, now) {
			t.Errorf("the damaged catalog was written to at the end: %v", err)
		}
	}
	if served == 0 {
		t.Error("no daemon met the damage: this proves nothing")
	}
	d.Command(t, "restore", backup)
	d.Start(t)
	d.WaitIdle(t, time.Minute)
	complete(t, d, root, time.Minute)
	restored := d.Export(t)
	for id, it := range before {
		if restored[id] == nil || restored[id].JSON != it.JSON {
			t.Errorf("not as before: %s", it.JSON)
		}
	}
}

// tellsOfDamage checks what everybody is told of a damaged catalog.
func tellsOfDamage(t *testing.T, d *apptest.Daemon, catalog string) {
	t.Helper()
	for _, q := range []struct {
		method, path string
		status       int
	}{
		{http.MethodGet, "/healthz", http.StatusOK}, {http.MethodGet, "/readyz", http.StatusServiceUnavailable},
		{http.MethodPost, "/api/v1/roots/films/scan", http.StatusServiceUnavailable},
		{http.MethodPost, "/api/v1/roots/films/accept-removals", http.StatusServiceUnavailable},
	} {
		status, body := asked(t, d, q.method, q.path)
		if status != q.status || !strings.Contains(body, "damaged") {
			t.Errorf("%s %s: %d %s", q.method, q.path, status, body)
		}
		if told := strings.Contains(body, catalog) && strings.Contains(body, "catalogizerd restore"); told != (q.method == http.MethodPost) {
			t.Errorf("%s %s: %s", q.method, q.path, body) // who needs no token is told of no path
		}
	}
	_, body := asked(t, d, http.MethodGet, "/api/v1/status")
	var s apptest.Status
	if err := json.Unmarshal([]byte(body), &s); err != nil || s.Idle || s.Counts.Items == 0 || !strings.Contains(s.Health, catalog) || !strings.Contains(s.Health, "catalogizerd restore") {
		t.Errorf("%v: the status is %s", err, body)
	}
}
