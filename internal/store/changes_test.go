package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"pgregory.net/rapid"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

// A step is one random change of a catalog, as those who write it may make.
type step struct {
	Op, Item, Dir, Name, Kind int
}

var (
	stepNames = []string{"a", "b", "b.mkv", "b-1", "ü", "\xff", "Z"}
	stepDirs  = []string{"", "a", "a/b", "b", "a-b", "a/\xff"}
	stepKinds = []media.Kind{media.KindMovie, media.KindTrack, media.KindMetadata}
)

var steps = rapid.Custom(func(t *rapid.T) step {
	small := func(name string, n int) int { return rapid.IntRange(0, n-1).Draw(t, name) }
	return step{small("op", 12), small("item", 30), small("dir", len(stepDirs)), small("name", len(stepNames)), small("kind", len(stepKinds))}
})

var errUndone = errors.New("to be undone")

// take makes a step in a request of its own. Some steps fail on purpose, after they have changed something.
func (r *running) take(s step, roots []int64) {
	r.t.Helper()
	err := r.Update(context.Background(), func(tx *Tx) error {
		if err := tx.take(s, roots); err != nil {
			return err
		}
		switch s.Op {
		case 10:
			return errUndone
		case 11:
			panic("undo this")
		}
		return nil
	})
	if (err != nil) != (s.Op >= 10) {
		r.t.Fatalf("step %+v: %v", s, err)
	}
}

func (tx *Tx) take(s step, roots []int64) error {
	root := roots[s.Dir%len(roots)]
	d, err := tx.EnsureDir(root, stepDirs[s.Dir], 1)
	if err != nil {
		return err
	}
	all, err := tx.items("1 ORDER BY id")
	if err != nil {
		return err
	}
	if s.Op < 4 || len(all) == 0 || s.Op >= 10 {
		if err := tx.makeRoom(d.ID, stepNames[s.Name], 0); err != nil {
			return err
		}
		_, err := putIn(tx, root, tree.Join(stepDirs[s.Dir], stepNames[s.Name]), func(it *Item) {
			it.Kind, it.Analysis, it.Size = stepKinds[s.Kind], Analysis(s.Item%4), int64(s.Item)
		})
		return err
	}
	it := all[s.Item%len(all)]
	old := it
	switch s.Op {
	case 4: // edited
		it.Size, it.Kind, it.Analysis = it.Size+1, stepKinds[s.Kind], Analysis(s.Name%4)
		return tx.Save(&old, &it)
	case 5: // moved, or back
		if err := tx.makeRoom(d.ID, stepNames[s.Name], it.ID); err != nil {
			return err
		}
		it.Dir, it.Root, it.Name, it.State = d.ID, root, stepNames[s.Name], Present
		return tx.Save(&old, &it)
	case 6:
		if it.State != Present {
			return nil
		}
		return tx.MarkMissing(&it, 1)
	case 7:
		return tx.Remove(&it)
	case 8: // what the outside does not see
		it.CTime++
		return tx.SaveQuietly(&old, &it)
	default:
		it.State = Detached
		return tx.Save(&old, &it)
	}
}

// makeRoom marks missing what stands at a place, unless it is the item that is to stand there.
func (tx *Tx) makeRoom(dir int64, name string, but int64) error {
	there, err := tx.ItemsAt(dir, name)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(there, func(it Item) bool { return it.State == Present && it.ID != but })
	if i < 0 {
		return nil
	}
	return tx.MarkMissing(&there[i], 1)
}

// withSteps runs a fresh catalog with two roots for a property.
func withSteps(t *rapid.T, fn func(r *running, roots []int64)) {
	dir, remove := scratch(t)
	defer remove()
	path := filepath.Join(dir, FileName)
	if err := os.WriteFile(path, emptyCatalog(), 0o600); err != nil {
		t.Fatal(err)
	}
	r := runAt(t, dir, Options{})
	defer r.stop()
	fn(r, []int64{r.addRoot("one"), r.addRoot("two")})
}

// emptyCatalog is the file of a new catalog, made once: properties need many.
var emptyCatalog = sync.OnceValue(func() []byte {
	dir, err := os.MkdirTemp("", "catalog")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	st, err := Open(context.Background(), dir, Options{})
	if err != nil {
		panic(err)
	}
	if err := st.Close(); err != nil {
		panic(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil {
		panic(err)
	}
	return b
})

func (s step) String() string {
	return fmt.Sprintf("{%d %d %d %d %d}", s.Op, s.Item, s.Dir, s.Name, s.Kind)
}
