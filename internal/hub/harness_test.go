package hub_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/hub"
	"github.com/catalogizer/catalogizerd/internal/hub/pgtest"
	"github.com/catalogizer/catalogizerd/internal/hub/postgres"
	"github.com/catalogizer/catalogizerd/internal/store"
)

func TestMain(m *testing.M) { os.Exit(apptest.Main(m, shared.Stop)) }

// shared is the server of the tests that do not kill theirs.
var shared pgtest.Shared

// patience is how long a busy machine may take for anything.
const patience = 3 * time.Minute

// debounce is the sources'.
const debounce = 50 * time.Millisecond

// daemon is a source: a real one, at an address that stays while it is killed and started, or replaced.
type daemon struct {
	*apptest.Daemon // whose process or catalog may be another in the course of a test

	now   atomic.Pointer[apptest.Daemon]
	name  string
	dir   string // its root, "films"
	stock string // another one, which nobody changes; empty: none
	seed  string // what its first catalog begins as, likewise
	more  string // of its configuration
	root  string // of that of its root

	program string // that runs in place of today's; empty: today's
	at      *standing
}

func startDaemon(t *testing.T, name string, paths ...string) *daemon {
	t.Helper()
	d := &daemon{name: name, dir: t.TempDir()}
	d.write(t, paths...)
	d.serve(t)
	d.WaitIdle(t, patience)
	return d
}

func (d *daemon) serve(t *testing.T) {
	t.Helper()
	d.replace(t)
	d.at = stand(t, func() string { return d.now.Load().Addr() })
}

// replace starts a daemon with a catalog of its own in the place of the one before.
func (d *daemon) replace(t *testing.T) {
	t.Helper()
	d.Daemon = apptest.Start(t, d.config(t))
	d.now.Store(d.Daemon)
}

// update has today's program go on with the catalog.
func (d *daemon) update(t *testing.T) {
	t.Helper()
	cfg := d.config(t)
	cfg.DataDir = d.DataDir()
	d.Daemon = apptest.Start(t, cfg)
	d.now.Store(d.Daemon)
}

func (d *daemon) config(t *testing.T) apptest.Config {
	t.Helper()
	cfg := apptest.Config{DataDir: t.TempDir(), Roots: []apptest.Root{{Name: "films", Path: d.dir, More: d.root}},
		More: fmt.Sprintf("[watcher]\ndebounce = %q\nmax_wait = \"1s\"\n%s", debounce, d.more)}
	if d.stock != "" { // and what vanishes from the other goes without being asked for
		cfg.Roots[0].More += "max_removals = 1\n"
		cfg.Roots = append(cfg.Roots, apptest.Root{Name: "stock", Path: d.stock})
	}
	if d.program != "" {
		cfg.Under = []string{"sh", "-c", `shift; exec "` + d.program + `" "$@"`, "sh"}
	}
	if d.seed != "" {
		if err := os.CopyFS(cfg.DataDir, os.DirFS(d.seed)); err != nil {
			t.Fatal(err)
		}
	}
	return cfg
}

func (d *daemon) source() hub.Source {
	return hub.Source{Name: d.name, URL: d.at.url()}
}

func (d *daemon) write(t *testing.T, paths ...string) {
	t.Helper()
	for _, p := range paths {
		at := filepath.Join(d.dir, p)
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, []byte(p), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
}

func (d *daemon) move(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(filepath.Join(d.dir, from), filepath.Join(d.dir, to)); err != nil {
		t.Fatal(err)
	}
}

func (d *daemon) remove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(d.dir, path)); err != nil {
		t.Fatal(err)
	}
}

// settles waits until the daemon holds the files that lie in its directory, where that is there, and nothing is left to
// do.
func (d *daemon) settles(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(d.dir); err != nil {
		d.WaitIdle(t, patience)
		return
	}
	lie := slices.Sorted(maps.Keys(apptest.Walk(t, d.dir, nil)))
	if !apptest.Within(patience, func() bool {
		var held []string
		for _, it := range d.Items(t, "") {
			if it.Present() {
				held = append(held, it.Path)
			}
		}
		slices.Sort(held)
		return slices.Equal(held, lie) && d.Status(t).Idle
	}) {
		t.Fatalf("the daemon %s does not see what lies on its disk: %q", d.name, lie)
	}
}

// running is a hub.
type running struct {
	*hub.Sources
	store *postgres.Store
	stop  func()
}

// startHub starts a hub, which is stopped at the test's end at the latest.
func startHub(t *testing.T, database string, of ...*daemon) *running {
	t.Helper()
	sources := make([]hub.Source, len(of))
	for i, d := range of {
		sources[i] = d.source()
	}
	return startHubOf(t, database, sources)
}

func startHubOf(t *testing.T, database string, sources []hub.Source) *running {
	t.Helper()
	log := zaptest.NewLogger(t, zaptest.Level(zap.WarnLevel))
	st, err := postgres.Open(t.Context(), database, "", log)
	if err != nil {
		t.Fatal(err)
	}
	h := &running{Sources: hub.New(sources, st, nil, log), store: st}
	if err := h.Recall(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var runs sync.WaitGroup
	runs.Go(func() { _ = st.Run(ctx) })
	runs.Go(func() { _ = h.Watch(ctx) })
	runs.Go(func() { _ = st.Lead(ctx, func() string { return t.Name() }, h.Run) })
	h.stop = sync.OnceFunc(func() {
		cancel()
		runs.Wait()
		st.Close()
	})
	t.Cleanup(h.stop)
	return h
}

// film is an item without what differs between a source and the hub, as text.
type films map[string]string

func plain(item []byte) (key, text string, err error) {
	m := map[string]any{}
	if err := json.Unmarshal(item, &m); err != nil {
		return "", "", err
	}
	key = fmt.Sprint(m["root"], "/", m["path"])
	for _, own := range []string{"id", "of", "companions", "works", "root"} {
		delete(m, own)
	}
	b, err := json.Marshal(m)
	return key, string(b), err
}

// held are the hub's items as a list of all gives them.
func (h *running) held(ctx context.Context) (films, error) {
	out := films{}
	q := store.Query{Limit: 500}
	for {
		res, err := h.store.Query(ctx, q)
		if err != nil {
			return nil, err
		}
		for i := range res.Items {
			key, text, err := plain(res.Items[i].AppendJSON(nil))
			if err != nil {
				return nil, err
			}
			if out[key] != "" {
				return nil, fmt.Errorf("%s stands there twice", key)
			}
			out[key] = text
		}
		if q.After = res.Next; q.After == "" {
			return out, nil
		}
	}
}

// union is what all sources hold, by the hub's names.
func union(t *testing.T, of ...*daemon) films {
	t.Helper()
	out := films{}
	for _, d := range of {
		for _, it := range d.Items(t, "") {
			key, text, err := plain([]byte(it.JSON))
			if err != nil {
				t.Fatal(err)
			}
			out[postgres.RootName(d.name, key)] = text
		}
	}
	return out
}

// becomes waits until the hub holds what its sources hold, by its lists and by its feed.
func (h *running) becomes(t *testing.T, of ...*daemon) {
	t.Helper()
	for _, d := range of {
		d.settles(t)
	}
	var want, have films
	var err error
	if !apptest.Within(patience, func() bool {
		want = union(t, of...)
		have, err = h.held(t.Context())
		return err == nil && maps.Equal(have, want)
	}) {
		t.Fatalf("the hub does not become what its sources are: %v\n%s", err, differences(have, want))
	}
	f := follow(t, h)
	if !apptest.Within(patience, func() bool { f.read(t, nil); return maps.Equal(f.films(t), have) }) {
		t.Errorf("its feed says something else:\n%s", differences(f.films(t), have))
	}
}

func differences(have, want films) (out string) {
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if have[key] != want[key] {
			out += fmt.Sprintf("%s: %.300s, not %.300s\n", key, have[key], want[key])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(have)) {
		if want[key] == "" {
			out += fmt.Sprintf("%s is too much\n", key)
		}
	}
	return out
}

// follower is a client of the hub's feed.
type follower struct {
	h    *running
	seq  int64
	held map[int64]store.Change
}

func follow(t *testing.T, h *running) *follower {
	t.Helper()
	f := &follower{h: h, held: map[int64]store.Change{}}
	f.read(t, nil)
	return f
}

// read takes in what there is; each is called behind each change.
func (f *follower) read(t *testing.T, each func()) {
	t.Helper()
	for f.seq < f.h.store.Head() {
		most, items := store.Bounds{Rows: 500}, store.Sorts{Items: true}
		p, err := f.h.store.ChangesOf(t.Context(), items, f.seq, f.h.store.Head(), most)
		if err != nil {
			t.Fatal(err)
		}
		for _, ch := range p.Changes {
			if f.held[ch.ID] = ch; ch.Delete {
				delete(f.held, ch.ID)
			}
			if each != nil {
				each()
			}
		}
		f.seq = p.Upto
	}
}

func (f *follower) films(t *testing.T) films {
	t.Helper()
	out := films{}
	for _, ch := range f.held {
		key, text, err := plain(ch.Item)
		if err != nil {
			t.Fatal(err)
		}
		out[key] = text
	}
	return out
}

// shows counts how often a path is held.
func (f *follower) shows(root, path string) (n int) {
	for _, ch := range f.held {
		if ch.Was == (store.Spot{Root: root, Path: path}) {
			n++
		}
	}
	return n
}
