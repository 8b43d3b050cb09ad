package store

import (
	"context"
	"errors"
	"time"

	"github.com/catalogizer/catalogizerd/internal/media"
	"github.com/catalogizer/catalogizerd/internal/store/filter"
)

const (
	momentEvery = time.Second            // while changes follow each other
	momentQuiet = 500 * time.Millisecond // without a change, after which the next one is preceded by a moment
	momentsKept = 24 * time.Hour         // all of them; of those before, one of each stretch
	momentsThin = 10 * time.Minute
)

// moment says that from a time on, in nanoseconds, a number was the feed's last.
type moment struct {
	seq, at int64
	unsure  bool // the clock shows less than it has shown before: it was later than that
}

// ClockSet is a time before which no clock is set: a machine without a battery begins in 1970, or where its clock was
// when it was turned off, until it has asked for the time.
var ClockSet = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// newMoment says that a number is the last from a time on.
func (s *Store) newMoment(seq, at int64) *moment {
	return &moment{seq, at, at < max(s.keptMoment.Load(), ClockSet.UnixNano())}
}

// NotBefore is a time, in nanoseconds, or, where that is of a clock that shows less than it has shown before, the latest
// that is known. What is to be kept for a while is kept from then on: it must not be over once the clock is set.
func (s *Store) NotBefore(at int64) int64 { return max(at, s.keptMoment.Load()) }

// noteMoment writes when the last number before this group was given, if that is known and worth a row.
func (tx *Tx) noteMoment(before int64, now time.Time) error {
	last, kept := tx.s.lastMoment.Load(), tx.s.keptMoment.Load()
	if last.unsure || last.seq != before || last.at-kept < int64(momentEvery) && now.UnixNano()-last.at < int64(momentQuiet) {
		return nil
	}
	tx.keptMoment = last.at
	return tx.c.exec("INSERT OR IGNORE INTO moments (seq, at) VALUES (?, ?)", last.seq, last.at)
}

// SeqAt is a number of the feed above which everything lies that has changed since a time, and little else.
func (s *Store) SeqAt(ctx context.Context, t time.Time) (seq int64, err error) {
	at := t.UnixNano()
	if last := s.lastMoment.Load(); last.at <= at && !last.unsure {
		return last.seq, nil
	}
	err = s.readFeed(ctx, func(c *conn) error { // a clock that was put back makes the answer an earlier one
		seq, err = c.number(`SELECT coalesce(max(seq), 0) FROM moments WHERE at BETWEEN ?2 AND ?1
			AND seq < coalesce((SELECT min(seq) FROM moments WHERE at > ?1), 9223372036854775807)`, at, ClockSet.UnixNano())
		return err
	})
	return seq, err
}

// Since reads a cursor of the feed, or a time: what is behind that has changed since. Of what was deleted earlier than
// the feed knows nothing is told then.
func (s *Store) Since(ctx context.Context, text string, f *FeedFilter) (media.Cursor, error) {
	t, err := filter.Since(text)
	if err != nil {
		return media.ParseCursor(text)
	}
	seq, err := s.SeqAt(ctx, t)
	return s.Cursor(seq).Forgo(s.FloorOf(f.Sorts())), err
}

// believedAfter is for how long a clock shows far less than it has shown before until it was that which was wrong. One
// without a battery asks for the time as soon as it can.
const believedAfter = 24 * time.Hour

// believeClock has what a clock wrote down that was ahead by years, and has been set right for a while, be of now: it
// would be kept for as long, and no later moment be known.
func (tx *Tx) believeClock(now time.Time) error {
	far, s := ahead(now.UnixNano()), tx.s
	n, err := tx.c.number(`SELECT EXISTS (SELECT 1 FROM moments WHERE at > ?1) OR EXISTS (SELECT 1 FROM works WHERE gone > 0
		AND gone > ?1) OR EXISTS (SELECT 1 FROM roots WHERE detached_at > ?1)`, far)
	switch {
	case err != nil:
		return err
	case n == 0:
		s.behindSince = time.Time{}
		return nil
	case s.behindSince.IsZero():
		s.behindSince = now
	}
	if now.Sub(s.behindSince) < believedAfter {
		return nil
	}
	err = errors.Join(tx.c.exec("DELETE FROM moments WHERE at > ?", far),
		tx.c.exec("UPDATE works SET gone = ? WHERE gone > 0 AND gone > ?", now.UnixNano(), far),
		tx.c.exec("UPDATE roots SET detached_at = ? WHERE detached_at > ?", now.UnixNano(), far))
	if err != nil {
		return err
	}
	kept, err := tx.c.number("SELECT ifnull(max(at), 0) FROM moments")
	tx.keptMoment = max(kept, 1)
	return err
}

// PruneMoments thins out what is known of when numbers were given.
func (tx *Tx) PruneMoments(now time.Time) error {
	if err := tx.believeClock(now); err != nil {
		return err
	}
	return tx.c.exec(`DELETE FROM moments WHERE at < ?1 AND seq NOT IN
		(SELECT min(seq) FROM moments WHERE at < ?1 GROUP BY at / ?2)`, now.Add(-momentsKept).UnixNano(), int64(momentsThin))
}
