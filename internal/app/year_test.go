package app

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/catalogizer/catalogizerd/internal/config"
	"github.com/catalogizer/catalogizerd/internal/logs"
	"github.com/catalogizer/catalogizerd/internal/media/realtime"
	"github.com/catalogizer/catalogizerd/internal/media/scanner"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
)

// year is a daemon without a network, over a library in memory, whose clock goes as fast as its work allows: what it
// does by the day, the week and the month comes within seconds, on a real database.
type year struct {
	t       *testing.T
	rnd     *rand.Rand
	cfg     *config.Config
	d       *Daemon
	files   *faketree.Tree
	log     *observer.ObservedLogs
	paths   []string // of all files that there are
	made    int
	checked []time.Time // each other time at which the catalog was found sound
	lines   int
}

// begin starts everything that a daemon does by itself.
func (y *year) begin(ctx context.Context) {
	core, observed := observer.New(zapcore.InfoLevel)
	log := logs.Bounded(zap.New(core))
	y.log = observed
	c, err := openCore(ctx, y.cfg, nil, log)
	if err != nil {
		y.t.Fatal(err)
	}
	y.d = &Daemon{core: c}
	y.d.watcher, err = realtime.NewWatcher(realtime.Config{Debounce: time.Second, MaxWait: 5 * time.Second}, nil, log)
	if err != nil {
		y.t.Fatal(err)
	}
	y.d.bus = realtime.NewEventBus(c.store, log)
	y.d.start(ctx, coreOptions{grace: scanner.RemovalGrace})
	y.d.stages.start("works", c.librarian.Run)
	y.d.stages.start("search index", y.d.index)
	y.d.stages.start("event bus", y.d.bus.Run)
	y.d.stages.start("pruning", y.d.prune)
	y.d.backups = y.d.newBackups(log)
	y.d.stages.start("backups", y.d.backups.run)
	y.d.stages.start("checks", y.d.newChecks(log).run)
	if err := y.d.setRoots(ctx, y.cfg, []scanner.RootConfig{rootOf("films", y.files)}); err != nil {
		y.t.Fatal(err)
	}
}

// rootOf is a tree as a root that sends no events.
func rootOf(name string, of tree.Tree) scanner.RootConfig {
	return scanner.RootConfig{
		Name: name, Kind: "local", Location: "/" + name, Tree: of, MaxRemovals: 0.9,
		Poll: true, PollInterval: 6 * time.Hour, Workers: 1,
	}
}

func (y *year) must(err error) {
	y.t.Helper()
	if err != nil {
		y.t.Fatal(err)
	}
}

// add makes a new file.
func (y *year) add() {
	y.made++
	show := fmt.Sprintf("Show %d", y.made%40)
	if y.made <= 40 {
		y.must(y.files.Mkdir(show))
	}
	p := fmt.Sprintf("%s/%s - S%02dE%02d - Title %d.mkv", show, show, 1+y.made/400, 1+y.made/40%10, y.made)
	y.must(y.files.Write(p, []byte(strconv.Itoa(y.made))))
	y.paths = append(y.paths, p)
}

// live is a day of a household: files come, go, change and are renamed, as many as there were before.
func (y *year) live() {
	for range 10 {
		i := y.rnd.IntN(len(y.paths))
		switch p := y.paths[i]; y.rnd.IntN(4) {
		case 0:
			y.must(y.files.Remove(p))
			y.paths[i] = y.paths[len(y.paths)-1]
			y.paths = y.paths[:len(y.paths)-1]
			y.add()
		case 1:
			y.must(y.files.Append(p, []byte("more")))
		default:
			y.made++
			to := fmt.Sprintf("%s - %d.mkv", strings.TrimSuffix(p, ".mkv")[:20], y.made)
			y.must(y.files.Rename(p, to))
			y.paths[i] = to
		}
	}
}

// figures are what is to stay flat.
type figures struct {
	database, log, heap int64
	goroutines, kept    int
}

func (y *year) measure() (f figures) {
	size := func(end string) int64 {
		fi, err := os.Stat(y.d.store.Path() + end)
		if errors.Is(err, os.ErrNotExist) {
			return 0
		}
		y.must(err)
		return fi.Size()
	}
	f.database, f.log = size(""), size("-wal")
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	f.heap, f.goroutines = int64(m.HeapAlloc), runtime.NumGoroutine()
	names, err := y.d.backups.names()
	y.must(err)
	f.kept = len(names)
	return f
}

// TestAYearOfADaemon has a daemon live for weeks, or for as many days as YEAR says, and looks whether anything grows
// that should not, or ceases that should go on. 16 days take a few seconds, a year some minutes.
func TestAYearOfADaemon(t *testing.T) {
	days := 16
	if s := os.Getenv("YEAR"); s != "" {
		var err error
		if days, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	cfg := config.Default()
	cfg.DataDir = t.TempDir()
	cfg.Backup.Every = 24 * time.Hour
	cfg.Scanner.Window = "02:00-06:00"
	synctest.Test(t, func(t *testing.T) {
		seed := rand.Uint64()
		y := &year{t: t, rnd: rand.New(rand.NewPCG(seed, 0)), cfg: cfg}
		y.files = faketree.New(faketree.Options{Now: func() time.Time { return time.Now().Add(-time.Hour) }})
		for range 400 {
			y.add()
		}
		ctx, cancel := context.WithCancel(context.Background())
		y.begin(ctx)
		defer func() {
			cancel()
			if err := y.d.close(); err != nil {
				t.Error(err)
			}
		}()
		y.pass(days, seed)
	})
}

// pass lets days pass.
func (y *year) pass(days int, seed uint64) {
	t := y.t
	var early figures
	for day := 1; day <= days; day++ {
		y.live()
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		for _, line := range y.log.TakeAll() {
			y.lines++
			if line.Level > zapcore.InfoLevel {
				t.Errorf("day %d (seed %d): %s %v", day, seed, line.Message, line.ContextMap())
			}
		}
		if at := y.d.store.LastCheck(); len(y.checked) == 0 || !at.Equal(y.checked[len(y.checked)-1]) {
			y.checked = append(y.checked, at)
			if h := at.UTC().Hour(); !at.IsZero() && (h < 2 || h >= 6) {
				t.Errorf("day %d: checked at %v, outside of its hours", day, at)
			}
		}
		if n := y.d.store.ItemCounts().Items; !y.d.idle() || n != int64(len(y.paths)) {
			t.Fatalf("day %d (seed %d): idle %v, %d items, %d files", day, seed, y.d.idle(), n, len(y.paths))
		}
		if day == max(8, days/6) {
			early = y.measure()
		}
	}
	late := y.measure()
	t.Logf("%d days; then %+v, at first %+v; %d lines, %d checks", days, late, early, y.lines, len(y.checked))
	if late.kept != y.cfg.Backup.Keep {
		t.Errorf("%d backups are kept, not %d", late.kept, y.cfg.Backup.Keep)
	}
	if made := y.d.backups.made.Load(); time.Since(time.Unix(made, 0)) > 25*time.Hour || y.d.backups.failed.Load() > 0 {
		t.Errorf("the last backup is of %v, %d failed", time.Unix(made, 0), y.d.backups.failed.Load())
	}
	if n := len(y.checked); n < days/8 || time.Since(y.checked[n-1]) > 9*24*time.Hour {
		t.Errorf("checked %d times, last at %v", n, y.checked[n-1])
	}
	if late.database > early.database*3/2+1<<20 {
		t.Errorf("the database grew from %d to %d bytes", early.database, late.database)
	}
	if late.log > 64<<20 {
		t.Errorf("its log has %d bytes", late.log)
	}
	if late.heap > early.heap*3/2+8<<20 || late.goroutines > early.goroutines+4 {
		t.Errorf("memory: %+v, at first %+v", late, early)
	}
	if y.lines > 40*days {
		t.Errorf("%d lines in %d days", y.lines, days)
	}
	left, err := filepath.Glob(filepath.Join(y.cfg.DataDir, "*"))
	y.must(err)
	if len(left) > 8 {
		t.Errorf("in the data directory are %v", left)
	}
}
