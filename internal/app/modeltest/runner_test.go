package modeltest

import (
	"cmp"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// Every model runs in the same way, whatever its world is: of local directories, of disks, or on a share.

// testTime is how long a model goes on in a test.
func testTime(whole, short time.Duration) time.Duration {
	if testing.Short() {
		return short
	}
	return whole
}

// testSeed has a test do the same operations each time; only their timing differs.
func testSeed() uint64 { return cmp.Or(*seedFlag, 1) }

// soakTime is how long SOAK says to go on. Without it the test is skipped.
func soakTime(t *testing.T) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(os.Getenv("SOAK"))
	if err != nil {
		t.Skip("SOAK=duration says how long to go on")
	}
	return d
}

func soakSeed() uint64 { return cmp.Or(*seedFlag, rand.Uint64()) }

// newModel returns a model in a world whose files are analysed.
func newModel(t *testing.T, dataDir string, seed uint64, w *world) *model {
	t.Helper()
	t.Logf("repeat with -seed %d", seed)
	m := &model{t: t, dataDir: dataDir, driver: &driver{world: w, rnd: rand.New(rand.NewPCG(seed, 0))}}
	m.analysed, m.check = true, m.compare
	return m
}

// localRoots configures every root of the world as a local directory.
func (m *model) localRoots(more string) (roots []apptest.Root) {
	for _, r := range m.roots {
		roots = append(roots, apptest.Root{
			Name: r, Path: filepath.Join(m.base, r), More: more + "max_removals = 1.0\nexclude = [\"" + excluded + "\"]",
		})
	}
	return roots
}

// start fills the world and starts a daemon on it.
func (m *model) start(roots []apptest.Root) {
	m.t.Helper()
	for _, r := range m.roots {
		m.create(place{r, sentinel}, "", 0)
	}
	for range 60 {
		m.operate()
	}
	m.daemon = apptest.Start(m.t, apptest.Config{
		DataDir: m.dataDir, Roots: roots, More: "[watcher]\ndebounce = \"100ms\"\nmax_wait = \"1s\"\n",
	})
	m.replica = apptest.Follow(m.t, m.daemon)
	m.shelves = [2]*apptest.Replica{apptest.FollowWorks(m.t, m.daemon, true), apptest.FollowWorks(m.t, m.daemon, false)}
}

// run goes on with rounds for a time, or until one fails.
func (m *model) run(d time.Duration, round func()) {
	m.t.Helper()
	m.check()
	for end := time.Now().Add(d); time.Now().Before(end) && !m.t.Failed(); m.rounds++ {
		round()
	}
	if m.t.Logf("up to %d works were compared", m.works); m.asked > 0 && m.works == 0 {
		m.t.Error("no work was compared in the whole run")
	}
	m.t.Logf("%d rounds, %d operations, %d kills, %d graceful stops", m.rounds, m.ops, m.kills, m.stops)
}

// operations is a round of operations; in a share of the rounds the daemon is killed or stopped in the middle.
func (m *model) operations(interrupted float64) {
	m.t.Helper()
	n := 1 + m.rnd.IntN(25)
	down, up := -1, -1 // before which operation
	if m.chance(interrupted) {
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
	m.check()
}
