package app_test

import (
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// A first scan, a first load of the feed by several clients and pages in every order, in a control group of 64 MiB: the
// kernel ends the daemon where what it holds does not fit.
func TestACatalogIsMadeAndServedInAGroupOfLittleMemory(t *testing.T) {
	if apptest.RaceEnabled {
		t.Skip("the race detector takes ten times more memory; see make test-memory")
	}
	base := t.TempDir()
	fill(t, base+"/root", 20_000)
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", More: quick,
		Under: apptest.ControlGroup(t, "memory", 64<<20), Roots: []apptest.Root{{Name: "films", Path: base + "/root"}}})
	replicas := []*apptest.Replica{apptest.Follow(t, d), apptest.Follow(t, d), apptest.FollowWorks(t, d, true)}
	if s := d.WaitIdle(t, 3*time.Minute); s.Counts.Items != 20_000 {
		t.Errorf("%d items of 20000", s.Counts.Items)
	}
	for _, r := range replicas {
		if !apptest.Within(time.Minute, func() bool {
			c, err := r.Catalog()
			return err == nil && len(c) == 20_000
		}) {
			t.Errorf("a client does not hold the catalog\n%s", d.Log())
		}
	}
	for _, sort := range []string{"path", "-size", "modified", "title", "added"} {
		answer, err := http.Get("http://" + d.Addr() + "/api/v1/items?limit=1000&sort=" + sort)
		if err != nil {
			t.Fatalf("by %s: %v\n%s", sort, err, d.Log())
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
			t.Errorf("by %s: %d, %v", sort, answer.StatusCode, err)
		}
		answer.Body.Close()
	}
	t.Logf("memory of the daemon: %.0f MiB", d.Metrics(t)["process_resident_memory_bytes"]/(1<<20))
	d.Stop(t)
}
