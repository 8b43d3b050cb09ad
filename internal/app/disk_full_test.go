package app_test

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// complete waits until the catalog holds the files of the disk, all of them and nothing else.
func complete(t *testing.T, d *apptest.Daemon, root string, limit time.Duration) {
	t.Helper()
	var paths []string
	for p := range apptest.Walk(t, root, nil) {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	var got []string
	if !apptest.Within(limit, func() bool {
		time.Sleep(200 * time.Millisecond)
		got = present(d.Export(t), "films")
		return slices.Equal(got, paths)
	}) {
		t.Fatalf("%d items after %v, want %d\n%s", len(got), limit, len(paths), d.Log())
	}
}

func TestDiskOfTheCatalogFull(t *testing.T) {
	if !apptest.Inside(t, apptest.Mounts) {
		return
	}
	base := t.TempDir()
	root, data := base+"/root", base+"/data"
	apptest.Mount(t, data, "-t", "tmpfs", "-o", "size=4m", "none")
	fill(t, root, 500)
	d := apptest.Start(t, apptest.Config{DataDir: data, More: quick, Roots: []apptest.Root{{Name: "films", Path: root}}})
	d.WaitIdle(t, time.Minute)
	before := d.Export(t)
	began := time.Now()
	fill(t, root+"/more", 10000)
	if !apptest.Within(time.Minute, func() bool { return strings.Contains(d.Log(), "no space left on its disk") }) {
		t.Fatalf("the log does not say that the disk is full\n%s", d.Log())
	}
	if !apptest.Within(time.Minute, func() bool {
		return strings.Contains(d.Status(t).Health, "no space left on its disk")
	}) {
		// not all the time: little may fit still
		t.Errorf("the status does not say that the disk is full: %+v", d.Status(t))
	}
	if s := d.Status(t); s.Idle {
		t.Errorf("idle on a full disk: %+v", s)
	}
	for id, it := range d.Export(t) { // it can still be read, and is whole
		if b := before[id]; b != nil && b.JSON != it.JSON {
			t.Errorf("changed: %s", it.JSON)
		}
	}
	most := 12 + int(time.Since(began).Minutes()) // ten at once, then one a minute
	if n := strings.Count(d.Log(), "catalog not written"); n > most {
		t.Errorf("the log says %d times that the catalog is not written, want at most %d", n, most)
	}
	apptest.Run(t, "mount", "-o", "remount,size=256m", data)
	complete(t, d, root, 2*time.Minute)
	d.WaitIdle(t, time.Minute)
	if s := d.Status(t); s.Health != "" {
		t.Errorf("not kept yet: %s", s.Health)
	}
	now := d.Export(t)
	for id, it := range before {
		if now[id] == nil || now[id].Path != it.Path || !now[id].AddedAt.Equal(it.AddedAt) {
			t.Errorf("lost: %s", it.JSON)
		}
	}
	d.Stop(t)
	d.Start(t)
	complete(t, d, root, time.Minute)
}

func TestDiskOfTheCatalogReadOnly(t *testing.T) {
	if !apptest.Inside(t, apptest.Mounts) {
		return
	}
	base := t.TempDir()
	root, data, image := base+"/root", base+"/data", base+"/disk"
	apptest.NewDisk(t, image, "64M")
	apptest.Mount(t, data, "-o", "loop", image)
	fill(t, root, 100)
	d := apptest.Start(t, apptest.Config{DataDir: data + "/catalog", More: quick,
		Roots: []apptest.Root{{Name: "films", Path: root}}})
	d.WaitIdle(t, time.Minute)
	before := d.Export(t)
	d.Kill(t)
	apptest.Run(t, "mount", "-o", "remount,ro", data)
	err := d.TryStart()
	if err == nil || !strings.Contains(err.Error(), "read-only") {
		t.Errorf("started on a read-only disk: %v", err)
	}
	apptest.Run(t, "mount", "-o", "remount,rw", data)
	d.Start(t)
	d.WaitIdle(t, time.Minute)
	unchanged(t, before, d.Export(t), "writable again")
}

// A data directory whose disk is pulled takes nothing with it: what was committed is there when it is back.
func TestDiskOfTheCatalogPulled(t *testing.T) {
	if !apptest.Inside(t, apptest.Mounts) {
		return
	}
	base := t.TempDir()
	root, data, image := base+"/root", base+"/data", base+"/disk"
	apptest.NewDisk(t, image, "64M")
	apptest.Mount(t, data, "-o", "loop", image)
	fill(t, root, 100)
	d := apptest.Start(t, apptest.Config{DataDir: data + "/catalog", More: quick,
		Roots: []apptest.Root{{Name: "films", Path: root}}})
	r := apptest.Follow(t, d)
	d.WaitIdle(t, time.Minute)
	before := d.Export(t)
	apptest.Pull(t, data)
	write(t, root, "dir 1/sub/meanwhile.bin", "x")
	sees(t, d, r, "films", "dir 1/sub/meanwhile.bin") // its files are open still
	d.Stop(t)
	apptest.Mount(t, data, "-o", "loop", image)
	d.Start(t)
	d.WaitIdle(t, time.Minute)
	complete(t, d, root, time.Minute)
	now := d.Export(t)
	for id, it := range before {
		if now[id] == nil || now[id].JSON != it.JSON {
			t.Errorf("not as before: %s", it.JSON)
		}
	}
}

// A catalog that is removed while the daemon runs is said to be gone, and made anew.
func TestCatalogRemoved(t *testing.T) {
	base := t.TempDir()
	root, data := base+"/root", base+"/data"
	fill(t, root, 100)
	d := apptest.Start(t, apptest.Config{DataDir: data, More: quick, Roots: []apptest.Root{{Name: "films", Path: root}}})
	d.WaitIdle(t, time.Minute)
	if err := os.RemoveAll(data); err != nil {
		t.Fatal(err)
	}
	write(t, root, "dir 1/sub/meanwhile.bin", "x")
	if !apptest.Within(time.Minute, func() bool { return strings.Contains(d.Status(t).Health, "not at "+data) }) {
		t.Errorf("the status does not say that the catalog is gone: %+v", d.Status(t))
	}
	if s := d.Status(t); s.Counts.Items < 100 {
		t.Errorf("it forgot what it knew: %+v", s.Counts)
	}
	d.Kill(t)
	d.Start(t)
	d.WaitIdle(t, time.Minute)
	complete(t, d, root, time.Minute)
}

// Some FUSE file systems map no file into shared memory, which the log of the catalog needs.
func TestACatalogThatCannotLieThereIsToldOf(t *testing.T) {
	if !apptest.Inside(t, apptest.Mounts) {
		return
	}
	fuse, err := exec.LookPath("mergerfs")
	if err != nil {
		t.Skip("no mergerfs")
	}
	base := t.TempDir()
	pool := base + "/pool"
	for _, dir := range []string{base + "/branch", pool, base + "/root"} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	apptest.Run(t, fuse, "-o", "cache.files=off", base+"/branch", pool)
	t.Cleanup(func() { _ = exec.CommandContext(context.Background(), "umount", "-l", pool).Run() })
	d := apptest.New(t, apptest.Config{
		DataDir: pool + "/data", Roots: []apptest.Root{{Name: "films", Path: base + "/root"}},
	})
	if err := d.TryStart(); err == nil || !strings.Contains(err.Error(), "exit status 2") ||
		!strings.Contains(err.Error(), "put data_dir on a local disk") {
		t.Errorf("started with %v, want exit status 2 and the mend", err)
	}
}
