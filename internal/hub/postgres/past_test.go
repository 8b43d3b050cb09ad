package postgres

import (
	"errors"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/catalogizer/catalogizerd/internal/hub/pgtest"
	"github.com/catalogizer/catalogizerd/internal/media/realtime"
	"github.com/catalogizer/catalogizerd/internal/media/realtime/live"
)

// told is who follows a hub's live feed, and has had all that there is.
func told(t *testing.T, s *Store, how live.Follow) *live.Subscription {
	t.Helper()
	sub, err := realtime.NewEventBus(s, zap.NewNop()).Subscribe(how)
	if err != nil {
		t.Fatal(err)
	}
	for more := true; more; {
		if _, more, err = sub.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return sub
}

// cutOff reports whether who follows is told to begin anew, as what was told is of a past that never was.
func cutOff(t *testing.T, sub *live.Subscription) bool {
	t.Helper()
	_, more, err := sub.Next(t.Context())
	var resync *live.ResyncError
	if err != nil && !errors.As(err, &resync) {
		t.Fatal(err)
	}
	return !more && resync != nil && resync.Reason == live.ResyncRestored
}

// Where the database is put back to what it was, whoever was told of what is lost is told so, also at a hub that hears of
// it only when another one has given the lost numbers to something else. Who was told of nothing that is lost goes on.
func TestWhoWasToldOfWhatADatabaseHasLostBeginsAnew(t *testing.T) {
	server := pgtest.Start(t)
	at := server.Database(t)
	first, second, third := openAt(t, at), another(t, at), another(t, at)
	c := begin(t, first, "attic", "i1")
	say(t, c, "a", item(1, "a"))
	kept := server.Dump(t, at)
	early := first.Cursor(1)
	lead(t, first)
	lead(t, first) // more runs than there will be by then
	say(t, c, "b", item(2, "b"), item(3, "c"))
	hubs := []*Store{second, third}
	var subs []*live.Subscription
	for _, s := range hubs {
		if err := s.readHead(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, how := range []live.Follow{{}, {Window: time.Second}} {
			sub := told(t, s, how)
			if cutOff(t, sub) || sub.Cursor().Seq != 3 {
				t.Fatalf("it stands at %v", sub.Cursor())
			}
			subs = append(subs, sub)
		}
	}
	lost := second.Cursor(2)

	server.PutBack(t, at, kept)
	if err := third.readHead(t.Context()); err != nil { // at once
		t.Fatal(err)
	}
	leader := openAt(t, at)
	c, err := leader.Newest(t.Context(), "attic")
	if err != nil {
		t.Fatal(err)
	}
	say(t, c, "c", item(4, "d"), item(5, "e"), item(6, "f"))
	for i, s := range hubs {
		if err := s.readHead(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, sub := range subs[2*i : 2*i+2] {
			if !cutOff(t, sub) {
				t.Errorf("hub %d: who has read up to %v is not told that it is lost", i, sub.Cursor())
			}
		}
		if s.Continues(lost) || !s.Continues(early) {
			t.Errorf("hub %d: a cursor of what was lost goes on, or one from before does not", i)
		}
		if is := leader.Cursor(4); s.Cursor(4) != is || !s.Continues(is) {
			t.Errorf("hub %d: behind number 4 is %v, at the leader %v", i, s.Cursor(4), is)
		}
		if sub := told(t, s, live.Follow{}); sub.Cursor().Seq != 4 || cutOff(t, sub) {
			t.Errorf("hub %d: who begins anew stands at %v", i, sub.Cursor())
		}
	}
}

// What is put back may be of an earlier version than the hubs that run: its tables are brought up to date then.
func TestAnEarlierVersionThatIsPutBackIsBroughtUpToDate(t *testing.T) {
	server := pgtest.Start(t)
	at, early := server.Database(t), server.Database(t)
	makeSchemaTwo(t, early)
	s := another(t, at)
	stands(t, s, "one")
	eventually(t, "it leads", func() bool { return leads(s) && s.Health() == nil })
	server.PutBack(t, at, server.Dump(t, early))
	eventually(t, "it leads again, with what was put back", func() bool {
		return leads(s) && s.Health() == nil && s.ItemCounts().Items == 4
	})
	say(t, begin(t, s, "attic", "i9"), "a", item(1, "of its own"))
	if n := len(listed(t, s)); n != 5 {
		t.Errorf("%d items", n)
	}
}
