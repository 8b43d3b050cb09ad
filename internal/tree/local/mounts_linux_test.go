package local_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/local"
)

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
	plain, crossing := newLocal(t, root, local.Options{}), newLocal(t, root, local.Options{CrossMounts: true})
	withoutOpenat2 := newLocal(t, root, local.Options{})
	withoutOpenat2.WithoutOpenat2()

	for _, l := range []*local.Tree{plain, withoutOpenat2} {
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
			if want := e.Name == "disk" || e.Name == "bound" || e.Name == "covered"; e.Mount != want {
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

	at, err := local.MountsAt(root)
	mounts := at.Below
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
		if got := locate(t, c.a).SameOrInside(locate(t, c.b)); got != c.want {
			t.Errorf("%s is the same as or inside of %s: %v, want %v", c.a, c.b, got, c.want)
		}
	}
	inner := mkdir(t, base+"/inner")
	bind(t, base+"/outside/sub", inner)
	if !locate(t, inner).SameOrInside(locate(t, base+"/outside")) {
		t.Error("a bind mount of a directory inside is not inside")
	}
}

func TestRootsOnOneFileSystemShareItsVolume(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	base := t.TempDir()
	mountTmpfs(t, base)
	one := identify(t, newLocal(t, mkdir(t, base+"/one"), local.Options{}))
	two := identify(t, newLocal(t, mkdir(t, base+"/two"), local.Options{}))
	if one.ID != two.ID || one.Root == two.Root {
		t.Errorf("two roots: %+v and %+v, want one id and two root directories", one, two)
	}
	unmount(t, base, 0)
	mountTmpfs(t, base)
	again := identify(t, newLocal(t, mkdir(t, base+"/one"), local.Options{}))
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
		done <- local.WatchMounts(ctx, func() {
			mounts, err := local.MountsAt(filepath.Dir(at))
			if err != nil {
				t.Error(err)
			}
			calls <- len(mounts.Below)
		})
	}()
	await := func(want int) {
		t.Helper()
		deadline := time.After(patience)
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
	case <-time.After(patience):
		t.Error("did not end with its context")
	}
}
