package app

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/config"
	"go.uber.org/zap"
)

// What only the trees can judge is a bad configuration like any other: refused whole, with file, line and key.
func TestBadRootsAreErrorsOfTheConfiguration(t *testing.T) {
	dir := t.TempDir()
	for _, d := range []string{"a", "b"} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("a", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		text string
		line int
		key  string
	}{
		"pattern":    {"[[root]]\nname = 'a'\npath = '" + dir + "/a'\nexclude = ['ok', '[z']\n", 4, "root.exclude"},
		"same place": {"[[root]]\nname = 'a'\npath = '" + dir + "/a'\n[[root]]\nname = 'b'\npath = '" + dir + "/link'\n", 6, "root.path"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(dir, "config.toml")
			if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			cfg, err := config.Load(config.LoadOptions{File: file, DataDir: filepath.Join(dir, "data")})
			if err != nil {
				t.Fatal(err)
			}
			_, err = buildRoots(cfg, zap.NewNop())
			var ce *config.Error
			if !errors.As(err, &ce) || ce.File != file || ce.Line != c.line || ce.Key != c.key {
				t.Errorf("%v", err)
			}
		})
	}
}
