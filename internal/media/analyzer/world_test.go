package analyzer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/run/runtest"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/storetest"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
)

func TestMain(m *testing.M) { runtest.Main(m) }

// world is an analyzer with a real catalog, and a root of files in memory whose scanner is the test itself, in a bubble
// of its own time.
type world struct {
	t     *testing.T
	st    *store.Store
	a     *Analyzer
	files *faketree.Tree
	tree  *faketree.Faulty
	root  int64
	stop  func() // of the analyzer

	mu     sync.Mutex
	away   map[string]bool
	scans  bool // the scanner is at work
	hinted []string
}

// Online implements Scanner.
func (w *world) Online(root string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.away[root]
}

// Quiet implements Scanner.
func (w *world) Quiet(string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.scans
}

func (w *world) setScans(scans bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.scans = scans
}

// Hint implements Scanner.
func (w *world) Hint(h media.Hint) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range h.Names {
		w.hinted = append(w.hinted, h.Root+":"+tree.Join(h.Dir, n))
	}
}

func (w *world) hints() []string {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.hinted)
}

func (w *world) setAway(root string, away bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.away[root] = away
}

// inWorld runs fn in a world whose analyzer has not begun.
func inWorld(t *testing.T, fn func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		st, closeStore := storetest.Open(t, store.Options{Scope: Scope, Described: Version})
		defer closeStore()
		w := &world{t: t, st: st, away: map[string]bool{}, stop: func() {}}
		w.files = faketree.New(faketree.Options{Now: func() time.Time { return time.Now().Add(-time.Hour) }})
		w.tree = faketree.NewFaulty(w.files, 1)
		w.root = w.addRoot("films")
		defer func() { w.stop() }()
		fn(w)
	})
}

func (w *world) addRoot(name string) int64 {
	w.t.Helper()
	row := store.Root{Name: name, Kind: "local", Location: "/" + name}
	w.update(func(tx *store.Tx) error { return tx.AddRoot(&row) })
	return row.ID
}

func (w *world) update(fn func(*store.Tx) error) {
	w.t.Helper()
	if err := w.st.Update(context.Background(), fn); err != nil {
		w.t.Fatal(err)
	}
}

// begin starts a new analyzer of these roots; without any, of "films".
func (w *world) begin(roots ...Root) {
	w.t.Helper()
	w.stop()
	if len(roots) == 0 {
		roots = []Root{{Name: "films", ID: w.root, Tree: w.tree, Workers: 2}}
	}
	a := New(Config{}, w.st, w, zap.NewNop())
	w.stop = storetest.Start(w.t, "the analyzer", a.Run)
	a.SetRoots(roots)
	w.a = a
}

// rest waits until the analyzer is idle.
func (w *world) rest() {
	w.t.Helper()
	for range 2000 {
		synctest.Wait()
		if w.a.Idle() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	w.t.Fatal("never idle")
}

func (w *world) write(path string, content []byte) {
	w.t.Helper()
	if err := w.files.Run("mkdir " + tree.Parent(path)); tree.Parent(path) != "" && err != nil {
		w.t.Fatal(err)
	}
	if err := w.files.Write(path, content); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) run(script string) {
	w.t.Helper()
	if err := w.files.Run(script); err != nil {
		w.t.Fatal(err)
	}
}

// catalogue makes the catalog say of "films" what its files are now, as a scanner does.
func (w *world) catalogue() {
	w.t.Helper()
	w.update(func(tx *store.Tx) error { return w.catalogueIn(tx, w.root, "") })
}

func (w *world) catalogueIn(tx *store.Tx, root int64, dir string) error {
	l, err := w.files.List(context.Background(), dir)
	if err != nil {
		return err
	}
	d, err := tx.EnsureDir(root, dir, 1)
	if err != nil {
		return err
	}
	var dirs []string
	seen := map[string]bool{}
	slices.SortFunc(l.Entries, func(a, b tree.Entry) int { return bytes.Compare([]byte(a.Name), []byte(b.Name)) })
	for i := range l.Entries {
		e := &l.Entries[i]
		if e.Type == tree.Dir {
			dirs = append(dirs, tree.Join(dir, e.Name))
			continue
		}
		seen[e.Name] = true
		if err := place(tx, &d, e); err != nil {
			return err
		}
	}
	items, err := tx.ItemsIn(d.ID)
	if err != nil {
		return err
	}
	for i := range items {
		if it := &items[i]; it.State == store.Present && !seen[it.Name] {
			if err := tx.MarkMissing(it, 1); err != nil {
				return err
			}
		}
	}
	for _, sub := range dirs {
		if err := w.catalogueIn(tx, root, sub); err != nil {
			return err
		}
	}
	return nil
}

// place writes one file's row, unless it says what is.
func place(tx *store.Tx, d *store.Dir, e *tree.Entry) error {
	there, err := tx.ItemsAt(d.ID, e.Name)
	if err != nil {
		return err
	}
	it := store.Item{Dir: d.ID, Root: d.Root}
	if len(there) > 0 {
		it = there[0]
	}
	if len(there) > 0 && it.State == store.Present && it.Matches(e) {
		return nil
	}
	old := it
	it.Observe(1, e)
	it.Kind, it.Doc = Describe(tree.Join(d.Path, e.Name), nil)
	it.State, it.Probed, it.Unread, it.Analysis, it.Work = store.Present, nil, false, store.Pending, store.Analyse
	it.Attempts, it.RetryAt, it.Error = 0, 0, ""
	if e.Size == 0 {
		it.Analysis, it.Work = store.None, store.NoWork
	}
	if len(there) == 0 {
		return tx.Insert(&it)
	}
	return tx.Save(&old, &it)
}

// row reads the row of a path.
func (w *world) row(path string) (it store.Item) {
	w.t.Helper()
	w.update(func(tx *store.Tx) error {
		dir, name := tree.Split(path)
		d, found, err := tx.Dir(w.root, dir)
		if err != nil || !found {
			return errors.Join(err, errors.New("no such directory"))
		}
		there, err := tx.ItemsAt(d.ID, name)
		if err != nil || len(there) == 0 {
			return errors.Join(err, errors.New("no item at "+path))
		}
		it = there[0]
		return tx.Fill(&it)
	})
	return it
}

// says decodes what the catalog says of a path.
func (w *world) says(path string) (d media.Description) {
	w.t.Helper()
	it := w.row(path)
	if err := json.Unmarshal(slices.Concat([]byte("{"), it.Doc, []byte("}")), &d); err != nil {
		w.t.Fatal(err)
	}
	return d
}

// picture is a PNG of a size.
func picture(width, height int) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// counted compares the counters of the analyzer.
func (w *world) counted(what string, done, failed int64) {
	w.t.Helper()
	if s := w.a.Counters(); s.Done.Load() != done || s.Failed.Load() != failed {
		w.t.Errorf("%s: %d done and %d failed, want %d and %d", what, s.Done.Load(), s.Failed.Load(), done, failed)
	}
}
