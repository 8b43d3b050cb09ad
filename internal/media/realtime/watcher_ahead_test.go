package realtime

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// What a listing showed is watched before anybody asks for it by itself.
func TestDirectoriesOfAListingAreWatchedAhead(t *testing.T) {
	dir := scratch(t)
	for _, name := range []string{"a", "b", "c"} {
		must(t, os.Mkdir(dir+"/"+name, 0o755))
	}
	sink := new(recorder)
	r := start(t, dir, Config{}, sink)
	must(t, r.Watch(r.ctx, testRoot, "", idOf(t, dir)))
	r.WatchBelow(testRoot, "", listing(t, dir))
	eventually(t, "all watched", func() bool { return r.State(testRoot).Directories == 4 })
	write(t, r.path("b", "f"), "")
	r.settle()
	if diff := cmp.Diff([]media.Hint{{Root: testRoot, Dir: "b", Names: []string{"f"}}}, once(sink.take())); diff != "" {
		t.Errorf("hints (-want +got):\n%s", diff)
	}
}

// By the time a listing's directories are watched, it may not be true any more.
func TestAListingThatIsOutOfDateWatchesWhatIsThere(t *testing.T) {
	dir, elsewhere := scratch(t), scratch(t)
	for _, name := range []string{"replaced", "removed", "file", "link", "stays"} {
		must(t, os.Mkdir(dir+"/"+name, 0o755))
	}
	old := listing(t, dir)
	must(t, os.Rename(dir+"/replaced", elsewhere+"/replaced"))
	must(t, os.Mkdir(dir+"/replaced", 0o755))
	for _, name := range []string{"removed", "file", "link"} {
		must(t, os.Remove(dir+"/"+name))
	}
	write(t, dir+"/file", "")
	must(t, os.Symlink(elsewhere, dir+"/link"))

	sink := new(recorder)
	r := start(t, dir, Config{}, sink)
	must(t, r.Watch(r.ctx, testRoot, "", idOf(t, dir)))
	r.WatchBelow(testRoot, "", old)
	must(t, r.Watch(r.ctx, testRoot, "stays", idOf(t, dir+"/stays"))) // the last of them
	eventually(t, "all watched", func() bool { return r.State(testRoot).Directories == 3 })
	if got := r.Stats().Watches; got != 3 {
		t.Errorf("%d watches are taken, want those of the root and two directories", got)
	}
	write(t, r.path("replaced", "f"), "")
	write(t, elsewhere+"/f", "")
	write(t, elsewhere+"/replaced/f", "")
	r.settle()
	want := []media.Hint{{Root: testRoot, Dir: "replaced", Names: []string{"f"}}}
	if diff := cmp.Diff(want, once(sink.take())); diff != "" {
		t.Errorf("hints (-want +got):\n%s", diff)
	}
}
