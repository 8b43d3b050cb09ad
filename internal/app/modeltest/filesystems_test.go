package modeltest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// lack is what a file system does not have, or does not tell.
type lack struct {
	links    bool // hard links
	exchange bool // RENAME_EXCHANGE
	special  bool // symbolic links and FIFOs
	modes    bool // permissions
	odd      bool // names that are no portable ones
	cases    bool // names that differ in case only
	birth    bool // times of birth: what moved and changed is not determined
	identity bool // numbers of files that last: nor is what moved
}

// filesystem is a kind of file system that the roots of a world may stand on.
type filesystem struct {
	name  string
	lacks lack
	mount func(tb testing.TB, base string) *disk
}

// disk is what a world stands on. Each of its functions that is there does what is done to disks.
type disk struct {
	at     string // where it is mounted
	away   func() // it is taken away
	back   func() // it comes back as it was
	copied func() // another disk, to which everything was copied, comes in its place
	keep   func() // the state of now is kept, to be rolled back to
	roll   func() // back to the state that was kept
	part   func() (back func())
}

var filesystems = []filesystem{
	{name: "ext4", mount: mountExt4},
	{name: "tmpfs", mount: mountTmpfs},
	{name: "overlayfs", lacks: lack{links: true, exchange: true, birth: true}, mount: mountOverlay},
	{name: "btrfs", mount: mountBtrfs},
	{name: "exfat", lacks: lack{links: true, exchange: true, special: true, modes: true, odd: true, cases: true, identity: true}, mount: mountExfat},
	{name: "mergerfs", lacks: lack{links: true, exchange: true, birth: true}, mount: mountMergerfs},
}

// tool finds a program of the administrator's, or skips the test.
func tool(tb testing.TB, name string) string {
	tb.Helper()
	for _, at := range []string{name, "/usr/sbin/" + name, "/sbin/" + name} {
		if found, err := exec.LookPath(at); err == nil {
			return found
		}
	}
	tb.Skip("no " + name)
	return ""
}

func image(tb testing.TB, file, size string, mkfs ...string) {
	tb.Helper()
	apptest.Run(tb, "truncate", "-s", size, file)
	apptest.Run(tb, mkfs[0], append(mkfs[1:], file)...)
}

// copyTree copies everything below a directory with all that a file system keeps of it.
func copyTree(tb testing.TB, from, to string) {
	tb.Helper()
	apptest.Run(tb, "cp", "-a", from+"/.", to)
}

func unmount(tb testing.TB, at string) {
	tb.Helper()
	apptest.Run(tb, "umount", "-l", at)
}

func mountExt4(tb testing.TB, base string) *disk {
	at, n := filepath.Join(base, "disk"), 0
	file := func() string { return filepath.Join(base, fmt.Sprintf("%d.img", n)) }
	mount := func(at string) { apptest.Mount(tb, at, "-o", "loop", file()) }
	apptest.NewDisk(tb, file(), "128M")
	mount(at)
	return &disk{
		at: at, away: func() { unmount(tb, at) }, back: func() { mount(at) },
		copied: func() {
			fresh := filepath.Join(base, "fresh")
			n++
			apptest.NewDisk(tb, file(), "128M")
			mount(fresh)
			copyTree(tb, at, fresh)
			apptest.Run(tb, "umount", fresh)
			unmount(tb, at)
			mount(at)
		},
	}
}

func mountTmpfs(tb testing.TB, base string) *disk {
	at := filepath.Join(base, "disk")
	mount := func(at string) { apptest.Mount(tb, at, "-t", "tmpfs", "-o", "size=256m", "none") }
	mount(at)
	return &disk{
		at: at,
		copied: func() { // as after a restart of the machine, with what a backup had of it
			fresh := filepath.Join(base, "fresh")
			mount(fresh)
			copyTree(tb, at, fresh)
			unmount(tb, at)
			apptest.Run(tb, "mount", "--move", fresh, at)
		},
	}
}

func mountOverlay(tb testing.TB, base string) *disk {
	at, under := filepath.Join(base, "disk"), filepath.Join(base, "under")
	apptest.Mount(tb, under, "-t", "tmpfs", "-o", "size=256m", "none")
	for _, d := range []string{"lower/one/old", "lower/two", "upper", "work"} {
		if err := os.MkdirAll(filepath.Join(under, d), 0o755); err != nil {
			tb.Fatal(err)
		}
	}
	mount := func() {
		apptest.Mount(tb, at, "-t", "overlay", "-o", fmt.Sprintf("lowerdir=%[1]s/lower,upperdir=%[1]s/upper,workdir=%[1]s/work", under), "overlay")
	}
	mount()
	return &disk{at: at, away: func() { unmount(tb, at) }, back: mount}
}

func mountBtrfs(tb testing.TB, base string) *disk {
	btrfs, mkfs := tool(tb, "btrfs"), tool(tb, "mkfs.btrfs")
	at, top, file := filepath.Join(base, "disk"), filepath.Join(base, "top"), filepath.Join(base, "btrfs.img")
	image(tb, file, "256M", mkfs, "-q")
	apptest.Mount(tb, top, "-o", "loop", file)
	apptest.Run(tb, btrfs, "subvolume", "create", top+"/now")
	mount := func() { apptest.Run(tb, "mount", "--bind", top+"/now", at) }
	if err := os.MkdirAll(at, 0o755); err != nil {
		tb.Fatal(err)
	}
	mount()
	tb.Cleanup(func() { _ = exec.CommandContext(context.Background(), "umount", "-l", at).Run() })
	return &disk{
		at: at, away: func() { unmount(tb, at) }, back: mount,
		keep: func() {
			if _, err := os.Stat(top + "/kept"); err == nil {
				apptest.Run(tb, btrfs, "subvolume", "delete", top+"/kept")
			}
			apptest.Run(tb, btrfs, "subvolume", "snapshot", top+"/now", top+"/kept")
		},
		roll: func() {
			unmount(tb, at)
			apptest.Run(tb, btrfs, "subvolume", "delete", top+"/now")
			apptest.Run(tb, btrfs, "subvolume", "snapshot", top+"/kept", top+"/now")
			mount()
		},
	}
}

func mountExfat(tb testing.TB, base string) *disk {
	mkfs, fuse := tool(tb, "mkfs.exfat"), tool(tb, "mount.exfat-fuse")
	at, file := filepath.Join(base, "disk"), filepath.Join(base, "exfat.img")
	image(tb, file, "128M", mkfs)
	if err := os.MkdirAll(at, 0o755); err != nil {
		tb.Fatal(err)
	}
	out, err := exec.CommandContext(tb.Context(), tool(tb, "losetup"), "-f", "--show", file).Output()
	if err != nil {
		tb.Fatalf("losetup: %v", err)
	}
	device := strings.TrimSpace(string(out))
	tb.Cleanup(func() { _ = exec.CommandContext(context.Background(), "losetup", "-d", device).Run() })
	mount := func() { apptest.Run(tb, fuse, "-o", "noatime", device, at) }
	mount()
	// Not lazily: the device is to be free then.
	tb.Cleanup(func() { _ = exec.CommandContext(context.Background(), "umount", at).Run() })
	return &disk{at: at, away: func() { apptest.Run(tb, "umount", at) }, back: mount}
}

func mountMergerfs(tb testing.TB, base string) *disk {
	fuse := tool(tb, "mergerfs")
	at := filepath.Join(base, "disk")
	var branches []string
	branch := func(n int) { apptest.Mount(tb, branches[n], "-o", "loop", branches[n]+".img") }
	for n := range 3 {
		branches = append(branches, filepath.Join(base, fmt.Sprintf("branch%d", n)))
		apptest.NewDisk(tb, branches[n]+".img", "64M")
		branch(n)
	}
	if err := os.MkdirAll(at, 0o755); err != nil {
		tb.Fatal(err)
	}
	mount := func() {
		apptest.Run(tb, fuse, "-o", "category.create=rand,minfreespace=1M,ignorepponrename=true,cache.files=off,cache.attr=0,cache.entry=0",
			strings.Join(branches, ":"), at)
	}
	mount()
	tb.Cleanup(func() { _ = exec.CommandContext(context.Background(), "umount", "-l", at).Run() })
	next := 0
	return &disk{
		at: at, away: func() { unmount(tb, at) }, back: mount,
		part: func() (back func()) {
			n := next % len(branches)
			next++
			unmount(tb, branches[n])
			return func() { branch(n) }
		},
	}
}
