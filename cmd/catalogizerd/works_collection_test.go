package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// collection is a library of hard cases with the works that belong to them, if this checkout has it beside it.
const collection = "../../../shared/works"

// step is one thing that happens to the collection while a daemon watches it.
type step struct {
	Op, From, To, Path string
	Data               []byte
}

// Nearly all cases of the collection come out as people would have it, and every work keeps its id through renames,
// moves, other tags, upgrades and being away for longer than the grace.
func TestWorksOfTheCollectionAreThoseThatPeopleSee(t *testing.T) {
	if _, err := os.Stat(collection); err != nil {
		t.Skip("no collection of works beside this project")
	}
	lib := filepath.Join(t.TempDir(), "lib")
	if err := os.CopyFS(lib, os.DirFS(filepath.Join(collection, "lib"))); err != nil {
		t.Fatal(err)
	}
	d := watchCollection(t, lib)
	before := dumpWorks(t, d)
	for _, s := range collectionSteps(t) {
		if s.Op == "wait" {
			settle(t, d)
			continue
		}
		s.carryOut(t, lib)
	}
	settle(t, d)
	after := dumpWorks(t, d)

	truth := filepath.Join(collection, "truth.json")
	out, err := exec.CommandContext(t.Context(), "python3", filepath.Join(collection, "score_works.py"), truth, before, "--after", after, "--cases").CombinedOutput()
	t.Logf("%s", out)
	if err != nil && len(out) == 0 {
		t.Fatal(err)
	}
	if right, all := scoreOf(t, out, "op"); all == 0 || right != all {
		t.Errorf("%d of %d operations keep the ids that they should", right, all)
	}
	if right, all := scoreOf(t, out, "all"); all == 0 || 100*right < 95*all {
		t.Errorf("%d of %d cases are right: want 95 in 100", right, all)
	}
}

// watchCollection starts a daemon on every directory of the collection.
func watchCollection(t *testing.T, lib string) *apptest.Daemon {
	t.Helper()
	dirs, err := os.ReadDir(lib)
	if err != nil {
		t.Fatal(err)
	}
	var roots []apptest.Root
	for _, dir := range dirs {
		roots = append(roots, apptest.Root{Name: dir.Name(), Path: filepath.Join(lib, dir.Name()), More: "max_removals = 1.0"})
	}
	d := apptest.Start(t, apptest.Config{DataDir: t.TempDir(), Roots: roots, More: "[watcher]\ndebounce = \"50ms\"\n"})
	d.WaitIdle(t, time.Minute)
	return d
}

// settle waits until every root was looked at once more and what is gone from them is removed.
func settle(t *testing.T, d *apptest.Daemon) {
	t.Helper()
	for _, r := range d.Status(t).Roots {
		d.Post(t, "/api/v1/roots/"+r.Name+"/scan", "{}", nil)
	}
	if !apptest.Within(time.Minute, func() bool { s := d.Status(t); return s.Idle && s.Counts.Missing == 0 }) {
		t.Fatal("the daemon does not come to rest")
	}
}

func collectionSteps(t *testing.T) (steps []step) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(collection, "truth.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct{ Steps []step }
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		steps = append(steps, c.Steps...)
	}
	return steps
}

// carryOut does what the step says, below lib.
func (s step) carryOut(t *testing.T, lib string) {
	t.Helper()
	at := filepath.Join(lib, s.Path)
	var err error
	switch s.Op {
	case "mkdir":
		err = os.MkdirAll(at, 0o755)
	case "rename":
		to := filepath.Join(lib, s.To)
		if err = os.MkdirAll(filepath.Dir(to), 0o755); err == nil {
			err = os.Rename(filepath.Join(lib, s.From), to)
		}
	case "add", "rewrite":
		if err = os.MkdirAll(filepath.Dir(at), 0o755); err == nil {
			err = os.WriteFile(at, s.Data, 0o644)
		}
	case "delete":
		err = os.Remove(at)
	default:
		t.Fatalf("no step is called %q", s.Op)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// dumpWorks writes every work into a file, by the command.
func dumpWorks(t *testing.T, d *apptest.Daemon) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "works.jsonl")
	// The kernel may tell of a file when the daemon has been idle already; the command says then that works are behind.
	var o outcome
	apptest.Within(time.Minute, func() bool {
		d.WaitIdle(t, time.Minute)
		o = command(t, "", "works", "--data-dir", d.DataDir())
		return o.code == exitDone
	})
	o.ends(t, exitDone)
	if err := os.WriteFile(path, []byte(o.out), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// scoreOf reads a class's line, such as "movie  20/ 21  95.2 %".
func scoreOf(t *testing.T, report []byte, class string) (right, all int) {
	t.Helper()
	m := regexp.MustCompile(`(?m)^` + class + ` +(\d+)/ *(\d+) `).FindSubmatch(report)
	if m == nil {
		t.Fatalf("no score of %s", class)
	}
	right, _ = strconv.Atoi(string(m[1]))
	all, _ = strconv.Atoi(string(m[2]))
	return right, all
}
