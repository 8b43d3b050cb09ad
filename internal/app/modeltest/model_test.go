package modeltest

import (
	"cmp"
	"context"
	"math/rand/v2"
	"os"
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
	d := time.Minute
	if testing.Short() {
		d = 10 * time.Second
	}
	runModel(t, d, cmp.Or(*seedFlag, 1)) // the same operations each time; only their timing differs
}

// TestSoakModel runs the model for as long as SOAK says.
func TestSoakModel(t *testing.T) {
	d, err := time.ParseDuration(os.Getenv("SOAK"))
	if err != nil {
		t.Skip("SOAK=duration says how long to go on")
	}
	kills := runModel(t, d, cmp.Or(*seedFlag, rand.Uint64()))
	if least := int(d.Hours() * 100); kills < least {
		t.Errorf("%d kills are too few to prove anything: want %d", kills, least)
	}
}

// model is one run.
type model struct {
	*driver
	t        *testing.T
	daemon   *apptest.Daemon
	replica  *apptest.Replica
	dataDir  string
	sentinel int64 // bytes in it
	rounds   int
	kills    int
	stops    int
	ops      int
}

func runModel(t *testing.T, d time.Duration, seed uint64) (kills int) {
	t.Logf("repeat with -seed %d", seed)
	base := t.TempDir()
	m := &model{t: t, dataDir: filepath.Join(base, "data")}
	m.driver = &driver{world: newWorld(t, filepath.Join(base, "disk"), "one", "two"), rnd: rand.New(rand.NewPCG(seed, 0))}
	m.analysed = true
	cfg := apptest.Config{DataDir: m.dataDir, More: "[watcher]\ndebounce = \"100ms\"\nmax_wait = \"1s\"\n"}
	for _, r := range m.roots {
		cfg.Roots = append(cfg.Roots, apptest.Root{Name: r, Path: filepath.Join(m.base, r), More: "max_removals = 1.0\nexclude = [\"" + excluded + "\"]"})
		m.create(place{r, sentinel}, "", 0)
	}
	for range 60 {
		m.operate()
	}
	m.daemon = apptest.Start(t, cfg)
	m.replica = apptest.Follow(t, m.daemon)
	m.compare()
	for end := time.Now().Add(d); time.Now().Before(end) && !t.Failed(); m.rounds++ {
		m.round()
	}
	t.Logf("%d rounds, %d operations, %d kills, %d graceful stops, %d resumes of the replica", m.rounds, m.ops, m.kills, m.stops, m.replica.Resumed())
	return m.kills
}

// round does operations, in some rounds with the daemon killed or stopped in the middle, and compares.
func (m *model) round() {
	n := 1 + m.rnd.IntN(25)
	down, up := -1, -1 // before which operation
	if m.chance(0.35) {
		down = m.rnd.IntN(n + 1)
		up = down + m.rnd.IntN(n+1-down)
	}
	for i := range n + 1 {
		if i == down {
			m.stop()
		}
		if i == up {
			m.note("start")
			m.daemon.Start(m.t)
		}
		if i < n {
			m.operate()
			m.ops++
			m.pause()
		}
	}
	m.compare()
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
		if !apptest.Within(30*time.Second, func() bool {
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
