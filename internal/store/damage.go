package store

import (
	"errors"
	"fmt"
	"os"
	"sync/atomic"

	"github.com/mattn/go-sqlite3"
	"go.uber.org/zap"
	"golang.org/x/sys/unix"
)

// damage is what is known of damage to the catalog's file. It never passes while the file is open: what a broken page
// has led to meanwhile nobody knows. Mend puts another one in its place.
type damage struct {
	what  atomic.Pointer[error]
	found chan struct{} // closed once there is some
}

// Damage is why nothing is written to the catalog any more: damage that a read or a write has met; nil while none has.
// What can still be read is read.
func (s *Store) Damage() error {
	if err := s.damage.what.Load(); err != nil {
		return *err
	}
	return nil
}

// Damaged is closed once damage has been met.
func (s *Store) Damaged() <-chan struct{} { return s.damage.found }

// Distrust has the catalog taken for damaged for a reason that it has not met itself.
func (s *Store) Distrust(why error) { _ = s.noteDamage(fmt.Errorf("%w: %w", ErrCorrupt, why)) }

// noteDamage notes the damage that an error shows, once, and gives the error with file and mend. Every other error is
// given as it is.
func (s *Store) noteDamage(err error) error {
	if !isDamage(err) {
		return err
	}
	err = explain(s.path, err)
	if s.damage.what.CompareAndSwap(nil, &err) {
		s.log.Error("catalog is damaged: what can be read of it is served, and nothing is written to it", zap.Error(err))
		close(s.damage.found)
	}
	return err
}

// closeUntouched closes the last connection to a damaged catalog. SQLite would write what the log holds into the file
// then, for which it locks that alone. A lock of an open file is in its way even in the same process (fcntl(2)).
func (c *conn) closeUntouched(path string) error {
	// The bytes that SQLite locks (https://sqlite.org/fileformat.html#the_lock_byte_page).
	const first, locks = 0x40000000, 512
	if fi, err := os.Stat(path + "-wal"); err != nil || fi.Size() == 0 {
		return c.close() // and leave no empty log
	}
	f, err := os.Open(path)
	if err != nil {
		return errors.Join(err, c.close())
	}
	shared := unix.Flock_t{Type: unix.F_RDLCK, Start: first, Len: locks}
	_ = unix.FcntlFlock(f.Fd(), unix.F_OFD_SETLK, &shared) // where that cannot be, SQLite locks nothing either
	return errors.Join(c.close(), f.Close())
}

// isDamage tells what a broken file leads to from what passes, such as a full disk.
func isDamage(err error) bool {
	var se sqlite3.Error
	return errors.Is(err, ErrCorrupt) ||
		errors.As(err, &se) && (se.Code == sqlite3.ErrCorrupt || se.Code == sqlite3.ErrNotADB)
}

// diskFailed tells a disk that has no room, or fails, from what is wrong with a request. SQLite gives up the whole
// transaction for it, but where it can undo the statement alone, as one of the search.
func diskFailed(err error) bool {
	var se sqlite3.Error
	return errors.As(err, &se) && (se.Code == sqlite3.ErrFull || se.Code == sqlite3.ErrIoErr)
}

// unwritten says that a transaction was not kept, and why.
func unwritten(err error) error { return fmt.Errorf("%w: %w", ErrUnwritten, err) }

// consistent refuses a catalog whose parts are of different moments, as a disk leaves them that has lost some of what
// it said was on it: what is given next would have been given already.
func (s *Store) consistent(c *conn) error {
	for _, n := range []struct {
		sql   string
		above int64
		what  string
	}{
		{"SELECT max(seq) FROM items", s.lastSeq, "an item's number"},
		{"SELECT max(seq) FROM tombstones", s.lastSeq, "a deletion's number"},
		{"SELECT max(id) FROM items", s.lastID.Load(), "an item's id"},
		{"SELECT max(seq) FROM works", s.lastSeq, "a work's number"},
		{"SELECT max(id) FROM works", s.lastWork, "a work's id"},
	} {
		have, err := c.number(n.sql)
		if err != nil {
			return err
		}
		if have > n.above {
			return fmt.Errorf("%w: %s: %s is %d, the last one that was given %d: %s", ErrCorrupt, s.path, n.what, have, n.above, mendCatalog)
		}
	}
	return nil
}
