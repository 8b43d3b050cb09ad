package app_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// awayLimit is how soon a root that goes away must be told to be offline. It takes milliseconds, and a busy machine more;
// after half a minute it would be found to be away without having been told.
const awayLimit = 20 * time.Second

// pulled pulls the disk of a root and waits until the daemon says so.
func pulled(t *testing.T, d *apptest.Daemon, at string) {
	t.Helper()
	began := time.Now()
	apptest.Pull(t, at)
	r := d.WaitRoot(t, "films", time.Minute, state("offline"))
	if took := time.Since(began); took > awayLimit {
		t.Errorf("offline after %v, want at most %v", took, awayLimit)
	} else {
		t.Logf("offline after %v: %s", took, r.Reason)
	}
}

// watched proves that changes in a root are noticed by events: nothing is polled here so soon.
func watched(t *testing.T, d *apptest.Daemon, r *apptest.Replica, dir, name string) {
	t.Helper()
	write(t, dir, name, "new")
	sees(t, d, r, "films", name)
	write(t, dir, "dir 0/sub/"+name, "new")
	sees(t, d, r, "films", "dir 0/sub/"+name)
}

// clock is a root beside the one that a test is about, whose directory it gives. What happens in it tells the time.
func clock(base string) apptest.Root { return apptest.Root{Name: "clock", Path: base + "/clock"} }

// graceOver returns once whatever is gone by now could be forgotten: a file of another root that goes now has been.
func graceOver(t *testing.T, d *apptest.Daemon, r *apptest.Replica, base string) {
	t.Helper()
	const name = "tick.bin"
	write(t, base, "clock/"+name, "tick")
	sees(t, d, r, "clock", name)
	if err := os.Remove(filepath.Join(base, "clock", name)); err != nil {
		t.Fatal(err)
	}
	forgotten := func() bool {
		c, err := r.Catalog()
		return err == nil && !slices.ContainsFunc(slices.Collect(maps.Values(c)), func(it *apptest.Item) bool { return it.Path == name })
	}
	if !apptest.Within(time.Minute, forgotten) {
		t.Fatal("a file of another root was not forgotten in a minute, want that within its grace of 10 s")
	}
}

func TestDiskPulledWhileWatchedAndPluggedInAgain(t *testing.T) {
	if !apptest.Inside(t, apptest.Mounts) {
		return
	}
	base := t.TempDir()
	root, image, other := base+"/root", base+"/disk", base+"/other"
	apptest.NewDisk(t, image, "32M")
	apptest.NewDisk(t, other, "32M")
	apptest.Mount(t, root, "-o", "loop", image)
	paths := fill(t, root, 300)
	write(t, base, "clock/stays.bin", "x")
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", More: quick, Roots: []apptest.Root{{Name: "films", Path: root}, clock(base)}})
	r := apptest.Follow(t, d)
	d.WaitIdle(t, time.Minute)
	before := d.Export(t)
	if got := present(before, "films"); !slices.Equal(got, paths) {
		t.Fatalf("%d items, want %d", len(got), len(paths))
	}

	pulled(t, d, root)
	write(t, base, "root/on the mount point.bin", "not on the disk")
	graceOver(t, d, r, base)
	unchanged(t, before, d.Export(t), "pulled")
	if err := os.Remove(root + "/on the mount point.bin"); err != nil {
		t.Fatal(err)
	}

	apptest.Mount(t, root, "-o", "loop", image)
	d.WaitRoot(t, "films", time.Minute, state("online"))
	d.WaitIdle(t, time.Minute)
	unchanged(t, before, d.Export(t), "plugged in again")
	watched(t, d, r, root, "after plugging in.bin")
	d.WaitIdle(t, time.Minute)
	before = d.Export(t)

	pulled(t, d, root)
	reason := d.Root(t, "films").Reason
	apptest.Mount(t, root, "-o", "loop", other)
	write(t, root, "of another disk.bin", "x")
	d.WaitRoot(t, "films", time.Minute, func(r apptest.RootStatus) bool {
		return r.State == "offline" && r.Reason != reason && strings.Contains(r.Reason, "file system")
	})
	unchanged(t, before, d.Export(t), "another disk in place")
	apptest.Pull(t, root)
	apptest.Mount(t, root, "-o", "loop", image)
	d.WaitRoot(t, "films", time.Minute, state("online"))
	watched(t, d, r, root, "after the other disk.bin")

	// And once more, while the daemon does not run.
	d.WaitIdle(t, time.Minute)
	before = d.Export(t)
	d.Stop(t)
	apptest.Pull(t, root)
	d.Start(t)
	d.WaitRoot(t, "films", time.Minute, state("offline"))
	unchanged(t, before, d.Export(t), "started without the disk")
	apptest.Mount(t, root, "-o", "loop", image)
	d.WaitRoot(t, "films", time.Minute, state("online"))
	d.WaitIdle(t, time.Minute)
	unchanged(t, before, d.Export(t), "mounted late")
	watched(t, d, r, root, "after mounting late.bin")
}

func TestDiskPulledWhileScanned(t *testing.T) {
	if !apptest.Inside(t, apptest.Mounts) {
		return
	}
	for n := 20_000; !pulledWhileScanned(t, n); n *= 4 { // a fast machine has more to scan
		if n > 300_000 {
			t.Fatalf("%d files were scanned before their disk could be pulled", n)
		}
	}
}

// pulledWhileScanned pulls the disk of a root of n files while they are scanned, and plugs it in again. It reports
// whether that came before the scan was over.
func pulledWhileScanned(t *testing.T, n int) bool {
	t.Helper()
	base := t.TempDir()
	root, disk := base+"/root", base+"/disk"
	apptest.Mount(t, disk, "-t", "tmpfs", "-o", "size=1g", "none")
	paths := fill(t, disk, n)
	apptest.Mount(t, root, "--bind", disk)
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", More: quick, Roots: []apptest.Root{{Name: "films", Path: root}}})
	r := apptest.Follow(t, d)
	if !apptest.Within(time.Minute, func() bool { c, _ := r.Catalog(); return len(c) > 100 }) {
		t.Fatal("the scan did not begin")
	}
	pulled(t, d, root)
	before := d.Export(t)
	if len(before) >= n {
		d.Stop(t)
		return false
	}
	t.Logf("pulled after %d of %d", len(before), n)
	for range 3 { // however short it is there: whatever of it is seen, nothing may be lost by it
		apptest.Mount(t, root, "--bind", disk)
		d.WaitRoot(t, "films", time.Minute, state("online"))
		pulled(t, d, root)
	}
	apptest.Mount(t, root, "--bind", disk)
	d.WaitRoot(t, "films", time.Minute, state("online"))
	d.WaitIdle(t, 2*time.Minute)
	after := d.Export(t)
	if got := present(after, "films"); !slices.Equal(got, paths) {
		t.Errorf("%d items, want %d", len(got), n)
	}
	for id, it := range before {
		if a := after[id]; a == nil || a.Path != it.Path || !a.AddedAt.Equal(it.AddedAt) {
			t.Errorf("item %s is lost", it.JSON)
		}
	}
	watched(t, d, r, root, "after plugging in.bin")
	return true
}

// A root whose disk was never there has nothing to lose: what is mounted at last is its disk.
func TestDiskMountedForTheFirstTimeAfterTheStart(t *testing.T) {
	if !apptest.Inside(t, apptest.Mounts) {
		return
	}
	base := t.TempDir()
	root, image := base+"/root", base+"/disk"
	apptest.NewDisk(t, image, "32M")
	apptest.Mount(t, root, "-o", "loop", image)
	paths := fill(t, root, 100)
	apptest.Run(t, "umount", root)
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", More: quick, Roots: []apptest.Root{{Name: "films", Path: root}}})
	r := apptest.Follow(t, d)
	d.WaitIdle(t, time.Minute)
	apptest.Mount(t, root, "-o", "loop", image)
	sees(t, d, r, "films", paths[0])
	d.WaitIdle(t, time.Minute)
	if got := present(d.Export(t), "films"); !slices.Equal(got, paths) {
		t.Errorf("%d items, want %d", len(got), len(paths))
	}
	watched(t, d, r, root, "later.bin")
}

func TestDiskBelowARootPulled(t *testing.T) {
	if !apptest.Inside(t, apptest.Mounts) {
		return
	}
	base := t.TempDir()
	root, image := base+"/root", base+"/disk"
	apptest.NewDisk(t, image, "32M")
	write(t, root, "dir 0/sub/on the root.bin", "x")
	nested := root + "/a/nested"
	apptest.Mount(t, nested, "-o", "loop", image)
	inside := fill(t, nested, 200)
	write(t, base, "clock/stays.bin", "x")
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", More: quick, Roots: []apptest.Root{{Name: "films", Path: root, More: "cross_mounts = true"}, clock(base)}})
	r := apptest.Follow(t, d)
	d.WaitIdle(t, time.Minute)
	before := d.Export(t)
	if got := len(present(before, "films")); got != len(inside)+1 {
		t.Fatalf("%d items, want %d", got, len(inside)+1)
	}

	apptest.Pull(t, nested)
	watched(t, d, r, root, "while pulled.bin")
	d.Post(t, "/api/v1/roots/films/scan", `{"full": true}`, nil)
	graceOver(t, d, r, base)
	d.WaitIdle(t, time.Minute)
	now := d.Export(t)
	for id, it := range before {
		if n := now[id]; n == nil || n.JSON != it.JSON {
			t.Fatalf("with the disk away its item is not as it was: %s", it.JSON)
		}
	}
	if s := d.Root(t, "films"); s.State != "online" {
		t.Errorf("the root is %+v, want it online: the rest goes on", s)
	}

	apptest.Mount(t, nested, "-o", "loop", image)
	write(t, nested, "dir 0/sub/new on the disk.bin", "x")
	sees(t, d, r, "films", "a/nested/dir 0/sub/new on the disk.bin")
	if err := os.Remove(filepath.Join(nested, inside[0])); err != nil {
		t.Fatal(err)
	}
	if !apptest.Within(time.Minute, func() bool { return r.Find("films", "a/nested/"+inside[0]) == nil }) {
		t.Error("a file removed from the disk that came back stays in the catalog")
	}
	d.WaitIdle(t, time.Minute)
	now = d.Export(t)
	for id, it := range before {
		if n := now[id]; it.Path != "a/nested/"+inside[0] && (n == nil || n.JSON != it.JSON) {
			t.Fatalf("with the disk back its item is not as it was: %s", it.JSON)
		}
	}
}
