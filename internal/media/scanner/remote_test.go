package scanner

import (
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
)

func TestAMountOfTheNetworkBelowALocalRootIsPolled(t *testing.T) {
	o := options{files: faketree.Options{CrossMounts: true}, root: RootConfig{CrossMounts: true, PollInterval: time.Minute}}
	inWorld(t, o, func(w *world) {
		w.run("mkdir nas\nmkdir a\nwrite a/f 1")
		if err := w.files.Mount("nas", tree.Volume{ID: "uuid:nas", FSType: "nfs4", Remote: true}); err != nil {
			t.Fatal(err)
		}
		w.run("mkdir nas/d\nwrite nas/d/g 2\nmkdir nas/e")
		w.scan()
		if got := w.s.PolledBelow("films"); got != "nas (nfs4)" || w.s.Polled("films") {
			t.Errorf("polled below the root: %q, and the root itself: %v", got, w.s.Polled("films"))
		}
		before := w.shows()
		w.run("write nas/d/new 3\nwrite a/unheard 4") // and no event comes
		w.pass(2 * time.Minute)
		w.expect(before, "a/f<-a/f nas/d/g<-nas/d/g nas/d/new<-")
		rows := w.st.Counters().Rows.Load()
		w.pass(5 * time.Minute)
		if n := w.st.Counters().Rows.Load() - rows; n != 0 {
			t.Errorf("polling what does not change wrote %d rows", n)
		}
		if err := w.files.Unmount("nas"); err != nil {
			t.Fatal(err)
		}
		w.pass(2 * time.Minute)
		if got := w.s.PolledBelow("films"); got != "" {
			t.Errorf("still polled: %q", got)
		}
	})
}
