package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/run"
)

// Of several hubs on one database one leads: it takes in what the sources say. Its lead is an advisory lock of a
// connection of its own, which the database ends where nothing comes over it for as long as a lease: so one that was
// killed, hangs or is cut off has it no longer, whether or not it knows.
//
// That alone would not keep a hub that was merely stopped from going on with what it was about to write. So each lead has
// a term, a number of its own in the table leader, and each transaction of the leader's holds a second lock together with
// the others of that term, and ends if the term is another. Who takes the lead over moves the term on, has the
// transactions ended that held the second lock by then, and holds it alone for a moment, before it reads or writes
// anything else: whoever had it before sees the new term in each later transaction.
const (
	leadLock  = 0x6875623a32
	writeLock = 0x6875623a33
)

const (
	// leaseTime is how long a leader may say nothing, beatEvery how often it does.
	leaseTime, beatEvery = 3 * time.Second, 500 * time.Millisecond
	// standEvery is how often another hub tries to lead.
	standEvery = 250 * time.Millisecond
	// unfitPause is how long a hub that cannot lead waits until it looks again.
	unfitPause = 15 * time.Second
	// ousting is how long a hub that takes the lead over waits until it looks again whether the last one's writing ended.
	ousting = 10 * time.Millisecond
	// takeOverTime is how long it may take to take the lead over.
	takeOverTime = time.Minute
)

// ErrFollows says that a hub does not lead, and may not write.
var ErrFollows = errors.New("another hub leads, and takes in what the sources say")

// Leader is the hub that takes in what the sources say.
type Leader struct {
	Name  string
	Since time.Time // by the database's clock
	Here  bool      // it is this one
}

// Leader is the hub that leads; nil: none does, as far as this one knows.
func (s *Store) Leader() *Leader {
	l := s.leader.Load()
	here := s.term.Load() != 0
	if l == nil || !here && !s.follows.Load() {
		return nil
	}
	return &Leader{Name: l.Name, Since: l.Since, Here: here}
}

// Follows reports whether another hub leads.
func (s *Store) Follows() bool { return s.follows.Load() }

// Lead stands for the lead under a name until ctx ends. Whenever this hub has it, fn runs, with a context that ends with
// the lead or with ctx; where fn returns before that, the lead is given up. All methods that write need the lead.
func (s *Store) Lead(ctx context.Context, name func() string, fn func(context.Context) error) error {
	for ctx.Err() == nil {
		err := s.stand(ctx, name, fn)
		follows := errors.Is(err, ErrNewer) && s.isLed(ctx)
		if s.follows.Swap(follows) != follows {
			s.tellStandings()
		}
		pause := standEvery
		switch {
		case ctx.Err() != nil:
		case errors.Is(err, ErrNewer):
			pause = unfitPause
			if s.unfit.Swap(&err) == nil {
				s.log.Error("this hub takes in nothing more", zap.Error(err))
			}
		case err != nil && !isLost(err):
			if s.unfit.Swap(&err) == nil {
				s.log.Warn("this hub cannot lead: it is tried again and again", zap.Error(err))
			}
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
	return nil
}

// stand leads once, for as long as one connection lasts.
func (s *Store) stand(ctx context.Context, name func() string, fn func(context.Context) error) (err error) {
	cfg := s.pool.Config().ConnConfig
	cfg.DialFunc = s.dial // it finds out by itself what comes over it no longer
	cfg.RuntimeParams["application_name"] = "catalogizerd hub, its lead"
	cfg.RuntimeParams["idle_session_timeout"] = strconv.FormatInt(leaseTime.Milliseconds(), 10)
	c, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaseTime)
		defer cancel()
		_ = c.Close(closing) // by whichever end the lock goes with it
	}()
	err = inTime(ctx, leaseTime, func(ctx context.Context) error { return s.fits(ctx, c) })
	if errors.Is(err, errOlder) {
		return s.migrate(ctx) // for as long as that takes, which this connection would not last
	}
	if err != nil {
		return err
	}
	if err := s.awaitLead(ctx, c); err != nil {
		return err
	}
	took := time.Now()
	var term int64
	err = inTime(ctx, takeOverTime, func(ctx context.Context) (err error) {
		term, err = s.takeOver(ctx, c, name())
		return err
	})
	if err != nil {
		return fmt.Errorf("take the lead over: %w", err)
	}
	s.unfit.Store(nil)
	s.log.Info("this hub leads: it takes in what the sources say", zap.Int64("term", term),
		zap.Duration("within", time.Since(took)))
	defer s.term.Store(0)
	g := run.NewGroup(ctx, s.log)
	over := errors.New("what a leader does has ended")
	g.Go("lead", func(ctx context.Context) error { return s.keepLead(ctx, c, term) })
	g.Go("what a leader does", func(ctx context.Context) error { return errors.Join(fn(ctx), over) })
	if err = g.Wait(); ctx.Err() == nil {
		s.log.Warn("this hub has lost the lead", zap.Error(err))
	}
	return nil
}

// awaitLead waits until the lead is a connection's.
func (s *Store) awaitLead(ctx context.Context, c *pgx.Conn) error {
	for {
		var mine bool
		if err := s.beat(ctx, c, "SELECT pg_try_advisory_lock($1)", []any{int64(leadLock)}, &mine); err != nil {
			return err
		}
		if s.follows.Swap(!mine) == mine {
			s.tellStandings()
		}
		if mine {
			return nil
		}
		s.unfit.Store(nil) // another could
		select {
		case <-time.After(standEvery):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// isLed reports whether another hub leads, for one that cannot: it goes by what that one says of the sources.
func (s *Store) isLed(ctx context.Context) (led bool) {
	ctx, cancel := context.WithTimeout(ctx, leaseTime)
	defer cancel()
	const lead = "SELECT EXISTS (SELECT FROM pg_locks WHERE granted AND " + isOthers + ")"
	return s.pool.QueryRow(ctx, lead, int64(leadLock)).Scan(&led) == nil && led
}

// beat asks something by a connection that is to be there, and may hang no longer than a lease.
func (s *Store) beat(ctx context.Context, c *pgx.Conn, query string, args []any, into any) error {
	ctx, cancel := context.WithTimeout(ctx, leaseTime)
	defer cancel()
	return c.QueryRow(ctx, query, args...).Scan(into)
}

// keepLead says time after time that the leader is there, until its connection or its term ends.
func (s *Store) keepLead(ctx context.Context, c *pgx.Conn, term int64) error {
	beats := time.NewTicker(beatEvery)
	defer beats.Stop()
	for {
		select {
		case <-beats.C:
		case <-ctx.Done():
			return ctx.Err()
		}
		var now int64
		if err := s.beat(ctx, c, "SELECT term FROM leader", nil, &now); err != nil {
			return err
		}
		if now != term {
			return ErrFollows
		}
	}
}

// isOthers is said of another's advisory lock of this database.
const isOthers = `locktype = 'advisory' AND pid <> pg_backend_pid()
	AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
	AND classid = ($1::bigint >> 32)::bigint::oid AND objid = ($1::bigint & 4294967295)::oid AND objsubid = 1`

// endWriters ends the transactions that hold a lock of this database, but that of who asks.
const endWriters = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE " + isOthers

// takeOver begins a term of a hub to whose connection the lead is, once nobody writes any more who had it before.
func (s *Store) takeOver(ctx context.Context, c *pgx.Conn, name string) (term int64, err error) {
	if err := s.fits(ctx, c); err != nil {
		return 0, err
	}
	const begin = "UPDATE leader SET term = term + 1, name = $1, since = clock_timestamp() RETURNING term"
	if err := c.QueryRow(ctx, begin, name).Scan(&term); err != nil {
		return 0, err
	}
	for alone := false; !alone; {
		if _, err := c.Exec(ctx, endWriters, int64(writeLock)); err != nil {
			return 0, err
		}
		if err := c.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", int64(writeLock)).Scan(&alone); err != nil {
			return 0, err
		}
		if !alone {
			select {
			case <-time.After(ousting):
			case <-ctx.Done():
				return 0, ctx.Err()
			}
		}
	}
	if _, err := c.Exec(ctx, "SELECT pg_advisory_unlock($1)", int64(writeLock)); err != nil {
		return 0, err
	}
	s.term.Store(term)
	err = s.beginRun(ctx)
	if err == nil {
		err = s.readHead(ctx)
	}
	if err != nil {
		s.term.Store(0)
	}
	return term, err
}

// fence has a transaction hold the lock of those who write, and fail where this hub leads no longer.
func (s *Store) fence(ctx context.Context, tx pgx.Tx) error {
	mine := s.term.Load()
	if mine == 0 {
		return ErrFollows
	}
	var now int64
	if err := tx.QueryRow(ctx, "SELECT term_behind($1)", int64(writeLock)).Scan(&now); err != nil {
		return err
	}
	if now != mine {
		return ErrFollows
	}
	return nil
}

// Tell keeps how sources are, by their names, for hubs that follow, and has them look.
func (s *Store) Tell(ctx context.Context, of map[string][]byte) error {
	err := s.write(ctx, func(tx pgx.Tx) error {
		for source, said := range of {
			const note = "INSERT INTO standings VALUES ($1, $2) ON CONFLICT (source) DO UPDATE SET said = excluded.said"
			if _, err := tx.Exec(ctx, note, source, said); err != nil {
				return err
			}
		}
		return notifyOf(ctx, tx, ofSources)
	})
	if err != nil {
		return fmt.Errorf("keep how the sources are: %w", err)
	}
	return nil
}

// Standings are how sources are, as the leader told.
func (s *Store) Standings(ctx context.Context) (of map[string][]byte, err error) {
	of = map[string][]byte{}
	err = s.again(ctx, func() error {
		rows, err := s.pool.Query(ctx, "SELECT source, said FROM standings")
		if err != nil {
			return err
		}
		var source string
		var said []byte
		_, err = pgx.ForEachRow(rows, []any{&source, &said}, func() error { of[source] = said; said = nil; return nil })
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read how the sources are: %w", err)
	}
	return of, nil
}

// Told gets a value when the leader may see sources otherwise than before, or whether another hub leads has changed.
// It has one reader.
func (s *Store) Told() <-chan struct{} { return s.told }

func (s *Store) tellStandings() {
	select {
	case s.told <- struct{}{}:
	default: // it has one already
	}
}
