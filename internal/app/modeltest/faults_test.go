package modeltest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/scanner"
	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
	"github.com/catalogizer/catalogizerd/internal/tree/local"
)

// TestModelWithFaults does to files what TestModel does, and makes the tree that the scanner sees fail in
// every way: errors, listings that fail half-way or are short, names that cannot be looked at, hanging and
// slow calls, roots that go away or turn into other disks. Nothing that is on the disk may be forgotten while
// it lasts, and once it is over nothing may differ and no id have changed.
func TestModelWithFaults(t *testing.T) {
	d := 30 * time.Second
	if testing.Short() {
		d = 5 * time.Second
	}
	runFaults(t, d)
}

// TestSoakModelWithFaults is the same for as long as SOAK says.
func TestSoakModelWithFaults(t *testing.T) {
	d, err := time.ParseDuration(os.Getenv("SOAK"))
	if err != nil {
		t.Skip("SOAK=duration says how long to go on")
	}
	runFaults(t, d)
}

// faultGrace is the scanner's grace here: shorter than the daemon's, so that a wrong removal shows soon.
const faultGrace = 300 * time.Millisecond

// faulty is one run: a scanner over failing trees, without a watcher or a daemon.
type faulty struct {
	*driver
	t       *testing.T
	store   *store.Store
	scanner *scanner.Scanner
	trees   map[string]*faketree.Faulty
	rounds  int

	mu    sync.Mutex
	alive map[int64]string // items that must not be forgotten, and what they are
	wrong []string
}

func runFaults(t *testing.T, d time.Duration) {
	seed := *seedFlag
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("repeat with -seed %d", seed)
	base := t.TempDir()
	m := &faulty{t: t, trees: map[string]*faketree.Faulty{}}
	m.driver = &driver{world: newWorld(t, filepath.Join(base, "disk"), "one", "two"), rnd: rand.New(rand.NewPCG(seed, 0))}
	m.hidden = true
	for range 100 {
		m.operate()
	}
	m.start(filepath.Join(base, "data"), seed)
	m.compare()
	hits := int64(0)
	for end := time.Now().Add(d); time.Now().Before(end) && !t.Failed(); m.rounds++ {
		m.round()
	}
	for _, f := range m.trees {
		hits += f.Hits()
	}
	t.Logf("%d rounds, %d faults met", m.rounds, hits)
	if hits == 0 {
		t.Error("no fault was met")
	}
}

// start runs store and scanner until the test ends.
func (m *faulty) start(dir string, seed uint64) {
	m.must(os.MkdirAll(dir, 0o700))
	ctx, cancel := context.WithCancel(context.Background())
	st, err := store.Open(ctx, dir, store.Options{})
	m.must(err)
	m.store = st
	cfg := scanner.Config{Debounce: 20 * time.Millisecond, MaxWait: 100 * time.Millisecond, Grace: faultGrace, DirScanLimit: 400 * time.Millisecond}
	describe := func(_ int64, _ string, _ []byte) reconcile.Doc { return reconcile.Doc{Kind: media.KindOther} }
	m.scanner = scanner.New(cfg, st, nil, describe, scanner.Observer{}, zap.NewNop())
	var running sync.WaitGroup
	ready := make(chan struct{})
	running.Go(func() {
		if err := m.scanner.Run(ctx, func() { close(ready) }); err != nil && !errors.Is(err, context.Canceled) {
			m.t.Errorf("scanner: %v", err)
		}
	})
	storeCtx, stopStore := context.WithCancel(context.Background())
	var writing sync.WaitGroup
	writing.Go(func() {
		if err := st.Run(storeCtx); err != nil {
			m.t.Errorf("store: %v", err)
		}
	})
	<-ready
	var roots []scanner.RootConfig
	for i, r := range m.roots {
		disk, err := local.New(filepath.Join(m.base, r), local.Options{})
		m.must(err)
		m.trees[r] = faketree.NewFaulty(disk, seed+uint64(i))
		roots = append(roots, scanner.RootConfig{
			Name: r, Kind: "local", Location: filepath.Join(m.base, r), Tree: m.trees[r], Workers: 2,
			Exclude: []string{excluded}, MaxRemovals: 1, Poll: true,
		})
	}
	m.must(m.scanner.SetRoots(ctx, roots))
	running.Go(func() { m.guard(ctx) })
	m.t.Cleanup(func() {
		for _, f := range m.trees {
			f.Mend()
		}
		cancel()
		running.Wait()
		stopStore()
		writing.Wait()
		m.must(st.Close())
	})
}

// guard follows the feed, and notes every tombstone of an item that is alive.
func (m *faulty) guard(ctx context.Context) {
	wake, unsubscribe := m.store.Subscribe()
	defer unsubscribe()
	at := int64(0)
	for {
		page, err := m.store.Changes(ctx, at, 0, store.Bounds{Rows: store.PageRows})
		if ctx.Err() != nil {
			return
		}
		m.mu.Lock()
		if err != nil {
			m.wrong = append(m.wrong, err.Error())
		}
		for _, ch := range page.Changes {
			if what, ok := m.alive[ch.ID]; ok && ch.Delete {
				m.wrong = append(m.wrong, fmt.Sprintf("item %d was forgotten, though its file is there: %s", ch.ID, what))
			}
		}
		m.mu.Unlock()
		if at = page.Upto; len(page.Changes) > 0 {
			continue
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return
		}
	}
}

var errDisk = errors.New("input/output error")

// inject lets a root fail in one or two ways.
func (m *faulty) inject(root string) {
	f := m.trees[root]
	for range 1 + m.rnd.IntN(2) {
		what, fault := m.fault(root)
		m.note("fault in %s: %s", root, what)
		f.Inject(fault)
	}
}

func (m *faulty) fault(root string) (string, faketree.Fault) {
	half := func(string) bool { return m.hash()%2 == 0 }
	at := faketree.Under(pick(m.driver, m.inRoots()).path)
	if m.chance(0.5) {
		at = nil
	}
	switch m.rnd.IntN(12) {
	case 0:
		return "listings fail", faketree.Fault{Ops: faketree.List, At: at, Err: errDisk, Chance: 0.5}
	case 1:
		return "listings fail half-way", faketree.Fault{Ops: faketree.List, At: at, Err: errDisk, Halfway: true, Chance: 0.7}
	case 2:
		return "too many open files", faketree.Fault{Err: syscall.EMFILE, Chance: 0.5}
	case 3:
		return "permission denied", faketree.Fault{Ops: faketree.List | faketree.Stat, At: at, Err: os.ErrPermission, Chance: 0.5}
	case 4:
		return "listings are short", faketree.Fault{Ops: faketree.List, At: at, Drop: half, Chance: 0.8}
	case 5:
		return "names cannot be looked at", faketree.Fault{Ops: faketree.List, At: at, Break: half, Chance: 0.8}
	case 6:
		return "slow", faketree.Fault{At: at, Latency: time.Duration(m.rnd.IntN(30)) * time.Millisecond}
	case 7:
		return "away", faketree.Fault{Err: fmt.Errorf("%w: pulled", tree.ErrAway), Chance: 0.5}
	case 8:
		return "another disk", faketree.Fault{Volume: &tree.Volume{ID: "uuid:another", FSType: "ext4"}, Chance: 0.5}
	case 9:
		return "looks at names fail", faketree.Fault{Ops: faketree.Stat, Err: errDisk, Chance: 0.7}
	case 10:
		return "calls hang", faketree.Fault{Ops: faketree.List, At: at, Hang: true, Times: 1, Latency: time.Millisecond}
	}
	return "ignore files cannot be read", faketree.Fault{Ops: faketree.Open | faketree.Read, Err: errDisk, Chance: 0.6}
}

// hash is some random bits from any goroutine.
func (m *faulty) hash() uint64 { return rand.Uint64() }

// round does operations and scans while the trees fail, then lifts the faults and compares.
func (m *faulty) round() {
	m.protect()
	for range 1 + m.rnd.IntN(8) {
		for _, r := range m.roots {
			if m.chance(0.6) {
				m.inject(r)
			}
		}
		for range m.rnd.IntN(6) {
			m.operate()
			m.release()
		}
		for _, r := range m.roots {
			m.scan(r, pick(m.driver, []string{"", "", m.anyDir().path}), m.chance(0.3))
		}
		time.Sleep(time.Duration(m.rnd.IntN(200)) * time.Millisecond)
		if m.chance(0.3) {
			m.mend()
		}
	}
	m.mend()
	m.compare()
}

func (m *faulty) mend() {
	m.note("faults lifted")
	for _, f := range m.trees {
		f.Mend()
	}
}

// protect takes every file there is now for alive; release lets go those that operations have removed, hidden or
// moved since: a file that moved to where nothing can be seen for longer than the grace is a new one there.
func (m *faulty) protect() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.alive = map[int64]string{}
	for _, o := range m.files {
		if o.oldID != 0 && len(o.base) == 1 && !o.linked {
			m.alive[o.oldID] = fmt.Sprintf("object %d", o.number)
		}
	}
}

func (m *faulty) release() {
	m.mu.Lock()
	defer m.mu.Unlock()
	still := map[int64]string{}
	for _, o := range m.files {
		if what, ok := m.alive[o.oldID]; ok && len(o.base) == 1 && !o.strayed && !o.linked && !o.wandered {
			still[o.oldID] = what
		}
	}
	m.alive = still
}

func (m *faulty) scan(root, path string, full bool) {
	m.note("scan %s:%q", root, path)
	_, err := m.scanner.Scan(m.t.Context(), root, path, full)
	if err != nil && !errors.Is(err, media.ErrOffline) && !errors.Is(err, media.ErrNoPath) { // as a fault may have it
		m.t.Errorf("scan %s: %v", root, err)
	}
}

// compare scans everything without faults, and compares.
func (m *faulty) compare() {
	m.t.Helper()
	m.must(m.scanner.Prove(m.t.Context(), ""))
	for _, r := range m.roots {
		if !apptest.Within(time.Minute, func() bool { return m.scanner.Online(r) }) {
			m.fail([]string{"root " + r + " does not come back"})
			return
		}
		m.scan(r, "", true)
	}
	if !apptest.Within(time.Minute, m.scanner.Idle) {
		m.fail([]string{"the scanner does not come to rest"})
		return
	}
	c, err := m.catalog()
	m.must(err)
	disk := map[place]apptest.File{}
	for _, r := range m.roots {
		for path, f := range apptest.Walk(m.t, filepath.Join(m.base, r), func(p string, isDir bool) bool { return m.passed(place{r, p}, isDir) }) {
			disk[place{r, path}] = f
		}
	}
	lines := m.differences(c, disk, false)
	m.mu.Lock()
	lines = append(lines, m.wrong...)
	m.mu.Unlock()
	if len(lines) > 0 {
		m.fail(lines)
		return
	}
	m.settle(c)
}

func (m *faulty) catalog() (apptest.Catalog, error) {
	c := apptest.Catalog{}
	err := m.store.Walk(m.t.Context(), store.Position{}, func(v *store.View) error {
		it, err := apptest.ParseItem(v.AppendJSON(nil))
		if err != nil {
			return err
		}
		if c[it.ID] != nil {
			return fmt.Errorf("item %d twice", it.ID)
		}
		c[it.ID] = it
		return nil
	})
	return c, err
}

func (m *faulty) fail(lines []string) {
	m.t.Helper()
	m.t.Errorf("round %d:\n%s\n%s", m.rounds, strings.Join(lines[:min(len(lines), 40)], "\n"), m.story())
}
