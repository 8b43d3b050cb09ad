package local_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/tree"
	"github.com/catalogizer/catalogizerd/internal/tree/local"
)

// midway is a context that calls back each time that it is asked whether it has ended, which List does
// once before it begins and then after every piece that it read of a directory. It never ends, so the
// call runs in the caller's goroutine, and what is changed in the callback is changed in the middle of it.
type midway struct {
	context.Context
	asked int
	then  func(piece int)
}

func (m *midway) Err() error {
	if m.asked > 0 {
		m.then(m.asked)
	}
	m.asked++
	return nil
}

// once makes a callback that acts in the middle of the first reading only.
func once(f func()) func(int) {
	return func(piece int) {
		if piece == 1 {
			f()
		}
	}
}

// listMidway lists dir of a fresh root holding a/b with the files 0, 1 and 2, and changes the root's
// files (relative to the working directory of change) in the middle.
func listMidway(t *testing.T, dir string, change func(root string) func(piece int)) (*tree.Listing, error) {
	t.Helper()
	root := filepath.Join(t.TempDir(), "root")
	if err := os.MkdirAll(root+"/a/b", 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		touch(t, fmt.Sprintf("%s/a/b/%d", root, i))
	}
	l, err := local.New(root, local.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return l.List(&midway{Context: context.Background(), then: change(root)}, dir)
}

func touch(tb testing.TB, path string) {
	tb.Helper()
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		tb.Fatal(err)
	}
}

func do(tb testing.TB, errs ...error) {
	tb.Helper()
	if err := errors.Join(errs...); err != nil {
		tb.Fatal(err)
	}
}

func entryNames(l *tree.Listing) []string {
	var names []string
	for _, e := range l.Entries {
		names = append(names, e.Name)
	}
	slices.Sort(names)
	return names
}

func TestDirectoryRemovedWhileListedIsAbsentNotEmpty(t *testing.T) {
	l, err := listMidway(t, "a/b", func(root string) func(int) {
		return once(func() { do(t, os.RemoveAll(root+"/a/b")) })
	})
	if !errors.Is(err, tree.ErrNotExist) {
		t.Errorf("listing %+v, error %v, want %v", l, err, tree.ErrNotExist)
	}
}

func TestDirectoryMovedAwayWhileListedIsAbsent(t *testing.T) {
	for _, moved := range []string{"/a/b", "/a"} {
		l, err := listMidway(t, "a/b", func(root string) func(int) {
			return once(func() { do(t, os.Rename(root+moved, root+"/elsewhere")) })
		})
		if !errors.Is(err, tree.ErrNotExist) {
			t.Errorf("%s moved: listing %+v, error %v, want %v", moved, l, err, tree.ErrNotExist)
		}
	}
}

func TestDirectoryReplacedByALinkToItselfIsNoDirectory(t *testing.T) {
	l, err := listMidway(t, "a/b", func(root string) func(int) {
		return once(func() { do(t, os.Rename(root+"/a/b", root+"/c"), os.Symlink("../c", root+"/a/b")) })
	})
	if !errors.Is(err, tree.ErrNotDir) {
		t.Errorf("listing %+v, error %v, want %v", l, err, tree.ErrNotDir)
	}
	l, err = listMidway(t, "a/b", func(root string) func(int) {
		return once(func() { do(t, os.Rename(root+"/a", root+"/c"), os.Symlink("c", root+"/a")) })
	})
	if !errors.Is(err, tree.ErrNotExist) {
		t.Errorf("above: listing %+v, error %v, want %v", l, err, tree.ErrNotExist)
	}
}

func TestDirectoryReplacedWhileListedShowsTheNewOne(t *testing.T) {
	l, err := listMidway(t, "a/b", func(root string) func(int) {
		return once(func() {
			do(t, os.RemoveAll(root+"/a/b"), os.Mkdir(root+"/a/b", 0o755))
			touch(t, root+"/a/b/new")
		})
	})
	if err != nil || !slices.Equal(entryNames(l), []string{"new"}) || l.Provisional {
		t.Errorf("listing %+v, error %v, want the new directory's one file", l, err)
	}
}

func TestDirectoryReplacedTimeAndAgainIsUnsettled(t *testing.T) {
	l, err := listMidway(t, "a/b", func(root string) func(int) {
		return func(piece int) {
			do(t, os.Rename(root+"/a/b", fmt.Sprintf("%s/old%d", root, piece)), os.Mkdir(root+"/a/b", 0o755))
			touch(t, root+"/a/b/new")
		}
	})
	if !errors.Is(err, tree.ErrUnsettled) {
		t.Errorf("listing %+v, error %v, want %v", l, err, tree.ErrUnsettled)
	}
}

func TestRootMovedWhileListedIsAway(t *testing.T) {
	l, err := listMidway(t, "", func(root string) func(int) {
		return once(func() { do(t, os.Rename(root, root+".moved")) })
	})
	if !errors.Is(err, tree.ErrAway) {
		t.Errorf("listing %+v, error %v, want %v", l, err, tree.ErrAway)
	}
}

func TestChangeWhileListedIsReadAnew(t *testing.T) {
	l, err := listMidway(t, "a/b", func(root string) func(int) {
		return once(func() {
			do(t, os.Rename(root+"/a/b/0", root+"/a/b/renamed"), os.Remove(root+"/a/b/1"))
			touch(t, root+"/a/b/new")
		})
	})
	if err != nil || l.Provisional || !slices.Equal(entryNames(l), []string{"2", "new", "renamed"}) {
		t.Errorf("listing %+v, error %v, want the three files as they are now", l, err)
	}
}

func TestListingOfADirectoryThatKeepsChangingIsProvisional(t *testing.T) {
	l, err := listMidway(t, "a/b", func(root string) func(int) {
		return func(piece int) { touch(t, fmt.Sprintf("%s/a/b/new %d", root, piece)) }
	})
	if err != nil || !l.Provisional {
		t.Fatalf("listing %+v, error %v, want a provisional listing", l, err)
	}
	if names := entryNames(l); len(slices.Compact(slices.Clone(names))) != len(names) || !slices.Contains(names, "0") {
		t.Errorf("names %q, want each once, and those that were there all the time", names)
	}
}

// A directory that changed just now could change again within the same step of the clock without a
// trace in its time stamps.
func TestNoChangeHidesInAStepOfTheClock(t *testing.T) {
	for i := range 200 {
		l, err := listMidway(t, "a/b", func(root string) func(int) {
			return once(func() { touch(t, root+"/a/b/new") })
		})
		if err != nil || !slices.Equal(entryNames(l), []string{"0", "1", "2", "new"}) {
			t.Fatalf("round %d: listing %+v, error %v, want four files", i, l, err)
		}
	}
}

// The one entry of this package's tests that takes part in a real race: renames must never make a file
// that is there all the time look gone.
func TestRenamesDuringListingsNeverHideAFile(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	root := t.TempDir()
	fillDir(t, root, 2000)
	l, err := local.New(root, local.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		for i := 0; ctx.Err() == nil; i++ {
			from, to := filepath.Join(root, name(7)), filepath.Join(root, "renamed")
			if i%2 == 1 {
				from, to = to, from
			}
			if err := os.Rename(from, to); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for range 50 {
		got, err := l.List(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		if n := len(got.Entries); !got.Provisional && n != 2000 {
			t.Errorf("%d entries proven, want 2000", n)
		} else if n < 1999 || n > 2001 {
			t.Errorf("%d entries, want about 2000", n)
		}
	}
	cancel()
	do(t, <-done)
}
