package realtime

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/realtime/inotify"
	"golang.org/x/sys/unix"
)

// directories returns every directory of a tree, as relative paths.
func directories(t *testing.T, root string) []string {
	t.Helper()
	var dirs []string
	must(t, filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if rel == "." {
			rel = ""
		}
		dirs = append(dirs, rel)
		return err
	}))
	return dirs
}

// expectAllWatched shows that every directory reports its changes under its own path, and nothing else.
func (r *watching) expectAllWatched(sink interface{ take() []media.Hint }) {
	r.t.Helper()
	r.settle()
	sink.take()
	dirs := directories(r.t, r.dir)
	for _, dir := range dirs {
		write(r.t, r.path(dir, "probe"), "")
	}
	r.settle()
	hinted := make(map[string]bool)
	for _, h := range sink.take() {
		if h.Recursive || !slices.Equal(h.Names, []string{"probe"}) {
			r.t.Errorf("unexpected %+v", h)
		}
		hinted[h.Dir] = true
	}
	for _, dir := range dirs {
		if !hinted[dir] {
			r.t.Errorf("directory %q does not report its changes", dir)
		}
		delete(hinted, dir)
		must(r.t, os.Remove(r.path(dir, "probe")))
	}
	for dir := range hinted {
		r.t.Errorf("changes are reported under %q, which does not exist", dir)
	}
	r.expectWatches(len(dirs))
	r.settle()
	sink.take()
}

// expectWatches shows that the registry, the budget and the kernel count the same watches.
func (r *watching) expectWatches(want int) {
	r.t.Helper()
	if got := r.State(testRoot).Directories; got != want {
		r.t.Errorf("%d directories watched, want %d", got, want)
	}
	if got := r.Stats().Watches; got != int64(want) {
		r.t.Errorf("%d watches taken from the budget, want %d", got, want)
	}
	if got := kernelWatches(r.t); got != want {
		r.t.Errorf("the kernel holds %d watches, want %d", got, want)
	}
}

// kernelWatches counts the watches that the kernel holds for this process (proc_pid_fdinfo(5)).
func kernelWatches(t *testing.T) int {
	t.Helper()
	files, err := filepath.Glob("/proc/self/fdinfo/*")
	must(t, err)
	count := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err == nil { // else closed meanwhile
			count += strings.Count("\n"+string(text), "\ninotify wd:")
		}
	}
	return count
}

func TestRenamedDirectoriesReportTheirNewPaths(t *testing.T) {
	for _, c := range []struct{ what, commands string }{
		{"rename", "mv a b"},
		{"rename and back", "mv a b; mv b a"},
		{"rename into a sibling", "mv a c/a"},
		{"another in its place", "mv a b; mkdir -p a/deep/deeper"},
		{"removed and made again", "rm -r a; mkdir -p a/deep/deeper"},
		{"two change places", "mv a x; mv c a; mv x c"},
		{"over an empty one", "mkdir e; mv a e/a; mkdir a; mv -T a/ f; mkdir a; mv -T e/a a"},
		{"parent and child change places", "mv a/deep x; mv a x/a"},
		{"out and in", "mv a ../out; mv ../out b"},
		{"out", "mv a ../out"},
	} {
		t.Run(c.what, func(t *testing.T) {
			top := scratch(t)
			dir := filepath.Join(top, "root")
			must(t, os.MkdirAll(filepath.Join(dir, "a", "deep", "deeper"), 0o755))
			must(t, os.MkdirAll(filepath.Join(dir, "c", "deep", "deeper"), 0o755))
			sink := new(lister)
			r := watch(t, dir, Config{}, sink)
			r.expectAllWatched(sink)
			shell(t, "cd "+dir+"; "+c.commands)
			r.expectAllWatched(sink)
		})
	}
}

func TestExchangedDirectoriesReportTheirNewPaths(t *testing.T) {
	dir := scratch(t)
	for _, d := range []string{"a/deep/deeper", "c/deep"} {
		must(t, os.MkdirAll(filepath.Join(dir, d), 0o755))
	}
	sink := new(lister)
	r := watch(t, dir, Config{}, sink)
	must(t, unix.Renameat2(unix.AT_FDCWD, r.path("a"), unix.AT_FDCWD, r.path("c"), unix.RENAME_EXCHANGE))
	r.expectAllWatched(sink)
	must(t, unix.Renameat2(unix.AT_FDCWD, r.path("a"), unix.AT_FDCWD, r.path("c", "deep"), unix.RENAME_EXCHANGE))
	r.expectAllWatched(sink)
}

func TestDirectoryRenamedBackAtOnceIsStillWatched(t *testing.T) {
	dir := scratch(t)
	must(t, os.MkdirAll(filepath.Join(dir, "a", "deep"), 0o755))
	sink := new(lister)
	r := watch(t, dir, Config{Debounce: time.Millisecond, MaxWait: time.Second}, sink)
	for range 50 {
		must(t, os.Rename(r.path("a"), r.path("b")))
		must(t, os.Rename(r.path("b"), r.path("a")))
		r.expectAllWatched(sink)
	}
}

// half watches only what lies below the directory "quiet/above", whose own changes thus go unnoticed.
func half(t *testing.T) (*watching, *lister) {
	dir := scratch(t)
	must(t, os.MkdirAll(filepath.Join(dir, "quiet", "above", "a", "deep"), 0o755))
	sink := new(lister)
	r := watch(t, dir, Config{}, sink)
	r.Unwatch(testRoot, "quiet")
	r.scan("quiet/above/a")
	if got := r.State(testRoot).Directories; got != 3 {
		t.Fatalf("%d directories watched, want 3", got)
	}
	return r, sink
}

// A rename that no event told of: the watches go on reporting the old paths, and adding the new ones changes
// nothing in fsnotify.
func TestDirectoryFoundUnderAnotherPathIsWatchedThere(t *testing.T) {
	r, sink := half(t)
	must(t, os.Rename(r.path("quiet", "above"), r.path("quiet", "other")))
	r.scan("quiet/other/a")
	r.settle()
	sink.take()
	write(t, r.path("quiet", "other", "a", "deep", "f"), "")
	r.settle()
	hints := sink.take()
	if !covered(hints, "quiet/other/a/deep/f") || covered(hints, "quiet/above/a/deep/f") {
		t.Errorf("hints are %+v, want one under the new path, none under the old", hints)
	}
	if got := r.State(testRoot).Directories; got != 3 {
		t.Errorf("%d directories watched, want 3", got)
	}
}

// Another directory in the place of a watched one, and no event told of it.
func TestDirectoryReplacedUnseenIsWatchedInItsPlace(t *testing.T) {
	r, sink := half(t)
	must(t, os.Rename(r.path("quiet", "above"), r.path("quiet", "other")))
	must(t, os.MkdirAll(r.path("quiet", "above", "a", "new"), 0o755))
	r.scan("quiet/above/a")
	r.settle()
	sink.take()
	write(t, r.path("quiet", "other", "a", "deep", "f"), "")
	write(t, r.path("quiet", "above", "a", "new", "f"), "")
	write(t, r.path("quiet", "above", "a", "f"), "")
	r.settle()
	hints := sink.take()
	if !covered(hints, "quiet/above/a/new/f") || !covered(hints, "quiet/above/a/f") || covered(hints, "quiet/above/a/deep/f") {
		t.Errorf("hints are %+v, want one under the new path, none under the old", hints)
	}
	if got := r.State(testRoot).Directories; got != 3 {
		t.Errorf("%d directories watched, want 3", got)
	}
}

// A directory is renamed and removed before fsnotify knows of either: its complaint about that is not a loss
// of events, and must not have the whole root looked at.
func TestDirectoryRenamedAndRemovedIsNoLoss(t *testing.T) {
	dir := scratch(t)
	r := start(t, dir, Config{}, new(recorder))
	for i := range 2000 {
		must(t, os.Mkdir(r.path(fmt.Sprint(i)), 0o755))
	}
	r.scan("")
	for i := range 2000 {
		must(t, os.Rename(r.path(fmt.Sprint(i)), r.path("moved")))
		must(t, os.Remove(r.path("moved")))
	}
	r.settle()
	if n := r.Stats().Overflows; n != 0 {
		t.Errorf("%d losses of events", n)
	}
	if n := r.State(testRoot).Directories; n != 1 {
		t.Errorf("%d directories watched, want 1", n)
	}
}

// A watched directory is removed, and the one above it gets its watch a moment later: fsnotify then says
// nothing of the removal, taking it that the event of the one above does.
func TestDirectoryRemovedJustBeforeItsParentIsWatched(t *testing.T) {
	dir := scratch(t)
	must(t, os.Mkdir(filepath.Join(dir, "above"), 0o755))
	r := watch(t, dir, Config{Debounce: time.Millisecond, MaxWait: time.Second}, new(recorder))
	for range 300 {
		r.Unwatch(testRoot, "above")
		must(t, os.Mkdir(r.path("above", "a"), 0o755))
		r.scan("above/a")
		r.settle()
		must(t, os.Remove(r.path("above", "a")))
		r.scan("above")
		r.settle()
		r.expectWatches(2)
		if t.Failed() {
			return
		}
	}
}

// A directory may take the place of the one that it was in before any event of that is read: it gets its watch, though
// what was known of it went with what was known of the other.
func TestADirectoryThatTakesThePlaceOfTheOneAboveIsWatchedBeforeItsEventsAreRead(t *testing.T) {
	r := start(t, scratch(t), Config{}, new(recorder))
	came, goOn := make(chan struct{}), make(chan struct{})
	hold := func(path string, _ bool) bool {
		if path == "held" {
			close(came)
			<-goOn // and with it whoever reads events
		}
		return false
	}
	r.add(inotify.Root{Name: testRoot, Path: r.dir, Mode: inotify.ModeInotify, Ignore: hold})
	must(t, os.MkdirAll(r.path("a", "b"), 0o755))
	r.scan("")
	must(t, os.Mkdir(r.path("held"), 0o755))
	<-came
	defer close(goOn)
	must(t, os.Rename(r.path("a", "b"), r.path("b")))
	must(t, os.Remove(r.path("a")))
	must(t, os.Rename(r.path("b"), r.path("a")))
	is, err := identify(r.path("a"))
	must(t, err)
	must(t, r.Watch(t.Context(), testRoot, "a", is))
	if s := r.State(testRoot); s.Directories != 2 || s.Polled != 0 {
		t.Errorf("watched is %+v, want the root and what stands in it", s)
	}
}

// Whatever is done to a tree's directories while it is scanned, every one of them is watched in the end.
func TestEveryDirectoryIsWatchedAfterAStormOfRenames(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			sink := new(lister)
			r := watch(t, scratch(t), Config{Debounce: 2 * time.Millisecond, MaxWait: 20 * time.Millisecond}, sink)
			r.storm(rand.New(rand.NewPCG(seed, 1)))
			r.expectAllWatched(sink)
		})
	}
}

// storm makes, moves, exchanges and removes directories at random, and scans some.
func (r *watching) storm(rnd *rand.Rand) {
	pick := func() string {
		parts := make([]string, 1+rnd.IntN(4))
		for i := range parts {
			parts[i] = string(rune('a' + rnd.IntN(4)))
		}
		return filepath.Join(parts...)
	}
	for range 400 {
		a, b := r.path(pick()), r.path(pick())
		// Most fail: of what does not exist, of a directory into itself.
		switch rnd.IntN(8) {
		case 0, 1, 2:
			_ = os.MkdirAll(a, 0o755)
		case 3:
			_ = os.RemoveAll(a)
		case 4, 5:
			_ = unix.Rename(a, b)
		case 6:
			_ = unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
		case 7:
			r.scan(strings.TrimPrefix(a, r.dir+"/"))
		}
	}
}

// The same with too few watches: none is lost on the way, and none is held beyond the budget.
func TestWatchesAddUpAfterAStormOfRenames(t *testing.T) {
	const budget = 10
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			sink := new(lister)
			r := startWithin(t, budget, scratch(t), Config{Debounce: 2 * time.Millisecond, MaxWait: 20 * time.Millisecond}, sink)
			r.scan("")
			r.storm(rand.New(rand.NewPCG(seed, 2)))
			for i := range budget {
				must(t, os.MkdirAll(r.path(fmt.Sprint("last", i)), 0o755))
			}
			eventually(t, "as many watches as there may be", func() bool {
				r.scan("")
				return r.State(testRoot).Directories == budget && r.Stats().Watches == budget && kernelWatches(t) == budget
			})
			r.RemoveRoot(testRoot)
			eventually(t, "none once the root is gone", func() bool {
				return r.Stats().Watches == 0 && kernelWatches(t) == 0
			})
		})
	}
}
