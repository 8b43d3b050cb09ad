package scanner

import (
	"testing"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// A root of its own for another disk at the same path is one of its own.
func TestADetachedRootIsTakenUpAgainOnItsOwnDiskOnly(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run(filmsOnADisk)
		w.dated()
		w.scan()
		before := w.shows()
		as := func(name string) {
			w.roots()
			w.tree.Expect(tree.Volume{})
			w.roots(RootConfig{Name: name, Kind: "local", Location: "/films", Tree: w.tree, Another: w.another})
		}
		w.files.PullOut(tree.Volume{ID: "uuid:new"})
		w.run("write x.mkv 1")
		as("others")
		if r := w.root("others"); r.State != media.Online || r.Items != 1 {
			t.Errorf("another disk: %+v", r)
		}
		w.files.PlugIn()
		as("films")
		if r := w.root("films"); r.State != media.Online {
			t.Errorf("the disk: %+v", r)
		}
		w.expect(before, "a/f.mkv<-a/f.mkv a/g.mkv<-a/g.mkv h.mkv<-h.mkv")
		w.files.TakeAway("unplugged")
		as("away")
		if r := w.root("away"); r.State != media.Offline || r.Items != 3 {
			t.Errorf("taken up while it is away: %+v", r)
		}
	})
}
