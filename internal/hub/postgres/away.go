package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// read runs fn in one moment of the database: again from its beginning where the connection turns out to be lost.
func (s *Store) read(ctx context.Context, fn func(pgx.Tx) error) error {
	moment := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return s.again(ctx, func() error { return pgx.BeginTxFunc(ctx, s.pool, moment, fn) })
}

// absence is why the database does not answer.
type absence struct {
	why   error
	hangs bool // it is not known to be gone: nothing comes
}

// inTime runs something that may take so long.
func inTime(ctx context.Context, limit time.Duration, fn func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return fn(ctx)
}

// lose notes that the database does not answer. Where it hangs, whoever waits for it waits no longer.
func (s *Store) lose(why error) {
	a := &absence{why: why, hangs: pgconn.Timeout(why) || errors.Is(why, context.DeadlineExceeded)}
	if s.away.Swap(a) == nil {
		s.log.Warn("the hub's database is away: nobody is told of changes", zap.Error(why))
	}
	if a.hangs {
		s.pool.Reset()
		s.lines.cut()
	}
}

// hung is an error where the database is known to hang: nobody is to find that out anew.
func (s *Store) hung() error {
	if a := s.away.Load(); a != nil && a.hangs {
		return fmt.Errorf("%w: %w", store.ErrAway, a.why)
	}
	return nil
}

// again runs fn, which only reads, and once more on a new connection where its own was lost: that a server was killed
// is not known of a connection of the pool until it is used. It fails with store.ErrAway where that is lost too, and
// where the database hangs.
func (s *Store) again(ctx context.Context, fn func() error) error { return s.twice(ctx, s.hung, fn) }

// anyway is again, also where the database hung when it was asked last.
func (s *Store) anyway(ctx context.Context, fn func() error) error {
	return s.twice(ctx, func() error { return nil }, fn)
}

func (s *Store) twice(ctx context.Context, refused, fn func() error) error {
	if err := refused(); err != nil {
		return err
	}
	err := fn()
	if isLost(err) && ctx.Err() == nil {
		if err := refused(); err != nil {
			return err
		}
		s.pool.Reset() // the others are likely to be lost with it
		err = fn()
	}
	if isLost(err) && ctx.Err() == nil {
		return fmt.Errorf("%w: %w", store.ErrAway, err)
	}
	return err
}

// failure is an error of the database's, or of who may write there.
type failure struct{ error }

// Unwrap gives the error itself.
func (f failure) Unwrap() error { return f.error }

func failed(err error) error {
	if err == nil {
		return nil
	}
	return failure{err}
}

// IsOurs reports whether an error is the hub's, or its database's: it says nothing of a source.
func IsOurs(err error) bool { return errors.As(err, new(failure)) }

// isRefused reports whether an error says that the database takes in nothing, whatever it is: since it is only read, has
// no room, or cannot write.
func isRefused(err error) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	const readOnly = "25006"
	resources, system, internal := "53", "58", "XX" // classes of SQLSTATE
	return pg.Code == readOnly || slices.Contains([]string{resources, system, internal}, pg.Code[:min(2, len(pg.Code))])
}

// isLost reports whether an error says nothing of what was asked, but that the database is not there to answer.
func isLost(err error) bool {
	if err == nil {
		return false
	}
	var connect *pgconn.ConnectError
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &connect): // be it that there is no such database, while one is put back
		return true
	case errors.As(err, &pg):
		// Its shutdown, crash, start, and ends of sessions; connections, by their class; and that there are too many.
		const connection = "08"
		ends := []string{"57P01", "57P02", "57P03", "57P05", "25P03", "53300"}
		return pg.Code[:min(2, len(pg.Code))] == connection || slices.Contains(ends, pg.Code)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return true
	case errors.As(err, new(net.Error)):
		return true
	}
	return pgconn.SafeToRetry(err)
}
