package store

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// backedUp is a catalog of one item with a backup of it.
func backedUp(t *testing.T) (r *running, dir, file string) {
	t.Helper()
	dir, file = t.TempDir(), filepath.Join(t.TempDir(), "copy")
	r = runAt(t, dir, Options{})
	r.put(r.addRoot("films"), "a.mkv")
	if err := Backup(t.Context(), dir, file); err != nil {
		t.Fatal(err)
	}
	return r, dir, file
}

// A log belongs to the catalog of its name: SQLite would put it into a backup that takes the place of that.
func TestABackupTakesNoPlaceBesideALog(t *testing.T) {
	r, dir, file := backedUp(t)
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(filepath.Join(dir, FileName+"-wal"))
	if err != nil || len(log) == 0 {
		t.Fatalf("%d bytes of log, %v", len(log), err)
	}
	for _, end := range []string{"-wal", "-journal"} {
		if err := os.WriteFile(file+end, log, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := Backup(t.Context(), dir, file); err == nil || !strings.Contains(err.Error(), file+end) {
			t.Errorf("beside %s: %v", end, err)
		}
		if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, want) {
			t.Errorf("beside %s another file is there, %v", end, err)
		}
		if err := os.WriteFile(file+end, nil, 0o600); err != nil { // as SQLite leaves it
			t.Fatal(err)
		}
	}
	if err := Backup(t.Context(), dir, file); err != nil {
		t.Error(err)
	}
	r.stop()
}

// Backups that are killed leave no more than those of a day.
func TestWhatWasKilledLeavesNothingForEver(t *testing.T) {
	r, dir, file := backedUp(t)
	r.stop()
	part := func(name string, age time.Duration) string {
		path := filepath.Join(filepath.Dir(file), name)
		at := time.Now().Add(-age)
		if err := os.WriteFile(path, []byte("part"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
		return path
	}
	part(".copy.123.part", 2*partForgotten)
	part(".copy.123.part-journal", 2*partForgotten)
	part(".copy.456.part", partForgotten/2) // somebody may be at it
	part(".other.123.part", 2*partForgotten)
	if err := Backup(t.Context(), dir, file); err != nil {
		t.Fatal(err)
	}
	if names := filesIn(t, filepath.Dir(file)); names != ".copy.456.part .other.123.part copy" {
		t.Errorf("in the directory: %s", names)
	}
}
