package hub_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/api"
	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/hub/pgtest"
)

// While its database is away a hub says so, and when to ask again; how it is it says from memory. Whoever asks once the
// database is back is answered, the first time.
func TestAHubSaysThatItsDatabaseIsAway(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	a := startDaemon(t, "attic", "Heat (1995).mkv", "Alien (1979).mkv")
	h := process(t, server.Database(t), a)
	shows(t, h, a)
	h.WaitIdle(t, patience)
	ask := func(of string) (int, http.Header, string) { return fetch(t, "http://"+h.Addr()+of) }
	server.Kill(t)
	var status api.Status
	if !apptest.Within(patience, func() bool {
		code, _, text := ask("/api/v1/status")
		status = api.Status{}
		return code == http.StatusOK && json.Unmarshal([]byte(text), &status) == nil &&
			status.Health != nil && !status.Idle
	}) {
		t.Fatalf("the status does not tell: %+v", status)
	}
	if status.Counts.Items != 2 || len(status.Roots) != 1 || status.Roots[0].Items != 2 ||
		!strings.Contains(*status.Health, "database is away") {
		t.Errorf("%+v, %s", status, *status.Health)
	}
	questions := []string{"items", "items/1099511627777", "items/1099511627777/content", "facets?by=kind", "changes",
		"duplicates", "roots"}
	for _, of := range questions {
		var code int
		var header http.Header
		var text string
		if !apptest.Within(patience, func() bool { // who serves a connection may answer once more
			code, header, text = ask("/api/v1/" + of)
			return code == http.StatusServiceUnavailable
		}) || !strings.Contains(text, "catalog-away") || header.Get("Retry-After") == "" {
			t.Errorf("%s: %d %v %s", of, code, header, text)
		}
	}
	server.Start(t)
	for _, of := range questions {
		if code, _, text := ask("/api/v1/" + of); code >= 500 && !strings.Contains(text, "root-offline") {
			t.Errorf("%s, when the database is back: %d %s", of, code, text)
		}
	}
	shows(t, h, a)
}

// So it does where nothing comes of it any more, as where its machine was switched off or is cut off: nobody waits for as
// long as the network would have them wait.
func TestAHubSaysThatItsDatabaseHangs(t *testing.T) {
	t.Parallel()
	line, at := pgtest.Between(t, shared.Database(t))
	a := startDaemon(t, "attic", "Heat (1995).mkv")
	h := process(t, at, a)
	shows(t, h, a)
	h.WaitIdle(t, patience)
	goOn := line.Hang()
	defer goOn()
	for _, of := range []string{"items", "changes", "roots"} {
		if code, _, text := fetch(t, "http://"+h.Addr()+"/api/v1/"+of); code != http.StatusServiceUnavailable ||
			!strings.Contains(text, "catalog-away") {
			t.Errorf("%s: %d %s", of, code, text)
		}
	}
	var status api.Status
	h.Get(t, "/api/v1/status", &status)
	if status.Health == nil || status.Idle || status.Counts.Items != 1 {
		t.Errorf("%+v", status)
	}
	a.write(t, "Alien (1979).mkv")
	goOn()
	if !apptest.Within(patience, func() bool {
		code, _, _ := fetch(t, "http://"+h.Addr()+"/api/v1/items")
		return code == http.StatusOK
	}) {
		t.Fatal("it does not answer when its database goes on")
	}
	shows(t, h, a)
	h.WaitIdle(t, patience)
}

// A database that is only to be read is the hub's matter: its sources are not away, and what they alone have can be had.
func TestSourcesAreNotAwayWhereTheDatabaseTakesInNothing(t *testing.T) {
	t.Parallel()
	at := shared.Database(t)
	a := startDaemon(t, "attic", "Heat (1995).mkv")
	h := process(t, at, a)
	shows(t, h, a)
	h.WaitIdle(t, patience)
	c, err := pgx.Connect(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(context.Background()) }()
	onlyRead := func(is string) {
		t.Helper()
		const others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity " +
			"WHERE datname = current_database() AND application_name = 'catalogizerd hub'" // but the one that has the lead
		const set = `DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET default_transaction_read_only = `
		for _, sql := range []string{"SET default_transaction_read_only = off", set + is + "'; END $$", others} {
			if _, err := c.Exec(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
		}
	}
	onlyRead("on")
	a.write(t, "Alien (1979).mkv")
	var status api.Status
	if !apptest.Within(patience, func() bool {
		code, text := get(t, "http://"+h.Addr()+"/api/v1/status")
		status = api.Status{}
		return code == http.StatusOK && json.Unmarshal([]byte(text), &status) == nil &&
			status.Health != nil && strings.Contains(*status.Health, "takes in nothing")
	}) {
		t.Fatalf("nobody is told: %+v", status)
	}
	if status.Idle || status.Roots[0].State != "online" || status.Sources[0].State != "online" {
		t.Errorf("%+v", status)
	}
	for _, it := range h.Items(t, "") {
		code, text := get(t, fmt.Sprintf("http://%s/api/v1/items/%d/content", h.Addr(), it.ID))
		if code != http.StatusPartialContent || text != "eat " {
			t.Errorf("content: %d %s", code, text)
		}
	}
	onlyRead("off")
	shows(t, h, a)
	h.WaitIdle(t, patience)
}
