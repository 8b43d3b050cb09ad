package client_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/client"
	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/hub/pgtest"
)

// postgres is the server of the hubs of these tests.
var postgres pgtest.Shared

// hubOver starts a hub over daemons, which are found again over restarts, and gives a client that finds the hub again.
func hubOver(t *testing.T, more string, sources map[string]*apptest.Daemon) (*apptest.Daemon, *client.Client) {
	t.Helper()
	more += fmt.Sprintf("[hub]\ndatabase = %q\n", postgres.Database(t))
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		more += fmt.Sprintf("[[source]]\nname = %q\nurl = %q\n", name, gateTo(t, sources[name]).URL)
	}
	h := apptest.Start(t, apptest.Config{Command: "hub", DataDir: t.TempDir(), More: more})
	c, err := client.New(anywhere, client.Options{HTTP: reach(t, h)})
	if err != nil {
		t.Fatal(err)
	}
	return h, c
}

// can is what a server says that it can be asked for.
func can(t *testing.T, d *apptest.Daemon) map[string]bool {
	t.Helper()
	var session struct{ Capabilities []string }
	d.Get(t, "/api/v1/session", &session)
	out := map[string]bool{}
	for _, what := range session.Capabilities {
		out[what] = true
	}
	return out
}

// fleet are daemons under a hub.
type fleet struct {
	sources map[string]*apptest.Daemon
	dirs    map[string]string // what lies at each
	hub     *apptest.Daemon
	client  *client.Client // of the hub
}

func fleetOf(t *testing.T, names ...string) *fleet {
	t.Helper()
	f := &fleet{sources: map[string]*apptest.Daemon{}, dirs: map[string]string{}}
	for _, name := range names {
		f.dirs[name] = t.TempDir()
		write(t, f.dirs[name], name+" (1999).mkv", name)
		f.sources[name], _ = daemonOn(t, f.dirs[name], "", client.Options{})
	}
	f.hub, f.client = hubOver(t, "", f.sources)
	return f
}

// settles waits until the hub's lists hold the files that lie at its sources, and nothing is left to do.
func (f *fleet) settles(t *testing.T, when string) {
	t.Helper()
	lie := map[string]bool{}
	for name, dir := range f.dirs {
		for path := range apptest.Walk(t, dir, nil) {
			lie[name+"~films/"+path] = true
		}
	}
	held := map[string]bool{}
	if !apptest.Within(3*patience, func() bool {
		clear(held)
		for it, err := range f.client.Items(t.Context(), nil) {
			if err != nil {
				return false
			}
			held[it.Root+"/"+it.Path] = true
		}
		return maps.Equal(held, lie) && f.hub.Status(t).Idle
	}) {
		t.Fatalf("%s the hub holds\n%q\nand at its sources lie\n%q", when, slices.Sorted(maps.Keys(held)),
			slices.Sorted(maps.Keys(lie)))
	}
}

// The replicas of docs/clients.md, and the Go client's, hold what all sources of a hub hold, through restarts of the
// hub, of a source and of themselves, and load everything once.
func TestTheReplicasOfTheGuideHoldTheUnionOfAHub(t *testing.T) {
	t.Parallel()
	programs := map[string]string{program(t, "replica.py"): "copy.db", program(t, "replica.mjs"): "copy.json"}
	for file := range programs {
		interpreter(t, file)
	}
	f := fleetOf(t, "attic", "cellar")
	live := follow(t, f.client, client.Follow{Works: true})
	polling := follow(t, f.client, client.Follow{Works: true, LongPoll: true})
	type running struct {
		*gate
		kept string
		stop func()
	}
	all := map[string]*running{}
	for file, as := range programs {
		r := &running{gate: gateTo(t, f.hub), kept: filepath.Join(t.TempDir(), as)}
		r.stop = run(t, file, r.URL, r.kept)
		all[file] = r
	}
	check := func(when string) {
		t.Helper()
		f.settles(t, when)
		for _, r := range all {
			holds(t, f.client, r.kept, when)
		}
		live.becomes(nil, withItems)
		polling.becomes(nil, withItems)
	}
	check("first")

	change(t, f.dirs["attic"], 0)
	f.hub.Kill(t)
	change(t, f.dirs["cellar"], 0)
	f.hub.Start(t)
	check("after a kill of the hub")

	f.sources["attic"].Kill(t)
	change(t, f.dirs["cellar"], 1)
	f.hub.Stop(t)
	f.hub.Start(t) // which knows a source by what it holds alone
	f.sources["attic"].Start(t)
	change(t, f.dirs["attic"], 1)
	check("after a restart of the hub while a source was away")

	for _, r := range all {
		r.stop()
	}
	change(t, f.dirs["attic"], 2)
	f.settles(t, "while its programs are away")
	for file, r := range all {
		run(t, file, r.URL, r.kept)
	}
	check("after a kill of the programs")
	for file, r := range all {
		if n := r.loads.Load(); n != 1 {
			t.Errorf("%s loaded everything %d times, want once", filepath.Base(file), n)
		}
	}
	if resets, _, _ := live.noted(); len(resets) > 0 {
		t.Errorf("the Go client was told to forget what it held: %q", resets)
	}
}

// beyondItems is what recipes of the guide ask for beyond items.
var beyondItems = map[string][]string{
	"Films that were added of late": {"works"},
	"An address for a feed reader":  {"works"},
	"An album's tracks":             {"works", "search"},
	"A series with its seasons":     {"works", "search"},
	"Play something":                {"works"},
	"Search as people type":         {"works", "search"},
	"One view of two daemons":       {"works"},
}

// The recipes and the program of docs/clients.md say of a hub what they say of one daemon with all files, as far as the
// hub says that it can be asked for it.
func TestTheGuideIsTrueOfAHub(t *testing.T) {
	t.Parallel()
	needsTools(t)
	tasks := program(t, "tasks.py")
	python := interpreter(t, tasks)
	h := libraryHub(t)
	can := can(t, h)
	want := maps.Clone(recipes)
	want["How many there are of each kind"] = strings.Replace(want["How many there are of each kind"],
		"root library: 31, 245067 bytes\n",
		"root cellar~library: 16, 120308 bytes\nroot attic~library: 15, 124759 bytes\n", 1)
	want["Whether all is well"] = "attic~away\n"
	cookAll(t, h, want, func(what string) bool {
		return slices.ContainsFunc(beyondItems[what], func(needed string) bool { return !can[needed] })
	})
	out, err := exec.CommandContext(t.Context(), python, tasks, "http://"+h.Addr()).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	said := "no German subtitles: Cut Off\nno German subtitles: Harbour Lights\nno German subtitles: Зимний сад\n"
	if can["works"] {
		said += "missing: Tidewater 1 [[4, 4]]\n"
	}
	if said += "files: track 6\nfiles: episode 5\n"; string(out) != said {
		t.Errorf("it says\n%s\nwant\n%s", out, said)
	}
}

// libraryHub is a hub over two daemons who have the sample library, and what libraryWithMore adds, between them.
func libraryHub(t *testing.T) *apptest.Daemon {
	t.Helper()
	attic, cellar := libraryWithMore(t), t.TempDir()
	for _, part := range []string{"Audiobooks", "Books", "Comics", "Music", "Photos"} {
		if err := os.Rename(filepath.Join(attic, part), filepath.Join(cellar, part)); err != nil {
			t.Fatal(err)
		}
	}
	sources := map[string]*apptest.Daemon{}
	for name, roots := range map[string][]apptest.Root{
		"attic":  {{Name: "library", Path: attic}, {Name: "away", Path: filepath.Join(t.TempDir(), "away")}},
		"cellar": {{Name: "library", Path: cellar}},
	} {
		sources[name] = apptest.Start(t, apptest.Config{DataDir: t.TempDir(), Roots: roots})
		sources[name].WaitIdle(t, patience)
	}
	h, _ := hubOver(t, "[http]\nallowed_origins = [\"https://tv.lan\"]\n", sources)
	if !apptest.Within(patience, func() bool { s := h.Status(t); return s.Idle && s.Counts.Items == 31 }) {
		t.Fatalf("the hub holds %+v", h.Status(t).Counts)
	}
	return h
}
