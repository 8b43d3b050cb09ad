package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mattn/go-sqlite3"
	"golang.org/x/sync/semaphore"
)

// feedReaders is how many connections only the feed and the state of the roots read by, so that neither waits for
// what somebody searches.
const feedReaders = 2

// closePatience is how long a store that closes waits for readers that have been told to end.
const closePatience = 2 * time.Second

// ErrSlow says that a query was ended because it took too long.
var ErrSlow = errors.New("query took too long")

// readers are the connections for reading, by who reads. No class can hold what another needs: the feed has
// connections of its own, and queries hold at most half of the rest.
type readers struct {
	feed    *pool
	rest    *pool
	queries chan struct{}       // a place for each query that may run; full at first
	gate    *semaphore.Weighted // every reader takes one, who wants none to read takes all
	all     int64               // connections of both pools
	ending  context.Context     // ends when the store closes
	end     context.CancelFunc
}

func newReaders(rest int) *readers {
	r := &readers{feed: newPool(feedReaders), rest: newPool(rest), all: int64(feedReaders + rest),
		queries: make(chan struct{}, max(1, rest/2))}
	r.gate = semaphore.NewWeighted(r.all)
	r.ending, r.end = context.WithCancel(context.Background())
	for range cap(r.queries) {
		r.queries <- struct{}{}
	}
	return r
}

// close ends what is being read and closes every connection. It waits so long for those in use; what is late then is
// named in the error and left open.
func (r *readers) close(patience time.Duration) error {
	r.end()
	var errs []error
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for range r.all {
		var c *conn
		select {
		case <-r.feed.places:
			c = r.feed.pop()
		case <-r.rest.places:
			c = r.rest.pop()
		case <-deadline.C:
			return errors.Join(append(errs, fmt.Errorf("a reader of the catalog does not end within %v", patience))...)
		}
		if c != nil {
			errs = append(errs, c.close())
		}
	}
	return errors.Join(errs...)
}

// read runs fn on a connection of all but the feed, inside one read transaction. Keep it to one page: a pinned
// reader makes the WAL grow. What runs is interrupted when ctx ends.
func (s *Store) read(ctx context.Context, fn func(*conn) error) error {
	return s.readBy(ctx, s.readers.rest, fn)
}

// readFeed is read for the feed and the state of the roots, which wait for nobody's queries.
func (s *Store) readFeed(ctx context.Context, fn func(*conn) error) error {
	return s.readBy(ctx, s.readers.feed, fn)
}

// readQuery is read for what clients ask for, in words or without: it waits for its turn, and is ended after the
// store's limit, whatever it waits for.
func (s *Store) readQuery(ctx context.Context, text string, fn func(*conn) error) error {
	limited, cancel := context.WithTimeout(ctx, s.queryTime)
	defer cancel()
	err := s.inTurn(limited, text, fn)
	if limited.Err() != nil && ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: more than %v: ask for less, or when fewer ask", ErrSlow, s.queryTime)
	}
	return err
}

// inTurn is read where it is its turn. What ranks and looks for words takes a processor, and has turns of its own.
func (s *Store) inTurn(ctx context.Context, text string, fn func(*conn) error) error {
	if text != "" {
		select {
		case s.searching <- struct{}{}:
			defer func() { <-s.searching }()
		case <-ctx.Done():
			return ctx.Err()
		case <-s.readers.ending.Done():
			return ErrClosed
		}
	}
	select {
	case <-s.readers.queries:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.readers.ending.Done():
		return ErrClosed
	}
	defer func() { s.readers.queries <- struct{}{} }() // has room for every place
	return s.read(ctx, fn)
}

// readOne is read for what is of one moment without a transaction, since fn runs one statement.
func (s *Store) readOne(ctx context.Context, fn func(*conn) error) error {
	return s.borrow(ctx, s.readers.rest, func(ctx context.Context, c *conn) error { return c.within(ctx, fn) })
}

func (s *Store) readBy(ctx context.Context, from *pool, fn func(*conn) error) error {
	return s.borrow(ctx, from, func(ctx context.Context, c *conn) (err error) {
		if err := c.exec("BEGIN"); err != nil {
			return explain(s.path, err)
		}
		defer func() {
			if rerr := c.exec("ROLLBACK"); err == nil { // whatever has become of ctx
				err = rerr
			}
		}()
		return c.within(ctx, fn)
	})
}

// borrow calls fn with a reader, and with a context that ends before the store is closed.
func (s *Store) borrow(ctx context.Context, from *pool, fn func(context.Context, *conn) error) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.readers.ending, cancel)()
	if err := s.readers.gate.Acquire(ctx, 1); err != nil {
		return s.whyEnded(err)
	}
	defer s.readers.gate.Release(1)
	select {
	case <-from.places:
	case <-ctx.Done():
		return s.whyEnded(ctx.Err())
	}
	c := from.pop()
	defer func() { from.give(c) }()
	if c == nil {
		if c, err = dial(s.path, false, "query_only=ON", s.readerCache, "temp_store=MEMORY"); err != nil {
			return s.noteUnread(s.noteDamage(explain(s.path, err)))
		}
		c.known = &s.meanings
	}
	return s.whyEnded(s.noteUnread(s.noteDamage(fn(ctx, c))))
}

// whyEnded tells readers that a closing store has ended them.
func (s *Store) whyEnded(err error) error {
	if errors.Is(err, context.Canceled) && s.readers.ending.Err() != nil {
		return ErrClosed
	}
	return err
}

// within calls fn, whose statements end with ctx.
func (c *conn) within(ctx context.Context, fn func(*conn) error) error {
	c.ctx = ctx
	defer func() { c.ctx = nil }()
	return fn(c)
}

// interrupted gives the context's error for what SQLite was interrupted in.
func (c *conn) interrupted(err error) error {
	if err == nil || c.ctx == nil || c.ctx.Err() == nil {
		return err
	}
	var se sqlite3.Error
	if errors.As(err, &se) && se.Code == sqlite3.ErrInterrupt {
		return c.ctx.Err()
	}
	return err
}
