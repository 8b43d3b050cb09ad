package scanner

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/store"
)

func TestADirectoryThatIsRenamedIsWrittenOnceForEachFile(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const files = 2000
	inWorld(t, options{}, func(w *world) {
		var script strings.Builder
		script.WriteString("mkdir a\nmkdir a/s\n")
		for n := range files {
			fmt.Fprintf(&script, "write a/%d.mkv x\nwrite a/s/%d.mkv x\n", n, n)
		}
		w.run(script.String())
		w.scan()
		before := w.shows()
		rows, head := w.st.Counters().Rows.Load(), w.st.Head()
		listed := w.listed(func() {
			w.run("rename a b")
			w.hint("a")
			w.hint("b")
			w.pass(time.Minute)
		})
		for p, id := range w.shows().present {
			if before.present["a"+strings.TrimPrefix(p, "b")] != id {
				t.Fatalf("%s is %d, and was %d", p, id, before.present["a"+strings.TrimPrefix(p, "b")])
			}
		}
		w.counts("renamed", 2*files, 0)
		if n := w.st.Head() - head; n != 2*files {
			t.Errorf("%d changes were told for %d files", n, 2*files)
		}
		if n := w.st.Counters().Rows.Load() - rows; n > 2*files+100 {
			t.Errorf("%d rows were written for %d files", n, 2*files)
		}
		if n := strings.Count(strings.Join(listed, "\n")+"\n", "b\n") + strings.Count(strings.Join(listed, "\n")+"\n", "b/s\n"); n > 3 {
			t.Errorf("listed %q", listed)
		}
		w.isTrue()
	})
}

func TestFilesThatMoveOutOfADirectoryThatStaysAreFoundAgain(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		var script strings.Builder
		script.WriteString("mkdir a\nmkdir b\n")
		for n := range 100 {
			fmt.Fprintf(&script, "write a/%d x\n", n)
		}
		w.run(script.String())
		w.run("remove b")
		w.scan()
		before := w.shows()
		script.Reset()
		script.WriteString("mkdir b\n")
		for n := range 50 {
			fmt.Fprintf(&script, "rename a/%d b/%d\n", 2*n, 2*n)
		}
		w.run(script.String())
		w.hint("b")
		w.scan()
		for p, id := range w.shows().present {
			if before.present["a/"+strings.TrimLeft(p, "ab/")] != id {
				t.Fatalf("%s is %d", p, id)
			}
		}
		w.counts("moved", 100, 0)
		w.isTrue()
	})
}

func TestAFileThatMovesIsDescribedAnewWhereSomethingMayDescribeIt(t *testing.T) {
	for to, want := range map[string]store.Work{"bare": store.NoWork, "with": store.Describe, "with/below": store.Describe} {
		t.Run(to, func(t *testing.T) {
			inWorld(t, options{}, func(w *world) {
				w.run("mkdir from\nmkdir bare\nmkdir with\nmkdir with/below\nwrite with/movie.nfo x\nwrite from/a.mkv")
				w.scan()
				before := w.shows()
				w.run("rename from/a.mkv " + to + "/a.mkv")
				w.scan()
				if w.shows().present[to+"/a.mkv"] != before.present["from/a.mkv"] {
					t.Fatal("it has another id")
				}
				if got := w.item(to + "/a.mkv").Work; got != want {
					t.Errorf("left to the analyzer as %d, want %d", got, want)
				}
			})
		})
	}
}

// A library lies in many directories of few files: where all are renamed at once each is looked at once, and no file of
// it waits for a second look.
func TestDirectoriesOfFewFilesThatAreRenamedAreLookedAtOnce(t *testing.T) {
	for _, files := range []int{1, 2, 10} {
		inWorld(t, options{}, func(w *world) {
			const dirs = 40
			w.run("mkdir a")
			for n := range dirs {
				w.many(fmt.Sprintf("a/%d", n), 0, files)
			}
			w.scan()
			before := w.shows()
			listed := w.listed(func() {
				w.run("rename a b")
				w.hint("a")
				w.hint("b")
				w.pass(time.Minute)
			})
			below := 0
			for _, dir := range listed {
				if strings.HasPrefix(dir, "b/") {
					below++
				}
			}
			if below > dirs {
				t.Errorf("%d directories of %d files were listed %d times", dirs, files, below)
			}
			for p, id := range w.shows().present {
				if before.present["a"+strings.TrimPrefix(p, "b")] != id {
					t.Errorf("%s is %d", p, id)
				}
			}
			w.counts("renamed", dirs*files, 0)
			w.isTrue()
		})
	}
}
