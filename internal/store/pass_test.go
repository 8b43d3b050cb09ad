package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// runPass runs a catalog for a pass.
func runPass(t *testing.T, dir string) *running {
	t.Helper()
	st, err := Open(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := st.ForPass(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { _ = st.Run(ctx) }()
	r := &running{Store: st, t: t}
	r.stop = func() {
		cancel()
		<-st.Stopped()
		if err := st.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}
	return r
}

// cutOff copies a catalog as a process that is killed leaves it, with the files beside it, and gives where to.
func cutOff(t *testing.T, r *running) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, name := range []string{FileName, FileName + "-wal", FloorName} {
		b, err := os.ReadFile(filepath.Join(filepath.Dir(r.path), name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// synced is what SQLite calls the writer's patience with the disk: 1 is NORMAL, 2 is FULL.
func (s *Store) synced(t *testing.T) int64 {
	t.Helper()
	n, err := s.writer.number("PRAGMA synchronous")
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOnlyThePassThatFillsACatalogDoesNotWaitForTheDisk(t *testing.T) {
	dir := t.TempDir()
	for _, want := range []int64{1, 2} {
		st, err := Open(t.Context(), dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := st.synced(t); got != 2 {
			t.Errorf("synchronous=%d before the pass", got)
		}
		if err := st.ForPass(); err != nil {
			t.Fatal(err)
		}
		if got := st.synced(t); got != want {
			t.Errorf("synchronous=%d in the pass, not %d", got, want)
		}
		if err := st.Close(); err != nil {
			t.Fatal(err)
		}
		if want == 1 {
			r := runAt(t, dir, Options{})
			r.put(r.addRoot("films"), "a.mkv")
			r.stop()
		}
	}
}

func TestAPassThatEndsLeavesNoMark(t *testing.T) {
	r := runPass(t, t.TempDir())
	r.put(r.addRoot("films"), "a.mkv")
	r.stop()
	again := runAt(t, filepath.Dir(r.path), Options{})
	defer again.stop()
	if n := again.numbers("SELECT count(*) FROM meta WHERE key = 'pass'")[0]; n != 0 {
		t.Error("the mark of the pass stays")
	}
	if got, want := again.LastID(), r.LastID(); got != want {
		t.Errorf("ids go on behind %d, not %d", got, want)
	}
}

func TestAPassThatIsKilledLosesNothing(t *testing.T) {
	r := runPass(t, t.TempDir())
	defer r.stop()
	it := r.put(r.addRoot("films"), "a.mkv")
	again := runAt(t, cutOff(t, r), Options{})
	defer again.stop()
	if got := again.numbers("SELECT id FROM items"); len(got) != 1 || got[0] != it.ID {
		t.Errorf("items %v are left of %d", got, it.ID)
	}
	if got := again.LastID(); got != it.ID {
		t.Errorf("ids go on behind %d, not %d", got, it.ID)
	}
}

// The machine may have lost what the pass had written, and others had read.
func TestAfterAPowerCutInAPassNoIDIsGivenThatMayHaveBeen(t *testing.T) {
	r := runPass(t, t.TempDir())
	defer r.stop()
	root := r.addRoot("films")
	dir := cutOff(t, r) // all of it that came to the disk
	r.ReserveIDs(3 * floorStep)
	lost := r.put(root, "lost.mkv")
	floor, err := os.ReadFile(floorOf(r.path))
	if err = errors.Join(err, os.WriteFile(filepath.Join(dir, FloorName), floor, 0o600)); err != nil {
		t.Fatal(err)
	}
	shell(t, dir, "UPDATE meta SET value = 'the boot before' WHERE key = 'pass'")
	for _, name := range []string{"found.mkv", "found later.mkv"} {
		again := runAt(t, dir, Options{})
		it := again.put(root, name)
		if it.ID <= lost.ID {
			t.Errorf("id %d may have been given, up to %d", it.ID, lost.ID)
		}
		if again.lastWork < floorStep {
			t.Errorf("works go on behind %d", again.lastWork)
		}
		if n := again.numbers("SELECT count(*) FROM meta WHERE key = 'pass'")[0]; n != 0 {
			t.Error("the mark of the pass stays")
		}
		again.stop()
	}
}
