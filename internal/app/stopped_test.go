package app_test

import (
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// A process that is stopped for a while, as by a debugger or a machine that sleeps, goes on where it was: what
// changed meanwhile is seen, and whoever follows misses nothing. A few seconds here, a minute where SOAK is set.
func TestADaemonThatIsStoppedForAWhileMissesNothing(t *testing.T) {
	stopped := 3 * time.Second
	if soak, err := time.ParseDuration(os.Getenv("SOAK")); err == nil {
		stopped = min(soak, time.Minute)
	}
	root := t.TempDir()
	fill(t, root, 200)
	roots := []apptest.Root{{Name: "films", Path: root}}
	d := apptest.Start(t, apptest.Config{DataDir: t.TempDir(), More: quick, Roots: roots})
	d.WaitIdle(t, time.Minute)
	before := d.Export(t)
	r := apptest.Follow(t, d)
	sees(t, d, r, "films", "dir 0/sub/file 0.bin")
	d.Signal(t, syscall.SIGSTOP)
	fill(t, root+"/more", 200)
	for i := range 50 {
		from, to := fmt.Sprintf("%s/dir 0/sub/file %d.bin", root, i), fmt.Sprintf("%s/dir 1/moved %d.bin", root, i)
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(stopped) // it is what is tried
	d.Signal(t, syscall.SIGCONT)
	complete(t, d, root, time.Minute)
	d.WaitIdle(t, time.Minute)
	now := d.Export(t)
	for id, it := range before {
		if now[id] == nil || now[id].AddedAt != it.AddedAt {
			t.Errorf("%s has lost its id", it.Path)
		}
	}
	if !apptest.Within(time.Minute, func() bool {
		c, err := r.Catalog()
		return err == nil && len(c.Diff("a client", now, "the export")) == 0
	}) {
		c, err := r.Catalog()
		t.Errorf("who follows missed something: %v, %v", err, c.Diff("a client", now, "the export"))
	}
}
