package store

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// withoutSorts is a catalog of some items and works whose first pass is not over: none of what sorts them is built.
func withoutSorts(t *testing.T, dir string) *running {
	t.Helper()
	r := runAt(t, dir, Options{SortsLater: true})
	root := r.addRoot("films")
	for i := range 30 {
		r.put(root, fmt.Sprintf("%d/%d.mkv", i%3, i), func(it *Item) {
			it.Size, it.MTime = int64(1+i%4), int64(i%7)
			it.Fingerprint, it.HasFingerprint = int64(i%4), true
			it.Doc = doc(media.Description{Title: fmt.Sprint("Film ", (i*7)%30), Year: 1990 + i%5})
		})
	}
	if err := r.indexNext(t.Context(), newSorter()); err != nil {
		t.Fatal(err)
	}
	b := WorkBatch{Upto: r.Head()}
	for i := range 10 {
		title := fmt.Sprint("Film ", 9-i)
		w := WorkView{Kind: WorkMovie, Title: title, SortTitle: title, Items: 1, Size: int64(i % 3)}
		b.Puts = append(b.Puts, fresh(w))
	}
	err := r.NewWorkKeeper().Write(t.Context(), &b)
	if err := errors.Join(err, r.indexNext(t.Context(), newSorter())); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestListsBuildWhatTheySortBy: every list is in a first pass what it is afterwards, and builds no more than it needs.
func TestListsBuildWhatTheySortBy(t *testing.T) {
	type list struct {
		name  string
		needs []string
		ask   func(r *running) (any, error)
	}
	var lists []list
	add := func(name string, ask func(r *running) (any, error), needs ...string) {
		lists = append(lists, list{name, needs, ask})
	}
	query := func(q Query) func(r *running) (any, error) {
		q.Limit, q.Within = 100, unhurried
		return func(r *running) (any, error) { return r.Query(context.Background(), q) }
	}
	for _, column := range columns {
		needs := "sort_" + column
		if column == byPath {
			needs = "sort_added"
		}
		add("by "+column, query(Query{Sort: column}), needs)
		add("by "+column+" from the end", query(Query{Sort: column, Descending: true}), needs)
	}
	add("by size, some years", query(Query{Sort: "size", Filter: parsed(t, "year=1991..")}), "sort_size", "sort_year")
	add("facets", func(r *running) (any, error) {
		return r.ItemFacets(context.Background(), Query{Filter: parsed(t, "size=2..")}, []string{"year"})
	}, "sort_added", "sort_size")
	add("facets of all", func(r *running) (any, error) {
		return r.ItemFacets(context.Background(), Query{}, []string{"year"})
	})
	add("duplicates", func(r *running) (any, error) {
		return r.Duplicates(context.Background(), Query{Sort: byPath, Limit: 10, Within: unhurried})
	}, "sort_same")
	add("words by rank", query(Query{Text: "film", Filter: parsed(t, "size=2..")}))
	add("words by track", query(Query{Sort: "track", Text: "film", Filter: parsed(t, "taken=..2000")}), "sort_track")
	add("works of words", func(r *running) (any, error) {
		return r.QueryWorks(context.Background(), WorkQuery{Sort: "title", Text: "film", Limit: 100})
	})
	add("works of a work", func(r *running) (any, error) {
		return r.QueryWorks(context.Background(), WorkQuery{Sort: "title", Parent: 1, Limit: 100})
	})
	for sort, column := range workSorts {
		var needs []string
		if column != "seq" {
			needs = []string{"works_" + column}
		}
		add("works by "+sort, func(r *running) (any, error) {
			return r.QueryWorks(context.Background(), WorkQuery{Sort: sort, Limit: 100})
		}, needs...)
	}
	r := withoutSorts(t, t.TempDir())
	defer r.stop()
	first := make([]any, len(lists))
	for i, l := range lists {
		var err error
		before := r.unbuilt()
		if first[i], err = l.ask(r); err != nil {
			t.Fatalf("%s: %v", l.name, err)
		}
		want := slices.DeleteFunc(before, func(name string) bool { return slices.Contains(l.needs, name) })
		if got := r.unbuilt(); !slices.Equal(got, want) {
			t.Errorf("after %s %v are to be built, not %v", l.name, got, want)
		}
	}
	r.indexAtOnce()
	r.allBuilt("after the pass")
	for i, l := range lists {
		if again, err := l.ask(r); err != nil || !reflect.DeepEqual(again, first[i]) {
			t.Errorf("%s: after the pass it is another, %v", l.name, err)
		}
	}
}

// TestManyAskAtOnceForWhatIsNotBuilt: one of them builds it, and all get the list.
func TestManyAskAtOnceForWhatIsNotBuilt(t *testing.T) {
	r := withoutSorts(t, t.TempDir())
	defer r.stop()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			res, err := r.Query(t.Context(), Query{Sort: "size", Limit: 100, Within: unhurried})
			if err != nil || len(res.Items) != 30 {
				t.Errorf("%d items, %v", len(res.Items), err)
			}
		})
	}
	wg.Wait()
	if _, due := r.due.of("sort_size"); due {
		t.Error("what was asked for is still to be built")
	}
}

// TestABrokenOffPassLeavesAWholeCatalog: it can be read and copied as it is. The next start builds what sorts, or
// leaves it for its own pass.
func TestABrokenOffPassLeavesAWholeCatalog(t *testing.T) {
	dir := t.TempDir()
	r := withoutSorts(t, dir)
	defer r.stop()
	if _, err := r.Query(t.Context(), Query{Sort: "size", Limit: 1}); err != nil {
		t.Fatal(err)
	}
	unbuilt := r.unbuilt()
	if len(unbuilt) == 0 || slices.Contains(unbuilt, "sort_size") {
		t.Fatalf("%v are not built", unbuilt)
	}
	copied := t.TempDir() + "/copy.db"
	if err := Backup(t.Context(), dir, copied); err != nil {
		t.Error(err)
	}
	reader, err := OpenReader(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if n := reader.ItemCounts().Items; n != 30 {
		t.Errorf("a reader sees %d items", n)
	}
	if err := reader.Close(); err != nil {
		t.Error(err)
	}
	r.stop()
	restored := t.TempDir()
	if _, err := Restore(t.Context(), copied, restored); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{dir, restored} {
		next := runAt(t, dir, Options{SortsLater: true})
		if got := next.unbuilt(); !slices.Equal(got, unbuilt) {
			t.Errorf("a start in the pass leaves %v, not %v", got, unbuilt)
		}
		res, err := next.QueryWorks(t.Context(), WorkQuery{Sort: "title", Limit: 100})
		if err != nil || len(res.Works) != 10 {
			t.Errorf("%d works, %v", len(res.Works), err)
		}
		next.stop()
		next = runAt(t, dir, Options{})
		next.allBuilt("after a start")
		next.stop()
	}
}

// TestOnlyWhatIsNotIndexedGoesWithoutSorts: what lists of items that there are need stays. Where an upgrade has all
// indexed anew, it is a first pass for what sorts.
func TestOnlyWhatIsNotIndexedGoesWithoutSorts(t *testing.T) {
	dir := t.TempDir()
	r := runAt(t, dir, Options{})
	r.sized(r.addRoot("films"), 10)
	r.stop()
	r = runAt(t, dir, Options{SortsLater: true})
	if names := r.due.names("sort_keys"); len(names) == 0 {
		t.Error("what sorts items of which none is indexed is kept")
	}
	r.indexAtOnce()
	r.allBuilt("after the pass")
	r.bySize(10)
	r.stop()
	r = runAt(t, dir, Options{SortsLater: true})
	defer r.stop()
	if names := r.due.names("sort_keys"); len(names) > 0 {
		t.Errorf("%v are dropped of what is indexed", names)
	}
}

// TestAListWaitsForWhatIsBuiltNoLongerThanAQueryMayTake: it is built all the same.
func TestAListWaitsForWhatIsBuiltNoLongerThanAQueryMayTake(t *testing.T) {
	r := withoutSorts(t, t.TempDir())
	defer r.stop()
	r.queryTime = 20 * time.Millisecond
	held, writing := make(chan struct{}), make(chan struct{})
	written := make(chan error, 1)
	hold := func(*Tx) error { close(writing); <-held; return nil }
	if err := r.Enqueue(t.Context(), hold, func(err error) { written <- err }); err != nil {
		t.Fatal(err)
	}
	<-writing
	bySize := func(ctx context.Context) error {
		_, err := r.Query(ctx, Query{Sort: "size", Limit: 1})
		return err
	}
	if err := bySize(t.Context()); !errors.Is(err, ErrSlow) {
		t.Errorf("a list that waits for the writer: %v, want %v", err, ErrSlow)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := bySize(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("a list that nobody waits for: %v", err)
	}
	close(held)
	if err := <-written; err != nil {
		t.Error(err)
	}
	r.update(func(*Tx) error { return nil }) // behind it
	if _, due := r.due.of("sort_size"); due {
		t.Error("what nobody waited for is not built")
	}
}

// TestWhatCannotBePutOffIsKept: a disk on which nothing can be written keeps no daemon from its start, nor any list.
func TestWhatCannotBePutOffIsKept(t *testing.T) {
	r := runFresh(t, Options{})
	reader, err := dial(r.path, true)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := reader.close(); err != nil {
			t.Error(err)
		}
	}()
	if err := r.putOff(reader); err != nil {
		t.Error(err)
	}
	r.allBuilt("where nothing can be written")
	r.sized(r.addRoot("films"), 10)
	r.indexAtOnce()
	if n := r.bySize(10); n != 10 || r.due.any() {
		t.Errorf("%d items by size, still to be built: %v", n, r.dueNames())
	}
}

// TestWhatALibraryWithoutWorksSortsByStays: of photos alone no works are to come, and each start would drop the indexes
// of works and build them again.
func TestWhatALibraryWithoutWorksSortsByStays(t *testing.T) {
	dir := t.TempDir()
	r := runAt(t, dir, Options{SortsLater: true})
	r.sized(r.addRoot("photos"), 10)
	r.indexAtOnce()
	all := int64(math.MaxInt64)
	if err := r.NewWorkKeeper().Write(t.Context(), &WorkBatch{Upto: r.Head(), Settled: &all}); err != nil {
		t.Fatal(err)
	}
	r.stop()
	for range 2 {
		r = runAt(t, dir, Options{SortsLater: true})
		if got := r.unbuilt(); len(got) > 0 || r.due.any() {
			t.Errorf("%v are to be built again", got)
		}
		r.stop()
	}
}

// TestTheFeedsNumbersOfWorksAreBuiltAtOnce: older programs put that index off, and the feed reads by it.
func TestTheFeedsNumbersOfWorksAreBuiltAtOnce(t *testing.T) {
	dir := t.TempDir()
	r := withoutSorts(t, dir)
	r.update(func(tx *Tx) error { return tx.c.script("DROP INDEX works_seq") })
	r.stop()
	r = runAt(t, dir, Options{SortsLater: true})
	defer r.stop()
	if got := r.unbuilt(); len(got) == 0 || slices.Contains(got, "works_seq") {
		t.Errorf("%v are not built", got)
	}
}

// TestWhatCannotBeBuiltIsSaid: a list that needs it names it and the reason, and the next one tries again.
func TestWhatCannotBeBuiltIsSaid(t *testing.T) {
	r := withoutSorts(t, t.TempDir())
	defer r.stop()
	bySize, _ := r.due.of("sort_size")
	broken := bySize.object
	broken.sql = "CREATE INDEX sort_size ON elsewhere (size)"
	r.due.add(broken)
	_, err := r.Query(t.Context(), Query{Sort: "size", Limit: 100})
	if err == nil || !strings.Contains(err.Error(), "build sort_size") || !strings.Contains(err.Error(), "elsewhere") {
		t.Errorf("a list by what cannot be built: %v", err)
	}
	_, again := r.Query(t.Context(), Query{Sort: "size", Limit: 100})
	if again == nil || r.Counters().Failures.Load() > 0 {
		t.Errorf("the next one: %v", again)
	}
	r.due.add(bySize.object)
	res, err := r.Query(t.Context(), Query{Sort: "size", Limit: 100, Within: unhurried})
	if err != nil || len(res.Items) != 30 {
		t.Errorf("%d items, %v", len(res.Items), err)
	}
}

// TestAWriterSaysThatItBuilds: while it does.
func TestAWriterSaysThatItBuilds(t *testing.T) {
	r := runFresh(t, Options{})
	before := time.Now().Add(-time.Second)
	err := r.whileBuilding(func() error {
		if since, building := r.Building(); !building || since.Before(before) || since.After(time.Now().Add(time.Second)) {
			t.Errorf("building: %v, since %v", building, since)
		}
		return nil
	})
	if _, building := r.Building(); building || err != nil {
		t.Errorf("building afterwards: %v, %v", building, err)
	}
}

// TestSortsAreBuiltWithoutAPlaceForFiles: where no temporary file can be made, they are sorted in memory.
func TestSortsAreBuiltWithoutAPlaceForFiles(t *testing.T) {
	var places []string
	err := inFileOrMemory(func(place string) error {
		if places = append(places, place); place == "FILE" {
			return errors.New("no place")
		}
		return nil
	})
	if err != nil || len(places) != 2 || places[1] != "MEMORY" {
		t.Errorf("sorted in %v: %v", places, err)
	}
}
