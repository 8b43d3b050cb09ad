package store

import (
	"context"
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
type moment struct{ seq, at int64 }

// noteMoment writes when the last number before this group was given, if that is worth a row.
func (tx *Tx) noteMoment(before int64, now time.Time) error {
	last := tx.s.lastMoment.Load()
	if last.seq != before || last.at-tx.s.keptMoment < int64(momentEvery) && now.UnixNano()-last.at < int64(momentQuiet) {
		return nil
	}
	tx.keptMoment = last.at
	return tx.c.exec("INSERT OR IGNORE INTO moments (seq, at) VALUES (?, ?)", last.seq, last.at)
}

// SeqAt is a number of the feed above which everything lies that has changed since a time, and little else.
func (s *Store) SeqAt(ctx context.Context, t time.Time) (seq int64, err error) {
	at := t.UnixNano()
	if last := s.lastMoment.Load(); last.at <= at {
		return last.seq, nil
	}
	err = s.readFeed(ctx, func(c *conn) error { // a clock that was put back makes the answer an earlier one
		seq, err = c.number(`SELECT coalesce(max(seq), 0) FROM moments WHERE at <= ?1
			AND seq < coalesce((SELECT min(seq) FROM moments WHERE at > ?1), 9223372036854775807)`, at)
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

// PruneMoments thins out what is known of when numbers were given.
func (tx *Tx) PruneMoments(now time.Time) error {
	return tx.c.exec(`DELETE FROM moments WHERE at < ?1 AND seq NOT IN
		(SELECT min(seq) FROM moments WHERE at < ?1 GROUP BY at / ?2)`, now.Add(-momentsKept).UnixNano(), int64(momentsThin))
}
