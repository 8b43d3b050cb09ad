package app_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// A folder of mounts, as a container is given one for each disk, and of links.
func TestAnEmptyLibrarySaysWhyItIsEmpty(t *testing.T) {
	if !apptest.Inside(t, apptest.Mounts) {
		return
	}
	base := t.TempDir()
	root := base + "/media"
	apptest.Mount(t, root+"/movies", "-t", "tmpfs", "-o", "size=1m", "none")
	apptest.Mount(t, root+"/tv", "-t", "tmpfs", "-o", "size=1m", "none")
	write(t, root, "movies/a.mkv", "x")
	write(t, base, "disk/b.mkv", "x")
	if err := os.Symlink("../disk", root+"/music"); err != nil {
		t.Fatal(err)
	}
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", More: quick, Roots: []apptest.Root{{Name: "media", Path: root}}})
	d.WaitIdle(t, time.Minute)
	s := d.Root(t, "media").Skipped
	if s.Mounts != 2 || s.Links != 1 || s.Unreadable != 0 || !slices.Equal(s.Examples, []string{"movies", "tv", "music"}) {
		t.Errorf("the API says that %+v is not followed", s)
	}
	const told = "0 files, not followed: 2 folders are mounts of other file systems: give each a root of its own, or set cross_mounts = true; " +
		"1 entry is a symbolic link: give what it leads to a root of its own (movies, tv, music)"
	says := func() int { return strings.Count(d.Log(), told) }
	if n := says(); !apptest.Within(time.Minute, func() bool { n = says(); return n > 0 }) || n != 1 {
		t.Errorf("the log says %d times why there is nothing:\n%s", n, d.Log())
	}
	out, err := exec.CommandContext(t.Context(), os.Getenv(apptest.BinaryVar), "status", "--server", "http://"+d.Addr()).Output()
	if err != nil || !strings.Contains(string(out), told) {
		t.Errorf("status does not say why there is nothing: %v\n%s", err, out)
	}
	lines, _ := check(t, "--data-dir", base+"/data", root)
	finds(t, lines, `^warning +root media: .*0 files, not followed: 2 folders are mounts`)

	// What is mounted and unmounted while it runs is told, and the log says it once.
	apptest.Pull(t, root+"/tv")
	d.WaitRoot(t, "media", time.Minute, func(r apptest.RootStatus) bool { return r.Skipped.Mounts == 1 })
	apptest.Mount(t, root+"/tv", "-t", "tmpfs", "-o", "size=1m", "none")
	d.WaitRoot(t, "media", time.Minute, func(r apptest.RootStatus) bool { return r.Skipped.Mounts == 2 })
	if err := os.Remove(root + "/music"); err != nil {
		t.Fatal(err)
	}
	d.WaitRoot(t, "media", time.Minute, func(r apptest.RootStatus) bool { return r.Skipped.Links == 0 })
}
