package realtime

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
)

func TestTwoPathsToOneDirectory(t *testing.T) {
	if !inNamespace(t, userNamespace, "mount -t tmpfs none /mnt", "mkdir -p /mnt/root/one/deep /mnt/root/two",
		"mount --bind /mnt/root/one /mnt/root/two") {
		return
	}
	sink := new(recorder)
	r := watch(t, "/mnt/root", Config{}, sink)
	r.scan("")
	polled, all := r.Polled(testRoot)
	if want := []string{"two", "two/deep"}; all || !slices.Equal(polled, want) {
		t.Errorf("polled are %q (all: %v), want %q", polled, all, want)
	}
	if s := r.State(testRoot); s.Directories != 3 || s.Polled != 2 || !strings.Contains(s.Reason, "bind mount") {
		t.Errorf("state is %+v, want 3 watched, 2 polled, a reason with bind mount", s)
	}
	write(t, r.path("two", "deep", "f"), "")
	r.settle()
	if hints := sink.take(); !covered(hints, "one/deep/f") {
		t.Errorf("hints are %+v, want one under the watched path", hints)
	}
	// When the first path is gone, the second gets the watch.
	shell(t, "umount /mnt/root/two; mkdir /mnt/other; mount --bind /mnt/root/one /mnt/other; mv /mnt/root/one /mnt/root/three")
	r.Rewatch(testRoot, "two")
	r.settle()
	r.scan("")
	if s := r.State(testRoot); s.Directories != 4 || s.Polled != 0 || s.Reason != "" {
		t.Errorf("state is %+v, want 4 watched, 0 polled, no reason", s)
	}
}

// A disk below the root is unmounted and mounted again: same inodes, same birth times, and the watches are
// dead without a word.
func TestRemountedDiskIsHeardAgain(t *testing.T) {
	if _, err := exec.LookPath("mkfs.ext4"); err != nil {
		t.Skip("no mkfs.ext4")
	}
	if !inNamespace(t, mountNamespace, "mount -t tmpfs none /mnt", "mkdir -p /mnt/root/disk", "cd /mnt",
		"truncate -s 16m img", "mkfs.ext4 -qF img", "mount -o loop img root/disk", "mkdir -p root/disk/a/b") {
		return
	}
	t.Cleanup(func() { shell(t, "umount /mnt/root/disk") })
	sink := new(lister)
	r := watch(t, "/mnt/root", Config{}, sink)
	r.scan("")
	before := r.State(testRoot).Directories
	shell(t, "cd /mnt; umount root/disk; mount -o loop img root/disk; touch root/disk/a/b/while_deaf")
	r.Rewatch(testRoot, "disk")
	r.settle()
	if missing := sink.missing([]string{"disk/a/b/while_deaf"}); len(missing) > 0 {
		t.Error("what happened between was not looked for")
	}
	sink.take()
	write(t, r.path("disk", "a", "b", "f"), "")
	r.settle()
	if hints := sink.take(); !covered(hints, "disk/a/b/f") {
		t.Errorf("deaf after the remount: %+v", hints)
	}
	if after := r.State(testRoot).Directories; after != before {
		t.Errorf("%d directories watched, %d before", after, before)
	}
}

// The root's own disk is mounted anew, or another, and nobody says so: the next scan, which begins at the
// root, notices.
func TestRootOnAnotherMountIsNoticed(t *testing.T) {
	if _, err := exec.LookPath("mkfs.ext4"); err != nil {
		t.Skip("no mkfs.ext4")
	}
	if !inNamespace(t, mountNamespace, "mount -t tmpfs none /mnt", "mkdir /mnt/root", "cd /mnt",
		"truncate -s 16m img", "mkfs.ext4 -qF img", "mount -o loop img root", "mkdir -p root/a/b") {
		return
	}
	t.Cleanup(func() { shell(t, "umount /mnt/root") })
	for _, c := range []struct{ what, commands string }{
		{"the same disk", "umount root; mount -o loop img root; rmdir root/lost+found"},
		{"another disk", "umount -l root; mount -t tmpfs none root; mkdir root/a root/c"},
	} {
		t.Run(c.what, func(t *testing.T) {
			sink := new(lister)
			r := watch(t, "/mnt/root", Config{}, sink)
			shell(t, "cd /mnt; "+c.commands)
			r.scan("")
			r.expectAllWatched(sink)
		})
	}
}

func TestRootThatGoesAwayAndComesBack(t *testing.T) {
	top := scratch(t)
	dir := filepath.Join(top, "root")
	must(t, os.MkdirAll(filepath.Join(dir, "a"), 0o755))
	sink := new(lister)
	r := watch(t, dir, Config{}, sink)
	must(t, os.Rename(dir, filepath.Join(top, "elsewhere")))
	eventually(t, "hint of the root", func() bool {
		return slices.ContainsFunc(sink.all(), func(h media.Hint) bool { return h.Recursive && h.Dir == "" })
	})
	if s := r.State(testRoot); s.Directories != 0 {
		t.Errorf("state of a root that is gone: %+v", s)
	}
	write(t, filepath.Join(top, "elsewhere", "a", "f"), "")
	must(t, os.Rename(filepath.Join(top, "elsewhere"), dir))
	r.scan("")
	r.expectAllWatched(sink)
}
