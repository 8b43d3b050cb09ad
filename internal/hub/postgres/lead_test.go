package postgres

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"go.uber.org/zap/zaptest"
)

// eventually waits, for as long as a busy machine may take, until something is so.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for ends := time.Now().Add(3 * time.Minute); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(ends) {
			t.Fatalf("not within minutes: %s", what)
		}
	}
}

// another opens the same database as another hub, which does not lead.
func another(t *testing.T, database string) *Store {
	t.Helper()
	s, err := Open(t.Context(), database, "", zaptest.NewLogger(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// A hub that does not lead writes nothing, and nor does one that has not heard yet that it does no longer.
func TestOnlyTheHubThatLeadsWrites(t *testing.T) {
	at := shared.Database(t)
	first, second := openAt(t, at), another(t, at)
	if _, err := second.Begin(t.Context(), "attic", "i1", nil); !errors.Is(err, ErrFollows) {
		t.Errorf("a hub that does not lead begins a load: %v", err)
	}
	c := begin(t, first, "attic", "i1")
	say(t, c, "a", item(1, "a"))
	lead(t, second) // of which the first hears nothing
	if first.term.Load() == 0 {
		t.Fatal("the first knows")
	}
	for what, write := range map[string]func() error{
		"what a source says": func() error {
			_, err := c.Apply(t.Context(), c.Prepare(Group{[]Change{item(2, "b")}, "b"}))
			return err
		},
		"the end of a load": func() error { return c.Complete(t.Context()) },
		"a load":            func() error { _, err := first.Begin(t.Context(), "cellar", "i2", nil); return err },
		"what has left":     func() error { return first.Leave(t.Context(), nil) },
		"roots":             func() error { return first.Say(t.Context(), "attic", nil) },
		"how sources are":   func() error { return first.Tell(t.Context(), map[string][]byte{"attic": nil}) },
		"old ends":          func() error { _, err := first.Prune(t.Context(), 0, 0); return err },
		"the order of words": func() error {
			return (&indexing{s: first, unsorted: cleanAfter}).settle(t.Context())
		},
	} {
		if err := write(); !errors.Is(err, ErrFollows) {
			t.Errorf("a hub that leads no longer writes %s: %v", what, err)
		}
	}
	c, err := second.Newest(t.Context(), "attic")
	if err != nil {
		t.Fatal(err)
	}
	say(t, c, "b", item(3, "c"))
	for _, s := range []*Store{first, second} {
		if got := listed(t, s); len(got) != 2 {
			t.Errorf("%d items", len(got))
		}
	}
}

// What a hub was about to write when another took the lead over is not written, however long it waited.
func TestWhatWasBegunUnderAnEarlierLeadIsNotWritten(t *testing.T) {
	at := shared.Database(t)
	first, second := openAt(t, at), another(t, at)
	begun, goOn, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- first.write(t.Context(), func(tx pgx.Tx) error {
			_, err := tx.Exec(t.Context(), "UPDATE hub SET head = 77")
			close(begun)
			<-goOn
			return err
		})
	}()
	<-begun
	lead(t, second) // which does not wait for the other
	if head := second.Head(); head != 0 {
		t.Errorf("the head is %d", head)
	}
	c := begin(t, second, "attic", "i1")
	say(t, c, "a", item(1, "a"))
	close(goOn)
	if err := <-done; !isLost(err) {
		t.Errorf("a transaction of an earlier lead ends with %v", err)
	}
	if err := second.readHead(t.Context()); err != nil || second.Head() != 1 {
		t.Errorf("the head is %d, %v", second.Head(), err)
	}
}

// stands has a store stand for the lead, and gives what ends that.
func stands(t *testing.T, s *Store, name string) (end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var runs sync.WaitGroup
	runs.Go(func() { _ = s.Run(ctx) })
	runs.Go(func() {
		_ = s.Lead(ctx, func() string { return name }, func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		})
	})
	end = sync.OnceFunc(func() { cancel(); runs.Wait() })
	t.Cleanup(end)
	return end
}

func leads(s *Store) bool { l := s.Leader(); return l != nil && l.Here }

// isLed reports whether a store knows that another leads, by its name.
func isLed(s *Store, by string) bool { l := s.Leader(); return l != nil && !l.Here && l.Name == by }

// One hub leads, and all know which; where it ends, or its connection does, another leads, and cursors of either go on at
// either.
func TestAnotherHubTakesTheLeadOver(t *testing.T) {
	at := shared.Database(t)
	first, second := another(t, at), another(t, at)
	endFirst := stands(t, first, "first")
	eventually(t, "the first leads", func() bool { return leads(first) })
	stands(t, second, "second")
	eventually(t, "the second follows", func() bool { return isLed(second, "first") })
	c := begin(t, first, "attic", "i1")
	say(t, c, "a", item(1, "a"), item(2, "b"))
	early := first.Cursor(2)
	if !second.Continues(early) {
		t.Error("a cursor of the leader leads nowhere at another hub")
	}

	endFirst()
	eventually(t, "the second leads", func() bool { return leads(second) })
	if leads(first) {
		t.Error("one that was stopped leads")
	}
	if c, _ = second.Newest(t.Context(), "attic"); c == nil {
		t.Fatal("the catalog is lost")
	}
	say(t, c, "b", item(3, "c"))
	late := second.Cursor(3)
	third := another(t, at)
	stands(t, third, "third")
	for i, s := range []*Store{second, third} {
		if !s.Continues(early) || !s.Continues(late) {
			t.Errorf("at hub %d a cursor leads nowhere", i)
		}
		if beyond := second.Cursor(4); s.Continues(beyond) {
			t.Errorf("at hub %d a cursor goes on that nobody has given", i)
		}
	}

	eventually(t, "the third follows", func() bool { return isLed(third, "second") })
	cut := func() { // the connection that has the lead
		const lock = `SELECT pg_terminate_backend(pid) FROM pg_locks
			WHERE locktype = 'advisory' AND objid = ($1::bigint & 4294967295)::oid`
		if _, err := first.pool.Exec(t.Context(), lock, int64(leadLock)); err != nil {
			t.Fatal(err)
		}
	}
	was := second.term.Load()
	cut()
	eventually(t, "one of them leads anew", func() bool {
		return leads(third) && isLed(second, "third") || second.term.Load() > was && isLed(third, "second")
	})
}

// Hubs that begin at once make the tables once, and one of them leads.
func TestHubsBeginAtOnce(t *testing.T) {
	at := shared.Database(t)
	const hubs = 4
	all := make([]*Store, hubs)
	var begins sync.WaitGroup
	for i := range all {
		begins.Go(func() {
			s, err := Open(t.Context(), at, "", zaptest.NewLogger(t))
			if err != nil {
				t.Error(err)
				return
			}
			all[i] = s
		})
	}
	begins.Wait()
	for i, s := range all {
		if s == nil {
			t.FailNow()
		}
		t.Cleanup(s.Close)
		if s.Instance() != all[0].Instance() || s.Cursor(0) != all[0].Cursor(0) {
			t.Errorf("hub %d takes the database for another one", i)
		}
		stands(t, s, "one")
	}
	eventually(t, "one leads, and the others know", func() bool {
		n, known := 0, 0
		for _, s := range all {
			n, known = n+oneIf(leads(s)), known+oneIf(isLed(s, "one"))
		}
		return n == 1 && known == hubs-1
	})
}

// A hub whose tables a later version has brought up to date leads no longer, and says why.
func TestAnEarlierHubDoesNotLeadALaterOnesDatabase(t *testing.T) {
	s := another(t, shared.Database(t))
	stands(t, s, "early")
	eventually(t, "it leads", func() bool { return leads(s) && s.Health() == nil })
	_, err := s.pool.Exec(t.Context(), "INSERT INTO schema_version VALUES (99); UPDATE leader SET term = term + 1")
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "it says so", func() bool { return errors.Is(s.Health(), ErrNewer) && !leads(s) })
}

// One that is too old to lead goes by what the hub that leads says of the sources, as any other that follows.
func TestAHubThatIsTooOldToLeadFollows(t *testing.T) {
	at := shared.Database(t)
	late, early := another(t, at), another(t, at)
	stands(t, late, "late")
	eventually(t, "the later one leads", func() bool { return leads(late) })
	if _, err := late.pool.Exec(t.Context(), "INSERT INTO schema_version VALUES (99)"); err != nil {
		t.Fatal(err)
	}
	stands(t, early, "early")
	eventually(t, "it cannot lead, and follows", func() bool {
		return errors.Is(early.Health(), ErrNewer) && isLed(early, "late")
	})
	select {
	case <-early.Told(): // it is to look how the sources are
	case <-time.After(3 * time.Minute):
		t.Error("nobody looks how the leader sees the sources")
	}
}
