package scanner

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
	"github.com/catalogizer/catalogizerd/internal/run/runtest"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/storetest"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
	"go.uber.org/zap"
)

func TestMain(m *testing.M) {
	_ = flag.Set("rapid.checks", "30") // each waits for the disk; -rapid.checks asks for more
	runtest.Main(m)
}

// world is a scanner with a real catalog and trees in memory, in a bubble of its own time.
type world struct {
	t     *testing.T
	st    *store.Store
	s     *Scanner
	files *faketree.Tree   // of the root "films"
	tree  *faketree.Faulty // around it
	end   func()
	real  bool // in real time, outside a bubble

	mu   sync.Mutex
	odd  func(path string) // called by the describer
	told []media.Scan
}

// options of a world. The zero value is a root "films" of files that nobody has touched for an hour.
type options struct {
	files faketree.Options
	young bool // files are as young as they are
	cfg   Config
	root  RootConfig
	watch Watcher
	idle  bool // no roots yet
	real  bool // in real time
}

// inWorld runs fn in a fresh world.
func inWorld(t *testing.T, o options, fn func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, o)
		defer w.end()
		fn(w)
	})
}

func newWorld(t *testing.T, o options) *world {
	t.Helper()
	if !o.young {
		o.files.Now = func() time.Time { return time.Now().Add(-time.Hour) }
	}
	st, closeStore := storetest.Open(t, store.Options{})
	if o.cfg == (Config{}) {
		o.cfg = Config{Debounce: 500 * time.Millisecond, MaxWait: 5 * time.Second, Grace: 10 * time.Second}
	}
	w := &world{t: t, real: o.real, st: st, files: faketree.New(o.files)}
	w.tree = faketree.NewFaulty(w.files, 1)
	if o.watch == nil {
		o.watch = deaf{}
	}
	w.s = New(o.cfg, st, o.watch, w.describe, Observer{Scan: w.hear}, zap.NewNop())
	stopScanner := storetest.Start(t, "the scanner", w.s.Run)
	w.end = func() {
		stopScanner()
		closeStore()
	}
	if !o.idle {
		o.root.Name, o.root.Kind, o.root.Location, o.root.Tree = "films", "local", "/films", w.tree
		o.root.Another = w.another
		w.roots(o.root)
	}
	return w
}

// another makes one more tree of the files of "films".
func (w *world) another() (tree.Tree, func(), error) { return w.files.Another(), func() {}, nil }

// describe is a describer that knows the kind by the ending.
func (w *world) describe(_ int64, p string, _ []byte) reconcile.Doc {
	w.mu.Lock()
	odd := w.odd
	w.mu.Unlock()
	if odd != nil {
		odd(p)
	}
	kind := media.KindOther
	switch path.Ext(p) {
	case ".mkv":
		kind = media.KindVideo
	case ".nfo":
		kind = media.KindMetadata
	}
	return reconcile.Doc{Kind: kind, JSON: []byte(fmt.Sprintf("%q:%q", "title", tree.Base(p)))}
}

func (w *world) setOdd(f func(path string)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.odd = f
}

func (w *world) hear(s media.Scan) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.told = append(w.told, s)
}

// roots configures roots and waits until they are at rest.
func (w *world) roots(roots ...RootConfig) {
	w.t.Helper()
	for i := range roots {
		if roots[i].Workers == 0 {
			roots[i].Workers = 2
		}
		if roots[i].MaxRemovals == 0 {
			roots[i].MaxRemovals = 0.5
		}
	}
	if err := w.s.SetRoots(context.Background(), roots); err != nil {
		w.t.Fatal(err)
	}
	w.rest()
}

// before has another scanner make a pass over roots, which ends with it.
func (w *world) before(roots ...RootConfig) {
	w.t.Helper()
	is := w.s
	w.s = New(*is.timing.Load(), w.st, deaf{}, w.describe, Observer{}, zap.NewNop())
	stop := storetest.Start(w.t, "the scanner before", w.s.Run)
	w.roots(roots...)
	stop()
	w.s = is
}

// rest waits until the scanner is idle.
func (w *world) rest() {
	w.t.Helper()
	for range 10000 {
		if !w.real {
			synctest.Wait()
		}
		if w.s.Idle() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.t.Fatal("never idle")
}

// pass lets time go by.
func (w *world) pass(d time.Duration) { time.Sleep(d); w.rest() }

// run changes the files of "films".
func (w *world) run(script string) {
	w.t.Helper()
	if err := w.files.Run(script); err != nil {
		w.t.Fatal(err)
	}
}

// scan makes a walk over "films" and waits for its end.
func (w *world) scan() media.Scan {
	w.t.Helper()
	scan, err := w.s.Scan(context.Background(), "films", "", false)
	if err != nil {
		w.t.Fatal(err)
	}
	w.rest()
	if scan, err = w.s.ScanByID(scan.ID); err != nil || scan.FinishedAt == nil {
		w.t.Fatalf("%+v, %v", scan, err)
	}
	return scan
}

// hint asks for a look at single names, one after the other.
func (w *world) hint(paths ...string) {
	w.t.Helper()
	for _, p := range paths {
		dir, name := path.Split(p)
		w.s.Hint(media.Hint{Root: "films", Dir: strings.TrimSuffix(dir, "/"), Names: []string{name}})
		w.rest()
	}
}

// catalog is what the catalog shows: present items by root and path, and the missing ones.
type catalog struct {
	present map[string]int64
	missing map[string]int64
}

// shows reads the catalog. Paths of other roots than "films" have the root's name and a colon before them.
func (w *world) shows() catalog {
	w.t.Helper()
	c := catalog{map[string]int64{}, map[string]int64{}}
	err := w.st.Walk(context.Background(), store.Position{}, func(v *store.View) error {
		p := v.Path
		if v.Root != "films" {
			p = v.Root + ":" + p
		}
		if v.State == store.Present {
			c.present[p] = v.ID
		} else {
			c.missing[p] = v.ID
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// expect compares what the catalog shows with a list in which "new<-old" is the item that was at old before, "new<-" an
// item of its own, and "!old" the item that was at old and is missing.
func (w *world) expect(before catalog, want string) {
	w.t.Helper()
	var got []string
	at := map[int64]string{}
	for p, id := range before.present {
		at[id] = p
	}
	now := w.shows()
	for p, id := range now.present {
		got = append(got, p+"<-"+at[id])
	}
	for p, id := range now.missing {
		if at[id] != p {
			w.t.Errorf("%s is missing, and was at %q", p, at[id])
		}
		got = append(got, "!"+p)
	}
	expected := strings.Fields(want)
	slices.Sort(got)
	slices.Sort(expected)
	if !slices.Equal(got, expected) {
		w.t.Errorf("the catalog shows %q, want %q", got, expected)
	}
}

// onDisk lists the files that are to be catalogued.
func (w *world) onDisk(dir string) (paths []string) {
	w.t.Helper()
	l, err := w.files.Another().List(context.Background(), dir) // whatever disk is there
	if err != nil {
		w.t.Fatal(err)
	}
	for _, e := range l.Entries {
		p := tree.Join(dir, e.Name)
		switch {
		case strings.HasPrefix(e.Name, ".") || strings.HasSuffix(e.Name, ".part") || e.Mount:
		case e.Type == tree.Dir:
			paths = append(paths, w.onDisk(p)...)
		case e.Type == tree.File:
			paths = append(paths, p)
		}
	}
	slices.Sort(paths)
	return paths
}

// isTrue checks that the catalog shows exactly the files on disk, and that looking again finds nothing to change: a
// first pass may note that directories whose looks left an unresolved move equal their listings, a second writes
// nothing at all.
func (w *world) isTrue() {
	w.t.Helper()
	got := slices.Sorted(maps.Keys(w.shows().present))
	if want := w.onDisk(""); !slices.Equal(got, want) {
		w.t.Errorf("the catalog shows %q, the disk holds %q", got, want)
	}
	head := w.st.Head()
	if p := w.scan(); w.st.Head() != head {
		w.t.Errorf("a look at what had been looked at changed %d things: %+v", w.st.Head()-head, p)
	}
	w.writesNothing()
}

// writesNothing makes a walk that must not write.
func (w *world) writesNothing() {
	w.t.Helper()
	n := w.st.Counters()
	rows, changed, head := n.Rows.Load(), n.Changed.Load(), w.st.Head()
	w.scan()
	if n.Rows.Load() != rows || n.Changed.Load() != changed || w.st.Head() != head {
		w.t.Errorf("a second scan wrote %d rows in %d commits, and took %d numbers", n.Rows.Load()-rows, n.Changed.Load()-changed, w.st.Head()-head)
	}
}

// item reads a row of "films" by its path.
func (w *world) item(p string) (it store.Item) {
	w.t.Helper()
	id, ok := w.shows().present[p]
	if !ok {
		w.t.Fatalf("no item at %s", p)
	}
	err := w.st.Update(context.Background(), func(tx *store.Tx) error {
		var found bool
		var err error
		if it, found, err = tx.Item(id); err == nil && !found {
			err = errors.New("gone")
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return it
}

func (w *world) root(name string) media.Root {
	w.t.Helper()
	r, err := w.s.Root(context.Background(), name)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// deaf is a watcher that hears nothing: what a test wants looked at it asks for.
type deaf struct{}

func (deaf) Attach(string, string, tree.Volume, func(string, bool) bool) {}
func (deaf) RemoveRoot(string)                                           {}
func (deaf) Watch(context.Context, string, string, tree.FileID) error    { return nil }
func (deaf) WatchBelow(string, string, []tree.Entry)                     {}
func (deaf) Unwatch(string, string)                                      {}
func (deaf) Polled(string) ([]string, bool)                              { return nil, false }
func (deaf) Pending() int                                                { return 0 }

// below is a part of a tree as a root of its own, on the same file system.
type below struct {
	tree.Tree
	dir string
}

func (b below) Expect(tree.Volume) {}

func (b below) List(ctx context.Context, dir string) (*tree.Listing, error) {
	return b.Tree.List(ctx, strings.TrimSuffix(b.dir+"/"+dir, "/"))
}

func (b below) Stat(ctx context.Context, p string) (tree.Entry, error) {
	return b.Tree.Stat(ctx, strings.TrimSuffix(b.dir+"/"+p, "/"))
}

func (b below) Open(ctx context.Context, p string) (tree.ReadFile, error) {
	return b.Tree.Open(ctx, b.dir+"/"+p)
}
