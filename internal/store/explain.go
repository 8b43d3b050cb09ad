package store

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/mattn/go-sqlite3"
)

// mendCatalog is what to do about a catalog that cannot be used any more.
const mendCatalog = "restore a backup with `catalogizerd restore FILE`, or move it away and scan anew"

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
	if se.ExtendedCode == sqlite3.ErrIoErrSHMMap || se.Code == sqlite3.ErrIoErr && errors.Is(se.SystemErrno, syscall.ENODEV) {
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
