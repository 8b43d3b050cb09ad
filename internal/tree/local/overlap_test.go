package local_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
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
