package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/config"
)

func TestALockThatOthersCouldOpenIsTheOwnersAlone(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, lockFile)
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o664); err != nil {
		t.Fatal(err)
	}
	c, err := openCore(t.Context(), &config.Config{DataDir: dir}, nil, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	if fi, err := os.Stat(path); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", fi.Mode(), err)
	}
}

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
