package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// Directories for which no watch is left are polled: nothing is lost, and the root says what to raise.
func TestWatchesRunOut(t *testing.T) {
	if !apptest.Inside(t, apptest.Limits, "echo 20 > /proc/sys/user/max_inotify_watches") {
		return
	}
	base := t.TempDir()
	root := base + "/root"
	paths := fill(t, root, 2000) // in 80 directories
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", More: quick, Roots: []apptest.Root{{Name: "films", Path: root, More: `poll_interval = "1s"`}}})
	r := apptest.Follow(t, d)
	d.WaitIdle(t, time.Minute)
	s := d.Root(t, "films")
	if s.Watch.Mode != "inotify" || s.Watch.Directories == 0 || s.Watch.Directories > s.Watch.Limit || s.Watch.Limit > 16 || !strings.Contains(s.Watch.Reason, "max_user_watches") && !strings.Contains(s.Watch.Reason, "max_inotify_watches") {
		t.Errorf("the root must say that watches have run out: %+v", s.Watch)
	}
	for i := range 40 {
		path := fmt.Sprintf("dir %d/sub/new.bin", i)
		write(t, root, path, "new")
		paths = append(paths, path)
		if err := os.Remove(filepath.Join(root, paths[0])); err != nil {
			t.Fatal(err)
		}
		paths = paths[1:]
	}
	slices.Sort(paths)
	if !apptest.Within(time.Minute, func() bool {
		c, err := r.Catalog()
		return err == nil && slices.Equal(present(c, "films"), paths)
	}) {
		t.Errorf("changes in directories without a watch were not found in 20 s\n%s", d.Log())
	}
}

// Without an inotify instance everything is polled.
func TestInstancesRunOut(t *testing.T) {
	if !apptest.Inside(t, apptest.Limits, "echo 0 > /proc/sys/user/max_inotify_instances") {
		return
	}
	base := t.TempDir()
	root := base + "/root"
	fill(t, root, 100)
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", More: quick, Roots: []apptest.Root{{Name: "films", Path: root, More: `poll_interval = "1s"`}}})
	r := apptest.Follow(t, d)
	d.WaitIdle(t, time.Minute)
	if s := d.Root(t, "films"); s.Watch.Mode != "poll" || !strings.Contains(s.Watch.Reason, "instances") {
		t.Errorf("the root must say that instances have run out: %+v", s.Watch)
	}
	write(t, root, "dir 1/sub/new.bin", "new")
	sees(t, d, r, "films", "dir 1/sub/new.bin")
}

// The kernel's queue holds 16,384 events. What comes on top is lost, and found all the same.
func TestQueueOverrun(t *testing.T) {
	n := 30000
	if testing.Short() {
		n = 20000
	}
	base := t.TempDir()
	root := base + "/root"
	for i := range 20 {
		write(t, root, fmt.Sprintf("dir %d/first.bin", i), "x")
	}
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", More: quick, Roots: []apptest.Root{{Name: "films", Path: root}}})
	d.WaitIdle(t, time.Minute)
	d.Signal(t, syscall.SIGSTOP)
	for i := range n {
		write(t, root, fmt.Sprintf("dir %d/%d.bin", i%20, i), "")
	}
	d.Signal(t, syscall.SIGCONT)
	began := time.Now()
	if !apptest.Within(2*time.Minute, func() bool { s := d.Status(t); return s.Idle && s.Counts.Items == int64(n+20) }) {
		t.Fatalf("%d files at once, and the catalog has %d\n%s", n, d.Status(t).Counts.Items, d.Log())
	}
	t.Logf("%d files at once: in the catalog after %v", n, time.Since(began))
}

// What vanishes in great numbers is held until a person accepts it; everything else goes on.
func TestManyRemovalsAreHeldUntilAccepted(t *testing.T) {
	base := t.TempDir()
	root, aside := base+"/root", base+"/aside"
	paths := fill(t, root, 300)
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", More: quick, Roots: []apptest.Root{{Name: "films", Path: root}}})
	r := apptest.Follow(t, d)
	d.WaitIdle(t, time.Minute)
	before := d.Export(t)

	if err := os.Rename(root+"/dir 0", aside); err != nil { // 50 of them come back
		t.Fatal(err)
	}
	for i := 1; i < 5; i++ {
		if err := os.RemoveAll(fmt.Sprintf("%s/dir %d", root, i)); err != nil {
			t.Fatal(err)
		}
	}
	d.WaitRoot(t, "films", time.Minute, func(s apptest.RootStatus) bool { return s.Held != nil && s.Held.Count == 250 })
	write(t, root, "dir 5/sub/new.bin", "new")
	sees(t, d, r, "films", "dir 5/sub/new.bin")
	if n := d.Status(t).Counts.Missing; n != 250 {
		t.Errorf("%d items are missing, want the 250 that are held", n)
	}

	// They stay held over a restart, and what comes back is what it was.
	d.Stop(t)
	d.Start(t)
	d.WaitIdle(t, time.Minute)
	if err := os.Rename(aside, root+"/dir 0"); err != nil {
		t.Fatal(err)
	}
	d.WaitRoot(t, "films", time.Minute, func(s apptest.RootStatus) bool { return s.Held != nil && s.Held.Count == 200 })
	d.WaitIdle(t, time.Minute)
	now := d.Export(t)
	for id, it := range before {
		if strings.HasPrefix(it.Path, "dir 0/") && (now[id] == nil || now[id].JSON != it.JSON) {
			t.Fatalf("came back, and is not as it was: %s", it.JSON)
		}
	}

	d.Post(t, "/api/v1/roots/films/accept-removals", "", nil)
	s := d.WaitRoot(t, "films", time.Minute, func(s apptest.RootStatus) bool { return s.Held == nil })
	if s.Items != 101 {
		t.Errorf("%d items are left, want 101", s.Items)
	}
	paths = append(slices.DeleteFunc(paths, func(p string) bool {
		return !strings.HasPrefix(p, "dir 0/") && !strings.HasPrefix(p, "dir 5/")
	}), "dir 5/sub/new.bin")
	slices.Sort(paths)
	c := d.Export(t)
	if got := present(c, "films"); !slices.Equal(got, paths) || len(c) != len(paths) {
		t.Errorf("%d items of which %d are present, want %d", len(c), len(got), len(paths))
	}
}
