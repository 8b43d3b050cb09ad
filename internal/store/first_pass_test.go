package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// indexAtOnce indexes as a pass does during which nobody asks, once that is over.
func (r *running) indexAtOnce() {
	r.t.Helper()
	over, all := r.indexBeside()
	close(over)
	all()
}

// indexBeside indexes beside a pass, which is over when the channel is closed; all waits until all is indexed.
func (r *running) indexBeside() (over chan struct{}, all func()) {
	over = make(chan struct{})
	return over, r.indexing(func(ctx context.Context) error { return r.IndexAtOnce(ctx, over, nil) })
}

// indexing runs what indexes; all waits until all is indexed, and ends it.
func (r *running) indexing(index func(context.Context) error) (all func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- index(ctx) }()
	return func() {
		r.t.Helper()
		defer cancel()
		for r.indexed.Load() == 0 || !r.Indexed() {
			select {
			case err := <-ended:
				r.t.Fatalf("indexing ended: %v", err)
			case <-time.After(time.Millisecond):
			}
		}
		cancel()
		if err := <-ended; err != nil {
			r.t.Errorf("indexing ended: %v", err)
		}
	}
}

// unbuilt are the names of the indexes that a catalog lacks, whatever is known of them. Nothing else may be wrong.
func (r *running) unbuilt() (names []string) {
	r.t.Helper()
	err := r.read(context.Background(), func(c *conn) error {
		_, files, err := versions(c)
		if err != nil {
			return err
		}
		wanted, err := schemaOf(c.ctx, files)
		if err != nil {
			return err
		}
		difference, unbuilt, err := compareSchema(c, wanted)
		if difference != "" {
			r.t.Errorf("the catalog %s", difference)
		}
		for _, o := range unbuilt {
			names = append(names, o.name)
		}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return names
}

// allBuilt fails unless a catalog has every index.
func (r *running) allBuilt(when string) {
	r.t.Helper()
	if names := r.unbuilt(); len(names) > 0 {
		r.t.Errorf("%s %v are not built", when, names)
	}
}

// bySize counts the items that a list by size shows in their order.
func (r *running) bySize(limit int) (n int) {
	r.t.Helper()
	res, err := r.Query(context.Background(), Query{Sort: "size", Limit: limit, Within: unhurried})
	if err != nil {
		r.t.Fatal(err)
	}
	for i := range res.Items {
		if res.Items[i].Size != int64(i) {
			r.t.Errorf("item %d by size has %d", i, res.Items[i].Size)
		}
	}
	return len(res.Items)
}

// sized puts n items into the catalog, the largest first.
func (r *running) sized(root int64, n int) {
	r.t.Helper()
	r.update(func(tx *Tx) error {
		for i := range n {
			size := func(it *Item) { it.Size = int64(n - 1 - i) }
			if _, err := putIn(tx, root, fmt.Sprintf("%d/%d", i/1000, i), size); err != nil {
				return err
			}
		}
		return nil
	})
}

// TestAFirstPassIsIndexedBesideIt: behind it at a distance, without what sorts, which is built when it is over.
func TestAFirstPassIsIndexedBesideIt(t *testing.T) {
	r := runFresh(t, Options{SortsLater: true})
	root := r.addRoot("films")
	over, all := r.indexBeside()
	r.sized(root, beginsBehind+behindPass)
	for r.indexed.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	if len(r.unbuilt()) == 0 {
		t.Error("what sorts is kept while the pass goes on")
	}
	if r.Indexed() {
		t.Error("all is indexed before the pass is over")
	}
	r.put(root, "last", func(it *Item) { it.Size = beginsBehind + behindPass })
	close(over)
	all()
	r.allBuilt("when the pass is over")
	if n := r.bySize(beginsBehind); n == 0 {
		t.Error("nothing is sorted by size")
	}
	if n := r.numbers("SELECT count(*) FROM sort_keys")[0]; n != beginsBehind+behindPass+1 {
		t.Errorf("%d of %d are sorted", n, beginsBehind+behindPass+1)
	}
}

// TestAPassOfFewBuildsTheSorts: one that does not come to where it is indexed beside it. The next one keeps them.
func TestAPassOfFewBuildsTheSorts(t *testing.T) {
	r := runFresh(t, Options{SortsLater: true})
	root := r.addRoot("films")
	r.sized(root, 100)
	r.indexAtOnce()
	r.allBuilt("after the pass")
	if n := r.bySize(100); n != 100 {
		t.Errorf("%d items by size", n)
	}
	r.put(root, "later", func(it *Item) { it.Size = -1 })
	r.indexAtOnce()
	if n := r.numbers("SELECT count(*) FROM sort_keys")[0]; n != 101 {
		t.Errorf("%d of 101 are sorted", n)
	}
}

// lookedAt is a first pass that is asked about; each receive from asked is of one more time.
type lookedAt struct {
	over, derived atomic.Bool
	asked         chan struct{}
}

func (l *lookedAt) pass() FirstPass {
	ask := func(about *atomic.Bool) func() bool {
		return func() bool {
			select {
			case l.asked <- struct{}{}:
			default:
			}
			return about.Load()
		}
	}
	return FirstPass{Over: ask(&l.over), Derived: ask(&l.derived)}
}

// again returns when a look has begun and ended since it was called: each asks twice at the most.
func (l *lookedAt) again(t *testing.T) {
	t.Helper()
	for range 4 {
		select {
		case <-l.asked:
		case <-time.After(time.Minute):
			t.Fatal("nobody asks how far the pass is")
		}
	}
}

// dueNames are the indexes that can be built now.
func (r *running) dueNames() []string {
	return append(r.due.names("sort_keys"), r.due.names("works")...)
}

// TestADaemonBuildsWhatSortsInTheOrderOfItsPass: nothing while files are still scanned, then what sorts items, and what
// sorts works when they are derived. All is indexed only then.
func TestADaemonBuildsWhatSortsInTheOrderOfItsPass(t *testing.T) {
	r := runFresh(t, Options{SortsLater: true})
	if !r.Indexed() {
		t.Error("a catalog of nothing is never indexed")
	}
	looks := &lookedAt{asked: make(chan struct{})}
	all := r.indexing(func(ctx context.Context) error { return r.Index(ctx, looks.pass()) })
	r.sized(r.addRoot("films"), 100)
	for r.IndexedTo() < r.Head() {
		time.Sleep(time.Millisecond)
	}
	looks.again(t)
	before := r.dueNames()
	if !slices.Contains(before, "sort_title") || !slices.Contains(before, "works_title") || r.Indexed() {
		t.Errorf("in the pass %v are to be built, all indexed: %v", before, r.Indexed())
	}
	looks.over.Store(true)
	for after := before; slices.ContainsFunc(after, isOfItems); after = r.dueNames() {
		time.Sleep(time.Millisecond)
	}
	looks.again(t)
	if after := r.dueNames(); len(after) != len(workListed) || r.Indexed() {
		t.Errorf("before works are derived %v are to be built, all indexed: %v", after, r.Indexed())
	}
	looks.derived.Store(true)
	all()
	r.allBuilt("when works are derived")
}

func isOfItems(index string) bool { return strings.HasPrefix(index, "sort_") }

// TestWordsAreMeantInAFirstPass: a long one has its vocabulary made whenever nothing comes for a while.
func TestWordsAreMeantInAFirstPass(t *testing.T) {
	r := runFresh(t, Options{SortsLater: true})
	looks := &lookedAt{asked: make(chan struct{})}
	all := r.indexing(func(ctx context.Context) error { return r.Index(ctx, looks.pass()) })
	r.sized(r.addRoot("films"), 100)
	for end := time.Now().Add(time.Minute); r.IndexedTo() < r.Head() || r.vocabularyDue(); {
		if time.Sleep(time.Millisecond); time.Now().After(end) {
			t.Fatal("the vocabulary is not made before the pass is over")
		}
	}
	if len(r.dueNames()) == 0 {
		t.Error("the sorts were built for it")
	}
	looks.over.Store(true)
	looks.derived.Store(true)
	all()
}

// TestAStopDoesNotGoOnBuilding: what is under way is finished, and nothing begun.
func TestAStopDoesNotGoOnBuilding(t *testing.T) {
	for range 10 {
		r := runFresh(t, Options{SortsLater: true})
		r.sized(r.addRoot("films"), 10)
		if err := r.indexNext(t.Context(), newSorter()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		due := r.dueNames()
		err := r.Index(ctx, FirstPass{Over: func() bool {
			if len(r.dueNames()) == len(due)-1 {
				cancel()
			}
			return true
		}})
		if left := r.dueNames(); err != nil || len(left) < len(due)-1 {
			t.Errorf("%d of %d are left to be built, %v", len(left), len(due), err)
		}
	}
}

// TestWhatCannotBeBuiltHoldsUpNothing: all others are built, and it is when it can be.
func TestWhatCannotBeBuiltHoldsUpNothing(t *testing.T) {
	r := runFresh(t, Options{SortsLater: true})
	first, _ := r.due.of("sort_added")
	broken := first.object
	broken.sql = "CREATE INDEX sort_added ON elsewhere (added)"
	r.due.add(broken)
	all := r.indexing(func(ctx context.Context) error { return r.Index(ctx, FirstPass{}) })
	r.sized(r.addRoot("films"), 10)
	for end := time.Now().Add(time.Minute); !slices.Equal(r.unbuilt(), []string{"sort_added"}); {
		if time.Sleep(time.Millisecond); time.Now().After(end) {
			t.Fatalf("%v are not built", r.unbuilt())
		}
	}
	if r.Indexed() {
		t.Error("all is indexed without it")
	}
	r.due.add(first.object)
	all()
	r.allBuilt("when it can be")
}
