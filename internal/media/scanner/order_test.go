package scanner

import (
	"context"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
)

// watches does something whenever a directory gets its watch.
type watches struct {
	deaf
	then func(dir string)
}

func (w watches) Watch(_ context.Context, _, dir string, _ tree.FileID) error {
	w.then(dir)
	return nil
}

// A file that is made when the watch is not there yet leads to no event, and one made after the listing is not in
// it.
func TestADirectoryIsWatchedBeforeItIsListed(t *testing.T) {
	inWorld(t, options{idle: true}, func(w *world) {
		w.run("mkdir a/b")
		made := map[string]bool{}
		w.s.watch = watches{then: func(dir string) {
			if dir == "" || made[dir] {
				return
			}
			made[dir] = true
			if err := w.files.Write(dir+"/just now", []byte("x")); err != nil {
				t.Error(err)
			}
		}}
		w.roots(RootConfig{Name: "films", Location: "/films", Tree: w.tree, Workers: 1})
		for _, p := range []string{"a/just now", "a/b/just now"} {
			if _, ok := w.shows().present[p]; !ok {
				t.Errorf("%s was missed", p)
			}
		}
	})
}

// forgetful leaves a directory out of one listing of the root, as where it was renamed away and back meanwhile.
type forgetful struct {
	tree.Tree
	name string
	once *bool
}

func (f forgetful) List(ctx context.Context, dir string) (*tree.Listing, error) {
	l, err := f.Tree.List(ctx, dir)
	if err != nil || dir != "" || !*f.once {
		return l, err
	}
	*f.once = false
	kept := l.Entries[:0]
	for _, e := range l.Entries {
		if e.Name != f.name {
			kept = append(kept, e)
		}
	}
	l.Entries = kept
	return l, nil
}

func TestADirectoryThatIsBackIsNotTakenForGone(t *testing.T) {
	inWorld(t, options{idle: true}, func(w *world) {
		w.run("mkdir a/s\nwrite a/f 1\nwrite a/s/g 2")
		once := false
		w.roots(RootConfig{Name: "films", Location: "/films", Tree: forgetful{w.files, "a", &once}, Workers: 1})
		before, head := w.shows(), w.st.Head()
		once = true
		w.scan()
		if once {
			t.Fatal("the root was not listed")
		}
		w.expect(before, "a/f<-a/f a/s/g<-a/s/g")
		if w.st.Head() != head {
			t.Error("clients were told of something")
		}
	})
}

// A second name of a file is no proof that the first is gone: not where that cannot be looked at.
func TestASecondNameTakesNoIDFromWhatCannotBeLookedAt(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir a\nmkdir b\nwrite a/f 1")
		w.scan()
		before := w.shows()
		mend := w.tree.Inject(faketree.Fault{Ops: faketree.List | faketree.Stat, At: faketree.Under("a"), Err: syscall.EACCES})
		w.run("link a/f b/f")
		w.scan()
		w.expect(before, "a/f<-a/f b/f<-")
		mend()
		w.pass(15 * time.Minute)
		w.expect(before, "a/f<-a/f b/f<-")
	})
}

// What vanished from one root may be in another, which takes its time to say so.
func TestWhatIsMissingWaitsForTheOtherRootsOfItsFileSystem(t *testing.T) {
	inWorld(t, options{idle: true}, func(w *world) {
		w.run("mkdir one\nmkdir two\nwrite one/f x")
		slow := faketree.NewFaulty(below{w.files, "two"}, 1)
		w.roots(
			RootConfig{Name: "one", Location: "/one", Tree: below{w.files, "one"}},
			RootConfig{Name: "two", Location: "/two", Tree: slow},
		)
		before := w.shows()
		w.run("rename one/f two/f")
		slow.Inject(faketree.Fault{Ops: faketree.List, Latency: time.Minute})
		for _, root := range []string{"two", "one"} {
			if _, err := w.s.Scan(w.t.Context(), root, "", false); err != nil {
				t.Fatal(err)
			}
		}
		w.pass(2 * time.Minute)
		w.expect(before, "two:f<-one:f")
	})
}

// So it may be in a root of which it has not been said yet whether it is there, after a start: also in a single pass,
// in which nothing is missing for longer than that takes.
func TestWhatIsMissingWaitsForRootsThatHaveNotAnsweredYet(t *testing.T) {
	once := Config{Debounce: 500 * time.Millisecond, MaxWait: 5 * time.Second}
	inWorld(t, options{idle: true, cfg: once}, func(w *world) {
		w.run("mkdir one\nmkdir two\nmkdir new\nwrite one/f x\nwrite one/g y\nwrite one/h z")
		slow := func(dir string) RootConfig {
			tree := faketree.NewFaulty(below{w.files, dir}, 1)
			tree.Inject(faketree.Fault{Ops: faketree.Identify, Latency: 3 * time.Second})
			return RootConfig{Name: dir, Location: "/" + dir, Tree: tree}
		}
		one := RootConfig{Name: "one", Location: "/one", Tree: below{w.files, "one"}}
		w.before(one, slow("two"))
		before := w.shows()
		w.run("rename one/f two/f\nrename one/g new/g\nremove one/h")
		w.roots(one, slow("two"), slow("new"))
		w.expect(before, "two:f<-one:f new:g<-one:g")
	})
}

// shuffled lists as a file system does that keeps names by their hashes, and notes which directories were listed.
type shuffled struct {
	tree.Tree
	numbered bool // directories have numbers
	listed   *[]string
}

func (f shuffled) List(ctx context.Context, dir string) (*tree.Listing, error) {
	l, err := f.Tree.List(ctx, dir)
	if err != nil {
		return nil, err
	}
	*f.listed = append(*f.listed, dir)
	rand.Shuffle(len(l.Entries), func(i, j int) { l.Entries[i], l.Entries[j] = l.Entries[j], l.Entries[i] })
	for i := range l.Entries {
		if !f.numbered {
			l.Entries[i].ID = tree.FileID{}
		}
	}
	return l, nil
}

// Numbers are given in the order in which directories are made.
func TestDirectoriesAreListedInTheOrderOfTheDisk(t *testing.T) {
	for numbered, want := range map[bool][2]string{true: {"c d a b", "a/z a/y a/x"}, false: {"a b c d", "a/x a/y a/z"}} {
		inWorld(t, options{idle: true}, func(w *world) {
			var listed []string
			w.run("mkdir c\nmkdir d\nmkdir a/z\nmkdir a/y\nmkdir a/x\nmkdir b\nwrite b/f x")
			w.roots(RootConfig{Name: "films", Location: "/films", Tree: shuffled{w.tree, numbered, &listed}, Workers: 1})
			var got [2][]string
			for _, dir := range listed {
				if depth := strings.Count(dir, "/"); dir != "" {
					got[depth] = append(got[depth], dir)
				}
			}
			for depth := range want {
				if order := strings.Join(got[depth], " "); order != want[depth] {
					t.Errorf("with numbers %v: listed %s, want %s", numbered, order, want[depth])
				}
			}
		})
	}
}
