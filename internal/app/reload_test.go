package app_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/gorilla/websocket"
)

// reload has the daemon take in its configuration anew, and waits until it has logged what became of it.
func reload(t *testing.T, d *apptest.Daemon, says string) {
	t.Helper()
	before := strings.Count(d.Log(), says)
	d.Signal(t, syscall.SIGHUP)
	if !apptest.Within(time.Minute, func() bool { return strings.Count(d.Log(), says) > before }) {
		t.Fatalf("a reload did not say %q:\n%s", says, d.Log())
	}
}

const (
	taken   = "configuration reloaded"
	refused = "new configuration refused, the old one stays in force"
)

// statusWith asks for the status with a token, or with none where that is empty.
func statusWith(t *testing.T, d *apptest.Daemon, token string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+d.Addr()+"/api/v1/status", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// A token that a reload brings locks the door at once, and one that it takes away opens it.
func TestAReloadLocksAndUnlocks(t *testing.T) {
	base := t.TempDir()
	write(t, base, "films/a.mkv", "a")
	write(t, base, "token", "sesame-sesame")
	root := apptest.Root{Name: "films", Path: base + "/films"}
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", Roots: []apptest.Root{root}})
	locked := func(when string, want bool) {
		t.Helper()
		code := http.StatusOK
		if want {
			code = http.StatusUnauthorized
		}
		if got := statusWith(t, d, ""); got != code {
			t.Errorf("%s: without the token %d, want %d", when, got, code)
		}
		if got := statusWith(t, d, "sesame-sesame"); got != http.StatusOK {
			t.Errorf("%s: with the token %d", when, got)
		}
		ws, resp, err := websocket.DefaultDialer.DialContext(t.Context(), "ws://"+d.Addr()+"/api/v1/live", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = ws.Close() }()
		_ = resp.Body.Close()
		if err := ws.WriteJSON(map[string]any{"id": 1, "type": "subscribe"}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := ws.ReadMessage(); websocket.IsCloseError(err, 4401) != want {
			t.Errorf("%s: the live feed says %v to who has no token", when, err)
		}
	}
	locked("at first", false)
	d.Rewrite(t, "[http]\ntoken_file = \""+base+"/token\"", root)
	reload(t, d, taken)
	locked("with a token", true)
	d.Rewrite(t, "[http]\nauth = \"none\"", root)
	reload(t, d, taken)
	locked(`with auth = "none"`, false)
	d.Rewrite(t, "[http]\ntoken_file = \""+base+"/token\"", root)
	reload(t, d, taken)
	d.Rewrite(t, "", root)
	reload(t, d, taken)
	locked("without a token again", false)
	d.Stop(t)
}

// A configuration with anything wrong in it changes nothing, whatever finds it out.
func TestAReloadRefusesWhatIsWrong(t *testing.T) {
	base := t.TempDir()
	write(t, base, "films/a.mkv", "a")
	write(t, base, "music/a.mp3", "a")
	films, music := apptest.Root{Name: "films", Path: base + "/films"}, apptest.Root{Name: "music", Path: base + "/music"}
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", Roots: []apptest.Root{films}})
	for _, c := range []struct {
		what, more string
		roots      []apptest.Root
		says       string
	}{
		{"an unknown key", "[http]\nlistne = \"x\"", []apptest.Root{films, music}, ": http.listne: no such key"},
		{"a token that is not there", "[http]\ntoken_file = \"" + base + "/none\"", []apptest.Root{films, music}, "http.token_file"},
		{"a pattern that is none", "", []apptest.Root{films, {Name: "music", Path: music.Path, More: `exclude = ["[a"]`}}, "root.exclude"},
		{"no root", "", nil, "no root"},
	} {
		d.Rewrite(t, c.more, c.roots...)
		reload(t, d, refused)
		if !strings.Contains(d.Log(), c.says) {
			t.Errorf("%s: the log does not say %q:\n%s", c.what, c.says, d.Log())
		}
		if roots := d.Status(t).Roots; len(roots) != 1 || roots[0].Name != "films" {
			t.Errorf("%s: the roots are %+v", c.what, roots)
		}
	}
	d.Rewrite(t, "", films, music)
	reload(t, d, taken)
	if n := len(d.Status(t).Roots); n != 2 {
		t.Errorf("%d roots after a good one", n)
	}
	d.Stop(t)
}

// The log is taken in as well, by loggers that the daemon's parts have had from the start.
func TestAReloadChangesTheLog(t *testing.T) {
	base := t.TempDir()
	write(t, base, "films/a.mkv", "a")
	root := apptest.Root{Name: "films", Path: base + "/films"}
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", Roots: []apptest.Root{root}})
	d.WaitIdle(t, time.Minute)
	d.Rewrite(t, "[log]\nformat = \"text\"", root)
	reload(t, d, "INFO\t"+taken)
	d.Post(t, "/api/v1/roots/films/scan", "", nil)
	if !apptest.Within(time.Minute, func() bool { return strings.Contains(d.Log(), "INFO\tscan ended") }) {
		t.Errorf("a scan is not logged as text:\n%s", d.Log())
	}
	d.Stop(t)
}

// The daemon's name is taken in, and stays beside the id that its catalog has.
func TestAReloadChangesTheName(t *testing.T) {
	base := t.TempDir()
	write(t, base, "films/a.mkv", "a")
	root := apptest.Root{Name: "films", Path: base + "/films"}
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", Roots: []apptest.Root{root}})
	before := d.Status(t).Instance
	d.Rewrite(t, "[http]\nname = \"the attic\"", root)
	reload(t, d, taken)
	if got := d.Status(t).Instance; got.Name != "the attic" || got.ID != before.ID || got.ID == "" {
		t.Errorf("the instance is %+v, it was %+v", got, before)
	}
	d.Stop(t)
}

// The workers that read files are made anew with the priority that is asked for.
func TestAReloadChangesThePriority(t *testing.T) {
	base := t.TempDir()
	write(t, base, "films/a.mkv", "a")
	root := apptest.Root{Name: "films", Path: base + "/films"}
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", Roots: []apptest.Root{root}})
	files := 0
	for _, low := range []bool{true, false, true} {
		d.Rewrite(t, fmt.Sprintf("[scanner]\nidle_priority = %t\n[analyzer]\nworkers = 2", low), root)
		reload(t, d, taken)
		wrote := time.Time{}
		if !apptest.Within(time.Minute, func() bool {
			if time.Since(wrote) > 5*time.Second { // threads are made for what is to be read, and rest for a while
				files, wrote = files+1, time.Now()
				write(t, base, fmt.Sprintf("films/%d.mkv", files), "b")
			}
			return (lowThreads(t, d.Pid()) > 0) == low
		}) {
			t.Errorf("idle_priority = %t: %d threads of low priority", low, lowThreads(t, d.Pid()))
		}
	}
	d.Stop(t)
}

// lowThreads counts the threads of a process that give way to others: see proc_pid_stat(5). Its first is not among
// them: Go never ends that one, and lets it rest for good when the worker is over that it had.
func lowThreads(t *testing.T, pid int) (n int) {
	t.Helper()
	stats, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil || len(stats) == 0 {
		t.Fatalf("no threads: %v", err)
	}
	for _, path := range stats {
		if path == fmt.Sprintf("/proc/%d/task/%d/stat", pid, pid) {
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
		const nice = 19 - 3 // behind the number, the name and what stands first here
		if len(fields) > nice && fields[nice] == "10" {
			n++
		}
	}
	return n
}
