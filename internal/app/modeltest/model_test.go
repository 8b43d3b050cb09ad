package modeltest

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/store"
)

// sentinel is a file in each root to which a byte is added to learn when everything before has been seen.
const sentinel = "sentinel.bin"

// TestModel runs the model for a minute.
func TestModel(t *testing.T) {
	runModel(t, testTime(time.Minute, 10*time.Second), testSeed())
}

// TestSoakModel runs the model for as long as SOAK says.
func TestSoakModel(t *testing.T) {
	d := soakTime(t)
	kills := runModel(t, d, soakSeed())
	if least := int(d.Hours() * 100); kills < least {
		t.Errorf("%d kills are too few to prove anything: want %d", kills, least)
	}
}

// TestSoakCrowdedModel does it where directories are so large that they come in parts.
func TestSoakCrowdedModel(t *testing.T) {
	base := t.TempDir()
	d := soakTime(t)
	m := newModel(t, filepath.Join(base, "data"), soakSeed(), newWorld(t, filepath.Join(base, "disk"), "one", "two"))
	m.crowded = true
	m.start(m.localRoots(""))
	m.run(d, func() { m.operations(0.35) })
}

// model is one run.
type model struct {
	*driver
	t        *testing.T
	daemon   *apptest.Daemon
	replica  *apptest.Replica
	shelves  [2]*apptest.Replica // follow works: with items, and without
	dataDir  string
	sentinel int64 // bytes in it
	rounds   int
	kills    int
	stops    int
	ops      int
	asked    int    // how often works were to be compared
	works    int    // the most that were compared
	check    func() // compares at the end of a round: what the model of a world has for that
}

func runModel(t *testing.T, d time.Duration, seed uint64) (kills int) {
	base := t.TempDir()
	m := newModel(t, filepath.Join(base, "data"), seed, newWorld(t, filepath.Join(base, "disk"), "one", "two"))
	m.start(m.localRoots(""))
	m.run(d, func() { m.operations(0.35) })
	t.Logf("%d resumes of the replica", m.replica.Resumed())
	return m.kills
}

func (m *model) stop() {
	if m.chance(0.75) {
		m.note("kill -9")
		m.daemon.Kill(m.t)
		m.kills++
		if err := m.integrity(); err != nil {
			m.t.Errorf("after a kill: %v", err)
		}
		return
	}
	m.note("stop")
	m.daemon.Stop(m.t)
	m.stops++
}

// integrity has SQLite check the whole database.
func (m *model) integrity() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	st, err := store.OpenReader(ctx, m.dataDir)
	if err != nil {
		return err
	}
	defer st.Close()
	return st.Integrity(ctx)
}

// compare waits until the daemon has seen everything, and compares catalog, replica and disk.
func (m *model) compare() {
	m.t.Helper()
	m.sentinel++
	for _, r := range m.roots {
		m.appendTo(place{r, sentinel}, 1)
	}
	for _, r := range m.roots {
		if !apptest.Within(time.Minute, func() bool {
			it := m.replica.Find(r, sentinel)
			return it != nil && it.Size == m.sentinel
		}) {
			m.fail([]string{"a byte added to the sentinel of root " + r + " did not come to the client in 30 s"})
			return
		}
	}
	m.daemon.WaitIdle(m.t, time.Minute)
	quick := time.Since(m.began) < grace
	c, ok := m.views()
	if !ok {
		return
	}
	disk := map[place]apptest.File{}
	for _, r := range m.roots {
		for path, f := range apptest.Walk(m.t, filepath.Join(m.base, r), func(p string, isDir bool) bool { return m.passed(place{r, p}, isDir) }) {
			disk[place{r, path}] = f
		}
	}
	if lines := m.differences(c, disk, quick); len(lines) > 0 {
		m.fail(lines)
		return
	}
	m.settle(c)
	m.compareWorks()
}

// views reads the catalog in every way that there is; all must say the same.
func (m *model) views() (apptest.Catalog, bool) {
	m.t.Helper()
	var lines []string
	for try := range 20 {
		before := m.daemon.Status(m.t).Cursor
		export, items := m.daemon.Export(m.t), m.daemon.Items(m.t, "")
		var replica apptest.Catalog
		var err error
		apptest.Within(5*time.Second, func() bool {
			replica, err = m.replica.Catalog()
			return m.replica.Cursor() == before || err != nil
		})
		if err != nil {
			m.fail([]string{"replica: " + err.Error()})
			return nil, false
		}
		lines = append(export.Diff("export", items, "items"), export.Diff("export", replica, "replica")...)
		lines = append(lines, m.compareShelves(before, export)...)
		if m.rounds%8 == 0 {
			lines = append(lines, export.Diff("export", apptest.Snapshot(m.t, m.daemon), "first load")...)
			lines = append(lines, export.Diff("export", m.daemon.Changes(m.t), "changes")...)
			lines = append(lines, export.Diff("export", m.daemon.Items(m.t, "title"), "items by title")...)
		}
		if m.daemon.Status(m.t).Cursor != before {
			continue // a grace ended in between
		}
		switch {
		case len(lines) == 0:
			return export, true
		case try >= 5: // the first readers of a commit may come before its number is told
			m.fail(lines)
			return nil, false
		}
		time.Sleep(20 * time.Millisecond)
	}
	m.fail(append([]string{"the catalog does not come to rest"}, lines...))
	return nil, false
}

// fail shows what is wrong and how it came about.
func (m *model) fail(lines []string) {
	m.t.Helper()
	const most = 40
	if len(lines) > most {
		lines = append(lines[:most], "...")
	}
	m.t.Errorf("round %d:\n%s\n%s", m.rounds, strings.Join(lines, "\n"), m.story())
}
