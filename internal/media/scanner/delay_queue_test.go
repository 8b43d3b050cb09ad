package scanner

import (
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
)

func TestWhatWaitsForOneCauseInOneDirectoryIsOneJob(t *testing.T) {
	var l delayQueue
	now := time.Now()
	l.put(&job{dir: "a", names: []string{"x"}, tries: 8}, now.Add(time.Minute), growing)
	l.put(&job{dir: "b"}, now.Add(time.Second), failed)
	l.put(&job{dir: "a", names: []string{"y"}, tries: 1}, now, growing)
	l.put(&job{dir: "a"}, now.Add(time.Hour), unresolved)
	if !l.has(growing) || !l.has(failed) || !l.has(unresolved) || !l.first().Equal(now) {
		t.Errorf("%+v", l)
	}
	if j := l.due(now); j == nil || j.dir != "a" || !slices.Equal(j.names, []string{"x", "y"}) || j.tries != 1 {
		t.Errorf("first %+v", j)
	}
	if j := l.due(now); j != nil || l.has(growing) {
		t.Errorf("too early: %+v", j)
	}
	if j := l.due(now.Add(time.Minute)); j == nil || j.dir != "b" || l.has(failed) {
		t.Errorf("then %+v", j)
	}
	if j := l.due(now.Add(time.Hour)); j == nil || j.dir != "a" || j.names != nil || l.has(unresolved) || !l.first().IsZero() {
		t.Errorf("at last %+v", j)
	}
}

// hits counts how often a directory that cannot be listed is tried in the second of two hours.
func (w *world) hits() int64 {
	w.t.Helper()
	w.pass(time.Hour)
	n := w.tree.Hits()
	w.pass(time.Hour)
	return w.tree.Hits() - n
}

func TestADirectoryThatStaysUnreadableIsTriedAsOftenHoweverOftenItIsAskedFor(t *testing.T) {
	for name, c := range map[string]struct {
		young bool // it is due to be looked at once more
		ask   func(w *world)
	}{
		"once":          {false, func(w *world) { w.scan() }},
		"by many scans": {false, func(w *world) { w.scans(50) }},
		"by many hints": {false, func(w *world) { w.hints("a", 50) }},
		"by its age":    {true, func(*world) {}},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, options{young: c.young}, func(w *world) {
				w.run("mkdir a\nwrite a/f 1")
				w.pass(time.Second)
				w.scan()
				w.tree.Inject(faketree.Fault{Ops: faketree.List, At: faketree.Exactly("a"), Err: syscall.EACCES})
				c.ask(w)
				if n := w.hits(); n < 5 || n > 7 {
					t.Errorf("tried %d times in an hour", n)
				}
			})
		})
	}
}

func (w *world) scans(n int) {
	for range n {
		w.scan()
		w.pass(time.Minute)
	}
}

func (w *world) hints(dir string, n int) {
	for range n {
		w.hintAll(dir)
		w.pass(time.Minute)
	}
}

// Every event asks for a look, and every look that finds the file unfinished for another.
func TestAFileThatIsWrittenToWithoutEndIsLookedAtNoMoreOftenInTheEnd(t *testing.T) {
	inWorld(t, options{young: true}, func(w *world) {
		w.run("write f 1")
		looks := w.tree.Inject(faketree.Fault{Ops: faketree.Stat})
		defer looks()
		var perMinute []int64
		for range 15 {
			was := w.tree.Hits()
			for i := range 600 {
				w.run("append f 2")
				if i%37 == 0 {
					w.s.Hint(media.Hint{Root: "films", Names: []string{"f"}})
				}
				time.Sleep(100*time.Millisecond + 13*time.Microsecond) // so that no two meet by chance
			}
			perMinute = append(perMinute, w.tree.Hits()-was)
		}
		if first, last := perMinute[1], perMinute[14]; last > first+first/5 {
			t.Errorf("looks by the minute: %d", perMinute)
		}
	})
}
