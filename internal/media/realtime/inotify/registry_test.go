package inotify

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

func TestRegistryPaths(t *testing.T) {
	for _, c := range []struct{ root, dir, absolute string }{
		{"/srv/films", "", "/srv/films"},
		{"/srv/films", "a/b", "/srv/films/a/b"},
		{"/", "", "/"},
		{"/", "a/b", "/a/b"},
	} {
		g := newRegistry(c.root)
		if got := g.absolute(c.dir); got != c.absolute {
			t.Errorf("%q in %q is %q, want %q", c.dir, c.root, got, c.absolute)
		}
		if got, ok := g.relative(c.absolute); !ok || got != c.dir {
			t.Errorf("%q below %q is %q, %v, want %q", c.absolute, c.root, got, ok, c.dir)
		}
		if got := g.dirOf(g.put(c.dir)); got != c.dir {
			t.Errorf("node of %q says %q", c.dir, got)
		}
	}
	for _, outside := range []string{"/srv/filmsx", "/srv/filmsx/a", "/srv", "/", "/tmp/a", "", "/srv/films/"} {
		if dir, ok := newRegistry("/srv/films").relative(outside); ok {
			t.Errorf("%q is taken to be %q", outside, dir)
		}
	}
}

// The registry agrees with a plain map of paths, whatever is done to it.
func TestRegistryAgreesWithAPlainMap(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	g := newRegistry("/r")
	model := make(map[string]watchState)
	inodes := make(map[string]uint64)
	pick := func() string {
		parts := make([]string, rnd.IntN(4))
		for i := range parts {
			parts[i] = string(rune('a' + rnd.IntN(3)))
		}
		return strings.Join(parts, "/")
	}
	for step := range 20_000 {
		dir := pick()
		switch rnd.IntN(6) {
		case 0, 1, 2:
			ino := uint64(step + 1)
			g.setWatched(g.put(dir), tree.FileID{Inode: ino}, 7)
			model[dir], inodes[dir] = watched, ino
		case 3:
			g.setUnwatched(g.put(dir), overBudget)
			model[dir] = overBudget
		default:
			want := []string{}
			for path, s := range model {
				if path == dir || dir == "" || strings.HasPrefix(path, dir+"/") {
					if s == watched {
						want = append(want, g.absolute(path))
					}
					delete(model, path)
				}
			}
			got := g.remove(dir)
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Fatalf("step %d: remove %q returned %q, want %q", step, dir, got, want)
			}
		}
		all := g.all()
		if g.byPath[""] != nil && len(all) != len(g.byPath) {
			t.Fatalf("step %d: %d directories listed of %d", step, len(all), len(g.byPath))
		}
		for i, path := range all {
			if above, _ := tree.Split(path); path != "" && !slices.Contains(all[:i], above) {
				t.Fatalf("step %d: %q is listed before what is above it", step, path)
			}
		}
		polledNow, watchedNow := 0, 0
		for path, s := range model {
			n := g.byPath[path]
			if n == nil || n.state() != s || g.dirOf(n) != path {
				t.Fatalf("step %d: %q is not as it should be", step, path)
			}
			if s == watched {
				watchedNow++
				if g.byInode[inode{inodes[path], 7}] != n {
					t.Fatalf("step %d: %q cannot be found by its inode", step, path)
				}
			} else {
				polledNow++
			}
		}
		if g.watched != watchedNow || len(g.byInode) != watchedNow || g.polled() != polledNow {
			t.Fatalf("step %d: counts %d %d %d, want %d %d", step, g.watched, len(g.byInode), g.polled(), watchedNow, polledNow)
		}
	}
	g.remove("")
	if len(g.byPath) != 0 {
		t.Errorf("left after all is removed: %q", slices.Collect(maps.Keys(g.byPath)))
	}
}

func library(dirs int) []string {
	paths := make([]string, dirs)
	for i := range paths {
		paths[i] = fmt.Sprintf("Artist %d/Album with a usual name %d", i/10, i)
	}
	return paths
}

func TestRegistryIsSmallAndDropsASubtreeFast(t *testing.T) {
	const dirs = 200_000
	paths := library(dirs)
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	g := newRegistry("/srv/media/music")
	for i, path := range paths {
		g.setWatched(g.put(path), tree.FileID{Inode: uint64(i + 1), Birth: 1}, 7)
	}
	each := (heap() - before) / uint64(len(g.byPath))
	t.Logf("%d bytes a directory", each)
	if each > 300 {
		t.Errorf("%d bytes a directory", each)
	}
	begin := time.Now()
	if n := len(g.remove("Artist 0")); n != 10 {
		t.Errorf("%d removed, want 10", n)
	}
	few := time.Since(begin)
	begin = time.Now()
	if n := len(g.remove("")); n != dirs-10 {
		t.Errorf("%d removed, want %d", n, dirs-10)
	}
	all := time.Since(begin)
	t.Logf("removing 10 took %v, all %v", few, all)
	if few > 10*time.Millisecond {
		t.Errorf("removing 10 of %d directories took %v", dirs, few)
	}
	runtime.KeepAlive(paths)
}
