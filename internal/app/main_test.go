package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

func TestMain(m *testing.M) { os.Exit(apptest.Main(m)) }

// late is by how much a test may exceed what is promised: not at all where SOAK says that the machine is there
// for it, else by what a busy one or the race detector may add.
func late() time.Duration {
	if os.Getenv("SOAK") != "" && !apptest.RaceEnabled {
		return 0
	}
	return 20 * time.Second
}

// quick makes a daemon that does not keep tests waiting.
const quick = "[watcher]\ndebounce = \"100ms\"\nmax_wait = \"1s\"\n"

// fill makes files in directories of a few each, and returns their paths.
func fill(tb testing.TB, root string, n int) []string {
	tb.Helper()
	var paths []string
	for i := range n {
		path := fmt.Sprintf("dir %d/sub/file %d.bin", i/50, i)
		write(tb, root, path, path)
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return paths
}

func write(tb testing.TB, root, path, content string) {
	tb.Helper()
	if err := os.MkdirAll(filepath.Dir(filepath.Join(root, path)), 0o755); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, path), []byte(content), 0o644); err != nil {
		tb.Fatal(err)
	}
}

// present gives the paths of the items of a root that are present, in order.
func present(c apptest.Catalog, root string) []string {
	var paths []string
	for _, it := range c {
		if it.Root == root && it.Present() {
			paths = append(paths, it.Path)
		}
	}
	slices.Sort(paths)
	return paths
}

// unchanged fails the test where an item has changed in anything.
func unchanged(tb testing.TB, before, now apptest.Catalog, when string) {
	tb.Helper()
	if lines := before.Diff("before", now, "now"); len(lines) > 0 {
		tb.Errorf("%s: %d items are not as before:\n%s", when, len(lines), strings.Join(lines[:min(len(lines), 10)], "\n"))
	}
}

// sees waits until a client has the item at a path.
func sees(tb testing.TB, d *apptest.Daemon, r *apptest.Replica, root, path string) *apptest.Item {
	tb.Helper()
	var it *apptest.Item
	if !apptest.Within(time.Minute, func() bool { it = r.Find(root, path); return it != nil }) {
		tb.Fatalf("%s %q did not come to the client\n%s", root, path, d.Log())
	}
	return it
}

func state(want string) func(apptest.RootStatus) bool {
	return func(r apptest.RootStatus) bool { return r.State == want }
}
