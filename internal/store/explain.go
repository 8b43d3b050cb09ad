package store

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/mattn/go-sqlite3"
)

// mendCatalog is what to do about a catalog that cannot be used any more.
const mendCatalog = "restore a backup with `catalogizerd restore FILE`, or move it away and scan anew"

// mendDisk is what to do about a disk that fails.
const mendDisk = "look after the disk, its cable and what the system's log says of them: what was catalogued stands, " +
	"and all goes on once they are well"

// hasNoRoom tells a disk that is full from one that fails, where SQLite does not.
func hasNoRoom(e *sqlite3.Error) bool {
	return e.Code == sqlite3.ErrIoErr && (e.SystemErrno == syscall.ENOSPC || e.SystemErrno == syscall.EDQUOT)
}

// failsNow reports whether an error is of a disk that fails, and of nothing that a person has set up wrongly.
func failsNow(e *sqlite3.Error) bool {
	switch e.Code {
	case sqlite3.ErrCantOpen:
		return e.SystemErrno == syscall.EIO
	case sqlite3.ErrIoErr:
		return e.ExtendedCode != sqlite3.ErrIoErrNoMem && e.SystemErrno != syscall.ENODEV &&
			(e.ExtendedCode != sqlite3.ErrIoErrSHMMap || e.SystemErrno == syscall.EIO)
	}
	return false
}

// explain turns SQLite's codes into errors that name the file and the mend.
func explain(path string, err error) error {
	if errors.As(err, new(explained)) {
		return err
	}
	var se sqlite3.Error
	if err == nil || !errors.As(err, &se) {
		if err != nil && (errors.Is(err, ErrForeign) || errors.Is(err, ErrNewer)) {
			return fmt.Errorf("%s: %w: use another data directory, or the version that wrote it", path, err)
		}
		if errors.Is(err, ErrAltered) {
			return explained{fmt.Errorf("%w: %s", err, mendCatalog)}
		}
		return err
	}
	switch {
	case hasNoRoom(&se):
		return explained{explainCode(path, sqlite3.ErrFull, err)}
	case failsNow(&se):
		return explained{fmt.Errorf("%w: %s (%w): %s", ErrDisk, path, err, mendDisk)}
	case se.ExtendedCode == sqlite3.ErrIoErrSHMMap, se.Code == sqlite3.ErrIoErr && se.SystemErrno == syscall.ENODEV:
		return explained{fmt.Errorf("%w: %s: put data_dir on a local disk (%w)", ErrNoMapping, path, err)}
	}
	return explained{explainCode(path, se.Code, err)}
}

// explainCode names the file and the mend for one of SQLite's codes.
func explainCode(path string, code sqlite3.ErrNo, err error) error {
	switch code {
	case sqlite3.ErrNotADB, sqlite3.ErrCorrupt:
		return fmt.Errorf("%w: %s (%w): %s", ErrCorrupt, path, err, mendCatalog)
	case sqlite3.ErrFull:
		return fmt.Errorf("write %s: no space left on its disk: free some, nothing is lost: %w", path, err)
	case sqlite3.ErrReadonly:
		return fmt.Errorf("write %s: it or its directory is read-only: make it writable for this user: %w", path, err)
	case sqlite3.ErrCantOpen:
		if mend := Foreign(path); mend != "" {
			return fmt.Errorf("open catalog: %s: %w", mend, err)
		}
		return fmt.Errorf("open %s: is its directory writable for this user? %w", path, err)
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return fmt.Errorf("%s is locked by another process: stop it first: %w", path, err)
	}
	return fmt.Errorf("%s: %w", path, err)
}

// explained is an error that names the file and the mend already.
type explained struct{ error }

func (e explained) Unwrap() error { return e.error }
