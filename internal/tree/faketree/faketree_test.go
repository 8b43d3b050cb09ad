package faketree_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/catalogizer/catalogizerd/internal/run/runtest"
	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/faketree"
	"github.com/catalogizer/catalogizerd/internal/tree/treetest"
)

func TestMain(m *testing.M) { runtest.Main(m) }

func TestFakeKeepsTheContract(t *testing.T) {
	treetest.TestTree(t, func(*testing.T) treetest.Fixture { return fixture(faketree.New(faketree.Options{})) })
}

func TestFakeWithoutBirthTimesKeepsTheContract(t *testing.T) {
	treetest.TestTree(t, func(*testing.T) treetest.Fixture {
		return fixture(faketree.New(faketree.Options{NoBirth: true, Step: 2 * time.Second}))
	})
}

func TestFaultyWithoutFaultsKeepsTheContract(t *testing.T) {
	treetest.TestTree(t, func(*testing.T) treetest.Fixture {
		f := fixture(faketree.New(faketree.Options{}))
		f.Tree = faketree.NewFaulty(f.Tree, 1)
		return f
	})
}

func fixture(fake *faketree.Tree) treetest.Fixture {
	return treetest.Fixture{Tree: fake, Files: fake, TakeAway: func(*testing.T) func() {
		fake.PullOut(tree.Volume{})
		return fake.PlugIn
	}}
}

// small is a tree with the files a/f, a/g and b/h.
func small(t *testing.T) *faketree.Tree {
	t.Helper()
	fake := faketree.New(faketree.Options{})
	if err := fake.Run(`
		mkdir a
		mkdir b
		write a/f one
		write a/g two
		write b/h three
	`); err != nil {
		t.Fatal(err)
	}
	return fake
}

func stat(t *testing.T, in tree.Tree, path string) tree.Entry {
	t.Helper()
	e, err := in.Stat(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func names(t *testing.T, in tree.Tree, dir string) []string {
	t.Helper()
	l, err := in.List(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range l.Entries {
		names = append(names, e.Name)
	}
	slices.Sort(names)
	return names
}

func TestScriptMakesItsChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := small(t)
		f, g := stat(t, fake, "a/f"), stat(t, fake, "a/g")
		if err := fake.Run(`
			# tags were edited, then the files changed places
			append a/f  and more
			swap a/f a/g
			link a/f a/again
			symlink f a/link
			fifo a/pipe
			write "a/odd \xff name" x y
			clock 1h
			time a/f -24h
			rename b/h a/h
			remove b
		`); err != nil {
			t.Fatal(err)
		}
		if got := stat(t, fake, "a/g"); got.ID != f.ID || got.Size != int64(len("one and more")) {
			t.Errorf("a/g is %+v, want what was a/f, with more in it", got)
		}
		got := stat(t, fake, "a/f")
		if got.ID != g.ID || got.Links != 2 {
			t.Errorf("a/f is %+v, want what was a/g, with two links", got)
		}
		if want := time.Now().Add(-23 * time.Hour); !tree.Time(got.MTime).Equal(want) || tree.Time(got.CTime).Before(want) {
			t.Errorf("a/f is of %s, changed %s, want modified %s", tree.Time(got.MTime), tree.Time(got.CTime), want)
		}
		if got, want := names(t, fake, "a"), []string{"again", "f", "g", "h", "link", "odd \xff name", "pipe"}; !slices.Equal(got, want) {
			t.Errorf("names %q, want %q", got, want)
		}
		if got := names(t, fake, ""); !slices.Equal(got, []string{"a"}) {
			t.Errorf("names %q, want a alone", got)
		}
		for _, bad := range []string{"mkdir", "fly a", "write no/f x", "rename a/no a/x", "mkdir a b", `write "a x`, "clock soon", "write a x"} {
			if err := fake.Run(bad); err == nil {
				t.Errorf("%q works, want an error", bad)
			}
		}
	})
}

func TestInodeNumbersAreUsedAgainButNotBirthTimes(t *testing.T) {
	fake := small(t)
	old := stat(t, fake, "a/f").ID
	open, err := fake.Open(t.Context(), "a/f")
	if err != nil {
		t.Fatal(err)
	}
	run := func(script string) tree.FileID {
		t.Helper()
		if err := fake.Run(script); err != nil {
			t.Fatal(err)
		}
		return stat(t, fake, "a/new").ID
	}
	if id := run("remove a/f\nwrite a/new x"); id.Inode == old.Inode {
		t.Errorf("new file is %+v while the old %+v is open", id, old)
	}
	open.Close()
	if id := run("remove a/new\nwrite a/new x\nwrite a/other x"); id.Inode == old.Inode {
		t.Errorf("new file is %+v, want the number freed last", id)
	}
	if id := stat(t, fake, "a/other").ID; id.Inode != old.Inode || id.Birth == old.Birth {
		t.Errorf("new file is %+v, want the number of %+v and a birth time of its own", id, old)
	}
}

func TestMountsOfTheFake(t *testing.T) {
	for _, cross := range []bool{false, true} {
		fake := faketree.New(faketree.Options{CrossMounts: cross})
		other := tree.Volume{ID: "uuid:other"}
		if err := errors.Join(fake.Run("mkdir m\nwrite m/covered x"), fake.Mount("m", other), fake.Run("write m/f y")); err != nil {
			t.Fatal(err)
		}
		if e := stat(t, fake, "m"); !e.Mount || e.Type != tree.Dir {
			t.Errorf("mount point is %+v, want a directory with a mount", e)
		}
		l, err := fake.List(t.Context(), "m")
		_, statErr := fake.Stat(t.Context(), "m/f")
		if cross && (err != nil || l.Volume.ID != other.ID || statErr != nil || !slices.Equal(names(t, fake, "m"), []string{"f"})) {
			t.Errorf("crossing: listing %+v, %v and %v, want the mounted disk's file", l, err, statErr)
		}
		if !cross && (!errors.Is(err, tree.ErrOtherVolume) || !errors.Is(statErr, tree.ErrOtherVolume)) {
			t.Errorf("not crossing: %v and %v, want %v", err, statErr, tree.ErrOtherVolume)
		}
		if err := fake.Unmount("m"); err != nil {
			t.Fatal(err)
		}
		if got := names(t, fake, "m"); !slices.Equal(got, []string{"covered"}) {
			t.Errorf("unmounted: %q, want what was covered", got)
		}
	}
}

func TestFaultsComeWhereAndAsOftenAsAsked(t *testing.T) {
	faulty := faketree.NewFaulty(small(t), 1)
	faulty.Inject(faketree.Fault{Ops: faketree.List, At: faketree.Exactly("a"), Err: syscall.EMFILE, Times: 2})
	mend := faulty.Inject(faketree.Fault{Ops: faketree.Stat | faketree.Open, At: faketree.Under("b"), Err: syscall.EIO})
	for i := range 3 {
		if _, err := faulty.List(t.Context(), "a"); errors.Is(err, syscall.EMFILE) != (i < 2) {
			t.Errorf("list %d: error %v", i, err)
		}
	}
	if _, err := faulty.Stat(t.Context(), "b/h"); !errors.Is(err, syscall.EIO) {
		t.Errorf("stat: %v, want %v", err, syscall.EIO)
	}
	if _, err := faulty.Open(t.Context(), "b/h"); !errors.Is(err, syscall.EIO) {
		t.Errorf("open: %v, want %v", err, syscall.EIO)
	}
	stat(t, faulty, "a/f")
	mend()
	stat(t, faulty, "b/h")
	if got := faulty.Hits(); got != 4 {
		t.Errorf("%d hits, want 4", got)
	}
	faulty.Inject(faketree.Fault{Err: tree.ErrAway})
	if _, err := faulty.Identify(t.Context()); !errors.Is(err, tree.ErrAway) {
		t.Errorf("identify: %v, want %v", err, tree.ErrAway)
	}
	faulty.Mend()
	stat(t, faulty, "a/f")
}

func TestFaultsByChanceAreRepeatable(t *testing.T) {
	pattern := func(seed uint64) (hits []bool) {
		faulty := faketree.NewFaulty(small(t), seed)
		faulty.Inject(faketree.Fault{Chance: 0.3, Err: syscall.EIO})
		for range 200 {
			_, err := faulty.Stat(t.Context(), "a/f")
			hits = append(hits, err != nil)
		}
		return hits
	}
	one := pattern(7)
	if !slices.Equal(one, pattern(7)) {
		t.Error("one seed fails differently twice")
	}
	if slices.Equal(one, pattern(8)) || !slices.Contains(one, true) || !slices.Contains(one, false) {
		t.Error("seeds make no difference, or no chance")
	}
}

func TestFaultyListings(t *testing.T) {
	faulty := faketree.NewFaulty(small(t), 1)
	f := func(name string) bool { return name == "f" }
	faulty.Inject(faketree.Fault{Ops: faketree.List, Drop: f, Times: 1})
	if l, err := faulty.List(t.Context(), "a"); err != nil || !l.Provisional || len(l.Entries) != 1 || l.Entries[0].Name != "g" {
		t.Errorf("short listing: %+v, %v, want g alone, provisionally", l, err)
	}
	faulty.Inject(faketree.Fault{Ops: faketree.List, Break: f, Times: 1})
	if l, err := faulty.List(t.Context(), "a"); err != nil || l.Provisional || len(l.Entries) != 1 || !slices.Equal(l.Broken, []string{"f"}) {
		t.Errorf("listing with a broken entry: %+v, %v, want g, and f broken", l, err)
	}
	read := 0
	faulty.Inject(faketree.Fault{Ops: faketree.List, Before: func(string) { read++ }, Halfway: true, Err: syscall.EIO, Times: 1})
	if l, err := faulty.List(t.Context(), "a"); !errors.Is(err, syscall.EIO) || l != nil || read != 1 {
		t.Errorf("listing that fails half-way: %+v, %v, want %v", l, err, syscall.EIO)
	}
	if got := names(t, faulty, "a"); !slices.Equal(got, []string{"f", "g"}) {
		t.Errorf("after the faults: %q", got)
	}
}

func TestFaultyVolume(t *testing.T) {
	faulty := faketree.NewFaulty(small(t), 1)
	v, err := faulty.Identify(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	other := tree.Volume{ID: "uuid:other"}
	faulty.Inject(faketree.Fault{Volume: &other})
	if got, err := faulty.Identify(t.Context()); err != nil || got != other {
		t.Errorf("identified as %+v, %v, want %+v", got, err, other)
	}
	faulty.Expect(v)
	if _, err := faulty.List(t.Context(), "a"); !errors.Is(err, tree.ErrAway) {
		t.Errorf("list: %v, want %v", err, tree.ErrAway)
	}
	if _, err := faulty.Open(t.Context(), "a/f"); !errors.Is(err, tree.ErrAway) {
		t.Errorf("open: %v, want %v", err, tree.ErrAway)
	}
	if _, err := faulty.Stat(t.Context(), "a/f"); !errors.Is(err, tree.ErrAway) {
		t.Errorf("stat: %v, want %v", err, tree.ErrAway)
	}
}

func TestOnlyTheContextEndsACallThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		faulty := faketree.NewFaulty(small(t), 1)
		file, err := faulty.Open(t.Context(), "a/f")
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		faulty.Inject(faketree.Fault{Hang: true, At: faketree.Under("a")})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		began := time.Now()
		if _, err := faulty.List(ctx, "a"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("list: %v, want %v", err, context.DeadlineExceeded)
		}
		if took := time.Since(began); took != time.Hour {
			t.Errorf("hung for %s, want an hour", took)
		}
		faulty.Mend()
		faulty.Inject(faketree.Fault{Latency: time.Second})
		began = time.Now()
		stat(t, faulty, "a/f")
		if took := time.Since(began); took != time.Second {
			t.Errorf("took %s, want a second", took)
		}
	})
}

func TestFaultyReads(t *testing.T) {
	faulty := faketree.NewFaulty(small(t), 1)
	file, err := faulty.Open(t.Context(), "b/h")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	faulty.Inject(faketree.Fault{Ops: faketree.Read, Err: syscall.EIO, Halfway: true, Times: 1})
	buf := make([]byte, 4)
	if n, err := file.ReadAt(buf, 0); n != 2 || !errors.Is(err, syscall.EIO) || string(buf[:n]) != "th" {
		t.Errorf("read %q, %v, want half of it and %v", buf[:n], err, syscall.EIO)
	}
	faulty.Inject(faketree.Fault{Ops: faketree.Read, Err: syscall.EIO, Times: 1})
	if _, err := file.Stat(); !errors.Is(err, syscall.EIO) {
		t.Errorf("look at open file: %v, want %v", err, syscall.EIO)
	}
	if b, err := io.ReadAll(io.NewSectionReader(file, 0, 100)); err != nil || string(b) != "three" {
		t.Errorf("after the faults: %q, %v", b, err)
	}
}

func TestATreeThatFoldsCaseFindsNamesInAnyAndKeepsTheirOwn(t *testing.T) {
	tr := faketree.New(faketree.Options{FoldCase: true})
	if err := tr.Run("mkdir Dir\nwrite Dir/File 1\nwrite a 1\nwrite A 2"); err != nil {
		t.Fatal(err)
	}
	l, err := tr.List(t.Context(), "DIR")
	if err != nil || len(l.Entries) != 1 || l.Entries[0].Name != "File" {
		t.Fatalf("%+v, %v", l, err)
	}
	if e, err := tr.Stat(t.Context(), "dir/fILE"); err != nil || e.ID != l.Entries[0].ID {
		t.Errorf("%+v, %v", e, err)
	}
	small, err := tr.Stat(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	if large, err := tr.Stat(t.Context(), "A"); err != nil || large.ID == small.ID {
		t.Errorf("a name that is there is not found by itself: %+v, %v", large, err)
	}
}
