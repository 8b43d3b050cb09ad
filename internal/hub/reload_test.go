package hub_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/hub"
)

// Sources come, leave and are asked otherwise while the hub runs; who stays is not disturbed, and who comes back has its
// items under the same ids.
func TestSourcesComeAndLeave(t *testing.T) {
	t.Parallel()
	a, b := startDaemon(t, "attic", "a.mkv"), startDaemon(t, "cellar", "b.mkv")
	h := startHub(t, shared.Database(t), a)
	h.becomes(t, a)
	if !apptest.Within(patience, func() bool { st := h.States()[0]; return st.Online && st.Idle }) {
		t.Fatalf("%+v", h.States())
	}
	since := h.States()[0].Since
	set := func(of ...hub.Source) {
		t.Helper()
		if err := h.Set(of); err != nil {
			t.Fatal(err)
		}
	}
	set(a.source(), b.source())
	h.becomes(t, a, b)
	was := slices.Sorted(maps.Keys(follow(t, h).held))
	if st := h.States(); st[0].Since != since || st[1].Name != "cellar" {
		t.Errorf("the one that stays was disturbed: %+v", st)
	}
	set(b.source())
	h.becomes(t, b)
	if roots, err := h.Roots(t.Context()); err != nil || len(roots) != 1 || roots[0].Name != "cellar~films" {
		t.Errorf("%+v, %v", roots, err)
	}
	set(b.source(), a.source())
	h.becomes(t, a, b)
	if ids := slices.Sorted(maps.Keys(follow(t, h).held)); !slices.Equal(ids, was) {
		t.Errorf("ids %v, before it left %v", ids, was)
	}
	// Another daemon answers by the name from now on.
	moved := hub.Source{Name: "cellar", URL: a.at.url()}
	set(moved, a.source())
	b.name = "nobody"
	c := &daemon{Daemon: a.Daemon, name: "cellar", dir: a.dir, at: a.at}
	h.becomes(t, a, c)
}

// By SIGHUP, as an operator has it done; what is wrong is named, and changes nothing.
func TestAHubTakesInANewConfiguration(t *testing.T) {
	t.Parallel()
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("another\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	a := startDaemon(t, "attic", "a.mkv")
	b := &daemon{name: "cellar", dir: t.TempDir(), more: "[http]\ntoken_file = \"" + token + "\"\n"}
	b.write(t, "b.mkv")
	b.serve(t)
	database := shared.Database(t)
	h := process(t, database, a)
	shows(t, h, a)
	reload := func(text, says string) {
		t.Helper()
		h.Rewrite(t, hubText(database, a)+text)
		h.Signal(t, syscall.SIGHUP)
		if !apptest.Within(patience, func() bool { return strings.Contains(h.Log(), says) }) {
			t.Fatalf("nothing says %q", says)
		}
	}
	source := "[[source]]\nname = \"cellar\"\nurl = \"" + b.at.url() + "\"\n"
	reload("[[source]]\nname = \"attic\"\nurl = \"http://x\"\n", "there is another [[source]] called")
	reload(source+"token_file = \""+token+".gone\"\n", "token.gone")
	reload("[[source]]\nname = \"cellar\"\nurl = \"ftp://nas\"\n", "wants the URL of a daemon")
	reload(source, "401") // it asks for a token
	if out := check(t, hubText(database, a)+source); !strings.Contains(out, "source attic: 1 root, version") ||
		!strings.Contains(out, "failure source cellar: it refuses the token: put") || !strings.Contains(out, "PostgreSQL") {
		t.Errorf("%s", out)
	}
	reload(source+"token_file = \""+token+"\"\n", "source is followed")
	want := union(t, a)
	if !apptest.Within(patience, func() bool { return len(h.Items(t, "")) == len(want)+1 }) {
		t.Errorf("%v", h.Items(t, ""))
	}
	out := check(t, "[hub]\ndatabase = \"host=/nowhere dbname=x\"\n[[source]]\nname = \"x\"\nurl = \"http://127.0.0.1:1\"\n")
	if !strings.Contains(out, "failure database: connect to the hub's database") ||
		!strings.Contains(out, "does PostgreSQL run") || !strings.Contains(out, "warning source x: ") {
		t.Errorf("%s", out)
	}
}

// check runs the command on a configuration.
func check(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "hub.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Getenv(apptest.BinaryVar), "check", "--config", file,
		"--data-dir", t.TempDir())
	out, _ := cmd.CombinedOutput() // it says what fails
	return string(out)
}
