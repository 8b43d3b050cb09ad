package treetest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

func testEmpty(s *suite) {
	s.wantNames("")
	if e := s.stat(""); e.Type != tree.Dir || e.Name != "" {
		s.Errorf("stat of the root: %+v, want a directory without a name", e)
	}
}

func testList(s *suite) {
	s.write("one", "1")
	s.wantNames("", "one")
	s.mkdir("d")
	s.mkdir("d/e")
	s.write("d/e/deep", "four")
	s.write("d/empty", "")
	s.wantNames("", "d", "one")
	s.wantNames("d", "e", "empty")
	s.wantNames("d/e", "deep")
	for path, want := range map[string]tree.Entry{
		"one": {Name: "one", Type: tree.File, Size: 1}, "d/e/deep": {Name: "deep", Type: tree.File, Size: 4},
		"d/empty": {Name: "empty", Type: tree.File, Size: 0}, "d/e": {Name: "e", Type: tree.Dir},
	} {
		got := s.stat(path)
		if got.Name != want.Name || got.Type != want.Type || want.Type == tree.File && got.Size != want.Size {
			s.Errorf("stat %q: %+v, want %+v", path, got, want)
		}
		dir, name := tree.Split(path)
		if listed := s.list(dir)[name]; !s.same(listed, got) {
			s.Errorf("%q: listed as %+v, stat says %+v", path, listed, got)
		}
		if got.Type == tree.File {
			opened, err := s.open(path).Stat()
			if err != nil || !s.same(opened, got) {
				s.Errorf("%q: open file is %+v (%v), stat says %+v", path, opened, err, got)
			}
		}
		if age := time.Since(tree.Time(got.MTime)); age < -time.Hour || age > time.Hour {
			s.Errorf("%q: modified at %s, want about now", path, tree.Time(got.MTime))
		}
	}
	s.must(s.Files.Remove("d/e/deep"))
	s.must(s.Files.Remove("d/e"))
	s.wantNames("d", "empty")
}

func testLarge(s *suite) {
	const n = 5000
	s.mkdir("large")
	for i := range n {
		if err := s.Files.Write(largeName(i), []byte{byte(i)}); err != nil {
			s.Fatal(err)
		}
	}
	s.must(nil)
	entries := s.list("large")
	if len(entries) != n {
		s.Errorf("%d entries, want %d", len(entries), n)
	}
	for i := range n {
		name := tree.Base(largeName(i))
		if e, ok := entries[name]; !ok || e.Type != tree.File || e.Size != 1 {
			s.Fatalf("entry %q: %+v, want a file of 1 byte", name, e)
		}
	}
}

func largeName(i int) string { return fmt.Sprintf("large/%05d %s.mkv", i, strings.Repeat("x", i%100)) }

// oddNames are what file names can be and programs forget.
var oddNames = map[string]string{
	"newline":       "a\nb",
	"tab":           "a\tb",
	"escape":        "\x1b[31mred",
	"invalid UTF-8": "caf\xe9 \xff\xfe",
	"surrogate":     "\xed\xa0\x80",
	"NFC":           "caf\u00e9.flac",
	"NFD":           "cafe\u0301.flac",
	"255 bytes":     strings.Repeat("x", 251) + ".mkv",
	"255 in UTF-8":  strings.Repeat("\u65e5", 85),
	"spaces":        " lead and trail ",
	"dots":          "...",
	"hidden":        ".hidden",
	"backslash":     `a\b`,
	"reserved":      `a:b*c?d"e<f>g|h`,
	"device":        "CON",
	"trailing dot":  "Vol. 2.",
	"quotes":        `'"$(x)` + "`",
	"percent":       "100%41",
	"emoji":         "\U0001f3ac",
	"right-to-left": "\u202egpj.exe",
	"dash":          "-rf",
	"case":          "README",
	"other case":    "readme",
}

func testNames(s *suite) {
	var want []string
	for what, name := range oddNames {
		if !s.holds(name) {
			s.Logf("%s: not carried by this tree", what)
			continue
		}
		s.mkdir("dir " + name[:min(len(name), 100)])
		s.write(name, what)
		want = append(want, name, "dir "+name[:min(len(name), 100)])
		s.write("dir "+name[:min(len(name), 100)]+"/"+name, what)
	}
	s.wantNames("", want...)
	for what, name := range oddNames {
		if !s.holds(name) {
			continue
		}
		if e := s.stat(name); e.Name != name || e.Size != int64(len(what)) {
			s.Errorf("%s: stat %q: %+v", what, name, e)
		}
		dir := "dir " + name[:min(len(name), 100)]
		s.wantNames(dir, name)
		if got := s.read(s.open(dir + "/" + name)); got != what {
			s.Errorf("%s: read %q, want %q", what, got, what)
		}
	}
}

func testTypes(s *suite) {
	s.mkdir("dir")
	s.write("file", "")
	want := map[string]tree.Type{"dir": tree.Dir, "file": tree.File}
	if !s.NoSymlinks {
		s.must(s.Files.Symlink("file", "link to file"))
		s.must(s.Files.Symlink("dir", "link to dir"))
		s.must(s.Files.Symlink("nowhere", "dangling link"))
		want["link to file"], want["link to dir"], want["dangling link"] = tree.Link, tree.Link, tree.Link
	}
	if !s.NoFIFOs {
		s.must(s.Files.Mkfifo("fifo"))
		want["fifo"] = tree.Other
	}
	entries := s.list("")
	for name, typ := range want {
		if got, ok := entries[name]; !ok || got.Type != typ {
			s.Errorf("listed %q as type %d (there: %v), want %d", name, got.Type, ok, typ)
		}
		if got := s.stat(name); got.Type != typ {
			s.Errorf("stat %q: type %d, want %d", name, got.Type, typ)
		}
	}
}

func testContext(s *suite) {
	s.mkdir("d")
	s.write("d/f", "x")
	f := s.open("d/f")
	ended, cancel := context.WithCancel(s.ctx)
	cancel()
	began := time.Now()
	_, err := s.Tree.List(ended, "d")
	s.wantError("list", err, context.Canceled)
	_, err = s.Tree.Stat(ended, "d/f")
	s.wantError("stat", err, context.Canceled)
	_, err = s.Tree.Open(ended, "d/f")
	s.wantError("open", err, context.Canceled)
	_, err = s.Tree.Identify(ended)
	s.wantError("identify", err, context.Canceled)
	if took := time.Since(began); took > 30*time.Second { // it takes no time at all, but for a busy machine
		s.Errorf("took %s to notice that the context has ended", took)
	}
	if got := s.read(f); got != "x" {
		s.Errorf("read %q from a file of another context, want %q", got, "x")
	}

	ctx, cancel := context.WithCancel(s.ctx)
	f, err = s.Tree.Open(ctx, "d/f")
	s.must(err)
	defer f.Close()
	cancel()
	_, err = f.ReadAt(make([]byte, 1), 0)
	s.wantError("read of a file whose context ended", err, context.Canceled)
}
