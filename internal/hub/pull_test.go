package hub_test

import (
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/hub/pgtest"
	"github.com/catalogizer/catalogizerd/internal/media"
)

func TestTheHubHoldsWhatItsSourcesHold(t *testing.T) {
	t.Parallel()
	a := startDaemon(t, "attic", "Heat (1995)/Heat (1995).mkv", "Heat (1995)/Heat (1995).srt", "b\xff.mkv")
	b := startDaemon(t, "cellar", "Heat (1995)/Heat (1995).mkv", "Alien (1979).mkv")
	h := startHub(t, shared.Database(t), a, b)
	h.becomes(t, a, b)
	if n := h.store.ItemCounts().Items; n != 5 {
		t.Errorf("%d items are counted", n)
	}
	a.write(t, "Ran (1985).mkv")
	a.move(t, "b\xff.mkv", "c.mkv")
	h.becomes(t, a, b)
	if roots, err := h.Roots(t.Context()); err != nil || len(roots) != 2 || roots[0].Name != "attic~films" ||
		roots[0].State != media.Online || roots[0].Source != "attic" || roots[1].Items != 2 {
		t.Errorf("%+v, %v", roots, err)
	}
	if !apptest.Within(patience, h.Idle) {
		t.Errorf("it is not idle: %+v", h.States())
	}
}

// What a source had stays while it is away, for however long, and says so by its roots.
func TestASourceThatIsAwayChangesNothing(t *testing.T) {
	t.Parallel()
	a, b := startDaemon(t, "attic", "a.mkv", "b.mkv"), startDaemon(t, "cellar", "c.mkv")
	at := shared.Database(t)
	h := startHub(t, at, a, b)
	h.becomes(t, a, b)
	want := union(t, a, b)
	a.Kill(t)
	offline := func() bool {
		r, err := h.Root(t.Context(), "attic~films")
		return err == nil && r.State == media.Offline && strings.HasPrefix(r.Reason, "source attic is away since ")
	}
	if !apptest.Within(patience, offline) {
		t.Errorf("its root is as ever: %+v", h.States())
	}
	h.stop()
	h = startHub(t, at, a, b) // which knows the roots though it never met the source
	if !offline() {
		t.Errorf("its root is not remembered: %+v", h.States())
	}
	b.write(t, "d.mkv")
	b.WaitIdle(t, patience)
	if !apptest.Within(patience, func() bool { f, err := h.held(t.Context()); return err == nil && len(f) == len(want)+1 }) {
		t.Error("another source waits for it")
	}
	a.write(t, "e.mkv")
	a.Daemon.Start(t)
	h.becomes(t, a, b)
}

// Another daemon behind a source's name: what both have is there all the while, once.
func TestAReplacedSourceShowsNothingLess(t *testing.T) {
	t.Parallel()
	var paths []string
	for i := range 300 {
		paths = append(paths, fmt.Sprintf("film %d.mkv", i))
	}
	a := startDaemon(t, "attic", paths...)
	h := startHub(t, shared.Database(t), a)
	h.becomes(t, a)
	f := follow(t, h)
	a.Kill(t)
	a.remove(t, "film 0.mkv")
	a.write(t, "new.mkv")
	a.replace(t)
	a.WaitIdle(t, patience)
	less, want := 0, union(t, a)
	if !apptest.Within(patience, func() bool {
		held, err := h.held(t.Context())
		for _, p := range []string{"film 1.mkv", "film 150.mkv", "film 299.mkv"} {
			if err == nil && held["attic~films/"+p] == "" {
				less++
			}
		}
		return err == nil && maps.Equal(held, want)
	}) {
		t.Error("the hub does not become what its source is")
	}
	h.becomes(t, a)
	f.read(t, nil)
	if less > 0 || f.shows("attic~films", "film 0.mkv") != 0 || f.shows("attic~films", "film 1.mkv") != 1 {
		t.Errorf("less was shown %d times; %s", less, differences(f.films(t), union(t, a)))
	}
}

// A daemon that has just got another catalog, and does not find its disks yet, tells of nothing: what there was stays.
func TestAReplacedSourceWithoutItsDisksShowsNothingLess(t *testing.T) {
	t.Parallel()
	a := startDaemon(t, "attic", "a.mkv", "b.mkv")
	h := startHub(t, shared.Database(t), a)
	h.becomes(t, a)
	if !apptest.Within(patience, h.Idle) {
		t.Fatalf("%+v", h.States())
	}
	a.Kill(t)
	if err := os.Rename(a.dir, a.dir+" away"); err != nil {
		t.Fatal(err)
	}
	a.replace(t)
	if !apptest.Within(patience, func() bool { st := h.States()[0]; return st.Online && st.Loading }) {
		t.Fatalf("%+v", h.States())
	}
	if f, err := h.held(t.Context()); err != nil || len(f) != 2 {
		t.Errorf("%v, %v", f, err)
	}
	if err := os.Rename(a.dir+" away", a.dir); err != nil {
		t.Fatal(err)
	}
	a.WaitRoot(t, "films", patience, func(r apptest.RootStatus) bool { return r.Items == 2 })
	h.becomes(t, a)
	if !apptest.Within(patience, func() bool { return !h.States()[0].Loading }) {
		t.Errorf("it is still being loaded: %+v", h.States())
	}
}

// A source that was put back to an earlier backup is the same one: its items keep their ids, and what it has no longer
// goes.
func TestARestoredSourceIsTakenInAsItIs(t *testing.T) {
	t.Parallel()
	a := startDaemon(t, "attic", "a.mkv", "b.mkv")
	h := startHub(t, shared.Database(t), a)
	h.becomes(t, a)
	f := follow(t, h)
	backup := t.TempDir() + "/backup"
	a.Command(t, "backup", backup)
	a.write(t, "c.mkv")
	h.becomes(t, a)
	a.Stop(t)
	a.remove(t, "c.mkv")
	a.write(t, "d.mkv")
	a.Command(t, "restore", backup)
	a.Daemon.Start(t)
	h.becomes(t, a)
	was := len(f.held)
	f.read(t, func() {
		if f.shows("attic~films", "a.mkv") != 1 || f.shows("attic~films", "b.mkv") != 1 {
			t.Error("what was there before and behind is away")
		}
	})
	if was != 2 || len(f.held) != 3 {
		t.Errorf("%d, then %d items", was, len(f.held))
	}
}

// Whatever is killed, and whenever: each change is taken in once.
func TestNothingIsLostWhateverIsKilled(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	at := server.Database(t)
	a, b := startDaemon(t, "attic", "0.mkv"), startDaemon(t, "cellar", "0.mkv")
	h := startHub(t, at, a, b)
	for i := range 6 {
		for n := range 40 {
			a.write(t, fmt.Sprintf("%d/%d.mkv", i, n))
			b.write(t, fmt.Sprintf("%d/%d.mkv", i, n))
		}
		switch i % 3 {
		case 0:
			server.Kill(t)
			a.move(t, fmt.Sprintf("%d/0.mkv", i), fmt.Sprintf("%d moved.mkv", i))
			server.Start(t)
		case 1:
			a.Kill(t)
			a.write(t, fmt.Sprintf("%d while it was away.mkv", i))
			a.Daemon.Start(t)
		case 2:
			h.stop()
			h = startHub(t, at, a, b)
		}
	}
	h.becomes(t, a, b)
}
