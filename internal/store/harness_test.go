package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/run/runtest"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(writerDir); dir != "" {
		writeUntilKilled(dir)
		return
	}
	if dir := os.Getenv(openerDir); dir != "" {
		openUntilKilled(dir)
		return
	}
	if dir := os.Getenv(menderDir); dir != "" {
		mendUntilKilled(dir)
		return
	}
	_ = flag.Set("rapid.checks", "40") // each is a catalog on disk; -rapid.checks asks for more
	runtest.Main(m)
}

// fataler is a *testing.T or a *rapid.T.
type fataler interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

// running is a store whose writer runs.
type running struct {
	*Store
	t    fataler
	stop func() // waits for the writer and closes the store
}

// runAt opens the catalog of a directory and runs its writer.
func runAt(t fataler, dir string, o Options) *running {
	t.Helper()
	st, err := Open(context.Background(), dir, o)
	if err != nil {
		t.Fatal(err)
	}
	if _, durable := t.(*testing.T); !durable { // properties have many catalogs, and pull no plug
		if err := st.writer.script("PRAGMA synchronous=OFF"); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	stopped := false
	go func() { _ = st.Run(ctx) }()
	return &running{Store: st, t: t, stop: func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		<-st.Stopped()
		if err := st.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}}
}

// unhurried is for tests that read one page: one that looked for as long as a page may has less on a busy machine.
const unhurried = time.Minute

// runFresh runs a fresh catalog until the test ends.
func runFresh(t *testing.T, o Options) *running {
	t.Helper()
	r := runAt(t, t.TempDir(), o)
	t.Cleanup(r.stop)
	return r
}

// update runs fn in a transaction that must succeed.
func (r *running) update(fn func(tx *Tx) error) {
	r.t.Helper()
	if err := r.Update(context.Background(), fn); err != nil {
		r.t.Fatal(err)
	}
}

// addRoot adds a root on a volume of its own name.
func (r *running) addRoot(name string) (id int64) {
	r.t.Helper()
	r.update(func(tx *Tx) error {
		root := Root{Name: name, Kind: "local", Location: "/" + name, Ident: "uuid:" + name}
		if err := tx.AddRoot(&root); err != nil {
			return err
		}
		id = root.ID
		return tx.SaveRoot(&root)
	})
	return id
}

// put inserts an item at a path of a root, changed by edits.
func (r *running) put(root int64, path string, edits ...func(*Item)) (it Item) {
	r.t.Helper()
	r.update(func(tx *Tx) (err error) {
		it, err = putIn(tx, root, path, edits...)
		return err
	})
	return it
}

func putIn(tx *Tx, root int64, path string, edits ...func(*Item)) (Item, error) {
	dir := parentPath(path)
	d, err := tx.EnsureDir(root, dir, 1)
	if err != nil {
		return Item{}, err
	}
	it := Item{Dir: d.ID, Root: root, Name: path[len(dir):], Volume: 1, Links: 1, Size: 1, MTime: 1, Kind: media.KindOther, Analysis: None}
	if dir != "" {
		it.Name = it.Name[1:]
	}
	for _, edit := range edits {
		edit(&it)
	}
	return it, tx.Insert(&it)
}

// parentPath cuts at the last slash; names need not be clean.
func parentPath(path string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' {
			return path[:i]
		}
	}
	return ""
}

// change edits an item of the catalog by its id.
func (r *running) change(id int64, edit func(*Item)) {
	r.t.Helper()
	r.update(func(tx *Tx) error {
		it, found, err := tx.Item(id)
		if err != nil || !found {
			return errors.Join(err, fmt.Errorf("item %d: found %v", id, found))
		}
		old := it
		edit(&it)
		return tx.Save(&old, &it)
	})
}

func (r *running) item(id int64) (it Item) {
	r.t.Helper()
	r.update(func(tx *Tx) error {
		var found bool
		var err error
		if it, found, err = tx.Item(id); err == nil && !found {
			err = fmt.Errorf("item %d is not there", id)
		}
		return err
	})
	return it
}

// contents reads the whole catalog as the outside sees it: the JSON of each item by its id.
func (r *running) contents(match func(*View) bool) map[int64]string {
	r.t.Helper()
	out := map[int64]string{}
	err := r.read(context.Background(), func(c *conn) error {
		return c.each("SELECT "+feedColumns+" FROM items i JOIN dirs d ON d.id = i.dir WHERE i.state < 3", func(row row) error {
			if v := scanView(r.Store, row); match == nil || match(&v) {
				out[v.ID] = string(v.AppendJSON(nil))
			}
			return nil
		})
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

// numbers reads a column of integers.
func (r *running) numbers(sql string) (out []int64) {
	r.t.Helper()
	err := r.read(context.Background(), func(c *conn) error {
		return c.each(sql, func(row row) error { out = append(out, row.int(0)); return nil })
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

// indexAll brings what sorts and searches up to the head.
func (r *running) indexAll() {
	r.t.Helper()
	for !r.Indexed() {
		if err := r.indexNews(context.Background(), newSorter()); err != nil {
			r.t.Fatal(err)
		}
	}
}

// doc encodes members of an item's JSON object.
func doc(d media.Description) []byte {
	b, err := json.Marshal(d)
	if err != nil {
		panic(err)
	}
	return bytes.TrimSuffix(bytes.TrimPrefix(b, []byte("{")), []byte("}"))
}

func (r *running) context() context.Context { return context.Background() }

func fileID(inode uint64) tree.FileID { return tree.FileID{Inode: inode, Birth: int64(inode)} }
