package treetest

import (
	"context"
	"fmt"
	"os"
	"sync"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

func testIdentity(s *suite) {
	if s.NoIDs {
		s.Skip("no identities in this tree")
	}
	s.mkdir("a")
	s.mkdir("b")
	s.write("a/f", "one")
	s.write("a/g", "two")
	f, g, a := s.stat("a/f").ID, s.stat("a/g").ID, s.stat("a").ID
	if f == (tree.FileID{}) || f == g || f == a {
		s.Fatalf("identities %+v, %+v and %+v, want three different ones", f, g, a)
	}
	s.must(s.Files.Append("a/f", []byte(" and more")))
	if got := s.stat("a/f"); got.ID != f || got.Size != 12 {
		s.Errorf("after an edit: %+v, want identity %+v and 12 bytes", got, f)
	}
	s.must(s.Files.Rename("a/f", "b/moved"))
	if got := s.stat("b/moved").ID; got != f {
		s.Errorf("after a move: %+v, want %+v", got, f)
	}
	s.must(s.Files.Rename("a", "b/a"))
	if got := s.stat("b/a").ID; got != a {
		s.Errorf("directory after a move: %+v, want %+v", got, a)
	}
	if got := s.stat("b/a/g").ID; got != g {
		s.Errorf("file after its directory moved: %+v, want %+v", got, g)
	}
	for _, e := range s.list("b/a") {
		if e.ID != g {
			s.Errorf("listed as %+v, want identity %+v", e, g)
		}
	}
}

func testHardLinks(s *suite) {
	if s.NoHardLinks {
		s.Skip("no hard links in this tree")
	}
	s.write("f", "x")
	s.must(s.Files.Link("f", "g"))
	f, g := s.stat("f"), s.stat("g")
	if !s.NoIDs && f.ID != g.ID {
		s.Errorf("two links to one file: %+v and %+v, want one identity", f, g)
	}
	if f.Links != 2 || g.Links != 2 {
		s.Errorf("%d and %d links, want 2", f.Links, g.Links)
	}
	s.must(s.Files.Remove("f"))
	if g = s.stat("g"); g.Links != 1 {
		s.Errorf("%d links after one was removed, want 1", g.Links)
	}
}

func testVolume(s *suite) {
	s.write("f", "x")
	v, err := s.Tree.Identify(s.ctx)
	s.must(err)
	if v.ID == "" || v.FSType == "" {
		s.Errorf("volume %+v, want an id and a type", v)
	}
	if again, err := s.Tree.Identify(s.ctx); err != nil || again != v {
		s.Errorf("identified again as %+v (%v), want %+v", again, err, v)
	}
	if l, err := s.Tree.List(s.ctx, ""); err != nil || l.Volume != v {
		s.Errorf("listing is of %+v (%v), want %+v", l, err, v)
	}
	s.Tree.Expect(v)
	s.wantNames("", "f")
	other := v
	other.ID = "uuid:00000000-0000-4000-8000-000000000000"
	s.Tree.Expect(other)
	s.wantAway()
	if got, err := s.Tree.Identify(s.ctx); err != nil || got != v {
		s.Errorf("identified as %+v (%v) while another is expected, want %+v", got, err, v)
	}
	s.Tree.Expect(tree.Volume{})
	s.wantNames("", "f")
}

// wantAway checks that the root holding "f" yields nothing but ErrAway.
func (s *suite) wantAway() {
	s.Helper()
	_, err := s.Tree.List(s.ctx, "")
	s.wantError("list", err, tree.ErrAway)
	for _, path := range []string{"f", "never there"} {
		_, err = s.Tree.Stat(s.ctx, path)
		s.wantError("stat "+path, err, tree.ErrAway)
		_, err = s.Tree.Open(s.ctx, path)
		s.wantError("open "+path, err, tree.ErrAway)
		_, err = s.Tree.List(s.ctx, path)
		s.wantError("list "+path, err, tree.ErrAway)
	}
}

func testAway(s *suite) {
	if s.TakeAway == nil {
		s.Skip("this root cannot be taken away")
	}
	s.write("f", "x")
	v, err := s.Tree.Identify(s.ctx)
	s.must(err)
	s.Tree.Expect(v)
	before := s.stat("f")
	back := s.TakeAway(s.T)
	s.wantAway()
	back()
	if got, err := s.Tree.Identify(s.ctx); err != nil || got != v {
		s.Errorf("identified as %+v (%v) when back, want %+v", got, err, v)
	}
	if got := s.stat("f"); got.ID != before.ID || got.Size != before.Size || got.MTime != before.MTime {
		s.Errorf("when back: %+v, want %+v", got, before)
	}
	s.wantNames("", "f")
}

func testConcurrent(s *suite) {
	for d := range 4 {
		s.mkdir(fmt.Sprint(d))
		for f := range 25 {
			s.write(fmt.Sprintf("%d/%d", d, f), fmt.Sprintf("%d of %d", f, d))
		}
	}
	work := func(i int) error {
		dir := fmt.Sprint(i % 4)
		l, err := s.Tree.List(s.ctx, dir)
		if err != nil {
			return err
		}
		if len(l.Entries) != 25 {
			return fmt.Errorf("%d entries in %s, want 25", len(l.Entries), dir)
		}
		e := l.Entries[i%25]
		if got, err := s.Tree.Stat(s.ctx, dir+"/"+e.Name); err != nil || !s.same(got, e) {
			return fmt.Errorf("stat says %+v (%w), list %+v", got, err, e)
		}
		f, err := s.Tree.Open(s.ctx, dir+"/"+e.Name)
		if err != nil {
			return err
		}
		defer f.Close()
		want := e.Name + " of " + dir
		buf := make([]byte, len(want))
		if _, err := f.ReadAt(buf, 0); err != nil || string(buf) != want {
			return fmt.Errorf("read %q, %w, want %q", buf, err, want)
		}
		_, err = s.Tree.Identify(s.ctx)
		return err
	}
	var wg sync.WaitGroup
	for g := range 32 {
		wg.Go(func() {
			for i := range 25 {
				if err := work(g + i*7); err != nil {
					s.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func testNothingOpen(s *suite) {
	if s.KeepsConnection {
		s.Skip("this tree keeps a connection")
	}
	s.mkdir("d")
	s.write("d/f", "x")
	use := func() {
		s.list("d")
		s.stat("d/f")
		f, err := s.Tree.Open(s.ctx, "d/f")
		s.must(err)
		s.read(f)
		s.must(f.Close())
		for _, path := range []string{"no", "d/f/no", "d"} {
			if f, err := s.Tree.Open(s.ctx, path); err == nil {
				f.Close()
			}
			if _, err := s.Tree.List(s.ctx, path+"/no"); err == nil {
				s.Errorf("list %q works", path+"/no")
			}
		}
		ctx, cancel := context.WithCancel(s.ctx)
		cancel()
		s.Tree.List(ctx, "d") //nolint:errcheck // it has been tested that this fails
		if _, err := s.Tree.Identify(s.ctx); err != nil {
			s.Error(err)
		}
	}
	use()
	before := openFiles(s)
	for range 50 {
		use()
	}
	if after := openFiles(s); after >= before+50 { // others of the process may open and close some meanwhile
		s.Errorf("%d descriptors open, %d before", after, before)
	}
}

func openFiles(s *suite) int {
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		s.Skip(err)
	}
	return len(fds)
}
