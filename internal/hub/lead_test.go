package hub_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/api"
	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/hub/pgtest"
)

// leads reports whether a hub says that it leads; known is false where it says nothing of which does.
func leads(h *apptest.Daemon) (leads, known bool) {
	url := "http://" + h.Addr() + "/api/v1/status"
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
	if err != nil {
		return false, false
	}
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false, false
	}
	defer resp.Body.Close()
	var s api.Status
	if json.NewDecoder(resp.Body).Decode(&s) != nil || s.Hub == nil || s.Hub.Since == nil {
		return false, false
	}
	return s.Hub.Leads, true
}

func becomesLeader(t *testing.T, h *apptest.Daemon) {
	t.Helper()
	if !apptest.Within(patience, func() bool { is, _ := leads(h); return is }) {
		t.Fatalf("it does not lead:\n%s", h.Log())
	}
}

func becomesFollower(t *testing.T, h *apptest.Daemon) {
	t.Helper()
	if !apptest.Within(patience, func() bool { is, known := leads(h); return known && !is }) {
		t.Fatalf("it does not follow:\n%s", h.Log())
	}
}

// Of two hubs on one database one leads. Whatever becomes of it, the other goes on, with each change once; who comes back
// follows; and whoever is attached to either is told of everything. HUB_TAKEOVERS says how often each is tried, and the
// log how long it took.
func TestAnotherHubGoesOnWhereTheLeaderEnds(t *testing.T) {
	t.Parallel()
	a := startDaemon(t, "attic", "0.mkv")
	at := shared.Database(t)
	leader, other := process(t, at, a), process(t, at, a)
	becomesOne(t, &leader, &other)
	replicas := []*apptest.Replica{apptest.Follow(t, leader), apptest.Follow(t, other)}
	n := 0
	for range number(t, "HUB_TAKEOVERS", 1) {
		for _, how := range []string{"kill -9", "SIGTERM", "SIGSTOP"} {
			for range 30 { // which are on their way
				n++
				a.write(t, fmt.Sprintf("%s/%d.mkv", how, n))
			}
			took := make(chan time.Duration, 1)
			go func(began time.Time) {
				apptest.Within(patience, func() bool { is, _ := leads(other); return is })
				took <- time.Since(began)
			}(time.Now())
			end(t, leader, how)
			within := <-took
			becomesLeader(t, other)
			t.Logf("%s: the other leads within %v", how, within.Round(time.Millisecond))
			n++
			a.write(t, fmt.Sprintf("%s/%d.mkv", how, n))
			shows(t, other, a)
			if how == "SIGSTOP" {
				leader.Signal(t, syscall.SIGCONT)
			} else {
				leader.Start(t)
			}
			becomesFollower(t, leader)
			shows(t, leader, a)
			leader, other = other, leader
		}
	}
	for _, r := range replicas {
		holds(t, r, a)
	}
}

// becomesOne waits until one of two hubs leads and the other follows, and has the first be the one that leads.
func becomesOne(t *testing.T, leader, other **apptest.Daemon) {
	t.Helper()
	if !apptest.Within(patience, func() bool {
		for _, pair := range [][2]*apptest.Daemon{{*leader, *other}, {*other, *leader}} {
			first, _ := leads(pair[0])
			if second, known := leads(pair[1]); first && known && !second {
				*leader, *other = pair[0], pair[1]
				return true
			}
		}
		return false
	}) {
		t.Fatalf("none leads, or both do:\n%s\n%s", (*leader).Log(), (*other).Log())
	}
}

func end(t *testing.T, h *apptest.Daemon, how string) {
	t.Helper()
	switch how {
	case "kill -9":
		h.Kill(t)
	case "SIGTERM":
		h.Stop(t)
	default:
		h.Signal(t, syscall.SIGSTOP)
		t.Cleanup(func() { h.Signal(t, syscall.SIGCONT) }) // it could not be ended otherwise
	}
}

// A hub that follows answers as the one that leads, of items, sources and roots, and does what it is asked to.
func TestAHubThatFollowsAnswersAsTheOneThatLeads(t *testing.T) {
	t.Parallel()
	a, b := startDaemon(t, "attic", "Heat (1995).mkv"), startDaemon(t, "cellar", "Alien (1979).mkv")
	server := pgtest.Start(t)
	at := server.Database(t)
	leader, other := process(t, at, a, b), process(t, at, a, b)
	becomesOne(t, &leader, &other)
	shows(t, other, a, b)
	if leader.WaitIdle(t, patience); other.WaitIdle(t, patience).Counts.Items != 2 {
		t.Errorf("%+v", other.Status(t))
	}
	sources := func(h *apptest.Daemon) (out []string) {
		var s api.Status
		h.Get(t, "/api/v1/status", &s)
		for _, of := range s.Sources {
			out = append(out, fmt.Sprint(of.Name, of.State, of.Version, of.Loading))
		}
		for i := range s.Roots {
			out = append(out, fmt.Sprint(s.Roots[i].Name, s.Roots[i].State, s.Roots[i].Items))
		}
		return out
	}
	alike := func() bool { return slices.Equal(sources(leader), sources(other)) && len(sources(other)) == 4 }
	if !apptest.Within(patience, alike) {
		t.Errorf("the leader sees %v, the other %v", sources(leader), sources(other))
	}
	var scan struct {
		ID   int64
		Root string
	}
	other.Post(t, "/api/v1/roots/cellar~films/scan", `{"full": true}`, &scan)
	if other.Get(t, fmt.Sprintf("/api/v1/scans/%d", scan.ID), &scan); scan.Root != "cellar~films" {
		t.Errorf("the scan is %+v", scan)
	}
	for _, it := range other.Items(t, "") {
		code, text := get(t, fmt.Sprintf("http://%s/api/v1/items/%d/content", other.Addr(), it.ID))
		if code != http.StatusPartialContent {
			t.Errorf("content: %d %s", code, text)
		}
	}
	b.Kill(t)
	offline := func(r apptest.RootStatus) bool { return r.State == "offline" && r.Items == 1 }
	other.WaitRoot(t, "cellar~films", patience, offline)
	leader.Kill(t)
	becomesLeader(t, other)
	b.Daemon.Start(t)
	b.write(t, "Ran (1985).mkv")
	shows(t, other, a, b)
	server.Kill(t) // and with it the lead's connection
	server.Start(t)
	b.write(t, "Ikiru (1952).mkv")
	shows(t, other, a, b)
	becomesLeader(t, other)
}
