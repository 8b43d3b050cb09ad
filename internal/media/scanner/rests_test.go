package scanner

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
)

// large makes a directory with so many others in it, each with a file.
func (w *world) large(dir string, n int) {
	w.t.Helper()
	for i := range n {
		w.many(fmt.Sprintf("%s/%d", dir, i), 0, 1)
	}
	w.scan()
	w.pass(time.Minute)
}

// vanish removes a directory below another, and tells of it as a watcher does.
func (w *world) vanish(dir string, i int) {
	w.t.Helper()
	w.run(fmt.Sprintf("remove %s/%d/0\nremove %s/%d", dir, i, dir, i))
	w.s.Hint(media.Hint{Root: "films", Dir: fmt.Sprintf("%s/%d", dir, i), Names: []string{"0"}})
	w.s.Hint(media.Hint{Root: "films", Dir: dir, Names: []string{fmt.Sprint(i)}})
}

func TestALargeDirectoryOfWhichOneAfterTheOtherVanishesIsListedNowAndThen(t *testing.T) {
	const dirs = 600
	inWorld(t, options{root: RootConfig{MaxRemovals: 1}}, func(w *world) {
		w.large("a", dirs)
		listed := w.listed(func() {
			for i := range dirs / 2 {
				w.vanish("a", i)
				time.Sleep(time.Millisecond)
			}
			w.rest()
		})
		n := 0
		for _, dir := range listed {
			if dir == "a" {
				n++
			}
		}
		if n < 2 || n > 20 { // 300 ms, in rests of 60 ms that become 30 ms
			t.Errorf("listed %d times while %d directories vanished", n, dirs/2)
		}
		w.counts("half of it is gone", dirs/2, dirs/2)
		w.pass(time.Minute)
		w.counts("and forgotten", dirs/2, 0)
		w.isTrue()
	})
}

func TestAFileOfALargeDirectoryThatRestsIsLookedAtAtOnce(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.large("a", 1000)
		w.s.Hint(media.Hint{Root: "films", Dir: "a"})
		w.rest()
		w.run("write a/f x")
		w.s.Hint(media.Hint{Root: "films", Dir: "a", Names: []string{"f"}})
		began := time.Now()
		for w.shownIn("a") == 0 {
			time.Sleep(time.Millisecond)
		}
		if took := time.Since(began); took > 10*time.Millisecond {
			t.Errorf("a new file was seen after %v", took)
		}
	})
}

// What is renamed within a large directory that rests keeps its id, and other roots need not wait for it.
func TestADirectoryThatIsRenamedInALargeOneThatRestsIsFoundOnceItHasRested(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.large("a", 1000)
		before := w.shows()
		w.s.Hint(media.Hint{Root: "films", Dir: "a"})
		w.rest()
		w.run("rename a/7 a/renamed")
		listed := w.listed(func() { w.hint("a/7", "a/renamed") })
		if got := w.shows().present["a/renamed/0"]; got == 0 || got != before.present["a/7/0"] {
			t.Errorf("its file is %d, and was %d", got, before.present["a/7/0"])
		}
		if !slices.Contains(listed, "a") {
			t.Errorf("listed %q", listed)
		}
		w.isTrue()
	})
}

func TestADirectoryThatIsKnownToBeGoneSendsNobodyToTheOneAboveAgain(t *testing.T) {
	inWorld(t, options{root: RootConfig{MaxRemovals: 1}}, func(w *world) {
		w.large("a", 3)
		w.run("remove a/1/0\nremove a/1")
		w.hint("a/1")
		listed := w.listed(func() { w.hint("a/1/0", "a/1/0", "a/1/0") })
		if slices.Contains(listed, "a") {
			t.Errorf("listed %q", listed)
		}
		w.pass(time.Minute)
		w.counts("gone", 2, 0)
		w.isTrue()
	})
}
