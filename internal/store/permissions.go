package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
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

// Tighten sees to it that nobody but its owner reads or writes a file of the data directory. Older versions, and who
// copies one, may have let others. SQLite gives the files beside a catalog the catalog's mode.
func Tighten(path string) error {
	fi, err := os.Lstat(path)
	if err != nil || !fi.Mode().IsRegular() || fi.Mode().Perm()&0o077 == 0 {
		return nil //nolint:nilerr // what is not there is read by nobody
	}
	if err := os.Chmod(path, fi.Mode().Perm()&0o700); err != nil {
		return fmt.Errorf("%s has mode %04o: %w: run `chmod go= %s` as its owner", path, fi.Mode().Perm(), err, path)
	}
	return nil
}

// tighten does so with a catalog and what lies beside it under its name: its log, and copies of it.
func tighten(path string) (errs []error) {
	paths, err := filepath.Glob(globbed(path) + "*")
	if err != nil {
		return []error{err}
	}
	for _, p := range paths {
		if err := Tighten(p); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// globbed is a path in which no character is one of a pattern.
func globbed(path string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}
