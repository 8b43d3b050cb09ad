package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/zap"
)

// Subscribe returns a channel that gets a value when there is more to read. Unsubscribe by the returned function.
func (s *Store) Subscribe() (<-chan struct{}, func()) {
	ch := make(chan struct{}, 1) // one pending wake-up says all that there is to say
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wake[ch] = struct{}{}
	return ch, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.wake, ch)
	}
}

func (s *Store) wakeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ch := range s.wake {
		select {
		case ch <- struct{}{}:
		default: // it has one already
		}
	}
}

// readHead learns how far the feed has come and who leads, and wakes whoever waits for more.
func (s *Store) readHead(ctx context.Context) error { return s.readHeadBy(ctx, s.again) }

// readHeadBy is readHead, which asks by again or anyway.
func (s *Store) readHeadBy(ctx context.Context, ask func(context.Context, func() error) error) error {
	was := s.head.Load() // before it is asked: of a later answer it is the least
	var head, floor, works, worked, settled int64
	var run string
	var l Leader
	var since *time.Time
	var at time.Time
	const now = `SELECT hub.head, hub.floor, w.floor, w.upto, w.settled, (SELECT id FROM runs ORDER BY n DESC LIMIT 1),
		l.name, l.since, clock_timestamp() FROM hub, works_place w, leader l`
	err := ask(ctx, func() error {
		return s.pool.QueryRow(ctx, now).Scan(&head, &floor, &works, &worked, &settled, &run, &l.Name, &since,
			&at)
	})
	var others *runs
	if err == nil && !s.runs.Load().knows(run) {
		err = ask(ctx, func() (err error) { others, err = s.learnRuns(ctx, s.pool); return err })
	}
	if err != nil {
		return fmt.Errorf("read the head of the hub's feed: %w", err)
	}
	if since != nil {
		l.Since = since.UTC()
		s.leader.Store(&l)
	}
	s.settled.Store(settled)
	if worked < s.worked.Swap(worked) {
		defer s.wakeAll() // works are derived anew
	}
	if head < was || others != nil {
		return s.putBack(ctx, others, feedState{head, floor, works})
	}
	s.raiseFloors(floor, works)
	if m := s.seen.Load(); m == nil || m.seq != head {
		s.seen.Store(&moment{head, at})
	}
	for now := s.head.Load(); now < head; now = s.head.Load() { // several read it at once
		if s.head.CompareAndSwap(now, head) {
			s.wakeAll()
		}
	}
	return nil
}

// feedState is where a feed stands.
type feedState struct{ head, floor, worksFloor int64 }

// Past is another number once what was given turns out to be none of the database's past: one from before was put in its
// place, or it has lost its end. It is another one before and behind that.
func (s *Store) Past() int64 { return s.past.Load() }

// putBack goes on with a database that is an earlier one by now, or what has become of it since, with other runs: what it
// gave before is no past of its own. nil runs are those that it has.
func (s *Store) putBack(ctx context.Context, now *runs, at feedState) (err error) {
	if now == nil {
		if s.term.Load() != 0 {
			err = s.beginRun(ctx)
		}
		var rerr error
		if now, rerr = readRuns(ctx, s.pool); rerr != nil {
			return errors.Join(err, rerr)
		}
	}
	s.forsake(now, at)
	return err
}

// forsake goes on from where a feed of another past stands. Whoever was told of what was given before is cut off.
func (s *Store) forsake(now *runs, at feedState) {
	s.log.Error("the hub's database is an earlier one: clients load anew", zap.Int64("was", s.head.Load()),
		zap.Int64("is", at.head))
	s.past.Add(1)
	s.runs.Store(now)
	s.seen.Store(nil)
	s.floor.Store(at.floor)
	s.worksFloor.Store(at.worksFloor)
	s.head.Store(at.head)
	s.past.Add(1) // who came in between may have seen some of this and not all
	s.wakeAll()
}

// channel is where it is said that there is more.
const channel = "catalogizerd_hub"

// ofSources is what is said there where sources are otherwise than before; of all else nothing is.
const ofSources = "sources"

func notifyOf(ctx context.Context, tx pgx.Tx, what string) error {
	_, err := tx.Exec(ctx, "SELECT pg_notify($1, $2)", channel, what)
	return err
}

// How long the hub relies on being told, how long the database may take to say how far it has come, and how long the hub
// waits before it asks again where that is away.
const (
	listenTime = 5 * time.Second
	answerTime = 20 * time.Second
	retryTime  = time.Second
)

// Run follows what is committed, by this hub and others, until ctx ends.
func (s *Store) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := s.listen(ctx); err != nil && ctx.Err() == nil {
			s.lose(err)
			select {
			case <-time.After(retryTime):
			case <-ctx.Done():
			}
		}
	}
	return nil
}

// Health is why the database does not answer; nil: it does.
func (s *Store) Health() error {
	if a := s.away.Load(); a != nil {
		return fmt.Errorf("the hub's database is away: %w", a.why)
	}
	if err := s.unfit.Load(); err != nil {
		return fmt.Errorf("this hub takes in nothing more: %w", *err)
	}
	if err := s.refuses.Load(); err != nil && s.term.Load() != 0 {
		return fmt.Errorf("the hub's database takes in nothing: %w", *err)
	}
	return nil
}

// listen wakes readers until the connection is lost. Notifications only wake: what there is, is read; where one is lost
// it is found before long all the same.
func (s *Store) listen(ctx context.Context) error {
	var c *pgxpool.Conn
	err := inTime(ctx, answerTime, func(ctx context.Context) (err error) { c, err = s.pool.Acquire(ctx); return err })
	if err != nil {
		return err
	}
	defer func() { // nobody would take from it what it hears: it is not for others to use
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), retryTime)
		defer cancel()
		_ = c.Conn().Close(closing)
		c.Release()
	}()
	err = inTime(ctx, answerTime, func(ctx context.Context) error {
		_, err := c.Exec(ctx, "LISTEN "+channel)
		return err
	})
	if err != nil {
		return err
	}
	for ofAll := true; ; {
		err := inTime(ctx, answerTime, func(ctx context.Context) error { return s.readHeadBy(ctx, s.anyway) })
		if err != nil {
			return err
		}
		s.away.Store(nil)
		if ofAll {
			s.tellStandings()
		}
		waiting, cancel := context.WithTimeout(ctx, listenTime)
		said, err := c.Conn().WaitForNotification(waiting)
		isOver := waiting.Err() != nil
		ofAll = said == nil || said.Payload == ofSources
		cancel()
		if err != nil && (ctx.Err() != nil || !isOver || c.Conn().IsClosed()) {
			return err
		}
	}
}
