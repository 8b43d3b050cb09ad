package postgres

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/store"
)

// now is the time by the database's clock.
func now(t *testing.T, s *Store) (text string) {
	t.Helper()
	var now time.Time
	if err := s.pool.QueryRow(t.Context(), "SELECT clock_timestamp()").Scan(&now); err != nil {
		t.Fatal(err)
	}
	return now.Format(time.RFC3339Nano)
}

// since is the number behind which that lies which has come since a time.
func since(t *testing.T, s *Store, text string) int64 {
	t.Helper()
	at, err := s.Since(t.Context(), text, &store.FeedFilter{})
	if err != nil {
		t.Fatal(err)
	}
	return at.Seq
}

// Who asks what has come since a time is told of what was written before that and seen only later.
func TestWhatWasOnItsWayAtATimeHasComeSince(t *testing.T) {
	at := shared.Database(t)
	s := openAt(t, at)
	c := begin(t, s, "attic", "i1")
	say(t, c, "a", item(1, "a"))
	if _, err := s.pool.Exec(t.Context(), "UPDATE moments SET at = at - interval '1 hour'"); err != nil { // none is of late
		t.Fatal(err)
	}
	written, commit, done := make(chan string), make(chan struct{}), make(chan error, 1)
	go func() {
		n := numbering{s: s}
		done <- n.write(t.Context(), func(tx pgx.Tx) error {
			err := n.lock(t.Context(), tx)
			if n.head++; err == nil {
				err = n.unlock(t.Context(), tx)
			}
			written <- now(t, s)
			<-commit
			return err
		})
	}()
	then := <-written
	if n := since(t, s, then); n != 1 {
		t.Errorf("before it is there, it has come since behind %d", n)
	}
	close(commit)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	say(t, c, "b", item(2, "b"))
	for what, s := range map[string]*Store{"the hub": s, "one that has begun since": another(t, at)} {
		if n := since(t, s, then); n != 1 {
			t.Errorf("%s: what was seen later has come since behind %d", what, n)
		}
		if n := since(t, s, now(t, s)); n != 3 {
			t.Errorf("%s: what has come by now comes again behind %d", what, n)
		}
	}
}
