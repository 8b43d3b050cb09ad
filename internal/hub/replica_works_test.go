package hub_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/client"
	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/hub/pgtest"
)

// library is a client's copy of items and works.
type library struct {
	client.Replica
	of     *client.Client
	as     client.Follow
	faults chan error
}

// keepLibrary follows a hub until the test's end.
func keepLibrary(t *testing.T, hub string, as client.Follow) *library {
	t.Helper()
	transport := &http.Transport{}
	of, err := client.New(hub, client.Options{HTTP: &http.Client{Transport: transport}})
	if err != nil {
		t.Fatal(err)
	}
	as.Pause = func(int) time.Duration { return 50 * time.Millisecond }
	l := &library{of: of, as: as, faults: make(chan error, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	var runs sync.WaitGroup
	runs.Go(func() {
		if err := l.Run(ctx, of, as); ctx.Err() == nil {
			l.faults <- fmt.Errorf("following ended: %w", err)
		}
	})
	t.Cleanup(func() {
		cancel()
		runs.Wait()
		transport.CloseIdleConnections()
	})
	return l
}

// differs says what of the lists a client does not hold as they have it; empty: nothing.
func (l *library) differs(t *testing.T) string {
	t.Helper()
	select {
	case err := <-l.faults:
		t.Fatal(err)
	default:
	}
	have, want := map[string]string{}, map[string]string{}
	put := func(of map[string]string, what string, id int64, v any) {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		of[fmt.Sprint(what, " ", id)] = string(b)
	}
	for id, it := range l.Items() {
		put(have, "item", id, it)
	}
	for id, w := range l.Works() {
		put(have, "work", id, w)
	}
	query := url.Values{}
	if len(l.as.Kinds) > 0 {
		query.Set("kind", strings.Join(l.as.Kinds, ","))
	}
	if !l.as.NoItems {
		for it, err := range l.of.Items(t.Context(), query) {
			if err != nil {
				return err.Error()
			}
			put(want, "item", it.ID, it)
		}
	}
	query.Set("include", "items")
	for w, err := range l.of.Works(t.Context(), query) {
		if err != nil {
			return err.Error()
		}
		put(want, "work", w.ID, w)
	}
	var out []string
	for what, said := range want {
		if have[what] != said {
			out = append(out, fmt.Sprintf("%s is held as %q, and listed as %q", what, have[what], said))
		}
	}
	for what := range have {
		if want[what] == "" {
			out = append(out, what+" is held, and not listed")
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// Who follows a hub with works, from before there were any, holds what its lists give, whoever is killed meanwhile: the
// hub, its database, or a connection. A show with seasons at two sources is one.
func TestReplicasWithWorksHoldWhatListsGive(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	attic := startDaemon(t, "attic", "Tidewater/Season 01/Tidewater - S01E01.mkv", "Heat (1995)/Heat (1995).mkv")
	cellar := startDaemon(t, "cellar", "Tidewater/Season 02/Tidewater - S02E01.mkv", "Alien (1979)/Alien (1979).mkv")
	hub := process(t, server.Database(t), attic, cellar)
	at := stand(t, hub.Addr)
	var all []*library
	for _, as := range []client.Follow{{Works: true}, {Works: true, LongPoll: true}, {Works: true, NoItems: true},
		{Works: true, NoItems: true, Kinds: []string{"series", "season"}}} {
		all = append(all, keepLibrary(t, at.url(), as))
	}
	ends := func() {
		t.Helper()
		for _, d := range []*daemon{attic, cellar} {
			d.settles(t)
		}
		if !apptest.Within(patience, func() bool { return hub.Status(t).Idle }) {
			t.Fatalf("the hub does not come to rest: %+v", hub.Status(t))
		}
		for i, l := range all {
			said := ""
			if !apptest.Within(patience, func() bool { said = l.differs(t); return said == "" }) {
				t.Fatalf("client %d: %s", i, said)
			}
		}
	}
	ends()
	for round := range 3 {
		attic.write(t, fmt.Sprintf("Tidewater/Season 01/Tidewater - S01E%02d.mkv", round+2), "Heat (1995)/poster.jpg")
		switch round {
		case 0:
			hub.Kill(t)
		case 1:
			server.Kill(t)
		default:
			server.Kill(t)
			hub.Kill(t)
		}
		cellar.write(t, fmt.Sprintf("Film %d (2001)/Film %d (2001).mkv", round, round))
		switch round {
		case 0:
			cellar.move(t, "Alien (1979)", "Alien, again (1979)")
			hub.Start(t)
		case 1:
			server.Start(t)
			attic.remove(t, "Heat (1995)/Heat (1995).mkv")
		default:
			server.Start(t)
			hub.Start(t)
		}
		ends()
	}
	var shows struct {
		Works []struct {
			Title  string
			Roots  []string
			Counts struct{ Children int }
		}
	}
	hub.Get(t, "/api/v1/works?kind=series", &shows)
	if len(shows.Works) != 1 || shows.Works[0].Counts.Children != 2 ||
		!slices.Equal(shows.Works[0].Roots, []string{"attic~films", "cellar~films"}) {
		t.Errorf("of one show at two sources there is %+v", shows)
	}
}
