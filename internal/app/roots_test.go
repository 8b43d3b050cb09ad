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
				t.Errorf("%v, want it at line %d about %s", err, c.line, c.key)
			}
		})
	}
}

// What the outer root passes over is nobody's but the inner root's.
func TestARootInsideAnotherThatExcludesItIsNotNested(t *testing.T) {
	dir := t.TempDir()
	for _, d := range []string{"media/films/old", "media/tv"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("media/films/old", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		inner, exclude string
		nested         bool
	}{
		"excluded":                         {"media/films", "/films/", false},
		"excluded by its name":             {"media/films", "films", false},
		"excluded with what is above":      {"media/films/old", "/films", false},
		"excluded, and nothing back":       {"media/films/old", "/films/', '!/films/old/", false},
		"excluded and taken back":          {"media/films", "/films/', '!/films/", true},
		"only what is below is":            {"media/films", "/films/old/", true},
		"another one is":                   {"media/films", "/tv/", true},
		"excluded, and led to by a link":   {"link", "/films/", false},
		"led to by a link":                 {"link", "/tv/", true},
		"not there, and excluded":          {"media/new", "/new/", false},
		"not there, and not excluded":      {"media/new", "/tv/", true},
		"the same, whatever it excludes":   {"media", "/films/", true},
		"a link to the whole of the other": {"media/../media", "/**", true},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(dir, "config.toml")
			text := "[[root]]\nname = 'inner'\npath = '" + dir + "/" + c.inner + "'\n[[root]]\nname = 'outer'\npath = '" + dir + "/media'\nexclude = ['" + c.exclude + "']\n"
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			cfg, err := config.Load(config.LoadOptions{File: file, DataDir: filepath.Join(dir, "data")})
			if err == nil {
				_, err = buildRoots(cfg, zap.NewNop())
			}
			if (err != nil) != c.nested {
				t.Errorf("%v, want nested roots refused: %t", err, c.nested)
			}
		})
	}
}
