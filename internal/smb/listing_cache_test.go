package smb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/tree"
)

// Samba shows a link inside the share as what it leads to; one that leads upwards is a tree without end.
func TestLinksThatLeadBack(t *testing.T) {
	t.Parallel()
	srv := startSamba(t)
	srv.Write("a/b/c/f", "x")
	srv.Write("other/g", "y")
	for path, to := range map[string]string{"a/up": "..", "a/b/self": ".", "a/b/c/far": "../../../a", "a/side": "../other", "other/back": "../a"} {
		if err := os.Symlink(to, srv.Media(path)); err != nil {
			t.Fatal(err)
		}
	}
	s := srv.share()
	var visit func(dir string, depth int) []string
	visit = func(dir string, depth int) []string {
		if depth > 8 {
			t.Fatalf("the tree has no end: %s", dir)
		}
		l, err := s.List(context.Background(), dir)
		if err != nil {
			t.Fatal(err)
		}
		var files []string
		for _, e := range l.Entries {
			path := filepath.Join(dir, e.Name)
			switch e.Type {
			case tree.Dir:
				files = append(files, visit(path, depth+1)...)
			case tree.File:
				files = append(files, path)
			}
		}
		return files
	}
	files := visit("", 0)
	seen := map[string]bool{}
	for _, f := range files {
		seen[f] = true
	}
	// Links that lead sideways are directories like any other, for as far as they do not lead back.
	for _, want := range []string{"a/b/c/f", "other/g", "a/side/g", "other/back/b/c/f"} {
		if !seen[want] {
			t.Errorf("%s is not shown: %q", want, files)
		}
	}
	// Below a directory that is asked for by itself, its ancestors are found out first.
	fresh := srv.share()
	l, err := fresh.List(context.Background(), "a/b/c")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range l.Entries {
		if e.Name == "far" && e.Type != tree.Link {
			t.Errorf("a link to the grandparent's parent is %+v", e)
		}
	}
}

// A directory is used and changed while it is looked at, which moves its times, and the times by which some
// servers make up when it was created.
func TestLinksThatLeadBackToWhatChanges(t *testing.T) {
	t.Parallel()
	srv := startSamba(t)
	srv.Write("a/b/f", "x")
	if err := os.Symlink("../..", srv.Media("a/b/up")); err != nil {
		t.Fatal(err)
	}
	s := srv.share()
	ctx := context.Background()
	for round := range 5 {
		for _, dir := range []string{"", "a"} {
			if _, err := s.List(ctx, dir); err != nil {
				t.Fatal(err)
			}
		}
		srv.Write(fmt.Sprintf("new %d", round), "")
		l, err := s.List(ctx, "a/b")
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range l.Entries {
			if e.Name == "up" && e.Type != tree.Link {
				t.Errorf("round %d: a link to the root is %+v", round, e)
			}
		}
	}
	if e, err := s.Stat(ctx, "a/b/up"); err != nil || e.Type != tree.Link {
		t.Errorf("a link to the root is %+v, %v", e, err)
	}
	for _, dir := range []string{"a/b/up", "a/b/up/a", "a/b/up/a/b"} {
		if _, err := s.List(ctx, dir); !errors.Is(err, tree.ErrNotDir) {
			t.Errorf("list %s: %v, want that it is no directory", dir, err)
		}
	}
}

// Every file system numbers its root alike, so a mount below the share looks like the share by number.
func TestEqualNumbersAreNotYetALoop(t *testing.T) {
	t.Parallel()
	srv := startSamba(t)
	srv.Write("a/b/f", "x")
	s := srv.share()
	for _, above := range []ancestor{{"a", 7}, {"a", 0}, {"gone", 7}} {
		if back, err := s.leadsBack(context.Background(), "a/b", above.id, []ancestor{above}); back || err != nil {
			t.Errorf("a/b is taken for %+v: %v", above, err)
		}
	}
	if back, err := s.leadsBack(context.Background(), "a", 7, []ancestor{{"a", 7}}); !back || err != nil {
		t.Errorf("a directory in itself is not recognized: %v", err)
	}
}

// A server that finds "Case" when asked for "case" must not keep a renamed file alive under both names.
func TestNameInAnotherCaseIsAbsent(t *testing.T) {
	t.Parallel()
	srv := startSamba(t)
	srv.Write("d/Film.mkv", "x")
	srv.Write("d/Both.mkv", "1")
	srv.Write("d/both.mkv", "2")
	s := srv.share()
	list := func() {
		t.Helper()
		if _, err := s.List(context.Background(), "d"); err != nil {
			t.Fatal(err)
		}
	}
	list()
	for _, name := range []string{"Film.mkv", "Both.mkv", "both.mkv"} {
		if _, err := s.Stat(context.Background(), "d/"+name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := os.Rename(srv.Media("d/Film.mkv"), srv.Media("d/film.mkv")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(srv.Media("d/Both.mkv")); err != nil {
		t.Fatal(err)
	}
	list()
	for name, there := range map[string]bool{"Film.mkv": false, "film.mkv": true, "Both.mkv": false, "both.mkv": true} {
		if _, err := s.Stat(context.Background(), "d/"+name); there != (err == nil) || !there && !isNotExist(err) {
			t.Errorf("%s: %v, want it there: %v", name, err, there)
		}
	}
}

// A server on APFS finds a name however its letters are composed; hard links have names that differ in more.
func TestNameOfOtherwiseComposedLettersIsAbsent(t *testing.T) {
	const composed, apart = "Am\u00e9lie.mkv", "Ame\u0301lie.mkv"
	entry := func(name string) tree.Entry { return tree.Entry{Name: name, ID: tree.FileID{Inode: 7}} }
	m := newListingCache()
	m.listed(0, "d", info{}, nil, []tree.Entry{entry(apart), entry("link.mkv")})
	for name, otherwise := range map[string]bool{composed: true, strings.ToUpper(composed): true, apart: false, "link.mkv": false, "not listed.mkv": false} {
		if got := m.spelledOtherwise("d/"+name, entry(name)); got != otherwise {
			t.Errorf("%q is spelled otherwise: %v, want %v", name, got, otherwise)
		}
	}
}

// TestAnotherDisk exchanges what is on the share for another disk, whose root has the same number. Samba
// asks a script of the test how large the volume is.
func TestAnotherDisk(t *testing.T) {
	t.Parallel()
	aux, err := os.MkdirTemp("", "smb-dfree-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(aux) })
	if err := os.Chmod(aux, 0o755); err != nil {
		t.Fatal(err)
	}
	size, script := filepath.Join(aux, "size"), filepath.Join(aux, "dfree")
	write := func(path, text string, mode os.FileMode) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	write(script, "#!/bin/sh\necho $(cat "+size+") 500 4096\n", 0o755)
	write(size, "1000", 0o644)
	srv := startSamba(t, "SMB_GLOBAL=dfree command = "+script)
	srv.Write("films/f", "x")
	srv.Write("music/g", "y")
	var witnesses []string
	s := srv.share(func(c *Config) { c.Witnesses = func() []string { return witnesses } })
	v, err := s.Identify(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	s.Expect(v)
	root := func() error { _, err := s.List(context.Background(), ""); return err }
	if err := root(); err != nil {
		t.Fatal(err)
	}

	// A volume that grows is the same, since what was on it is.
	srv.Write("photos/h", "z")
	write(size, "2000", 0o644)
	for range 2 {
		if err := root(); err != nil {
			t.Errorf("enlarged: %v", err)
		}
	}
	// Nothing of what was on it, and another size: another disk.
	for _, dir := range []string{"films", "music", "photos"} {
		if err := os.RemoveAll(srv.Media(dir)); err != nil {
			t.Fatal(err)
		}
	}
	srv.Write("lost+found/x", "")
	write(size, "3000", 0o644)
	wantAway(t, "another disk", root())
	_, err = s.Stat(context.Background(), "films/f")
	wantAway(t, "stat on another disk", err)
	_, err = s.Identify(context.Background())
	wantAway(t, "identify another disk", err)
	wantClosedBreaker(t, s) // the server is well
	// Unless the catalog knows something on it.
	witnesses = []string{"no/such", "lost+found/x"}
	if err := root(); err != nil {
		t.Errorf("recognized by a witness: %v", err)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	m := newListingCache()
	entries := []tree.Entry{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	for i := range 100_000 {
		m.listed(0, fmt.Sprint(i), info{}, nil, entries)
	}
	if n := len(m.dirs.young) + len(m.dirs.old); n > 2*dirsRemembered {
		t.Errorf("%d directories remembered", n)
	}
	if n := (len(m.listings.young) + len(m.listings.old)) * 4; n > 2*entriesRemembered {
		t.Errorf("%d entries remembered", n)
	}
	if _, ok := m.dir("99999"); !ok {
		t.Error("the newest is forgotten")
	}
	if _, ok := m.dir("1"); ok {
		t.Error("the oldest is not forgotten")
	}
}

// An idle session is closed: it would die unnoticed, and keeps the server's disk in use.
func TestIdleSessionEnds(t *testing.T) {
	t.Parallel()
	srv := startSamba(t)
	srv.Write("d/f", "hello")
	s := srv.share(func(c *Config) { c.idleTimeout = 3 * time.Second })
	works(t, s)
	f, err := s.Open(context.Background(), "d/f")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	dials := s.Stats().Dials
	eventually(t, 10*time.Second, "the idle session ends", func() bool {
		s.sessions.mu.Lock()
		defer s.sessions.mu.Unlock()
		return s.sessions.current.gone()
	})
	works(t, s)
	if got := s.Stats().Dials - dials; got != 1 {
		t.Errorf("%d dials after it, want 1", got)
	}
	// A file that was open meanwhile is opened again.
	b := make([]byte, 5)
	if _, err := f.ReadAt(b, 0); err != nil || string(b) != "hello" {
		t.Errorf("read %q, %v", b, err)
	}
}
