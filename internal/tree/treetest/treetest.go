// Package treetest is the contract that every tree.Tree keeps, as a test suite: an implementation makes a
// Fixture of itself and passes it to TestTree. What a transport cannot do is said in the Fixture and
// passed over; everything else is required.
package treetest

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Writer changes the files of a tree from behind: the daemon's trees never write. Paths are those of the
// tree. Directory implements it for a tree with a local directory behind it.
type Writer interface {
	Mkdir(path string) error
	// Write makes the file or replaces its content, keeping the file itself.
	Write(path string, content []byte) error
	// Append adds to the end of the file.
	Append(path string, content []byte) error
	// Rename replaces what is at to.
	Rename(from, to string) error
	Link(from, to string) error
	// Remove removes a file or an empty directory.
	Remove(path string) error
	Symlink(target, path string) error
	Mkfifo(path string) error
}

// Fixture is one fresh, empty tree, with a way to change its files, and what must not be asked of it.
type Fixture struct {
	Tree  tree.Tree
	Files Writer

	// Holds says whether the transport can carry a name; nil means that it carries all.
	Holds func(name string) bool
	// NoIDs passes over the tests of identity.
	NoIDs bool
	// NoHardLinks, NoSymlinks and NoFIFOs pass over the tests of such entries. Without hard links the
	// number of links may be unknown to some calls.
	NoHardLinks, NoSymlinks, NoFIFOs bool
	// Provisional allows listings to be provisional where nothing changes.
	Provisional bool
	// TakeAway makes the root unreachable and returns the way back; nil passes over the test.
	TakeAway func(t *testing.T) (back func())
	// KeepsConnection passes over the test that no descriptor stays open between calls.
	KeepsConnection bool
	// Settle waits until the tree shows what was written; nil means that it does at once.
	Settle func()
}

// suite is one test's view of a fixture: calls that must work fail the test.
type suite struct {
	*testing.T
	Fixture
	ctx context.Context
}

// TestTree runs the contract against fixtures from make, a fresh one for each part. make registers the
// fixture's end with t.Cleanup.
func TestTree(t *testing.T, make func(t *testing.T) Fixture) {
	parts := []struct {
		name string
		run  func(s *suite)
	}{
		{"lists exactly what is there", testList},
		{"lists an empty root", testEmpty},
		{"lists 5000 entries once each", testLarge},
		{"carries odd names byte for byte", testNames},
		{"says what kind of entry it is", testTypes},
		{"says that the absent is absent", testAbsent},
		{"refuses what is not of the kind asked for", testWrongKind},
		{"refuses malformed paths", testPaths},
		{"never follows a link", testLinks},
		{"does not hang on a FIFO", testFIFO},
		{"keeps identity over rename and edit", testIdentity},
		{"shows hard links as one file", testHardLinks},
		{"reads at any offset", testRead},
		{"keeps an open file open over replacement", testReplaced},
		{"honours a context that has ended", testContext},
		{"identifies its volume", testVolume},
		{"is away when its root is", testAway},
		{"serves 32 callers at once", testConcurrent},
		{"keeps nothing open", testNothingOpen},
	}
	for _, p := range parts {
		t.Run(p.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
			defer cancel()
			p.run(&suite{T: t, Fixture: make(t), ctx: ctx})
		})
	}
}

// must fails the test on the error of a change.
func (s *suite) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
	if s.Settle != nil {
		s.Settle()
	}
}

func (s *suite) mkdir(path string)          { s.Helper(); s.must(s.Files.Mkdir(path)) }
func (s *suite) write(path, content string) { s.Helper(); s.must(s.Files.Write(path, []byte(content))) }

// list lists dir and returns its entries by name, having checked what every listing promises.
func (s *suite) list(dir string) map[string]tree.Entry {
	s.Helper()
	l, err := s.Tree.List(s.ctx, dir)
	if err != nil {
		s.Fatalf("list %q: %v", dir, err)
	}
	if l.Provisional && !s.Provisional {
		s.Errorf("list %q: provisional, though nothing changed", dir)
	}
	if l.Volume.ID == "" {
		s.Errorf("list %q: no volume", dir)
	}
	if l.Self.Type != tree.Dir || l.Self.Name != "" {
		s.Errorf("list %q: self is %+v, want a directory without a name", dir, l.Self)
	}
	if len(l.Broken) > 0 {
		s.Errorf("list %q: broken %q, want none", dir, l.Broken)
	}
	entries := make(map[string]tree.Entry, len(l.Entries))
	for _, e := range l.Entries {
		if _, twice := entries[e.Name]; twice {
			s.Errorf("list %q: %q twice", dir, e.Name)
		}
		entries[e.Name] = e
	}
	return entries
}

// names are the sorted names of a listing.
func (s *suite) names(dir string) []string {
	s.Helper()
	var names []string
	for name := range s.list(dir) {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (s *suite) wantNames(dir string, want ...string) {
	s.Helper()
	slices.Sort(want)
	if got := s.names(dir); !slices.Equal(got, want) {
		s.Errorf("list %q: %q, want %q", dir, got, want)
	}
}

func (s *suite) stat(path string) tree.Entry {
	s.Helper()
	e, err := s.Tree.Stat(s.ctx, path)
	if err != nil {
		s.Fatalf("stat %q: %v", path, err)
	}
	return e
}

// open opens a file and closes it with the test.
func (s *suite) open(path string) tree.ReadFile {
	s.Helper()
	f, err := s.Tree.Open(s.ctx, path)
	if err != nil {
		s.Fatalf("open %q: %v", path, err)
	}
	s.Cleanup(func() { f.Close() })
	return f
}

// read reads an open file whole.
func (s *suite) read(f tree.ReadFile) string {
	s.Helper()
	b, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<30))
	if err != nil {
		s.Fatalf("read: %v", err)
	}
	return string(b)
}

// wantError checks the error of a call.
func (s *suite) wantError(call string, err, want error) {
	s.Helper()
	if !errors.Is(err, want) {
		s.Errorf("%s: error %v, want %v", call, err, want)
	}
}

// same says whether two looks at one entry agree.
func (s *suite) same(a, b tree.Entry) bool {
	if s.NoHardLinks {
		a.Links, b.Links = 0, 0
	}
	return a == b
}

func (s *suite) holds(name string) bool { return s.Holds == nil || s.Holds(name) }

// Directory is the Writer of a tree with this local directory behind it.
type Directory string

var _ Writer = Directory("")

func (d Directory) at(path string) string {
	// filepath.Join would clean the path, and must not touch its bytes.
	return strings.TrimSuffix(string(d), "/") + "/" + path
}

// Mkdir implements Writer.
func (d Directory) Mkdir(path string) error { return os.Mkdir(d.at(path), 0o755) }

// Write implements Writer.
func (d Directory) Write(path string, content []byte) error {
	return os.WriteFile(d.at(path), content, 0o644)
}

// Append implements Writer.
func (d Directory) Append(path string, content []byte) error {
	f, err := os.OpenFile(d.at(path), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}

// Rename implements Writer.
func (d Directory) Rename(from, to string) error { return os.Rename(d.at(from), d.at(to)) }

// Link implements Writer.
func (d Directory) Link(from, to string) error { return os.Link(d.at(from), d.at(to)) }

// Remove implements Writer.
func (d Directory) Remove(path string) error { return os.Remove(d.at(path)) }

// Symlink implements Writer.
func (d Directory) Symlink(target, path string) error { return os.Symlink(target, d.at(path)) }
