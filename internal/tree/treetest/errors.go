package treetest

import (
	"errors"
	"io"
	"strings"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

func testAbsent(s *suite) {
	s.mkdir("d")
	s.write("f", "x")
	for _, path := range []string{"no", "d/no", "no/no", "d/no/no", "f/no", "f/no/no"} {
		_, err := s.Tree.List(s.ctx, path)
		s.wantError("list "+path, err, tree.ErrNotExist)
		_, err = s.Tree.Stat(s.ctx, path)
		s.wantError("stat "+path, err, tree.ErrNotExist)
		_, err = s.Tree.Open(s.ctx, path)
		s.wantError("open "+path, err, tree.ErrNotExist)
	}
	s.must(s.Files.Remove("d"))
	_, err := s.Tree.List(s.ctx, "d")
	s.wantError("list of a directory since removed", err, tree.ErrNotExist)
}

func testWrongKind(s *suite) {
	s.mkdir("d")
	s.write("d/f", "x")
	_, err := s.Tree.List(s.ctx, "d/f")
	s.wantError("list of a file", err, tree.ErrNotDir)
	for _, dir := range []string{"", "d"} {
		_, err = s.Tree.Open(s.ctx, dir)
		s.wantError("open of directory "+dir, err, tree.ErrNotRegular)
	}
}

func testPaths(s *suite) {
	s.mkdir("d")
	s.write("d/f", "x")
	for _, path := range []string{"/", "/d", "d/", "d//f", ".", "..", "../x", "d/..", "d/../d/f", "./d", "d/./f",
		"d/f\x00"} {
		if _, err := s.Tree.List(s.ctx, path); err == nil {
			s.Errorf("list %q works, want an error", path)
		} else if errors.Is(err, tree.ErrNotExist) || errors.Is(err, tree.ErrAway) {
			s.Errorf("list %q: %v, which proves what is not so", path, err)
		}
		if _, err := s.Tree.Stat(s.ctx, path); err == nil || errors.Is(err, tree.ErrNotExist) {
			s.Errorf("stat %q: error %v, want one that proves nothing", path, err)
		}
		if _, err := s.Tree.Open(s.ctx, path); err == nil || errors.Is(err, tree.ErrNotExist) {
			s.Errorf("open %q: error %v, want one that proves nothing", path, err)
		}
	}
}

func testLinks(s *suite) {
	if s.NoSymlinks {
		s.Skip("no symbolic links in this tree")
	}
	s.mkdir("d")
	s.write("d/f", "x")
	s.must(s.Files.Symlink("d", "to dir"))
	s.must(s.Files.Symlink("d/f", "to file"))
	s.must(s.Files.Symlink("..", "up"))
	s.must(s.Files.Symlink("/", "to root"))
	for _, link := range []string{"to dir", "to file", "up", "to root"} {
		_, err := s.Tree.List(s.ctx, link)
		s.wantError("list of link "+link, err, tree.ErrNotDir)
		_, err = s.Tree.Open(s.ctx, link)
		s.wantError("open of link "+link, err, tree.ErrNotRegular)
	}
	for _, path := range []string{"to dir/f", "to root/etc", "up/x"} {
		_, err := s.Tree.Stat(s.ctx, path)
		s.wantError("stat through a link "+path, err, tree.ErrNotExist)
		_, err = s.Tree.Open(s.ctx, path)
		s.wantError("open through a link "+path, err, tree.ErrNotExist)
		_, err = s.Tree.List(s.ctx, path)
		s.wantError("list through a link "+path, err, tree.ErrNotExist)
	}
}

func testFIFO(s *suite) {
	if s.NoFIFOs {
		s.Skip("no FIFOs in this tree")
	}
	s.must(s.Files.Mkfifo("fifo"))
	began := time.Now()
	_, err := s.Tree.Open(s.ctx, "fifo")
	s.wantError("open of a FIFO", err, tree.ErrNotRegular)
	if took := time.Since(began); took > 30*time.Second { // one that waits for a writer does so for as long as it may
		s.Errorf("opening a FIFO took %s", took)
	}
}

func testRead(s *suite) {
	content := strings.Repeat("0123456789abcdef", 64<<10) // 1 MiB
	s.write("f", content)
	f := s.open("f")
	if got := s.read(f); got != content {
		s.Errorf("read %d bytes that differ from the %d written", len(got), len(content))
	}
	size := int64(len(content))
	for _, c := range []struct {
		off  int64
		len  int
		want int
		err  error
	}{
		{0, 16, 16, nil},
		{7, 100_001, 100_001, nil},
		{size - 4, 4, 4, nil},
		{size - 4, 8, 4, io.EOF},
		{size, 1, 0, io.EOF},
		{size + 1<<40, 1, 0, io.EOF},
		{3, 0, 0, nil},
	} {
		buf := make([]byte, c.len)
		n, err := f.ReadAt(buf, c.off)
		// io.ReaderAt leaves the choice between nil and EOF where a read ends at the end.
		if n != c.want || err != c.err && (c.off+int64(c.len) != size || err != io.EOF) {
			s.Errorf("read %d at %d: %d, %v, want %d, %v", c.len, c.off, n, err, c.want, c.err)
		}
		if n > 0 && string(buf[:n]) != content[c.off:c.off+int64(n)] {
			s.Errorf("read %d at %d: wrong bytes", c.len, c.off)
		}
	}
	if _, err := f.ReadAt(make([]byte, 1), -1); err == nil || err == io.EOF {
		s.Errorf("read at -1: error %v, want one that is not EOF", err)
	}
	s.must(s.Files.Append("f", []byte("more")))
	if e, err := f.Stat(); err != nil || e.Size != size+4 {
		s.Errorf("open file after growth: %d bytes, %v, want %d", e.Size, err, size+4)
	}
	if n, err := f.ReadAt(make([]byte, 4), size); n != 4 || err != nil && err != io.EOF {
		s.Errorf("read of what was added: %d, %v, want 4 bytes", n, err)
	}
	if err := f.Close(); err != nil {
		s.Error(err)
	}
	if err := f.Close(); err != nil {
		s.Errorf("closed again: %v, want no error", err)
	}
	if _, err := f.ReadAt(make([]byte, 1), 0); err == nil {
		s.Error("a closed file can be read")
	}
	if _, err := f.Stat(); err == nil {
		s.Error("a closed file can be looked at")
	}
}

func testReplaced(s *suite) {
	s.write("f", "old")
	f := s.open("f")
	before, err := f.Stat()
	s.must(err)
	s.write("new", "newer")
	if err := s.Files.Rename("new", "f"); err != nil {
		s.Skipf("an open file cannot be replaced here: %v", err)
	}
	s.must(nil)
	if got := s.read(f); got != "old" {
		s.Errorf("open file reads %q, want what it was opened on, %q", got, "old")
	}
	after, err := f.Stat()
	s.must(err)
	if after.Size != 3 || !s.NoIDs && after.ID != before.ID {
		s.Errorf("open file is %+v, want %+v", after, before)
	}
	if got := s.stat("f"); got.Size != 5 || !s.NoIDs && got.ID == before.ID {
		s.Errorf("path shows %+v, want the new file", got)
	}
}
