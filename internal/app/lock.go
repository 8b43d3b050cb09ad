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
	"golang.org/x/sys/unix"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// lockFile names the file whose lock says that a process uses the data directory; it holds that
// process's number.
const lockFile = "catalogizerd.lock"

// ErrInUse says that another process uses the data directory.
var ErrInUse = errors.New("data directory is in use")

// lockDataDir makes the data directory where it is not there, and takes it for this process alone.
func lockDataDir(dir string) (unlock func() error, err error) {
	if err := os.MkdirAll(dir, 0o700); store.OfDisk(err) {
		return nil, fmt.Errorf("make the data directory: %w", store.Unkept(dir, err))
	} else if err != nil {
		return nil, fmt.Errorf("make data directory %s: %w: choose another with --data-dir", dir, plain(err))
	}
	path := filepath.Join(dir, lockFile)
	l := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR|unix.O_NOFOLLOW))
	ok, err := l.TryLock()
	switch {
	case errors.Is(err, unix.ELOOP):
		return nil, fmt.Errorf("lock data directory %s: %s is a symbolic link, which is not followed: remove it", dir,
			path)
	case store.OfDisk(err) && !errors.Is(err, unix.EROFS):
		return nil, fmt.Errorf("lock data directory: %w", store.Unkept(path, err))
	case err != nil && store.Foreign(path) != "":
		return nil, fmt.Errorf("lock data directory: %s: %w", store.Foreign(path), plain(err))
	case err != nil:
		return nil, fmt.Errorf("lock data directory %s: %w: make it writable for this user, "+
			"or choose another with --data-dir", dir, plain(err))
	case !ok:
		return nil, fmt.Errorf("%w: %s by another catalogizerd%s: stop that one, "+
			"or give this one a --data-dir of its own", ErrInUse, dir, holder(path))
	}
	// The number is for people; the lock itself does not need it, so a full disk is no reason to stop here.
	if f, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC|unix.O_NOFOLLOW, 0); err == nil {
		_, _ = f.WriteString(strconv.Itoa(os.Getpid()) + "\n")
		_ = f.Close()
	}
	if err := store.Entrust(path); err != nil {
		return nil, errors.Join(err, l.Unlock())
	}
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
