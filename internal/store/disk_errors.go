package store

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/mattn/go-sqlite3"
)

// noRoom reports whether the system's error is of a disk, or of what a user may take of it, that is full.
func noRoom(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// OfDisk reports whether an error is of a disk that fails, is full or takes nothing, so that it says nothing of what a
// file holds: that may be whole.
func OfDisk(err error) bool {
	if errors.Is(err, ErrDisk) || noRoom(err) || errors.Is(err, syscall.EIO) || errors.Is(err, syscall.EROFS) {
		return true
	}
	var se sqlite3.Error
	return errors.As(err, &se) && (se.Code == sqlite3.ErrFull || hasNoRoom(&se) || failsNow(&se))
}

// diskFails names the file whose disk fails, and what to do.
type diskFails struct {
	of  string
	err error
}

func (e diskFails) Error() string {
	return fmt.Sprintf("the disk of %s fails (%v): %s", e.of, e.err, mendDisk)
}

func (e diskFails) Unwrap() []error { return []error{ErrDisk, e.err} }

// Unkept names the file and the mend where a file of ours could not be written, as the system says it.
func Unkept(path string, err error) error {
	switch {
	case err == nil:
		return nil
	case noRoom(err):
		return fmt.Errorf("write %s: no space left on its disk: free some, nothing is lost: %w", path, bare(err))
	case errors.Is(err, syscall.EIO):
		return diskFails{path, bare(err)}
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("write %s: make its directory writable for this user: %w", path, bare(err))
	}
	return fmt.Errorf("write %s: %w", path, bare(err))
}

// notCopied names the file and the mend where SQLite could not copy a catalog. Its source is only read, and was a moment
// ago: what is full or takes nothing is the disk of the copy, which SQLite does not say.
func notCopied(from, to string, err error) error {
	var se sqlite3.Error
	switch {
	case !errors.As(err, &se):
	case se.Code == sqlite3.ErrFull, hasNoRoom(&se), se.Code == sqlite3.ErrReadonly,
		se.Code == sqlite3.ErrIoErr && se.SystemErrno == syscall.EROFS, se.Code == sqlite3.ErrCantOpen && !failsNow(&se):
		return explain(to, err)
	case failsNow(&se), se.Code == sqlite3.ErrError: // as where the empty file cannot be looked at that is for the copy
		return diskFails{from + ", or of " + to + ",", err}
	}
	return fmt.Errorf("copy %s to %s: %w", from, to, explain(from, err))
}
