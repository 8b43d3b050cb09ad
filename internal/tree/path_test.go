package tree

import "testing"

func TestPathsAreCutAndJoined(t *testing.T) {
	for _, c := range []struct{ path, dir, name string }{
		{"", "", ""}, {"a", "", "a"}, {"a/b", "a", "b"}, {"a/b/c.mkv", "a/b", "c.mkv"}, {"caf\xe9/\xff", "caf\xe9", "\xff"},
	} {
		dir, name := Split(c.path)
		if dir != c.dir || name != c.name || Parent(c.path) != c.dir || Base(c.path) != c.name {
			t.Errorf("%q is %q in %q (Parent %q, Base %q), want %q in %q", c.path, name, dir, Parent(c.path), Base(c.path), c.name, c.dir)
		}
		if joined := Join(c.dir, c.name); joined != c.path {
			t.Errorf("%q in %q is %q, want %q", c.name, c.dir, joined, c.path)
		}
	}
}

func TestFormOfPaths(t *testing.T) {
	for _, path := range []string{"", "a", "a/b", "...", "a/..b", " ", "\xff"} {
		if !ValidPath(path) {
			t.Errorf("%q is refused, want it taken", path)
		}
	}
	for _, path := range []string{"/", "/a", "a/", "a//b", ".", "..", "a/.", "a/../b", "a\x00b"} {
		if ValidPath(path) {
			t.Errorf("%q is taken, want it refused", path)
		}
	}
}
