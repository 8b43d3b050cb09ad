package app_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// Behind a FUSE mount anything may stand: what is written there not through the mount has no event.
func TestAFuseMountBelowALocalRootIsPolledAndTheRestIsWatched(t *testing.T) {
	if !apptest.Inside(t, apptest.Mounts) {
		return
	}
	fuse, err := exec.LookPath("bindfs")
	if err != nil {
		t.Skip("no bindfs")
	}
	base := t.TempDir()
	root, far := base+"/root", base+"/far"
	write(t, far, "dir 0/sub/there.bin", "x")
	write(t, root, "dir 0/sub/on the root.bin", "x")
	if err := os.Mkdir(root+"/nas", 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), fuse, far, root+"/nas").CombinedOutput(); err != nil {
		t.Skipf("no FUSE here: %v: %s", err, out)
	}
	t.Cleanup(func() { _ = exec.CommandContext(context.Background(), "umount", "-l", root+"/nas").Run() })
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", More: quick, Roots: []apptest.Root{{Name: "films", Path: root, More: "cross_mounts = true\npoll_interval = \"1s\""}}})
	r := apptest.Follow(t, d)
	sees(t, d, r, "films", "nas/dir 0/sub/there.bin")
	write(t, far, "dir 0/sub/written elsewhere.bin", "x")
	sees(t, d, r, "films", "nas/dir 0/sub/written elsewhere.bin")
	watched(t, d, r, root, "on the root too.bin")
	w := d.Root(t, "films").Watch
	if w.Mode != "inotify" || w.Directories < 3 || !strings.Contains(w.Reason, "nas (fuse") {
		t.Errorf("how it is watched: %+v", w)
	}
	apptest.Pull(t, root+"/nas")
	d.WaitRoot(t, "films", time.Minute, func(r apptest.RootStatus) bool { return !strings.Contains(r.Watch.Reason, "nas") })
}
