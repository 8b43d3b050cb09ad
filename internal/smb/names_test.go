package smb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

func TestNamesSambaChanges(t *testing.T) {
	t.Parallel()
	srv := startSamba(t)
	for i, name := range []string{"what?.mkv", "a:b.mkv", "dot.", "CON", "back\\slash.mkv", "tab\t.mkv"} {
		srv.Write("d/"+name, fmt.Sprint(i))
	}
	long := strings.Repeat("\u65e5", 85)
	srv.Write("e/"+long, "long")
	s := srv.share()
	l, err := s.List(context.Background(), "d")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, e := range l.Entries {
		seen[content(t, s, "d/"+e.Name)] = true
		if got, err := s.Stat(context.Background(), "d/"+e.Name); err != nil || got != e {
			t.Errorf("stat says %+v, %v, the listing %+v", got, err, e)
		}
	}
	if len(seen) != 6 {
		t.Errorf("%d files are there under names that open them, want 6", len(seen))
	}
	if got := content(t, s, "e/"+long); got != "long" {
		t.Errorf("read %q", got)
	}
}

// A name that is not Unicode cannot be asked for, so its file would be listed and proven absent by turns.
func TestNamesThatAreNotUnicode(t *testing.T) {
	t.Parallel()
	srv := startSamba(t)
	const half, real = "d/half \xed\xa0\xbd", "d/real \ufffd" // half of a pair of UTF-16, and what is written for it
	srv.Write(half, "x")
	srv.Write(real, "y")
	srv.Write("d/plain", "z")
	s := srv.share()
	l, err := s.List(context.Background(), "d")
	if err != nil {
		t.Fatal(err)
	}
	if got := names(l); len(got) != 2 || !got["plain"] || !got["real \ufffd"] {
		t.Errorf("listed %+v, want the names that can be asked for", l.Entries)
	}
	for _, e := range l.Entries {
		if got, err := s.Stat(context.Background(), "d/"+e.Name); err != nil || got != e {
			t.Errorf("stat says %+v, %v, the listing %+v", got, err, e)
		}
	}
}

// A DFS link leads to another server: an error of the entry that says so, whatever is asked of it.
func TestDFSLink(t *testing.T) {
	t.Parallel()
	srv := startSamba(t, `SMB_GLOBAL=host msdfs = yes\nmsdfs root = yes`)
	srv.Write("d/f", "hello")
	if err := os.Symlink(`msdfs:127.0.0.1\elsewhere`, srv.Media("link")); err != nil {
		t.Fatal(err)
	}
	s := srv.share()
	l, err := s.List(context.Background(), "")
	if err != nil || len(l.Entries) != 2 {
		t.Fatalf("list: %+v, %v, want d and link", l, err)
	}
	for range 3 {
		for what, err := range map[string]error{
			"list":  func() error { _, err := s.List(context.Background(), "link"); return err }(),
			"stat":  func() error { _, err := s.Stat(context.Background(), "link"); return err }(),
			"open":  func() error { _, err := s.Open(context.Background(), "link"); return err }(),
			"below": func() error { _, err := s.Stat(context.Background(), "link/f"); return err }(),
		} {
			if err == nil || errors.Is(err, tree.ErrAway) || isNotExist(err) || !strings.Contains(err.Error(), "DFS link") {
				t.Errorf("%s: %v, want that it is a DFS link and nothing else", what, err)
			}
		}
	}
	wantClosedBreaker(t, s)
	if b := s.Breaker(); b.Failures != 0 {
		t.Errorf("%d failures are counted", b.Failures)
	}
	works(t, s)
}
