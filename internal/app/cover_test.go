package app_test

import (
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// A disk that is not mounted in time leaves its mount point bare, and programs write there.
func TestAFileBelowAMountIsAGhostUntilTheDiskGoes(t *testing.T) {
	for _, more := range []string{"", "cross_mounts = true"} {
		t.Run("with "+more, func(t *testing.T) { testGhost(t, more) })
	}
}

func testGhost(t *testing.T, more string) {
	if !apptest.Inside(t, apptest.Mounts) {
		return
	}
	base := t.TempDir()
	root := base + "/root"
	write(t, root, "disk/ghost.mkv", "x")
	write(t, root, "disk/sub/another.mkv", "x")
	write(t, root, "beside.mkv", "x")
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", More: quick, Roots: []apptest.Root{{Name: "films", Path: root, More: more}}})
	d.WaitIdle(t, time.Minute)
	ids := map[string]int64{}
	for id, it := range d.Export(t) {
		ids[it.Path] = id
	}
	if len(ids) != 3 {
		t.Fatalf("%d items", len(ids))
	}
	shows := func(when, state string) {
		t.Helper()
		var catalog apptest.Catalog
		if !apptest.Within(time.Minute, func() bool {
			catalog = d.Export(t)
			a, b := catalog[ids["disk/ghost.mkv"]], catalog[ids["disk/sub/another.mkv"]]
			return a != nil && b != nil && a.State == state && b.State == state
		}) {
			t.Fatalf("%s: not both are %s under their ids: %v", when, state, catalog)
		}
		if it := catalog[ids["beside.mkv"]]; it == nil || !it.Present() {
			t.Errorf("%s: what lies beside is %v", when, it)
		}
	}
	apptest.Mount(t, root+"/disk", "-t", "tmpfs", "-o", "size=1m", "none")
	shows("covered", "missing")
	d.WaitRoot(t, "films", time.Minute, func(r apptest.RootStatus) bool {
		return r.Held != nil && r.Held.Count == 2 && strings.HasPrefix(r.Held.Reason, root+"/disk is covered by a mount")
	})
	d.Stop(t)
	d.Start(t)
	d.WaitIdle(t, time.Minute)
	shows("after a restart", "missing")
	apptest.Pull(t, root+"/disk")
	shows("uncovered", "present")
	apptest.Mount(t, root+"/disk", "-t", "tmpfs", "-o", "size=1m", "none")
	shows("covered again", "missing")
}
