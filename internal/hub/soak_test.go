package hub_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/client"
	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/hub/pgtest"
)

// Sources, two hubs on one database and that are killed or stopped at random while files come, go and move, and clients
// are attached to either hub, or to whichever of them they meet. In the end the hubs hold the union of what their sources
// hold, by their lists, by their feeds read anew, and by every client that followed them all the while; and works that are
// those which a hub makes of these items anew.
//
// A few rounds here, some 20 s; for as long as SOAK says where it is set, with HUB_SOURCES sources of HUB_ITEMS items
// each (make soak-hub).
func TestTheHubIsTheUnionOfItsSourcesWhoeverIsKilled(t *testing.T) {
	t.Parallel()
	w := newSoak(t, number(t, "HUB_SOURCES", 3), number(t, "HUB_ITEMS", 300))
	soak, err := time.ParseDuration(os.Getenv("SOAK"))
	if err != nil {
		soak = 0 // as few rounds as show anything
	}
	began := time.Now()
	for n := 0; n < 2*kinds || time.Since(began) < soak; n++ {
		w.round(t, n%kinds, soak > 0)
	}
	t.Logf("%d rounds in %v: killed %v; %d files written, moved or removed",
		w.rounds, time.Since(began).Round(time.Second), w.killed, w.changes)
	began = time.Now()
	w.ends(t)
	t.Logf("all are equal %v after the last of them", time.Since(began).Round(time.Second))
	w.fresh(t)
}

func number(t *testing.T, variable string, usual int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s=%s: write how many there are to be", variable, text)
	}
	return n
}

// Who is killed.
const (
	theHub = iota
	theServer
	aSource
	aClient
	severals // a server, a source and a hub at once
	aPause   // a hub is stopped, and goes on later
	kinds
)

var kindNames = [kinds]string{"hub", "database", "source", "client", "all three", "hub stopped"}

// soak is two hubs, their sources and their clients.
type soak struct {
	t        *testing.T
	random   *rand.Rand
	server   *pgtest.Server
	database string
	sources  []*daemon
	hubs     []*apptest.Daemon
	at       []*standing // the hubs
	clients  []*replica

	rounds, changes int
	killed          map[string]int
	names           int // given to files
}

func newSoak(t *testing.T, sources, items int) *soak {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	w := &soak{t: t, random: rand.New(rand.NewPCG(seed, 0)), killed: map[string]int{}}
	own := min(items/3, 2000)
	w.server = pgtest.Start(t, "max_wal_size=2GB", "shared_buffers=256MB")
	for i := range sources {
		stock, catalog := stocked(t, i*(items-own)*9/10, items-own) // a tenth of it is at the next one too
		d := &daemon{name: fmt.Sprintf("nas%d", i), dir: t.TempDir(), stock: stock, seed: catalog}
		for range own {
			w.write(d)
		}
		d.serve(t)
		w.sources = append(w.sources, d)
	}
	w.database = w.server.Database(t)
	for range 2 {
		h := process(t, w.database, w.sources...)
		w.hubs, w.at = append(w.hubs, h), append(w.at, stand(t, h.Addr))
	}
	var met atomic.Int64
	either := stand(t, func() string { return w.hubs[int(met.Add(1))%len(w.hubs)].Addr() })
	for i, f := range []client.Follow{{Works: true}, {Window: time.Second}, {LongPoll: true, Works: true}} {
		w.clients = append(w.clients, attach(t, w.at[i%len(w.at)].url(), f), attach(t, either.url(), f))
	}
	return w
}

// stocked makes a directory of so many films that nobody changes, from one on, and the catalog of a daemon that has seen
// it, with which one begins that has it as a root.
func stocked(t *testing.T, first, files int) (dir, catalog string) {
	t.Helper()
	dir = t.TempDir()
	for i := range files {
		n := first + i
		path := filepath.Join(dir, fmt.Sprintf("Shelf %d", i/1000), fmt.Sprintf("Film %d (%d).mkv", n, 1950+n%70))
		if i%100 == 0 {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(path, []byte(path), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cfg := apptest.Config{DataDir: t.TempDir(), Roots: []apptest.Root{{Name: "stock", Path: dir}}}
	d := apptest.Start(t, cfg)
	d.WaitIdle(t, soakPatience)
	d.Stop(t)
	return dir, cfg.DataDir
}

// soakPatience is how long whatever is to happen may take of 2 million items, on two cores.
const soakPatience = time.Hour

// round kills somebody while files change, and has them come back.
func (w *soak) round(t *testing.T, kind int, rests bool) {
	t.Helper()
	w.rounds++
	w.killed[kindNames[kind]]++
	one := w.hubs[w.random.IntN(len(w.hubs))]
	victim := w.sources[w.random.IntN(len(w.sources))]
	hub, server, source := kind == theHub || kind == severals, kind == theServer || kind == severals,
		kind == aSource || kind == severals
	w.change()
	switch {
	case hub:
		one.Kill(t)
	case kind == aPause:
		one.Signal(t, syscall.SIGSTOP)
	}
	if server {
		w.server.Kill(t)
	}
	if source {
		victim.Kill(t)
	}
	if kind == aClient {
		w.clients[w.random.IntN(len(w.clients))].cut()
	}
	w.change()
	if rests {
		w.rest(6 * time.Second) // for another hub to take over
	}
	if server {
		w.server.Start(t)
	}
	if source {
		victim.Daemon.Start(t)
	}
	switch {
	case hub:
		one.Start(t)
	case kind == aPause:
		one.Signal(t, syscall.SIGCONT)
	}
	w.change()
	if rests { // long enough for something to be taken in
		w.rest(10 * time.Second)
	}
}

// rest lets time pass in which what was begun goes on: by how much is of no account.
func (w *soak) rest(most time.Duration) {
	for ends := time.Now().Add(time.Duration(w.random.Int64N(int64(most)))); time.Now().Before(ends); {
		w.change()
		time.Sleep(100 * time.Millisecond)
	}
}

// change changes some files of some sources.
func (w *soak) change() {
	for range 2 {
		d := w.sources[w.random.IntN(len(w.sources))]
		for range w.random.IntN(10) {
			w.changes++
			w.changeOne(d)
		}
	}
}

func (w *soak) changeOne(d *daemon) {
	from := w.pick(filepath.Join(d.dir, "*"))
	file := w.pick(filepath.Join(d.dir, "*", "*"))
	if file == "" {
		w.write(d)
		return
	}
	w.names++
	var err error
	switch n := w.random.IntN(100); {
	case n < 50:
		w.write(d)
	case n < 65:
		err = os.Rename(file, filepath.Join(from, fmt.Sprintf("Moved %d (1999).mkv", w.names)))
	case n < 80:
		err = os.WriteFile(file, []byte(fmt.Sprint("changed ", w.names)), 0o644)
	case n < 95:
		err = os.Remove(file)
	case n < 98:
		err = os.Rename(from, filepath.Join(d.dir, fmt.Sprintf("Shelf of %d", w.names)))
	default:
		err = os.RemoveAll(from)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *soak) pick(pattern string) string {
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		return ""
	}
	return found[w.random.IntN(len(found))]
}

func (w *soak) write(d *daemon) {
	w.names++
	path := filepath.Join(d.dir, fmt.Sprintf("Shelf %d", w.random.IntN(10)), fmt.Sprintf("New %d (2001).mkv", w.names))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(path), 0o644); err != nil {
		w.t.Fatal(err)
	}
}
