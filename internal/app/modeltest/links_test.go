package modeltest

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// Each of many names of one file, all seen at once, may be the one under which another look has just found
// it: that has to come to an end.
func TestManyNamesOfOneFileComeToRest(t *testing.T) {
	for range 3 {
		base := t.TempDir()
		w := newWorld(t, filepath.Join(base, "disk"), "one")
		first := place{"one", "first.mp3"}
		w.create(first, "0123456789abcdef", 500)
		for _, dir := range []string{"a", "b", "c", "a/d", "b/e", "c/f", "g", "h"} {
			w.mkdir(place{"one", dir})
			w.link(first, place{"one", dir + "/linked.mp3"})
		}
		d := apptest.Start(t, apptest.Config{
			DataDir: filepath.Join(base, "data"), More: "[watcher]\ndebounce = \"100ms\"\nmax_wait = \"1s\"\n[scanner]\nworkers = 8\n",
			Roots: []apptest.Root{{Name: "one", Path: filepath.Join(w.base, "one")}},
		})
		d.WaitIdle(t, time.Minute)
		if n := len(d.Export(t)); n != 9 {
			t.Errorf("%d items for 9 names", n)
		}
	}
}
