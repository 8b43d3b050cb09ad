package modeltest

import (
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// TestReloadModel runs the model while the configuration changes: roots leave it and come back, and times are others.
func TestReloadModel(t *testing.T) {
	runReloads(t, testTime(10*time.Second, 5*time.Second), testSeed())
}

// TestSoakReloadModel does so for as long as SOAK says.
func TestSoakReloadModel(t *testing.T) { runReloads(t, soakTime(t), soakSeed()) }

func runReloads(t *testing.T, d time.Duration, seed uint64) {
	base := t.TempDir()
	m := newModel(t, filepath.Join(base, "data"), seed, newWorld(t, filepath.Join(base, "disk"), "one", "two"))
	roots, n := m.localRoots(""), 0
	m.start(roots)
	m.run(d, func() {
		if m.chance(0.4) {
			m.operations(0.3)
			return
		}
		m.hidden = true // a move to where no root is, or from there, is none
		gone := m.rnd.IntN(len(roots) + 1)
		for i := range 1 + m.rnd.IntN(20) {
			if i%4 == 0 && m.chance(0.5) {
				kept := append([]apptest.Root{}, roots...)
				if gone < len(roots) && m.chance(0.7) {
					kept = append(kept[:gone], kept[gone+1:]...)
				}
				m.reload(kept)
				n++
			}
			m.operate()
			m.ops++
			m.pause()
		}
		m.reload(roots)
		m.compare()
		m.hidden = false
	})
	t.Logf("%d reloads", n)
}

// reload has the daemon take in a configuration with these roots, and waits until it has.
func (m *model) reload(roots []apptest.Root) {
	m.t.Helper()
	m.note("reload with %d roots", len(roots))
	debounce := 50 + m.rnd.IntN(150)
	m.daemon.Rewrite(m.t, fmt.Sprintf("[watcher]\ndebounce = \"%dms\"\nmax_wait = \"1s\"\n", debounce), roots...)
	m.daemon.Signal(m.t, syscall.SIGHUP)
	if m.chance(0.3) && len(roots) > 1 {
		return // what is next to be done is done meanwhile
	}
	if !apptest.Within(time.Minute, func() bool { return len(m.daemon.Status(m.t).Roots) == len(roots) }) {
		m.fail([]string{"the new configuration is not in force after a minute"})
	}
}
