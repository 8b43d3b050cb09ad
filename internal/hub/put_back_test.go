package hub_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/client"
	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/hub/pgtest"
)

// Where the database is put back to what it was, while hubs and clients are attached to it, all hold what the sources hold
// before long: what is lost is taken in again by fewer numbers, and what comes then has numbers that clients were told.
func TestClientsHoldTheUnionWhenTheDatabaseIsPutBack(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	a := startDaemon(t, "attic", "0.mkv")
	at := server.Database(t)
	hubs := []*apptest.Daemon{process(t, at, a), process(t, at, a)}
	var clients []*library
	for _, h := range hubs {
		for _, as := range []client.Follow{{}, {Window: time.Second}, {LongPoll: true}} {
			as.Works = true
			clients = append(clients, keepLibrary(t, "http://"+h.Addr(), as))
		}
	}
	hold := func() {
		t.Helper()
		for _, h := range hubs {
			shows(t, h, a)
			h.WaitIdle(t, patience)
		}
		for i, c := range clients {
			said := ""
			if !apptest.Within(patience, func() bool { said = c.differs(t); return said == "" }) {
				t.Fatalf("client %d: %s", i, said)
			}
		}
	}
	hold()
	kept := server.Dump(t, at)
	for n := range 5 {
		a.move(t, fmt.Sprintf("%d.mkv", n), fmt.Sprintf("%d.mkv", n+1))
		hold()
	}
	server.PutBack(t, at, kept)
	hold()
	a.write(t, "Alien (1979).mkv")
	hold()
}
