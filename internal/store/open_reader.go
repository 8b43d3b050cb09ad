package store

import (
	"context"
	"errors"
	"fmt"
)

// OpenReader opens an existing catalog for reading only, beside a daemon or without one. Its Run need
// not be called; its writing methods fail with ErrClosed, and so do lists by what a first pass has not built yet.
func OpenReader(ctx context.Context, dir string) (*Store, error) {
	path, there, err := locate(dir)
	if err != nil {
		return nil, err
	}
	if !there {
		return nil, fmt.Errorf("%w at %s: run `catalogizerd scan` or `catalogizerd serve` with this data directory first",
			ErrNone, path)
	}
	s := newStore(path, Options{Readers: 2})
	close(s.stopped)
	if err := s.read(ctx, s.prepareReader); err != nil {
		return nil, errors.Join(explain(path, err), s.Close())
	}
	return s, nil
}

// prepareReader is prepare for those who may not bring the schema up to date.
func (s *Store) prepareReader(c *conn) error {
	have, files, _, err := genuine(c.ctx, c, s.path)
	switch {
	case err != nil:
		return err
	case have < len(files):
		return fmt.Errorf("%w: %s (schema %d, this binary reads %d): run `catalogizerd scan` or `catalogizerd serve` once "+
			"to bring it up to date", ErrOlder, s.path, have, len(files))
	}
	return s.load(c)
}
