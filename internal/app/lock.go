package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
)

// lockFile names the file whose lock says that a process uses the data directory; it holds that
// process's number.
const lockFile = "catalogizerd.lock"

// ErrInUse says that another process uses the data directory.
var ErrInUse = errors.New("data directory is in use")

// lockDataDir makes the data directory where it is not there, and takes it for this process alone.
func lockDataDir(dir string) (unlock func() error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make data directory %s: %w: choose another with --data-dir", dir, plain(err))
	}
	path := filepath.Join(dir, lockFile)
	l := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR))
	ok, err := l.TryLock()
	switch {
	case err != nil:
		return nil, fmt.Errorf("lock data directory %s: %w: make it writable for this user, or choose another with --data-dir", dir, plain(err))
	case !ok:
		return nil, fmt.Errorf("%w: %s by another catalogizerd%s: stop that one, or give this one a --data-dir of its own", ErrInUse, dir, holder(path))
	}
	// The number is for people; the lock itself does not need it, so a full disk is no reason to stop here.
	_ = os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600)
	return l.Unlock, nil
}

// holder names the process that holds the lock, as far as it is known.
func holder(path string) string {
	b, err := os.ReadFile(path)
	if pid := strings.TrimSpace(string(b)); err == nil && pid != "" {
		return " (process " + pid + ")"
	}
	return ""
}

// plain drops the path from a file system error that is about to be named anyway.
func plain(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
