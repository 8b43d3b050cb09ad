package realtime

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

func TestEveryKindOfChangeIsHinted(t *testing.T) {
	dir := scratch(t)
	write(t, filepath.Join(dir, "old"), "x")
	must(t, os.Mkdir(filepath.Join(dir, "sub"), 0o755))
	write(t, filepath.Join(dir, "sub", "inner"), "x")
	elsewhere := scratch(t)

	changes := []struct {
		what   string
		change func(r *watching) error
		paths  []string
	}{
		{"create", func(r *watching) error { return os.WriteFile(r.path("new"), nil, 0o644) }, []string{"new"}},
		{"write", func(r *watching) error { return os.WriteFile(r.path("old"), []byte("yy"), 0o644) }, []string{"old"}},
		{"write through a map", func(r *watching) error { return writeMapped(r.path("old")) }, []string{"old"}},
		{"permissions", func(r *watching) error { return os.Chmod(r.path("old"), 0o600) }, []string{"old"}},
		{"times", func(r *watching) error { return os.Chtimes(r.path("old"), time.Unix(1, 0), time.Unix(1, 0)) }, []string{"old"}},
		{"below", func(r *watching) error { return os.WriteFile(r.path("sub", "inner"), []byte("yy"), 0o644) }, []string{"sub/inner"}},
		{"rename", func(r *watching) error { return os.Rename(r.path("old"), r.path("sub", "moved")) }, []string{"old", "sub/moved"}},
		{"hard link", func(r *watching) error { return os.Link(r.path("new"), r.path("linked")) }, []string{"linked"}},
		{"symbolic link", func(r *watching) error { return os.Symlink(elsewhere, r.path("link")) }, []string{"link"}},
		{"remove", func(r *watching) error { return os.Remove(r.path("new")) }, []string{"new"}},
		{"odd name", func(r *watching) error { return os.WriteFile(r.path("a\nb\xff"), nil, 0o644) }, []string{"a\nb\xff"}},
		{"directory", func(r *watching) error { return os.Mkdir(r.path("d"), 0o755) }, []string{"d/anything"}},
		{"permissions of a directory", func(r *watching) error { return os.Chmod(r.path("sub"), 0o700) }, []string{"sub/inner"}},
		{"removed directory", func(r *watching) error { return os.RemoveAll(r.path("d")) }, []string{"d"}},
	}
	sink := new(recorder)
	r := watch(t, dir, Config{}, sink)
	for _, c := range changes {
		sink.take()
		must(t, c.change(r))
		for _, path := range c.paths {
			eventually(t, "hint of "+c.what, func() bool { return covered(sink.all(), path) })
		}
		r.settle()
	}
	// A link must not have been followed.
	sink.take()
	write(t, filepath.Join(elsewhere, "f"), "x")
	write(t, r.path("last"), "x")
	eventually(t, "hint of the last file", func() bool { return covered(sink.all(), "last") })
	if covered(sink.all(), "link/f") {
		t.Error("a symbolic link was followed")
	}
}

// writeMapped changes a file as torrent clients do: no event tells of it before the file is closed.
func writeMapped(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	m, err := unix.Mmap(int(f.Fd()), 0, 1, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return errors.Join(err, f.Close())
	}
	m[0]++
	return errors.Join(unix.Munmap(m), f.Close())
}

func TestFileInNewDeepDirectoryIsNeverLost(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const rounds = 10_000
	sink := new(lister)
	r := watch(t, scratch(t), Config{Debounce: 5 * time.Millisecond, MaxWait: 50 * time.Millisecond}, sink)
	var paths []string
	for i := range rounds {
		deep := fmt.Sprintf("%d/a/b/c", i)
		must(t, os.MkdirAll(r.path(deep), 0o755))
		write(t, r.path(deep, "f"), "")
		paths = append(paths, deep+"/f")
	}
	r.settle()
	if missing := sink.missing(paths); len(missing) > 0 {
		t.Errorf("%d of %d lost, the first %q", len(missing), rounds, missing[0])
	}
}

func TestDirectoryRenamedReportsItsNewPath(t *testing.T) {
	dir := scratch(t)
	must(t, os.MkdirAll(filepath.Join(dir, "old", "deep", "deeper"), 0o755))
	sink := new(lister)
	r := watch(t, dir, Config{}, sink)
	must(t, os.Rename(r.path("old"), r.path("new")))
	r.settle()
	sink.take()
	write(t, r.path("new", "deep", "deeper", "f"), "")
	r.settle()
	want := []media.Hint{{Root: testRoot, Dir: "new/deep/deeper", Names: []string{"f"}}}
	if diff := cmp.Diff(want, once(sink.take())); diff != "" {
		t.Error(diff)
	}
	if got := r.State(testRoot).Directories; got != 4 {
		t.Errorf("%d directories watched, want 4", got)
	}
}
