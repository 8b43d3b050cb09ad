package tree_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/treetest"
)

func newLocal(tb testing.TB, path string, opts tree.LocalOptions) *tree.Local {
	tb.Helper()
	l, err := tree.NewLocal(path, opts)
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
			Tree:  newLocal(t, at, tree.LocalOptions{}),
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
			Tree:  newLocal(t, at, tree.LocalOptions{}),
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
		return treetest.Fixture{Tree: newLocal(t, base+"/root", tree.LocalOptions{}), Files: treetest.Directory(base + "/root")}
	})
}

func TestDiskIsItselfAgainAfterARemount(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	dir := t.TempDir()
	disk, at := newDisk(t, dir+"/image"), dir+"/mnt"
	mountDisk(t, disk, at)
	touch(t, at+"/f")
	l := newLocal(t, at, tree.LocalOptions{})
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
	if got := identify(t, newLocal(t, other, tree.LocalOptions{})); got != before {
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
	if got := identify(t, newLocal(t, at, tree.LocalOptions{})); got.ID != "uuid:"+uuid {
		t.Errorf("disk is %+v, want %s", got, uuid)
	}
	opened, err := os.Open(at)
	do(t, err)
	defer opened.Close()
	if general, own := tree.UUIDs(int(opened.Fd()), "ext4"); own != uuid && own != "" || general != uuid && general != "" {
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
	run(t, diskTool(t, "tune2fs"), "-f", "-U", "random", two)
	mountDisk(t, one, at)
	l := newLocal(t, at, tree.LocalOptions{})
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
	l := newLocal(t, at, tree.LocalOptions{})
	l.Expect(identify(t, l))
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for ctx.Err() == nil {
			time.Sleep(3 * time.Millisecond)
			unmount(t, at, syscall.MNT_DETACH)
			time.Sleep(3 * time.Millisecond)
			mountDisk(t, disk, at)
		}
	}()
	whole, away := 0, 0
	for ctx.Err() == nil {
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
	<-stopped
	unmount(t, at, syscall.MNT_DETACH)
	if whole == 0 || away == 0 {
		t.Errorf("%d whole listings and %d times away, want some of both", whole, away)
	}
	t.Logf("%d whole, %d away", whole, away)
}

func TestMountsBelowARoot(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	base := t.TempDir()
	mountTmpfs(t, base)
	root := mkdir(t, base+"/root")
	mountTmpfs(t, root+"/disk")
	touch(t, root+"/disk/f")
	mkdir(t, base+"/outside/sub")
	touch(t, base+"/outside/sub/g")
	mkdir(t, root+"/bound")
	bind(t, base+"/outside", root+"/bound") // the same device and file system
	touch(t, root+"/covered")
	bind(t, base+"/outside/sub/g", root+"/covered")
	plain, crossing := newLocal(t, root, tree.LocalOptions{}), newLocal(t, root, tree.LocalOptions{CrossMounts: true})
	withoutOpenat2 := newLocal(t, root, tree.LocalOptions{})
	withoutOpenat2.WithoutOpenat2()

	for _, l := range []*tree.Local{plain, withoutOpenat2} {
		for _, name := range []string{"disk", "bound"} {
			e, err := l.Stat(t.Context(), name)
			if err != nil || e.Type != tree.Dir || !e.Mount {
				t.Errorf("stat %s: %+v, %v, want a directory with a mount", name, e, err)
			}
			if _, err := l.List(t.Context(), name); !errors.Is(err, tree.ErrOtherVolume) {
				t.Errorf("list %s: %v, want %v", name, err, tree.ErrOtherVolume)
			}
		}
		for _, path := range []string{"disk/f", "bound/sub/g", "bound/none"} {
			if _, err := l.Stat(t.Context(), path); !errors.Is(err, tree.ErrOtherVolume) {
				t.Errorf("stat %s: %v, want %v", path, err, tree.ErrOtherVolume)
			}
			if _, err := l.Open(t.Context(), path); !errors.Is(err, tree.ErrOtherVolume) {
				t.Errorf("open %s: %v, want %v", path, err, tree.ErrOtherVolume)
			}
		}
		got, err := l.List(t.Context(), "")
		do(t, err)
		for _, e := range got.Entries {
			if want := e.Name == "disk" || e.Name == "bound"; e.Mount != want {
				t.Errorf("listed %+v, want mount %v", e, want)
			}
			if e.Name == "covered" && e.Type != tree.Other {
				t.Errorf("a file under another: %+v, want it passed over", e)
			}
		}
	}

	rootVolume := identify(t, crossing)
	disk, err := crossing.List(t.Context(), "disk")
	if err != nil || !slices.Equal(entryNames(disk), []string{"f"}) || disk.Volume.ID == rootVolume.ID {
		t.Errorf("list of a mounted disk: %+v, %v, want its file and a volume other than %+v", disk, err, rootVolume)
	}
	bound, err := crossing.List(t.Context(), "bound/sub")
	if err != nil || !slices.Equal(entryNames(bound), []string{"g"}) || bound.Volume.ID != rootVolume.ID {
		t.Errorf("list of a bound directory: %+v, %v, want its file and the volume %s", bound, err, rootVolume.ID)
	}
	unmount(t, root+"/disk", syscall.MNT_DETACH)
	gone, err := crossing.List(t.Context(), "disk")
	if err != nil || len(gone.Entries) != 0 || gone.Volume.ID != rootVolume.ID {
		t.Errorf("list of the empty mount point: %+v, %v, want the root's own volume", gone, err)
	}
	if e, err := plain.Stat(t.Context(), "disk"); err != nil || e.Mount {
		t.Errorf("stat of the empty mount point: %+v, %v, want no mount", e, err)
	}

	mounts, err := tree.MountsBelow(root)
	if err != nil || len(mounts) != 2 || mounts[0].Point != root+"/bound" || mounts[0].FSType != "tmpfs" ||
		mounts[0].Root != "/outside" || mounts[1].Point != root+"/covered" {
		t.Errorf("mounts below: %+v, %v", mounts, err)
	}
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{root + "/bound", base + "/outside", true},
		{root + "/bound/sub", base + "/outside", true},
		{base + "/outside/sub", root + "/bound", true},
		{root + "/bound", base + "/outside/sub", false},
	} {
		if got, err := tree.SameOrInside(c.a, c.b); err != nil || got != c.want {
			t.Errorf("SameOrInside(%s, %s) = %v, %v, want %v", c.a, c.b, got, err, c.want)
		}
	}
	inner := mkdir(t, base+"/inner")
	bind(t, base+"/outside/sub", inner)
	if got, err := tree.SameOrInside(inner, base+"/outside"); err != nil || !got {
		t.Errorf("a bind mount of a directory inside: %v, %v, want true", got, err)
	}
}

func TestRootsOnOneFileSystemShareItsVolume(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	base := t.TempDir()
	mountTmpfs(t, base)
	one := identify(t, newLocal(t, mkdir(t, base+"/one"), tree.LocalOptions{}))
	two := identify(t, newLocal(t, mkdir(t, base+"/two"), tree.LocalOptions{}))
	if one.ID != two.ID || one.Root == two.Root {
		t.Errorf("two roots: %+v and %+v, want one id and two root directories", one, two)
	}
	unmount(t, base, 0)
	mountTmpfs(t, base)
	again := identify(t, newLocal(t, mkdir(t, base+"/one"), tree.LocalOptions{}))
	if again.ID == one.ID {
		t.Errorf("a new tmpfs is %+v, want an id other than that of the one before it", again)
	}
}

func TestWatchMountsSeesEveryChange(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	at := t.TempDir() + "/mnt"
	ctx, cancel := context.WithCancel(t.Context())
	calls := make(chan int, 100)
	done := make(chan error)
	go func() {
		done <- tree.WatchMounts(ctx, func() {
			mounts, err := tree.MountsBelow(filepath.Dir(at))
			if err != nil {
				t.Error(err)
			}
			calls <- len(mounts)
		})
	}()
	await := func(want int) {
		t.Helper()
		deadline := time.After(5 * time.Second)
		for {
			select {
			case got := <-calls:
				if got == want {
					return
				}
			case <-deadline:
				t.Fatalf("never saw %d mounts", want)
			}
		}
	}
	await(0)
	for range 3 {
		mountTmpfs(t, at)
		await(1)
		unmount(t, at, 0)
		await(0)
	}
	cancel()
	select {
	case err := <-done:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v, want %v", err, context.Canceled)
		}
	case <-time.After(5 * time.Second):
		t.Error("did not end with its context")
	}
}
