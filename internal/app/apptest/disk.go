package apptest

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// File is a regular file as the disk shows it.
type File struct {
	Size  int64
	MTime time.Time
}

// SyncDisk waits until all of the file system of a directory is on its disk.
func SyncDisk(tb testing.TB, dir string) {
	tb.Helper()
	f, err := os.Open(dir)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	if err := unix.Syncfs(int(f.Fd())); err != nil {
		tb.Fatal(err)
	}
}

// Walk lists the regular files below dir by their path relative to it, without those of names that passed
// says are passed over.
func Walk(tb testing.TB, dir string, passed func(path string, isDir bool) bool) map[string]File {
	tb.Helper()
	out := map[string]File{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil || rel == "." {
			return err
		}
		if passed != nil && passed(rel, e.IsDir()) {
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !e.Type().IsRegular() {
			return nil
		}
		var st unix.Stat_t
		if err := unix.Lstat(path, &st); err != nil {
			return err
		}
		out[rel] = File{Size: st.Size, MTime: time.Unix(st.Mtim.Unix()).UTC()}
		return nil
	})
	if err != nil {
		tb.Fatalf("walk the disk: %v", err)
	}
	return out
}
