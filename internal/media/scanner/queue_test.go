package scanner

import (
	"fmt"
	"maps"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
)

func TestHintsOfADirectoryBecomeOneJob(t *testing.T) {
	q := newQueue()
	q.pushUrgent(&job{dir: "a", names: []string{"x", "y"}})
	q.pushUrgent(&job{dir: "b", names: []string{"z"}})
	q.pushUrgent(&job{dir: "a", names: []string{"y", "w"}})
	j := q.next()
	if j.dir != "a" || !slices.Equal(j.names, []string{"w", "x", "y"}) {
		t.Errorf("%s %q", j.dir, j.names)
	}
	q.pushUrgent(&job{dir: "b"})
	if j = q.next(); j.dir != "b" || j.names != nil {
		t.Errorf("some names and the whole directory: %s %q", j.dir, j.names)
	}
	for i := range maxNames + 1 {
		q.pushUrgent(&job{dir: "c", names: []string{fmt.Sprint(i)}})
	}
	if j = q.next(); j.dir != "c" || j.names != nil {
		t.Errorf("more names than are looked at one by one: %d", len(j.names))
	}
}

func TestHintsGoFirstOldestFirstThenTheWalkDeepestFirst(t *testing.T) {
	q := newQueue()
	q.push(&job{dir: "w1"}, &job{dir: "w2"})
	q.pushUrgent(&job{dir: "h1"})
	q.pushUrgent(&job{dir: "h2"})
	var got []string
	for j := q.next(); j != nil; j = q.next() {
		got = append(got, j.dir)
	}
	if want := []string{"h1", "h2", "w2", "w1"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAJobForDirectoriesBelowIsTakenOneByOne(t *testing.T) {
	q := newQueue()
	p := &walk{}
	row := &store.Dir{Path: "w/c"}
	q.push(&job{dir: "last", walk: p}, &job{
		dir: "w", walk: p, recursive: true, row: knownRow{asOf: 7},
		below: []listedDir{{name: "a"}, {name: "b", id: tree.FileID{Inode: 2}}, {name: "c", row: row}},
	})
	c := q.next()
	if c.dir != "w/c" || c.row != (knownRow{row, 7}) || c.walk != p || !c.recursive || c.below != nil {
		t.Errorf("first %+v", c)
	}
	if b := q.next(); b.dir != "w/b" || b.id.Inode != 2 || b.row != (knownRow{nil, 7}) {
		t.Errorf("then %+v", b)
	}
	q.done("w/c")
	q.push(c) // nobody had the time
	if again := q.next(); again.dir != "w/c" || again.below != nil {
		t.Errorf("what was put back: %+v", again)
	}
	var rest []string
	for j := q.next(); j != nil; j = q.next() {
		rest = append(rest, j.dir)
	}
	if want := []string{"w/a", "last"}; !slices.Equal(rest, want) {
		t.Errorf("got %q, want %q", rest, want)
	}
}

func TestAJobForDirectoriesBelowCountsAsAJobEach(t *testing.T) {
	q := newQueue()
	p := &walk{}
	j := &job{dir: "w", walk: p, below: []listedDir{{name: "a"}, {name: "b"}, {name: "c"}}}
	q.push(j, &job{dir: "other"})
	q.next()
	q.next()
	if n := q.drop(func(j *job) bool { return j.walk == p }); n != 2 {
		t.Errorf("%d jobs dropped of two that are left", n)
	}
	q.done("other")
	q.done("w/c")
	if !q.idle() {
		t.Error("not idle in the end")
	}
}

// Another look at a directory finds no rows yet of those below it that have never been looked at.
func TestAnotherLookAsksForNoDirectoryBelowThatHasAJob(t *testing.T) {
	j := &job{dir: "w", asked: map[string]struct{}{"a": {}}}
	children := []*job{
		{kind: coverDir, dir: "w/mounted"},
		{dir: "w", below: []listedDir{{name: "b"}, {name: "c"}}},
	}
	asked := slices.Sorted(maps.Keys(askedBelow(j, children)))
	if want := []string{"a", "b", "c"}; !slices.Equal(asked, want) {
		t.Errorf("asked for are %q, want %q", asked, want)
	}
	if asked := askedBelow(&job{dir: "w"}, children); len(asked) != 2 {
		t.Errorf("where none was asked for before: %v", asked)
	}
	if asked := askedBelow(&job{dir: "w"}, children[:1]); asked != nil {
		t.Errorf("where none is below: %v", asked)
	}
}

// A listing of a hundred thousand directories waits until each of them has been looked at.
func BenchmarkBytesAWaitingDirectory(b *testing.B) {
	const dirs = 100_000
	list := func() []listedDir { // with what the scanner's own listing has of each
		below := make([]listedDir, dirs)
		for i := range below {
			below[i] = listedDir{name: fmt.Sprintf("Some Film (%d)", i), id: tree.FileID{Inode: uint64(i), Birth: 1}}
		}
		return below
	}
	for b.Loop() {
		before := liveHeap()
		q := newQueue()
		q.push(&job{dir: "films", below: list()})
		b.ReportMetric(float64(liveHeap()-before)/dirs, "bytes/directory")
		runtime.KeepAlive(q)
	}
}

func liveHeap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestADirectoryIsLookedAtByOneAtATime(t *testing.T) {
	q := newQueue()
	p := &walk{}
	q.pushUrgent(&job{dir: "a", names: []string{"x"}})
	first := q.next()
	q.pushUrgent(&job{dir: "a", names: []string{"y"}})
	q.push(&job{dir: "a", walk: p})
	q.pushUrgent(&job{dir: "b"})
	if j := q.next(); j == nil || j.dir != "b" {
		t.Fatalf("%+v instead of the directory that is free", j)
	}
	if j := q.next(); j != nil {
		t.Fatalf("%+v while %s is looked at", j, first.dir)
	}
	if q.idle() {
		t.Error("idle with parked jobs")
	}
	q.done("b")
	q.done("a")
	second := q.next()
	if second == nil || second.dir != "a" || !slices.Equal(second.names, []string{"y"}) {
		t.Fatalf("then %+v", second)
	}
	q.done("a")
	if third := q.next(); third == nil || third.walk != p {
		t.Fatalf("at last %+v", third)
	}
	q.done("a")
	if !q.idle() {
		t.Error("not idle in the end")
	}
}

func TestJobsOfAnEndedPassAreDroppedWhereverTheyWait(t *testing.T) {
	q := newQueue()
	p := &walk{}
	q.pushUrgent(&job{dir: "a"})
	q.next()
	q.push(&job{dir: "a", walk: p}, &job{dir: "b", walk: p}, &job{dir: "c"})
	for range 2 { // parks a's
		if j := q.next(); j != nil {
			q.done(j.dir)
			if j.walk != nil {
				q.push(j)
			}
		}
	}
	q.pushUrgent(&job{dir: "d"})
	if n := q.drop(func(j *job) bool { return j.walk == p }); n != 2 {
		t.Errorf("%d dropped", n)
	}
	if n := q.drop(func(j *job) bool { return j.walk == nil }); n != 1 {
		t.Errorf("%d hints dropped", n)
	}
	q.done("a")
	if !q.idle() || q.next() != nil {
		t.Errorf("left: %+v", q)
	}
}

func TestAMergedJobAsksForAllThatBothAskedFor(t *testing.T) {
	j := &job{dir: "a", names: []string{"x"}, listed: true}
	j.absorb(&job{dir: "a", recursive: true, full: true, due: true, rulesChanged: true, unresolvedMoves: []reconcile.UnresolvedMove{{Item: 1}}, unconfirmedAbsences: []string{"n"}})
	if j.names != nil || !j.recursive || !j.full || !j.due || !j.rulesChanged || j.listed || len(j.unresolvedMoves) != 1 || len(j.unconfirmedAbsences) != 1 {
		t.Errorf("%+v", j)
	}
}

// TestWhatIsInAnAbsentDirectoryWaitsForScansThatMayShowItElsewhere: however long they take, but not for those that
// begin ever after.
func TestWhatIsInAnAbsentDirectoryWaitsForScansThatMayShowItElsewhere(t *testing.T) {
	q := newQueue()
	q.pushUrgent(&job{dir: "new"})
	q.next()
	q.push(removal(&store.Dir{Path: "old"}, nil))
	q.busy["new"] = busyJob{&job{dir: "new"}, time.Now().Add(-time.Hour)}
	q.since = time.Now().Add(-time.Hour)
	if j := q.next(); j != nil {
		t.Errorf("%s follows while a scan that began before goes on", j.dir)
	}
	q.pushUrgent(&job{dir: "other"})
	q.next()
	q.done("new")
	if j := q.next(); j == nil || j.dir != "old" {
		t.Errorf("%+v follows while a scan goes on that began an hour later", j)
	}
	q.push(removal(&store.Dir{Path: "gone since"}, nil))
	if j := q.next(); j != nil {
		t.Errorf("%s follows while a scan goes on that began before", j.dir)
	}
}
