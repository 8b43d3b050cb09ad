package scanner

import (
	"context"
	"reflect"
	"syscall"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/media/scanner/reconcile"
	"github.com/catalogizer/catalogizerd/internal/store"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
)

// skips compares what is said not to be followed of "films".
func (w *world) skips(when string, mounts, links, unreadable int64, examples ...string) {
	w.t.Helper()
	want := media.Skipped{Mounts: mounts, Links: links, Unreadable: unreadable, Examples: examples}
	if got := w.root("films").Skipped; !reflect.DeepEqual(got, want) {
		w.t.Errorf("%s: %+v is not followed, want %+v", when, got, want)
	}
}

func (w *world) mount(dir string) {
	w.t.Helper()
	if err := w.files.Mount(dir, tree.Volume{ID: "uuid:" + dir}); err != nil {
		w.t.Fatal(err)
	}
}

func TestWhatIsNotFollowedIsCountedAndNamed(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.skips("an empty root", 0, 0, 0)
		w.run("mkdir movies\nmkdir tv\nmkdir a\nwrite a/f 1\nsymlink elsewhere a/l\nsymlink a .hidden\nfifo p")
		w.mount("movies")
		w.mount("tv")
		w.scan()
		w.skips("two mounts and a link", 2, 1, 0, "movies", "tv", "a/l")
		w.writesNothing()
		w.run("symlink elsewhere a/k")
		w.hint("a/k")
		w.skips("one more link", 2, 2, 0, "movies", "tv", "a/k", "a/l")
		w.run("remove a/l\nwrite a/l a file")
		w.hint("a/l")
		w.skips("a file where a link was", 2, 1, 0, "movies", "tv", "a/k")
		w.run("remove a/k")
		w.hint("a/k")
		w.skips("no link", 2, 0, 0, "movies", "tv")
		if err := w.files.Unmount("tv"); err != nil {
			t.Fatal(err)
		}
		w.scan()
		w.skips("one unmounted", 1, 0, 0, "movies")
		w.isTrue()
	})
}

func TestWhatIsNotFollowedGoesWithItsDirectory(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir a\nmkdir a/b\nsymlink x a/b/l\nsymlink x a/l\nwrite f 1")
		w.scan()
		w.skips("before", 0, 2, 0, "a/l", "a/b/l")
		w.run("rename a/b c")
		w.hint("a/b", "c")
		w.skips("renamed", 0, 2, 0, "a/l", "c/l")
		w.run("remove a")
		w.hint("a")
		w.skips("one removed", 0, 1, 0, "c/l")
		w.run("write .catalogizerignore c/")
		w.hint(".catalogizerignore")
		w.skips("passed over", 0, 0, 0)
		w.isTrue()
	})
}

func TestAFolderThatCannotBeReadIsCountedUntilItCan(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir a\nmkdir a/b\nwrite a/b/f 1\nsymlink x a/b/l\nmkdir c\nmkdir d\nwrite d/g 2")
		w.tree.Inject(faketree.Fault{Ops: faketree.List, At: faketree.Exactly("a/b"), Err: syscall.EACCES})
		w.tree.Inject(faketree.Fault{Ops: faketree.List, At: faketree.Exactly("c"), Err: syscall.EACCES})
		w.scan()
		w.skips("two closed folders", 0, 0, 2, "a/b", "c")
		w.writesNothing()
		w.skips("looked at again", 0, 0, 2, "a/b", "c")
		w.run("remove c")
		w.hint("c")
		w.skips("one of them removed", 0, 0, 1, "a/b")
		w.tree.Mend()
		w.hint("a/b") // as a change of its mode is told
		w.skips("opened", 0, 1, 0, "a/b/l")
		w.tree.Inject(faketree.Fault{Ops: faketree.List, At: faketree.Exactly("a/b"), Err: syscall.EACCES})
		w.scan()
		w.skips("closed again", 0, 0, 1, "a/b")
		w.tree.Mend()
		w.pass(time.Minute) // it is tried again
		w.skips("opened again, without a hint", 0, 1, 0, "a/b/l")
		w.isTrue()
	})
}

func TestWhatIsNotFollowedIsKnownAfterARestart(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir m\nsymlink x l\nmkdir a")
		w.mount("m")
		w.tree.Inject(faketree.Fault{Ops: faketree.List, At: faketree.Exactly("a"), Err: syscall.EACCES})
		w.scan()
		w.skips("before", 1, 1, 1, "m", "l", "a")
		cfg := w.s.runner("films").cfg
		w.roots()
		w.files.TakeAway("no disk")
		w.roots(cfg)
		w.skips("after, without the disk", 1, 1, 1, "m", "l", "a")
		w.files.BringBack()
		w.pass(time.Minute)
		w.skips("after, with the disk", 1, 1, 1, "m", "l", "a")
		w.writesNothing()
	})
}

func TestManyLinksAreCountedAndFewNamed(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		for _, dir := range []string{"a", "b"} {
			w.run("mkdir " + dir)
			for _, n := range "0123456789" {
				w.run("symlink x " + dir + "/" + string(n))
			}
		}
		w.scan()
		w.skips("twenty", 0, 20, 0, "a/0", "a/1", "a/2", "a/3", "a/4")
	})
}

func TestACatalogOfAnEarlierVersionIsToldWhatIsNotFollowed(t *testing.T) {
	inWorld(t, options{}, func(w *world) {
		w.run("mkdir m\nsymlink x l\nwrite f 1")
		w.scan()
		w.mount("m")
		err := w.st.Update(context.Background(), func(tx *store.Tx) error { // as one that did not know has it
			d, _, err := tx.Dir(w.s.runner("films").id, "")
			if err != nil {
				return err
			}
			d.Skipped = store.Skipped{}
			d.Digest = d.Digest.Sub(reconcile.NameDigest('l', "l"))
			return tx.SaveDir(&d)
		})
		if err != nil {
			t.Fatal(err)
		}
		w.scan()
		w.skips("after a pass", 1, 1, 0, "m", "l")
		w.isTrue()
	})
}

// A line each time that a program makes a link, or removes one, would hide all others.
func TestTheLogIsToldOfMoreLinksOnceTheyAreTwiceAsMany(t *testing.T) {
	of := func(mounts, links, unreadable int64) media.Skipped {
		return media.Skipped{Mounts: mounts, Links: links, Unreadable: unreadable}
	}
	var told media.Skipped
	for _, c := range []struct {
		now  media.Skipped
		tell bool
	}{
		{of(0, 0, 0), false},
		{of(0, 1, 0), true},
		{of(0, 2, 0), true},
		{of(0, 3, 0), false},
		{of(0, 1, 0), false},
		{of(0, 4, 0), true},
		{of(1, 4, 0), true},
		{of(1, 7, 0), false},
		{of(1, 7, 1), true},
		{of(0, 13, 1), true},
		{of(0, 25, 1), false},
		{of(0, 26, 0), true},
		{of(0, 0, 0), true},
		{of(0, 0, 0), false},
	} {
		if got := worthTelling(&told, &c.now); got != c.tell {
			t.Errorf("told of %+v, and now it is %+v: told again: %t, want %t", told, c.now, got, c.tell)
		}
		if c.tell {
			told = c.now
		}
	}
}
