package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/mattn/go-sqlite3"
)

// TestAReadThatTheDiskFailsIsNoDamage: left to itself SQLite takes a page that could not be read for one that is broken.
func TestAReadThatTheDiskFailsIsNoDamage(t *testing.T) {
	if _, err := os.Stat(unreadable); err != nil {
		t.Skip("this system has no file that cannot be read")
	}
	path := filepath.Join(t.TempDir(), FileName)
	if err := os.Symlink(unreadable, path); err != nil {
		t.Fatal(err)
	}
	c, err := dial(path, true)
	if err == nil {
		_, err = c.number("SELECT count(*) FROM sqlite_schema")
		err = errors.Join(err, c.close())
	}
	var se sqlite3.Error
	if !errors.As(err, &se) || se.ExtendedCode != sqlite3.ErrIoErrRead { // SQLITE_IOERR_CORRUPTFS becomes "malformed"
		t.Errorf("what cannot be read is told as %v, code %d", err, se.ExtendedCode)
	}
	if !errors.Is(explain(path, err), ErrDisk) {
		t.Errorf("it is explained as %v", explain(path, err))
	}
}
