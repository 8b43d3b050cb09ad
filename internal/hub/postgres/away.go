package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// read runs fn in one moment of the database: again from its beginning where the connection turns out to be lost.
func (s *Store) read(ctx context.Context, fn func(pgx.Tx) error) error {
	moment := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return s.again(ctx, func() error { return pgx.BeginTxFunc(ctx, s.pool, moment, fn) })
}

// again runs fn, which only reads, and once more on a new connection where its own was lost: that a server was killed
// is not known of a connection of the pool until it is used. It fails with store.ErrAway where that is lost too.
func (s *Store) again(ctx context.Context, fn func() error) error {
	err := fn()
	if isLost(err) && ctx.Err() == nil {
		s.pool.Reset() // the others are likely to be lost with it
		err = fn()
	}
	if isLost(err) && ctx.Err() == nil {
		return fmt.Errorf("%w: %w", store.ErrAway, err)
	}
	return err
}

// isLost reports whether an error says nothing of what was asked, but that the database is not there to answer.
func isLost(err error) bool {
	if err == nil {
		return false
	}
	var connect *pgconn.ConnectError
	var pg *pgconn.PgError
	switch {
	case errors.As(err, &pg):
		// Its shutdown, crash, start, and ends of sessions; connections, by their class; and that there are too many.
		const connection = "08"
		ends := []string{"57P01", "57P02", "57P03", "57P05", "25P03", "53300"}
		return pg.Code[:min(2, len(pg.Code))] == connection || slices.Contains(ends, pg.Code)
	case errors.As(err, &connect), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return true
	case errors.As(err, new(net.Error)):
		return true
	}
	return pgconn.SafeToRetry(err)
}
