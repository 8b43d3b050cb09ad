package local_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/local"
	"github.com/catalogizer/catalogizerd/internal/tree/treetest"
)

func newLocal(tb testing.TB, path string, opts local.Options) *local.Tree {
	tb.Helper()
	l, err := local.New(path, opts)
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

func identify(tb testing.TB, t tree.Tree) tree.Volume {
	tb.Helper()
	v, err := t.Identify(context.Background())
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

func TestDiskKeepsTheContract(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	treetest.TestTree(t, func(t *testing.T) treetest.Fixture {
		dir := t.TempDir()
		disk, at := newDisk(t, dir+"/image"), dir+"/mnt"
		mountDisk(t, disk, at)
		do(t, os.Remove(at+"/lost+found"))
		return treetest.Fixture{
			Tree:  newLocal(t, at, local.Options{}),
			Files: treetest.Directory(at),
			TakeAway: func(t *testing.T) func() {
				unmount(t, at, 0)
				return func() { mountDisk(t, disk, at) }
			},
		}
	})
}

func TestTmpfsKeepsTheContract(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	treetest.TestTree(t, func(t *testing.T) treetest.Fixture {
		at := t.TempDir()
		mountTmpfs(t, at)
		return treetest.Fixture{
			Tree:  newLocal(t, at, local.Options{}),
			Files: treetest.Directory(at),
			TakeAway: func(t *testing.T) func() { // covered by another
				mountTmpfs(t, at)
				return func() { unmount(t, at, 0) }
			},
		}
	})
}

func TestOverlayKeepsTheContract(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	treetest.TestTree(t, func(t *testing.T) treetest.Fixture {
		base := t.TempDir()
		mountTmpfs(t, base)
		for _, d := range []string{"lower", "upper", "work", "root"} {
			mkdir(t, filepath.Join(base, d))
		}
		layers := fmt.Sprintf("lowerdir=%[1]s/lower,upperdir=%[1]s/upper,workdir=%[1]s/work", base)
		if err := syscall.Mount("overlay", base+"/root", "overlay", 0, layers); err != nil {
			t.Skipf("no overlay: %v", err)
		}
		unmountAtEnd(t, base+"/root")
		return treetest.Fixture{Tree: newLocal(t, base+"/root", local.Options{}), Files: treetest.Directory(base + "/root")}
	})
}

// A file of a lower layer is copied when it is renamed: that is another birth, and the same file.
func TestWhatAnOverlayCopiesIsTheSameFile(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	base := t.TempDir()
	mountTmpfs(t, base)
	for _, d := range []string{"lower/dir", "upper", "work", "root"} {
		mkdir(t, filepath.Join(base, d))
	}
	touch(t, base+"/lower/dir/film")
	layers := fmt.Sprintf("lowerdir=%[1]s/lower,upperdir=%[1]s/upper,workdir=%[1]s/work", base)
	if err := syscall.Mount("overlay", base+"/root", "overlay", 0, layers); err != nil {
		t.Skipf("no overlay: %v", err)
	}
	unmountAtEnd(t, base+"/root")
	l := newLocal(t, base+"/root", local.Options{})
	v := identify(t, l)
	if !v.WeakIDs {
		t.Errorf("%+v, want identities that prove nothing by themselves", v)
	}
	look := func(p string) (listed, stat, open tree.FileID) {
		t.Helper()
		dir, name := filepath.Split(p)
		list, err := l.List(t.Context(), strings.TrimSuffix(dir, "/"))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list.Entries {
			if e.Name == name {
				listed = e.ID
			}
		}
		e, err := l.Stat(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		f, err := l.Open(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		o, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		return listed, e.ID, o.ID
	}
	before, stat, open := look("dir/film")
	if before != stat || before != open {
		t.Errorf("listed as %+v, looked at as %+v, open as %+v", before, stat, open)
	}
	if err := os.Rename(base+"/root/dir/film", base+"/root/dir/renamed"); err != nil {
		t.Fatal(err)
	}
	if after, stat, open := look("dir/renamed"); after != before || stat != before || open != before {
		t.Errorf("renamed it is %+v, %+v and %+v, before %+v", after, stat, open, before)
	}
	if got := identify(t, l); got != v {
		t.Errorf("the file system is %+v, before %+v", got, v)
	}
}

func TestDiskIsItselfAgainAfterARemount(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	dir := t.TempDir()
	disk, at := newDisk(t, dir+"/image"), dir+"/mnt"
	mountDisk(t, disk, at)
	touch(t, at+"/f")
	l := newLocal(t, at, local.Options{})
	before := identify(t, l)
	if !strings.HasPrefix(before.ID, "uuid:") || before.FSType != "ext4" || before.WeakIDs || before.Remote {
		t.Errorf("an ext4 disk is %+v, want a UUID and good identities", before)
	}
	l.Expect(before)
	unmount(t, at, 0) // works only if nothing is open
	if _, err := l.List(t.Context(), ""); !errors.Is(err, tree.ErrAway) {
		t.Errorf("list of an empty mount point: %v, want %v", err, tree.ErrAway)
	}
	if _, err := l.Stat(t.Context(), "f"); !errors.Is(err, tree.ErrAway) {
		t.Errorf("stat below an empty mount point: %v, want %v", err, tree.ErrAway)
	}
	other := dir + "/elsewhere"
	mountDisk(t, disk, other) // as another device number and at another path
	if got := identify(t, newLocal(t, other, local.Options{})); got != before {
		t.Errorf("at another path it is %+v, want %+v", got, before)
	}
	unmount(t, other, 0)
	mountDisk(t, disk, at)
	if got, err := l.List(t.Context(), ""); err != nil || got.Volume != before {
		t.Errorf("remounted: %+v, %v, want volume %+v", got, err, before)
	}
	unmount(t, at, 0)
}

// An upgraded kernel answers by another way; the root would be taken for another file system if that
// answered differently.
func TestAllWaysToAskForAUUIDAgree(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	const uuid = "0123abcd-89ef-4567-8901-23456789abcd"
	dir := t.TempDir()
	disk, at := newDisk(t, dir+"/image", "-U", uuid), dir+"/mnt"
	mountDisk(t, disk, at)
	if got := identify(t, newLocal(t, at, local.Options{})); got.ID != "uuid:"+uuid {
		t.Errorf("disk is %+v, want %s", got, uuid)
	}
	opened, err := os.Open(at)
	do(t, err)
	defer opened.Close()
	if general, own := local.UUIDs(int(opened.Fd()), "ext4"); own != uuid && own != "" || general != uuid && general != "" {
		t.Errorf("the kernel says %q, ext4 says %q, want %s of either, or nothing of an old one", general, own, uuid)
	}
}

func TestAnotherDiskInItsPlaceIsNotBelieved(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	dir := t.TempDir()
	one, two, at := newDisk(t, dir+"/one"), dir+"/two", dir+"/mnt"
	mountDisk(t, one, at)
	touch(t, at+"/f")
	unmount(t, at, 0)
	// A clone with a UUID of its own: every inode and birth time is the same.
	run(t, "cp", one, two)
	// tune2fs wants that of one that was mounted a second after it was made
	run(t, diskTool(t, "e2fsck"), "-f", "-y", two)
	run(t, diskTool(t, "tune2fs"), "-f", "-U", "random", two)
	mountDisk(t, one, at)
	l := newLocal(t, at, local.Options{})
	l.Expect(identify(t, l))
	// Unmounting frees the device and the mount's number, and the next mount takes both.
	for round := range 6 {
		if round == 3 {
			l.OnOldKernel()
			if _, err := l.Stat(t.Context(), "f"); err != nil {
				t.Errorf("on an old kernel: %v", err)
			}
		}
		unmount(t, at, 0)
		mountDisk(t, two, at)
		if _, err := l.Stat(t.Context(), "f"); !errors.Is(err, tree.ErrAway) {
			t.Errorf("stat on another disk: %v, want %v", err, tree.ErrAway)
		}
		if _, err := l.List(t.Context(), ""); !errors.Is(err, tree.ErrAway) {
			t.Errorf("list of another disk: %v, want %v", err, tree.ErrAway)
		}
		if _, err := l.Open(t.Context(), "f"); !errors.Is(err, tree.ErrAway) {
			t.Errorf("open on another disk: %v, want %v", err, tree.ErrAway)
		}
		unmount(t, at, 0)
		mountDisk(t, one, at)
		if _, err := l.Stat(t.Context(), "f"); err != nil {
			t.Errorf("stat on the first disk: %v", err)
		}
	}
	unmount(t, at, 0)
}

// A disk pulled in the middle of listings must yield whole listings and ErrAway, and nothing between.
func TestListingsWhileTheDiskComesAndGoesAreWholeOrAway(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	dir := t.TempDir()
	disk, at := newDisk(t, dir+"/image"), dir+"/mnt"
	mountDisk(t, disk, at)
	const files = 1500
	fillDir(t, at+"/d", files)
	l := newLocal(t, at, local.Options{})
	l.Expect(identify(t, l))
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for pause, round := 3*time.Millisecond, 1; ctx.Err() == nil; round++ {
			time.Sleep(pause)
			unmount(t, at, syscall.MNT_DETACH)
			time.Sleep(pause)
			mountDisk(t, disk, at)
			if round%500 == 0 { // on a busy machine a listing may take longer than the disk stays
				pause *= 2
			}
		}
	}()
	began := time.Now()
	whole, away := 0, 0
	for ctx.Err() == nil && (time.Since(began) < 3*time.Second || whole == 0 || away == 0) {
		got, err := l.List(t.Context(), "d")
		switch {
		case errors.Is(err, tree.ErrAway):
			away++
		case err != nil:
			t.Fatalf("list: %v, want a listing or %v", err, tree.ErrAway)
		case len(got.Entries) != files || len(got.Broken) > 0:
			t.Fatalf("%d entries and %d broken, want %d or %v", len(got.Entries), len(got.Broken), files, tree.ErrAway)
		default:
			whole++
		}
		if _, err := l.Stat(t.Context(), "d/"+name(0)); err != nil && !errors.Is(err, tree.ErrAway) {
			t.Fatalf("stat: %v, want %v", err, tree.ErrAway)
		}
	}
	cancel()
	<-stopped
	unmount(t, at, syscall.MNT_DETACH)
	if whole == 0 || away == 0 {
		t.Errorf("%d whole listings and %d times away, want some of both", whole, away)
	}
	t.Logf("%d whole, %d away", whole, away)
}

// A block of a directory that cannot be read must fail the listing, however many names were read before.
func TestDamagedDirectoryIsAnErrorNotAShortListing(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	debugfs := diskTool(t, "debugfs")
	dir := t.TempDir()
	disk, at := newDisk(t, dir+"/image", "-b", "1024", "-O", "metadata_csum"), dir+"/mnt"
	mountDisk(t, disk, at)
	fillDir(t, at+"/d", 300)
	touch(t, at+"/sound")
	unmount(t, at, 0)
	out, err := exec.Command(debugfs, "-R", "blocks d", disk).Output()
	blocks := strings.Fields(string(out))
	if err != nil || len(blocks) < 5 {
		t.Fatalf("blocks of the directory: %q, %v", out, err)
	}
	damaged, err := strconv.ParseInt(blocks[3], 10, 64)
	do(t, err)
	image, err := os.OpenFile(disk, os.O_WRONLY, 0)
	do(t, err)
	_, err = image.WriteAt(make([]byte, 1024), damaged*1024)
	do(t, err, image.Close())
	mountDisk(t, disk, at)
	l := newLocal(t, at, local.Options{})
	got, err := l.List(t.Context(), "d")
	if err == nil || errors.Is(err, tree.ErrNotExist) || errors.Is(err, tree.ErrAway) {
		t.Errorf("listing %+v, error %v, want an error of this directory alone", got, err)
	}
	if got, err := l.List(t.Context(), ""); err != nil || !slices.Contains(entryNames(got), "sound") {
		t.Errorf("listing of the root: %+v, %v, want it whole", got, err)
	}
	unmount(t, at, 0)
}
