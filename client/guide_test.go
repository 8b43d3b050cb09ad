package client_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/catalogizer/catalogizerd/client"
	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// program takes a program out of docs/clients.md, where it is a block whose first line names it, and writes it to a
// file.
func program(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../docs/clients.md")
	if err != nil {
		t.Fatal(err)
	}
	for block := range strings.SplitSeq(string(text), "\n```") {
		_, code, _ := strings.Cut(block, "\n")
		if strings.HasPrefix(strings.TrimLeft(code, "#/ "), name+" ") {
			if lines := strings.Count(code, "\n"); lines > 60 {
				t.Errorf("%s has %d lines", name, lines)
			}
			file := filepath.Join(t.TempDir(), name)
			if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
				t.Fatal(err)
			}
			return file
		}
	}
	t.Fatalf("docs/clients.md has no %s", name)
	return ""
}

// interpreter gives who runs a program.
func interpreter(t *testing.T, file string) string {
	t.Helper()
	name := map[string]string{".py": "python3", ".mjs": "node"}[filepath.Ext(file)]
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not here: scripts/install-test-deps.sh", name)
	}
	return path
}

// gate is a server at an address that stays while the daemon behind it comes and goes.
type gate struct {
	*httptest.Server
	requests atomic.Int64
	loads    atomic.Int64 // requests for changes without a cursor
}

func gateTo(t *testing.T, d *apptest.Daemon) *gate {
	t.Helper()
	g := &gate{}
	transport := reach(t, d).Transport
	proxy := &httputil.ReverseProxy{Transport: transport, ErrorLog: log.New(io.Discard, "", 0),
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: "127.0.0.1:1"}) }}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.requests.Add(1)
		if strings.HasSuffix(r.URL.Path, "/changes") && !r.URL.Query().Has("since") {
			g.loads.Add(1)
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		g.CloseClientConnections()
		g.Close()
	})
	return g
}

// run runs a program until the test ends, or stop is called, which kills it.
func run(t *testing.T, file string, args ...string) (stop func()) {
	t.Helper()
	cmd := exec.Command(interpreter(t, file), append([]string{file}, args...)...)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() {
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()         // which says that it was killed
	}
	t.Cleanup(stop)
	return stop
}

// copyOf reads what a replica keeps: paths of items and titles of works by their ids.
func copyOf(t *testing.T, file string) (items, works map[int64]shown) {
	t.Helper()
	items, works = map[int64]shown{}, map[int64]shown{}
	var held struct{ Items, Works [][2]json.RawMessage }
	b, err := os.ReadFile(file)
	if strings.HasSuffix(file, ".db") {
		const dump = `import json, sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=10)
of = lambda sort: [[i, json.loads(v)] for i, v in db.execute("SELECT id, value FROM held WHERE sort = ?", (sort,))]
print(json.dumps({"items": of("item"), "works": of("work")}))`
		b, err = exec.CommandContext(t.Context(), "python3", "-c", dump, file).Output()
	}
	if err != nil || json.Unmarshal(b, &held) != nil {
		return items, works // it is not there yet
	}
	for _, of := range []struct {
		to      map[int64]shown
		entries [][2]json.RawMessage
	}{{items, held.Items}, {works, held.Works}} {
		for _, entry := range of.entries {
			var id int64
			var value shown
			if json.Unmarshal(entry[0], &id) != nil || json.Unmarshal(entry[1], &value) != nil {
				t.Fatalf("the copy holds %s", entry)
			}
			of.to[id] = value
		}
	}
	return items, works
}

// shown is what a copy is compared by.
type shown struct{ State, Root, Path, Kind, Title string }

// holds waits until a program's copy is the catalog.
func holds(t *testing.T, c *client.Client, file, when string) {
	t.Helper()
	var has, want string
	if !apptest.Within(2*patience, func() bool { // a program waits up to 30 s between two tries of a daemon that is away
		items, works := copyOf(t, file)
		has, want = fmt.Sprint(items, works), catalogOf(t, c)
		return has == want
	}) {
		t.Fatalf("%s the copy is\n%s\nand the catalog\n%s", when, has, want)
	}
}

func catalogOf(t *testing.T, c *client.Client) string {
	t.Helper()
	items, works := map[int64]shown{}, map[int64]shown{}
	for it, err := range c.Items(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		items[it.ID] = shown{it.State, it.Root, it.Path, it.Kind, it.Title}
	}
	for w, err := range c.Works(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		works[w.ID] = shown{State: w.State, Kind: w.Kind, Title: w.Title}
	}
	return fmt.Sprint(items, works)
}

// The replicas of docs/clients.md stay the catalog over kills of the daemon and of themselves, load everything once,
// and again where it is another catalog.
func TestTheReplicasOfTheGuideAreTheCatalog(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"replica.py", "replica.mjs"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			replicaOfGuide(t, name)
		})
	}
}

func replicaOfGuide(t *testing.T, name string) {
	t.Helper()
	file := program(t, name)
	interpreter(t, file)
	as := map[string]string{".py": ".db", ".mjs": ".json"}[filepath.Ext(name)]
	dir, kept := t.TempDir(), filepath.Join(t.TempDir(), "copy"+as)
	change(t, dir, 0)
	d, c := daemonOn(t, dir, "", client.Options{})
	g := gateTo(t, d)
	stop := run(t, file, g.URL, kept)
	d.WaitIdle(t, patience)
	holds(t, c, kept, "first")

	change(t, dir, 1)
	d.Kill(t)
	d.Start(t)
	d.WaitIdle(t, patience)
	holds(t, c, kept, "after a kill of the daemon")

	stop()
	change(t, dir, 2)
	d.WaitIdle(t, patience)
	run(t, file, g.URL, kept)
	holds(t, c, kept, "after a kill of the program")
	if n := g.loads.Load(); n != 1 {
		t.Errorf("it loaded everything %d times, want once", n)
	}

	d.Stop(t)
	if err := os.Remove(filepath.Join(d.DataDir(), "catalog.db")); err != nil {
		t.Fatal(err)
	}
	d.Start(t)
	d.WaitIdle(t, patience)
	holds(t, c, kept, "of another catalog")
	if n := g.loads.Load(); n != 2 {
		t.Errorf("it loaded everything %d times, want once for each catalog", n)
	}
}

func TestTheTasksOfTheGuideAreDone(t *testing.T) {
	t.Parallel()
	file := program(t, "tasks.py")
	python := interpreter(t, file)
	server, stop := serveLibrary()
	defer stop()
	out, err := exec.CommandContext(t.Context(), python, file, server).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := "no German subtitles: Harbour Lights\nno German subtitles: Зимний сад\n" +
		"files: track 6\nfiles: episode 4\n"
	if string(out) != want {
		t.Errorf("it says\n%s\nwant\n%s", out, want)
	}
}
