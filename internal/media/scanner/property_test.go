package scanner

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/store/storetest"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
	"go.uber.org/zap"
	"pgregory.net/rapid"
)

// someChange draws a line of a script. It may fail: what it would do cannot always be done.
var someChange = rapid.Custom(func(t *rapid.T) string {
	dir := rapid.SampledFrom([]string{"", "a/", "b/", "a/s/"})
	name := rapid.SampledFrom([]string{"f", "g", "h.mkv"})
	one, two := dir.Draw(t, "dir")+name.Draw(t, "name"), dir.Draw(t, "dir")+name.Draw(t, "name")
	return rapid.SampledFrom([]string{
		"write " + one + " content", "write " + one + " content", "append " + one + " more", "remove " + one, "rename " + one + " " + two,
		"swap " + one + " " + two, "link " + one + " " + two, "time " + one + " -24h", "rename " + one + " .tmp", "rename .tmp " + two, "write " + one,
	}).Draw(t, "change")
})

// touched names the places that a line of a script speaks of, as events would.
func touched(line string) (paths []string) {
	for i, w := range strings.Fields(line)[1:] {
		if i == 0 || !strings.HasPrefix(line, "write") && !strings.HasPrefix(line, "append") && !strings.HasPrefix(line, "time") {
			paths = append(paths, w)
		}
	}
	return paths
}

// timeless hides a test's deadline, which no bubble of time knows.
type timeless struct{ testing.TB }

// TestLooksAtNamesKeepTheDigestOfTheWhole changes a tree at random and looks only at the names that changed: the
// catalog is that of a whole look, and the digests are too, so that a whole look writes nothing.
func TestLooksAtNamesKeepTheDigestOfTheWhole(t *testing.T) {
	inWorld(t, options{idle: true}, func(w *world) {
		n := 0
		rapid.Check(timeless{w.t}, func(t *rapid.T) {
			n++
			w.files = faketree.New(faketree.Options{Now: func() time.Time { return time.Now().Add(-time.Hour) }})
			w.run("mkdir a/s\nmkdir b\nwrite a/f 1\nwrite b/g 2\nwrite f 3")
			w.roots(RootConfig{Name: "films", Location: fmt.Sprint("/", n), Tree: w.files, MaxRemovals: 1})
			for _, line := range rapid.SliceOfN(someChange, 1, 15).Draw(t, "changes") {
				if w.files.Run(line) != nil {
					continue
				}
				for _, p := range touched(line) {
					if p != ".tmp" {
						w.hint(p)
					}
				}
			}
			if got, want := slices.Sorted(maps.Keys(w.shows().present)), w.onDisk(""); !slices.Equal(got, want) {
				t.Fatalf("the catalog shows %q, the disk holds %q", got, want)
			}
			w.digestsAreRight(t)
			head := w.st.Head()
			w.scan()
			if w.st.Head() != head {
				t.Fatalf("a whole look found %d changes more", w.st.Head()-head)
			}
			n := w.st.Counters()
			rows := n.Rows.Load()
			w.scan()
			if n.Rows.Load() != rows {
				t.Fatalf("a second whole look wrote %d rows", n.Rows.Load()-rows)
			}
		})
	})
}

// digestOf is the part of its directory's digest that an item's row stands for.
func digestOf(it *store.Item) store.Digest {
	_, d := reconcile.EntryDigest(nil, &tree.Entry{Name: it.Name, ID: it.FileID, Links: it.Links, Size: it.Size, MTime: it.MTime, CTime: it.CTime})
	return d
}

// digestsAreRight compares the digests that are believed with the rows that they are to stand for.
func (w *world) digestsAreRight(t *rapid.T) {
	root, _ := w.s.RootID("films")
	err := w.st.Update(context.Background(), func(tx *store.Tx) error {
		for _, dir := range []string{"", "a", "b", "a/s"} {
			d, found, err := tx.Dir(root, dir)
			if err != nil || !found {
				return fmt.Errorf("%q: %v, %w", dir, found, err)
			}
			if !d.Settled {
				continue // a look left an unresolved move: nothing is claimed
			}
			items, err := tx.ItemsIn(d.ID)
			if err != nil {
				return err
			}
			subs, err := tx.Subdirs(d.ID)
			if err != nil {
				return err
			}
			sum := reconcile.NameDigest('v', "uuid:fake")
			for i := range items {
				if items[i].State == store.Present {
					sum = sum.Add(digestOf(&items[i]))
				}
			}
			for _, s := range subs {
				sum = sum.Add(reconcile.NameDigest('d', tree.Base(s.Path)))
			}
			if d.Digest != sum {
				return fmt.Errorf("the digest of %q is %x, and of its rows %x", dir, d.Digest, sum)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestManyGoroutinesAskAndChange has 100 goroutines ask 1,000 times each, while files change; in the end the catalog is
// the disk.
func TestManyGoroutinesAskAndChange(t *testing.T) {
	w := newWorld(t, options{real: true})
	defer w.end()
	for i := range 8 {
		w.run(fmt.Sprintf("mkdir d%d", i))
	}
	var wg sync.WaitGroup
	for g := range 100 {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(uint64(g), 1))
			for i := range 1000 {
				p := fmt.Sprintf("d%d/%d", random.IntN(8), random.IntN(6))
				ctx, dir := context.Background(), path.Dir(p)
				var err error
				switch {
				case i%100 == 0:
					_ = w.files.Run("write " + p + " x")
					w.s.Hint(media.Hint{Root: "films", Dir: dir, Names: []string{tree.Base(p)}})
				case i%100 == 50:
					_ = w.files.Run("remove " + p)
					w.s.Hint(media.Hint{Root: "films", Dir: dir, Names: []string{tree.Base(p)}})
				case i%250 == 1:
					_, err = w.s.Scan(ctx, "films", "", false)
				case i%250 == 2:
					_ = w.s.CancelScan(ctx, int64(random.IntN(20)))
				case i%10 == 3:
					w.s.Idle()
					_, err = w.s.Root(ctx, "films")
				default:
					w.s.Hint(media.Hint{Root: "films", Dir: dir, Names: []string{tree.Base(p)}})
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	w.rest()
	if got, want := slices.Sorted(maps.Keys(w.shows().present)), w.onDisk(""); !slices.Equal(got, want) {
		t.Errorf("the catalog shows %q, the disk holds %q", got, want)
	}
}

// TestAStopInTheMiddleLosesNothing stops a scanner while it looks: Run returns, and what was seen is written or is seen
// again.
func TestAStopInTheMiddleLosesNothing(t *testing.T) {
	inWorld(t, options{idle: true}, func(w *world) {
		for i := range 50 {
			w.run(fmt.Sprintf("mkdir d%d\nwrite d%d/f x", i, i))
		}
		w.tree.Inject(faketree.Fault{Ops: faketree.List, Latency: time.Millisecond})
		for i := range 5 {
			s := New(Config{Grace: 10 * time.Second}, w.st, deaf{}, w.describe, Observer{}, zap.NewNop())
			stop := storetest.Start(t, "the scanner", s.Run)
			if err := s.SetRoots(context.Background(), []RootConfig{{Name: "films", Location: "/films", Tree: w.tree, Workers: 4, MaxRemovals: 1}}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Duration(3*i) * time.Millisecond)
			stop()
			synctest.Wait()
		}
		w.tree.Mend()
		w.roots(RootConfig{Name: "films", Location: "/films", Tree: w.tree})
		if n := len(w.shows().present); n != 50 {
			t.Errorf("%d items", n)
		}
		if ids := w.st.Head(); ids != 50 {
			t.Errorf("50 files took %d numbers: some were seen twice", ids)
		}
		if _, found, err := w.st.Dir(context.Background(), 1, "d7"); err != nil || !found {
			t.Error(found, err)
		}
	})
}
