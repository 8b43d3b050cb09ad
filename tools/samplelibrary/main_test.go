package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// What the project carries is what this tool makes: all but the sounds and films, for which a machine
// needs ffmpeg. In its place stands a command that does nothing.
func TestTheLibraryIsWhatThisToolMakes(t *testing.T) {
	dir := t.TempDir()
	if err := run(t.Context(), dir, "true"); err != nil {
		t.Fatal(err)
	}
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		made, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		kept, err := os.ReadFile(filepath.Join("../../testdata/library", name))
		if err != nil {
			return err
		}
		if !bytes.Equal(made, kept) {
			t.Errorf("%s differs: run scripts/make-sample-library.sh", name)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if files < 15 {
		t.Errorf("only %d files were made", files)
	}
}
