package hub_test

import (
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/hub/pgtest"
	"github.com/catalogizer/catalogizerd/internal/hub/postgres"
)

// process is a hub as a process of its own.
func process(t *testing.T, database string, of ...*daemon) *apptest.Daemon {
	t.Helper()
	return apptest.Start(t, apptest.Config{Command: "hub", DataDir: t.TempDir(), More: hubText(database, of...)})
}

// hubText is a hub's configuration.
func hubText(database string, of ...*daemon) string {
	text := fmt.Sprintf("[hub]\ndatabase = %q\n", database)
	for _, d := range of {
		text += fmt.Sprintf("[[source]]\nname = %q\nurl = %q\n", d.name, d.source().URL)
	}
	return text
}

// shows waits until a hub's lists hold what its sources hold, and says whether its changes do.
func shows(t *testing.T, h *apptest.Daemon, of ...*daemon) {
	t.Helper()
	for _, d := range of {
		d.settles(t)
	}
	want, have := union(t, of...), films{}
	same := func() bool { have = plainly(t, h.Items(t, "")); return maps.Equal(have, want) }
	if !apptest.Within(patience, same) {
		t.Fatalf("lists:\n%s", differences(have, want))
	}
	same = func() bool { have = plainly(t, h.Changes(t)); return maps.Equal(have, want) }
	if !apptest.Within(patience, same) {
		t.Errorf("changes:\n%s", differences(have, want))
	}
}

// holds waits until a follower of a hub's live feed holds what its sources hold, with no message missing.
func holds(t *testing.T, r *apptest.Replica, of ...*daemon) {
	t.Helper()
	want, have := union(t, of...), films{}
	same := func() bool {
		c, err := r.Catalog()
		if err != nil {
			t.Fatal(err)
		}
		have = plainly(t, c)
		return maps.Equal(have, want)
	}
	if !apptest.Within(patience, same) {
		t.Errorf("a follower of its live feed:\n%s", differences(have, want))
	}
}

func plainly(t *testing.T, c apptest.Catalog) films {
	t.Helper()
	out := films{}
	for _, it := range c {
		key, text, err := plain([]byte(it.JSON))
		if err != nil {
			t.Fatal(err)
		}
		out[key] = text
	}
	return out
}

func TestClientsCannotTellAHubFromADaemon(t *testing.T) {
	t.Parallel()
	a := startDaemon(t, "attic", "Heat (1995).mkv", "Heat (1995).srt")
	b := startDaemon(t, "cellar", "Alien (1979).mkv")
	h := process(t, shared.Database(t), a, b)
	replica := apptest.Follow(t, h)
	shows(t, h, a, b)
	h.WaitIdle(t, patience)
	b.write(t, "Ran (1985).mkv")
	b.move(t, "Alien (1979).mkv", "Aliens (1986).mkv")
	shows(t, h, a, b)
	holds(t, replica, a, b)
	var id int64
	for _, it := range h.Items(t, "title") {
		if it.Path == "Ran (1985).mkv" {
			id = it.ID
		}
	}
	content := func(of string) (int, string) {
		return get(t, fmt.Sprintf("http://%s/api/v1/items/%d/%s", h.Addr(), id, of))
	}
	if code, text := content("content"); code != http.StatusPartialContent || text != "an (" {
		t.Errorf("content: %d %q", code, text)
	}
	if code, text := content("artwork"); code != http.StatusNotFound || !strings.Contains(text, "no-artwork") {
		t.Errorf("artwork: %d %s", code, text)
	}
	var scan struct {
		ID   int64
		Root string
	}
	h.Post(t, "/api/v1/roots/cellar~films/scan", `{"full": true}`, &scan)
	if catalog, _ := postgres.SourceID(scan.ID); scan.Root != "cellar~films" || catalog == 0 {
		t.Errorf("the scan is %+v", scan)
	}
	h.Get(t, fmt.Sprintf("/api/v1/scans/%d", scan.ID), &scan)
	h.Post(t, fmt.Sprintf("/api/v1/items/%d/analyse", id), "", nil)
	var page struct {
		Facets map[string][]struct{ Value any }
		Works  []any
	}
	if !apptest.Within(patience, func() bool { // a busy machine has not counted all in time
		h.Get(t, "/api/v1/facets?by=root,extension", &page)
		h.Get(t, "/api/v1/works", &page)
		return len(page.Facets["root"]) == 2 && len(page.Facets["extension"]) == 2 && len(page.Works) == 3
	}) {
		t.Errorf("%+v", page)
	}
	b.Kill(t)
	if code, text := content("content"); code != http.StatusServiceUnavailable || !strings.Contains(text, "root-offline") {
		t.Errorf("content of a source that is away: %d %s", code, text)
	}
	h.WaitRoot(t, "cellar~films", patience, func(r apptest.RootStatus) bool { return r.State == "offline" && r.Items == 2 })
	h.Stop(t)
}

// A unit with a watchdog ends whoever says nothing.
func TestTheServiceManagerHearsThatAHubLives(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "notify-") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	at := &net.UnixAddr{Name: filepath.Join(dir, "s"), Net: "unixgram"}
	manager, err := net.ListenUnixgram("unixgram", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = manager.Close() })
	away := "[[source]]\nname = \"attic\"\nurl = \"http://127.0.0.1:9\"\n"
	apptest.Start(t, apptest.Config{
		Command: "hub", DataDir: t.TempDir(), More: hubText(shared.Database(t)) + away,
		Env: []string{"NOTIFY_SOCKET=" + at.Name, "WATCHDOG_USEC=600000", "WATCHDOG_PID="},
	})
	_ = manager.SetReadDeadline(time.Now().Add(patience))
	b := make([]byte, 4096)
	for missing := []string{"EXTEND_TIMEOUT_USEC=", "READY=1", "WATCHDOG=1", "WATCHDOG=1",
		"STATUS=1 source, away: attic; following changes"}; len(missing) > 0; {
		n, err := manager.Read(b)
		if err != nil {
			t.Fatalf("the service manager is not told %q: %v", missing, err)
		}
		told := string(b[:n])
		if at := slices.IndexFunc(missing, func(want string) bool { return strings.HasPrefix(told, want) }); at >= 0 {
			missing = slices.Delete(missing, at, at+1)
		}
	}
}

func get(t *testing.T, url string) (code int, text string) {
	t.Helper()
	code, _, text = fetch(t, url)
	return code, text
}

func fetch(t *testing.T, url string) (code int, header http.Header, text string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Range", "bytes=1-4")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	http.DefaultClient.CloseIdleConnections()
	return resp.StatusCode, resp.Header, string(b)
}

// The hub itself, its database or a source: whoever is killed, each change is taken in once.
func TestAKilledHubGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	a, b := startDaemon(t, "attic", "0.mkv"), startDaemon(t, "cellar", "0.mkv")
	h := process(t, server.Database(t), a, b)
	replica := apptest.Follow(t, h)
	for i := range 6 {
		for n := range 30 {
			a.write(t, fmt.Sprintf("%d/%d.mkv", i, n))
			b.write(t, fmt.Sprintf("%d/%d.mkv", i, n))
		}
		switch i % 3 {
		case 0:
			h.Kill(t)
			a.move(t, fmt.Sprintf("%d/0.mkv", i), fmt.Sprintf("%d moved.mkv", i))
			h.Start(t)
		case 1:
			server.Kill(t)
			server.Start(t)
		case 2:
			b.Kill(t)
			b.Daemon.Start(t)
		}
	}
	shows(t, h, a, b)
	holds(t, replica, a, b)
}
