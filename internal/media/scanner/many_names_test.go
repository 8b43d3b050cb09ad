package scanner

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
)

// asks counts what a test's tree is asked for.
type asks struct{ lists, stats atomic.Int64 }

func (w *world) asks() *asks {
	a := &asks{}
	w.tree.Inject(faketree.Fault{Ops: faketree.List, Before: func(string) { a.lists.Add(1) }})
	w.tree.Inject(faketree.Fault{Ops: faketree.Stat, Before: func(string) { a.stats.Add(1) }})
	return a
}

// namesOfOne makes one file with a number of names in each of some directories.
func (w *world) namesOfOne(dirs, names int) {
	w.t.Helper()
	w.run("write first x")
	for d := range dirs {
		w.run(fmt.Sprintf("mkdir d%02d", d))
		for n := range names {
			w.run(fmt.Sprintf("link first d%02d/n%03d", d, n))
		}
	}
}

// A library that a downloader links into has two names of each file: it is listed once, and each name is looked at
// once more at most.
func TestAFirstScanOfPairsOfNamesListsEachDirectoryOnce(t *testing.T) {
	inWorld(t, options{idle: true}, func(w *world) {
		w.run("mkdir got\nmkdir kept")
		for n := range 200 {
			w.run(fmt.Sprintf("write got/%03d x%d\nlink got/%03d kept/film%03d", n, n, n, n))
		}
		a := w.asks()
		w.films()
		if lists, stats := a.lists.Load(), a.stats.Load(); lists > 5 || stats > 250 {
			t.Errorf("200 pairs took %d listings and %d looks at single names", lists, stats)
		}
		if n := len(w.shows().present); n != 400 {
			t.Errorf("%d items of 400 names", n)
		}
		w.isTrue()
	})
}

// What a scan asks of a file with many names grows with their number, and not with its square.
func TestAFirstScanOfAFileWithManyNamesLooksAtEachOnce(t *testing.T) {
	inWorld(t, options{idle: true}, func(w *world) {
		w.namesOfOne(30, 40)
		a := w.asks()
		w.films()
		if lists, stats := a.lists.Load(), a.stats.Load(); lists > 40 || stats > 100 {
			t.Errorf("1201 names in 31 directories took %d listings and %d looks at single names", lists, stats)
		}
		w.isTrue()
	})
}

func TestOneOfManyNamesOfAFileComesMovesAndGoes(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.namesOfOne(12, 10)
		w.scan()
		all := w.shows()
		want := func(changed ...string) string {
			of := map[string]string{}
			for p := range all.present {
				of[p] = p + "<-" + p
			}
			for i := 0; i < len(changed); i += 2 {
				of[changed[i]] = changed[i+1]
			}
			var out []string
			for _, s := range of {
				out = append(out, s)
			}
			return strings.Join(out, " ")
		}
		a := w.asks()
		w.run("link first d03/more")
		w.hint("d03/more")
		w.expect(all, want("d03/more", "d03/more<-"))
		all = w.shows()

		w.run("rename d03/more d03/again")
		w.hint("d03/again", "d03/more")
		w.expect(all, want("d03/more", "d03/again<-d03/more"))
		all = w.shows()

		w.run("rename d03/again d07/elsewhere")
		w.hint("d07/elsewhere", "d03/again")
		w.expect(all, want("d03/again", "d07/elsewhere<-d03/again"))
		all = w.shows()

		w.run("remove d07/elsewhere")
		w.hint("d07/elsewhere")
		w.expect(all, want("d07/elsewhere", "!d07/elsewhere"))
		w.pass(11 * time.Second)
		if stats := a.stats.Load(); stats > 10*121 {
			t.Errorf("four changes of a file with 121 names took %d looks at single names", stats)
		}
		w.isTrue()
	})
}

// Of all the items that a name may be, the one with that name is taken.
func TestADirectoryWithNamesOfOneFileIsRenamed(t *testing.T) {
	for _, how := range []string{"pass", "hints"} {
		t.Run(how, func(t *testing.T) {
			inWorld(t, options{}, func(w *world) {
				w.namesOfOne(3, 10)
				w.scan()
				before := w.shows()
				w.run("rename d01 other")
				if how == "hints" {
					w.hint("d01", "other")
				} else {
					w.scan()
				}
				now := w.shows()
				for n := range 10 {
					from, to := fmt.Sprintf("d01/n%03d", n), fmt.Sprintf("other/n%03d", n)
					if now.present[to] != before.present[from] {
						t.Errorf("%s was item %d and is %d", from, before.present[from], now.present[to])
					}
				}
				w.isTrue()
			})
		})
	}
}

// Which of the names of one file that came is which of those that went nobody can say: but each that went is one.
func TestAsManyOfTheNamesThatWentMoveAsNamesCame(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.namesOfOne(3, 10)
		w.scan()
		before := w.shows()
		w.run("mkdir z\nlink first d00/new\nlink first z/new\nrename d02/n004 z/moved\nrename d01/n007 d00/moved")
		w.scan()
		now := w.shows()
		ids := slices.Collect(maps.Values(now.present))
		for p, id := range before.present {
			if !slices.Contains(ids, id) {
				t.Errorf("item %d, which was at %s, is nowhere", id, p)
			}
		}
		if len(ids) != len(before.present)+2 {
			t.Errorf("%d items of %d names and 2 more", len(ids), len(before.present))
		}
		w.isTrue()
	})
}

func TestAChangeThroughOneOfManyNamesIsSeenAtAllOthers(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.namesOfOne(5, 10)
		w.scan()
		for i, c := range []struct{ script, hint string }{
			{"append d02/n003 more", "d02/n003"},
			{"append d02/n003 more\nremove d02/n003", "d02/n003"},
			{"append d03/n003 more\nremove d03", "d03"},
		} {
			w.run(c.script)
			w.hint(c.hint)
			size := int64(1 + 4*(i+1))
			for p := range w.shows().present {
				if it := w.item(p); it.Size != size {
					t.Fatalf("%s: %s has %d bytes, want %d", c.script, p, it.Size, size)
				}
			}
		}
		w.isTrue()
	})
}
