package local_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/tree/local"
)

func TestSameOrInside(t *testing.T) {
	base := t.TempDir()
	for _, dir := range []string{"films/new", "films2", "music"} {
		if err := os.MkdirAll(filepath.Join(base, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("films/new", filepath.Join(base, "link")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"films", "films", true},
		{"films/", "films/../films", true},
		{"films/new", "films", true},
		{"films", "films/new", false},
		{"films2", "films", false},
		{"music", "films", false},
		{"link", "films", true},
		{"films/new", "link", true},
		{"films", "link", false},
	} {
		got, err := local.SameOrInside(base+"/"+c.a, base+"/"+c.b)
		if err != nil || got != c.want {
			t.Errorf("SameOrInside(%q, %q) = %v, %v, want %v", c.a, c.b, got, err, c.want)
		}
	}
	if got, err := local.SameOrInside(base, "/"); err != nil || !got {
		t.Errorf("SameOrInside(%q, /) = %v, %v, want true", base, got, err)
	}
	if _, err := local.SameOrInside(base+"/none", base); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v for a path that does not exist, want %v", err, fs.ErrNotExist)
	}
}

func TestCheckRootNamesThePathAndTheMend(t *testing.T) {
	base := t.TempDir()
	file := filepath.Join(base, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := local.CheckRoot(base); err != nil {
		t.Errorf("a readable directory: %v, want no error", err)
	}
	for _, c := range []struct {
		path string
		is   error
		mend string
	}{
		{base + "/none", fs.ErrNotExist, "create the directory"},
		{file, syscall.ENOTDIR, "name the directory"},
		{file + "/below", syscall.ENOTDIR, "correct the path"},
		{"films", nil, "give it from /"},
	} {
		err := local.CheckRoot(c.path)
		if err == nil || c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("CheckRoot(%q) = %v, want %v", c.path, err, c.is)
			continue
		}
		if !strings.Contains(err.Error(), c.path) || !strings.Contains(err.Error(), c.mend) {
			t.Errorf("CheckRoot(%q) = %q, want it to name the path and to say %q", c.path, err, c.mend)
		}
	}
}
