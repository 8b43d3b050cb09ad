package store

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestWhatRootMakesInADataDirectoryBelongsToItsOwnerAndNobodyElseReadsIt(t *testing.T) {
	dir, file := t.TempDir(), filepath.Join(t.TempDir(), "b.db")
	want := os.Geteuid()
	if want == 0 {
		want = 65534
		if err := os.Chown(dir, want, want); err != nil {
			t.Skip(err)
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	belong := func(when string, names ...string) {
		t.Helper()
		for _, name := range names {
			fi, err := os.Stat(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if uid := int(fi.Sys().(*syscall.Stat_t).Uid); uid != want || fi.Mode().Perm() != 0o600 {
				t.Errorf("%s: %s belongs to %d, mode %v", when, name, uid, fi.Mode())
			}
		}
	}
	r := runAt(t, dir, Options{})
	r.put(r.addRoot("films"), "a.mkv")
	belong("open", FileName, FileName+"-wal", FileName+"-shm")
	if err := Backup(t.Context(), dir, file); err != nil {
		t.Fatal(err)
	}
	r.stop()
	if _, err := Restore(t.Context(), file, dir); err != nil {
		t.Fatal(err)
	}
	belong("restored", FileName, FileName+Replaced)
}

func TestABackupLeavesAStrangersPartAlone(t *testing.T) {
	dir, file := t.TempDir(), filepath.Join(t.TempDir(), "b.db")
	r := runAt(t, dir, Options{})
	defer r.stop()
	if err := os.WriteFile(file+".part", []byte("a stranger's"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Backup(t.Context(), dir, file); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(file + ".part"); err != nil || string(b) != "a stranger's" {
		t.Errorf("%q, %v", b, err)
	}
	if names := filesIn(t, filepath.Dir(file)); names != "b.db b.db.part" {
		t.Errorf("it left %s", names)
	}
}
