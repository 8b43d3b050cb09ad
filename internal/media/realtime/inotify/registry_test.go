package inotify

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"

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
		polledNow, watchedNow := 0, 0
		for path, s := range model {
			id := g.find(path)
			if d := g.get(id); id == 0 || d.state != s || g.dirOf(id) != path {
				t.Fatalf("step %d: %q is not as it should be: %+v", step, path, d)
			}
			if s == watched {
				watchedNow++
				found := statResult{id: tree.FileID{Inode: inodes[path]}, dev: 7}
				if g.watchedAs(found) != id {
					t.Fatalf("step %d: %q cannot be found by its inode", step, path)
				}
			} else {
				polledNow++
			}
		}
		if g.watched != watchedNow || g.byInode.nodes != watchedNow || g.polled() != polledNow {
			t.Fatalf("step %d: counts %d %d %d, want %d %d",
				step, g.watched, g.byInode.nodes, g.polled(), watchedNow, polledNow)
		}
		if n := len(slices.Collect(g.in(watched))); n != watchedNow {
			t.Fatalf("step %d: %d watched directories are listed, want %d", step, n, watchedNow)
		}
	}
	g.remove("")
	if g.byName.nodes != 0 || g.root != 0 {
		t.Errorf("%d directories are left after all have been removed", g.byName.nodes)
	}
}

// Directories come and go: their nodes and names are used again.
func TestRegistryDoesNotGrowWithWhatHasGone(t *testing.T) {
	g := newRegistry("/r")
	for round := range 200 {
		for i := range 1000 {
			dir := fmt.Sprintf("round %d/%0200d", round, i)
			g.setWatched(g.put(dir), tree.FileID{Inode: uint64(i + 1)}, 7)
		}
		g.remove(fmt.Sprintf("round %d", round))
	}
	if g.used > 1100 {
		t.Errorf("%d nodes for 1001 directories at a time", g.used)
	}
	if kept := len(g.names.blocks) * nameBlock; kept > 1<<20 {
		t.Errorf("%d bytes of names for 200,000 at a time", kept)
	}
}

func TestRegistryTakesNamesOfAnyLength(t *testing.T) {
	g := newRegistry("/r")
	for _, length := range []int{1, 127, 128, 255, 1024, 4095} {
		dir := "a/" + strings.Repeat("x", length)
		if got := g.dirOf(g.put(dir)); got != dir {
			t.Errorf("a name of %d bytes came back as one of %d", length, len(got)-2)
		}
	}
}

// A directory may be one that the kernel gave the number of another, which is gone.
func TestDirectoriesAreToldApartByInodeBirthAndDevice(t *testing.T) {
	g := newRegistry("/r")
	one := statResult{id: tree.FileID{Inode: 5, Birth: 1}, dev: 7, dir: true}
	id := g.put("a")
	g.setWatched(id, one.id, one.dev)
	for what, other := range map[string]statResult{
		"inode":  {id: tree.FileID{Inode: 6, Birth: 1}, dev: 7, dir: true},
		"birth":  {id: tree.FileID{Inode: 5, Birth: 2}, dev: 7, dir: true},
		"device": {id: tree.FileID{Inode: 5, Birth: 1}, dev: 8, dir: true},
	} {
		if other.shows(g.get(id)) || g.watchedAs(other) != 0 {
			t.Errorf("a directory with another %s is taken for the one that is watched", what)
		}
	}
	if !one.shows(g.get(id)) || g.watchedAs(one) != id {
		t.Error("the directory itself is not known")
	}
}

func library(dirs int) []string {
	paths := make([]string, dirs)
	for i := range paths {
		paths[i] = fmt.Sprintf("Artist %d/Album with a usual name %d", i/10, i)
	}
	return paths
}

func liveHeap() uint64 {
	runtime.GC()
	runtime.GC() // what finalizers held
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// filled returns a registry that has directories watched, and what it takes of the heap for each that it knows.
func filled(dirs []string) (g *registry, each float64) {
	before := liveHeap()
	g = newRegistry("/srv/media/music")
	for i, dir := range dirs {
		g.setWatched(g.put(dir), tree.FileID{Inode: uint64(i + 1), Birth: 1}, 7)
	}
	each = float64(liveHeap()-before) / float64(g.byName.nodes)
	runtime.KeepAlive(dirs)
	return g, each
}

func TestADirectoryTakesAtMostEightyBytes(t *testing.T) {
	for _, dirs := range []int{10_000, 66_000, 100_000, 132_000, 200_000} {
		paths := library(dirs)
		g, each := filled(paths)
		t.Logf("%d directories: %.1f bytes each", dirs, each)
		if each > 80 {
			t.Errorf("with %d directories each takes %.1f bytes, promised are 80", dirs, each)
		}
		runtime.KeepAlive(g)
	}
}

func TestRegistryDropsASubtreeFast(t *testing.T) {
	const dirs, artists = 200_000, 5
	g, _ := filled(library(dirs))
	few := time.Hour
	for i := range artists { // the fastest of them: a busy machine takes its time anywhere
		begin := time.Now()
		if n := len(g.remove(fmt.Sprintf("Artist %d", i))); n != 10 {
			t.Errorf("%d removed, want 10", n)
		}
		few = min(few, time.Since(begin))
	}
	begin := time.Now()
	if n := len(g.remove("")); n != dirs-10*artists {
		t.Errorf("%d removed, want %d", n, dirs-10*artists)
	}
	all := time.Since(begin)
	t.Logf("removing 10 took %v, all %v", few, all)
	if few > all/20 {
		t.Errorf("removing 10 of %d directories took %v, all of them %v", dirs, few, all)
	}
}

// BenchmarkBytesADirectory tells what a watched directory takes of the heap: here, and in fsnotify, which keeps the
// whole path of each.
func BenchmarkBytesADirectory(b *testing.B) {
	const dirs = 20_000
	root := b.TempDir()
	paths := library(dirs)
	for _, dir := range paths {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		events, err := fsnotify.NewBufferedWatcher(eventsAhead)
		if err != nil {
			b.Fatal(err)
		}
		before := liveHeap()
		for _, dir := range paths {
			if err := events.AddWith(root+"/"+dir, allChanges); err != nil {
				b.Fatal(err)
			}
		}
		theirs := float64(liveHeap()-before) / dirs
		_ = events.Close()
		g, ours := filled(paths)
		runtime.KeepAlive(g)
		b.ReportMetric(ours, "B/dir")
		b.ReportMetric(theirs, "B-fsnotify/dir")
		b.ReportMetric(float64(len(root)+1+len(paths[0])), "B-path")
	}
}
