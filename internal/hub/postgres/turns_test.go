package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jackc/pgx/v5"
)

// Who has little to write goes before those with much that came before, all of the same sort in the order in which they
// came.
func TestWhoHasLittleToWriteGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := queueOf(t)
		q.come(false, "a load", "another load")
		q.come(true, "a change", "another change")
		q.goOn()
		q.went("a change", "another change", "a load", "another load")
	})
}

// Many who have little hold up no load for good.
func TestALoadIsPassedSoManyTimesAndNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := queueOf(t)
		q.come(false, "a load", "another load")
		var want []string
		for i := range 2*mostPassed + 1 {
			change := fmt.Sprint("change ", i)
			q.come(true, change)
			if want = append(want, change); i == mostPassed-1 {
				want = append(want, "a load")
			}
		}
		q.goOn()
		q.went(slices.Insert(want, 2*mostPassed+1, "another load")...)
	})
}

// Who waits no longer is passed over, and so is one whose turn comes as he leaves.
func TestWhoseWaitEndsLeavesTheTurnToTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var of turns
		done, err := of.take(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var waits sync.WaitGroup
		waits.Go(func() {
			if _, err := of.take(ctx, true); !errors.Is(err, context.Canceled) {
				t.Errorf("a wait that has ended: %v", err)
			}
		})
		synctest.Wait()
		late := of.join(true)
		cancel()
		waits.Wait()
		done()
		<-late
		of.leave(late)
		if done, err = of.take(t.Context(), false); err != nil || of.waiting() != 0 {
			t.Fatalf("the turn is nobody's, and is not to be had: %v", err)
		}
		done()
		done() // once more makes nobody else's turn end
	})
}

// queue is who waits for a turn while it is somebody's.
type queue struct {
	t    *testing.T
	of   turns
	done func()
	runs sync.WaitGroup
	mu   sync.Mutex // guards gone
	gone []string
}

func queueOf(t *testing.T) *queue {
	t.Helper()
	q := &queue{t: t}
	var err error
	if q.done, err = q.of.take(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	return q
}

// come has some wait, one after another.
func (q *queue) come(isLittle bool, names ...string) {
	for _, name := range names {
		q.runs.Go(func() {
			done, err := q.of.take(q.t.Context(), isLittle)
			if err != nil {
				q.t.Error(err)
				return
			}
			defer done()
			q.mu.Lock()
			defer q.mu.Unlock()
			q.gone = append(q.gone, name)
		})
		synctest.Wait()
	}
}

func (q *queue) goOn() {
	q.done()
	q.runs.Wait()
}

func (q *queue) went(want ...string) {
	q.t.Helper()
	if !slices.Equal(q.gone, want) {
		q.t.Errorf("they went as %q, and not as %q", q.gone, want)
	}
}

// Loads that do not get on hold up no change of another source, though there are as many as may write at once.
func TestLoadsThatDoNotGetOnHoldUpNoChange(t *testing.T) {
	t.Parallel()
	s := open(t)
	tail := begin(t, s, "tail", "i")
	var of []*Catalog
	for i := range writers {
		of = append(of, begin(t, s, fmt.Sprint("load", i), "i"))
	}
	release := holdingRows(t, s, "SELECT FROM catalogs WHERE source <> 'tail' FOR UPDATE")
	var loads sync.WaitGroup
	for _, c := range of {
		p := large(c)
		loads.Go(func() { takeInSoon(t, c, p) })
	}
	until(t, "all write who may", func() bool { return len(s.writing) == writers })
	takeInSoon(t, tail, tail.Prepare(Group{[]Change{item(1, "new.mkv")}, "a"}))
	release()
	loads.Wait()
	if err := s.readHead(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(follow(t, s).of); n != writers*(littleRows+1)+1 {
		t.Errorf("of the loads and the change there are %d items", n)
	}
}

// A change that comes while one load is written and another waits has its number between theirs.
func TestAChangeIsWrittenBeforeTheLoadThatWaits(t *testing.T) {
	t.Parallel()
	s := open(t)
	first, second, tail := begin(t, s, "first", "i"), begin(t, s, "second", "i"), begin(t, s, "tail", "i")
	release := holdingRows(t, s, "SELECT FROM hub FOR UPDATE")
	heads := make([]int64, 3)
	var runs sync.WaitGroup
	isHeld := func() bool { return s.turns.isTaken() }
	waits := func(n int) func() bool { return func() bool { return s.turns.waiting() == n } }
	p := large(first)
	runs.Go(func() { heads[0] = takeInSoon(t, first, p) })
	until(t, "the first load gives numbers", isHeld)
	p = large(second)
	runs.Go(func() { heads[1] = takeInSoon(t, second, p) })
	until(t, "the second load waits", waits(1))
	runs.Go(func() { heads[2] = takeInSoon(t, tail, tail.Prepare(Group{[]Change{item(1, "new.mkv")}, "a"})) })
	until(t, "the change waits", waits(2))
	release()
	runs.Wait()
	const rows = littleRows + 1
	if !slices.Equal(heads, []int64{rows, 2*rows + 1, rows + 1}) {
		t.Errorf("two loads of %d rows and the change end with the numbers %d", rows, heads)
	}
}

// large is a group that is none of those with little to write.
func large(c *Catalog) *Prepared {
	g := Group{Cursor: "a"}
	for id := range int64(littleRows + 1) {
		g.Changes = append(g.Changes, item(id+1, fmt.Sprintf("%d.mkv", id)))
	}
	return c.Prepare(g)
}

// takeInSoon takes a group in, as long as that may take on a busy machine, and gives the number of its last row.
func takeInSoon(t *testing.T, c *Catalog, p *Prepared) int64 {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	taken, err := c.Apply(ctx, p)
	if err != nil {
		t.Error(err)
	}
	return taken.Head
}

// holdingRows holds what a statement locks by a connection of its own, until release is called or the test ends.
func holdingRows(t *testing.T, s *Store, statement string) (release func()) {
	t.Helper()
	c, err := pgx.ConnectConfig(t.Context(), s.pool.Config().ConnConfig)
	if err != nil {
		t.Fatal(err)
	}
	release = sync.OnceFunc(func() {
		if err := c.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(release)
	if _, err = c.Exec(t.Context(), "BEGIN"); err == nil {
		_, err = c.Exec(t.Context(), statement)
	}
	if err != nil {
		t.Fatal(err)
	}
	return release
}

// until waits for a condition.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it does not come to be that %s", what)
		}
	}
}

// waiting counts those whose turn has not come.
func (t *turns) waiting() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.little) + len(t.much)
}

// isTaken reports whether it is somebody's turn.
func (t *turns) isTaken() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.taken
}
