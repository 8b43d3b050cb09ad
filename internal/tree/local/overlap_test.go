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
		if got := locate(t, base+"/"+c.a).SameOrInside(locate(t, base+"/"+c.b)); got != c.want {
			t.Errorf("%q is the same as or inside of %q: %v, want %v", c.a, c.b, got, c.want)
		}
	}
	if !locate(t, base).SameOrInside(locate(t, "/")) {
		t.Errorf("%q is not inside of /", base)
	}
	if _, err := local.Locate(t.Context(), base+"/none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v for a path that does not exist, want %v", err, fs.ErrNotExist)
	}
}

func locate(t *testing.T, path string) *local.Place {
	t.Helper()
	p, err := local.Locate(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
