package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestALockThatIsALinkIsNotWrittenThrough(t *testing.T) {
	dir, film := t.TempDir(), filepath.Join(t.TempDir(), "film.mkv")
	if err := os.WriteFile(film, []byte("a film"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(film, filepath.Join(dir, lockFile)); err != nil {
		t.Fatal(err)
	}
	if unlock, err := lockDataDir(dir); err == nil {
		t.Error("locked", unlock())
	} else if !strings.Contains(err.Error(), "symbolic link") || !strings.Contains(err.Error(), lockFile) {
		t.Error(err)
	}
	if b, err := os.ReadFile(film); err != nil || string(b) != "a film" {
		t.Errorf("%q, %v", b, err)
	}
}
