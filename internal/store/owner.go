package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Entrust gives a file of the data directory, when root has made it, to whom the directory belongs: the daemon runs as
// that user, and could not open it otherwise.
func Entrust(path string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	dir := filepath.Dir(path)
	fi, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("look at the owner of %s: %w", dir, err)
	}
	owner, ok := fi.Sys().(*syscall.Stat_t)
	if !ok || owner.Uid == 0 {
		return nil
	}
	if err := os.Lchown(path, int(owner.Uid), int(owner.Gid)); err != nil {
		return fmt.Errorf("give %s to the owner of its directory: %w: run `chown --reference=%s %s`", path, err, dir, path)
	}
	return nil
}

// Foreign names the mend where a file of the data directory is there and may not be written, as one that root has made.
// It is empty where that is not what is wrong.
func Foreign(path string) string {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err == nil {
		_ = f.Close()
	}
	if !errors.Is(err, fs.ErrPermission) {
		return ""
	}
	if _, err := os.Lstat(path); err != nil {
		return "" // it is the directory that cannot be entered
	}
	return fmt.Sprintf("%s belongs to another user: run `chown --reference=%s %s` as root", path, filepath.Dir(path), path)
}

// createPrivate makes an empty catalog that nobody else can read, where there is none: SQLite gives the files beside it
// the same mode and owner.
func createPrivate(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil //nolint:nilerr // it is there, or opening it says better what is wrong
	}
	return errors.Join(f.Close(), Entrust(path))
}
