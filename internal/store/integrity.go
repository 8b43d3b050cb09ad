package store

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Integrity runs SQLite's own check over the whole file; the error says what it found. It has a connection of its own:
// the check of a search index trusts what its connection has read of it before, and would call broken what others have
// changed since.
func (s *Store) Integrity(ctx context.Context) error {
	err := sound(ctx, s.path)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return s.noteDamage(err)
}

// LastCheck is when the whole file was last found sound by a daemon, as KeepCheck was told; zero: never.
func (s *Store) LastCheck() time.Time {
	if at := s.checked.Load(); at != 0 {
		return time.Unix(0, at)
	}
	return time.Time{}
}

// KeepCheck keeps when the whole file was found sound.
func (s *Store) KeepCheck(ctx context.Context, at time.Time) error {
	err := s.Update(ctx, func(tx *Tx) error { return tx.c.setMeta("checked", at.UnixNano()) })
	if err == nil {
		s.checked.Store(at.UnixNano())
	}
	return err
}

// integrity has SQLite check a file. What it says of one of which a read has failed meanwhile is no word of what that
// holds: it goes on behind a page that it was not given, and calls those lost to which that one leads.
func integrity(c *conn, path string) error {
	var found []string
	before := failedReads()
	err := c.each("PRAGMA integrity_check(5)", func(r row) error { found = append(found, r.text(0)); return nil })
	if err != nil {
		return explain(path, err)
	}
	if failedReads() > before {
		return fmt.Errorf("%w: %s (%s): %s", ErrDisk, path, strings.Join(found, "; "), mendDisk)
	}
	if len(found) != 1 || found[0] != "ok" {
		return fmt.Errorf("%w: %s: %s: %s", ErrCorrupt, path, strings.Join(found, "; "), mendCatalog)
	}
	return nil
}
