package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/media/analyzer"
	"github.com/catalogizer/catalogizerd/internal/media/librarian"
	"github.com/catalogizer/catalogizerd/internal/run"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// madeRoots are the roots of a made catalog, and of a thousand items how many lie in each.
var madeRoots = []struct {
	name  string
	share int
}{{"films", 200}, {"music", 450}, {"photos", 250}, {"shelf", 100}}

const (
	madeBatch   = 2000 // items that are written at once
	madeMissing = 500  // of so many items one is missing
)

// madeCatalog returns a data directory with a catalog of so many items of which no file exists, and makes it where no
// whole one is left of an earlier run. It is written by the store's own writer, and works, sorts and words are derived
// of it as `scan` derives them: so it is what a scan of such a library leaves, without the days of copying it.
func (b *bench) madeCatalog(ctx context.Context, items int) (dir string, err error) {
	return b.madeOf(ctx, items, true)
}

// madeFeed is madeCatalog for who wants nothing but the feed of items: of them nothing is derived.
func (b *bench) madeFeed(ctx context.Context, items int) (dir string, err error) {
	return b.madeOf(ctx, items, false)
}

func (b *bench) madeOf(ctx context.Context, items int, derived bool) (dir string, err error) {
	dir = filepath.Join(b.dir, fmt.Sprintf("catalog-%d", items))
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	if !derived {
		dir = filepath.Join(b.dir, fmt.Sprintf("feed-%d", items))
		if _, err := os.Stat(dir); err == nil {
			return dir, nil
		}
	}
	growing := dir + ".growing" // renamed once it is whole
	if err := errors.Join(os.RemoveAll(growing), os.MkdirAll(growing, 0o700)); err != nil {
		return "", err
	}
	st, err := store.Open(ctx, growing, store.Options{Described: analyzer.Version, SortsLater: true})
	if err != nil {
		return "", err
	}
	writing, stop := context.WithCancel(context.WithoutCancel(ctx))
	group := run.NewGroup(writing, zap.NewNop())
	group.Go("store", st.Run)
	m := &maker{b: b, st: st, random: rand.New(rand.NewPCG(1, 2)), began: time.Now(),
		places: map[string]bool{}}
	err = m.make(ctx, items, derived)
	stop()
	if err = errors.Join(err, group.Wait(), st.Close()); err == nil {
		err = os.Rename(growing, dir)
	}
	return dir, err
}

// maker writes a catalog.
type maker struct {
	b      *bench
	st     *store.Store
	random *rand.Rand // the same in each run
	began  time.Time
	made   int
	places map[string]bool
	group  []madeItem // not written yet
}

// madeItem is an item with the directory that it lies in.
type madeItem struct {
	root *store.Root
	dir  string
	store.Item
}

func (m *maker) say(what string) {
	fmt.Fprintf(m.b.out, "  %v: %s\n", time.Since(m.began).Round(100*time.Millisecond), what)
}

func (m *maker) make(ctx context.Context, items int, derived bool) error {
	for _, r := range madeRoots {
		root := &store.Root{Name: r.name, Kind: "local", Location: m.b.madeRoot(r.name), Ident: "made " + r.name}
		err := m.st.Update(ctx, func(tx *store.Tx) error { return errors.Join(tx.AddRoot(root), tx.SaveRoot(root)) })
		if err != nil {
			return err
		}
		for upto := m.made + items*r.share/1000; m.made < upto; {
			if err := m.folder(ctx, root); err != nil {
				return err
			}
		}
		if err := m.write(ctx); err != nil {
			return err
		}
		m.say(fmt.Sprintf("%d items", m.made))
	}
	if !derived {
		return nil
	}
	return m.derive(ctx)
}

// madeRoot is where a root of a made catalog would lie.
func (b *bench) madeRoot(name string) string { return filepath.Join(b.dir, "not-there", name) }

// add takes an item of a folder of a root.
func (m *maker) add(root *store.Root, dir, name string, it store.Item, doc any) error {
	text, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	if m.places[root.Name+"/"+dir+"/"+name] {
		return nil // there is such a file by now
	}
	m.places[root.Name+"/"+dir+"/"+name] = true
	m.made++
	it.Root, it.Name, it.Doc = root.ID, name, text[1:len(text)-1]
	it.Volume, it.Links = root.Volume, 1
	if it.Analysis != store.Failed {
		it.Analysis = store.Done
	}
	it.FileID = tree.FileID{Inode: uint64(m.made) + 1000, Birth: 1}
	it.CTime, it.HasFingerprint = it.MTime, true
	if it.Fingerprint = int64(m.random.Uint64()); m.random.IntN(100) == 0 { // a copy of something
		it.Size, it.Fingerprint = 1_000_000+int64(m.random.IntN(3000)), int64(m.random.IntN(3))
	}
	m.group = append(m.group, madeItem{root: root, dir: dir, Item: it})
	return nil
}

// write writes what was added.
func (m *maker) write(ctx context.Context) error {
	defer func() { m.group = m.group[:0] }()
	return m.st.Update(ctx, func(tx *store.Tx) error {
		dirs := map[string]int64{}
		items := make([]store.Item, 0, len(m.group))
		for i := range m.group {
			it := &m.group[i]
			if dirs[it.dir] == 0 {
				d, err := tx.EnsureDir(it.root.ID, it.dir, it.root.Volume)
				if err != nil {
					return err
				}
				dirs[it.dir] = d.ID
			}
			it.ID, it.Dir = m.st.ReserveIDs(1), dirs[it.dir]
			items = append(items, it.Item)
		}
		err := tx.InsertTogether(items)
		for i := range items {
			if items[i].ID%madeMissing == 0 && err == nil {
				err = tx.MarkMissing(&items[i], time.Now().UnixNano())
			}
		}
		return err
	})
}

// derive has works, sorts and words made of all items.
func (m *maker) derive(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	keeper := librarian.New(librarian.Config{}, m.st, zap.NewNop())
	group := run.NewGroup(ctx, zap.NewNop())
	group.Go("works", keeper.Run)
	over := make(chan struct{})
	close(over)
	group.Go("search index", func(ctx context.Context) error { return m.st.IndexAtOnce(ctx, over, keeper.Idle) })
	for last := time.Now(); !keeper.Idle() || !m.st.Indexed(); time.Sleep(50 * time.Millisecond) {
		if time.Since(last) > 10*time.Second {
			last = time.Now()
			m.say(fmt.Sprintf("works of %d and words of %d items", m.st.Worked(), m.st.IndexedTo()))
		}
		if ctx.Err() != nil {
			break
		}
	}
	m.say("derived")
	cancel()
	return group.Wait()
}
