package scripts_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A gate is what scripts/require-tests.sh made of tests in testdata/failing.
type gate struct {
	passed bool
	out    string
	noted  string // what it added to the file of what is unsteady
	runs   int    // of the tests that count theirs
}

// ask has the gate run some of these tests, as CI does where again is set.
func ask(t *testing.T, again bool, command ...string) gate {
	t.Helper()
	runs := t.TempDir()
	notes := filepath.Join(t.TempDir(), "unsteady")
	if _, err := os.ReadFile("require-tests.sh"); err != nil { // go test runs anew what read another file
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "scripts/require-tests.sh", append([]string{"--"}, command...)...)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "RUNS="+runs, "REQUIRE_AGAIN=", "SAID=", "GOFLAGS=")
	if again {
		cmd.Env = append(cmd.Env, "REQUIRE_AGAIN="+notes)
	}
	out, err := cmd.CombinedOutput()
	noted, _ := os.ReadFile(notes)
	g := gate{passed: err == nil, out: string(out), noted: string(noted)}
	files, err := os.ReadDir(runs)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		g.runs += int(info.Size())
	}
	return g
}

const (
	failing = "./scripts/testdata/failing"
	unbuilt = "./scripts/testdata/unbuilt"
)

func only(tests ...string) []string {
	return []string{"go", "test", "-race", "-count=1", "-v", "-run", "^(" + strings.Join(tests, "|") + ")$", failing}
}

// ends says whether what was printed ends with a block, and that holds all of these.
func (g gate) ends(block string, parts ...string) bool {
	at := strings.LastIndex(g.out, "\n== ")
	return at >= 0 && strings.HasPrefix(g.out[at+1:], block) &&
		!slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(g.out[at:], part) })
}

func TestOneOrTwoTestsThatFailedOncePassAndAreNamedLast(t *testing.T) {
	thorough(t)
	for name, c := range map[string]struct {
		command []string
		tests   []string
	}{
		"one": {only("TestPasses", "TestOnce"), []string{"TestOnce/below", "TestOnce"}},
		"two": {only("TestOnce", "TestOnceToo"), []string{"TestOnce", "TestOnceToo"}},
		"of make test": {
			[]string{"make", "-s", "test", "TESTFLAGS=-v -run '^TestOnce$$'", "PACKAGES=" + failing}, []string{"TestOnce"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := ask(t, true, c.command...)
			if !g.passed || !g.ends("== unsteady", c.tests...) || !g.ends("== unsteady", "fails in run 1") {
				t.Errorf("passed: %v\n%s", g.passed, g.out)
			}
			if !strings.HasSuffix(g.out, g.noted) || !strings.HasPrefix(g.noted, "\n== unsteady") {
				t.Errorf("noted for the end of all: %q", g.noted)
			}
			tops := slices.DeleteFunc(slices.Clone(c.tests), func(name string) bool { return strings.Contains(name, "/") })
			if g.runs != 6*len(tops) {
				t.Errorf("%d runs, want one of each of %d tests, and five again", g.runs, len(tops))
			}
		})
	}
}

func TestWhatFailsAgainOrOtherwiseFailsTheGate(t *testing.T) {
	thorough(t)
	for name, c := range map[string]struct {
		command []string
		says    string
		runs    int
	}{
		"always":                {only("TestAlways"), "every run", 0},
		"beside one that fails": {only("TestAlways", "TestOnce"), "every run", 6},
		"again, the fifth time": {only("TestSeldom"), "fails in run 6", 6},
		"skipped when again":    {only("TestSkippedLater"), "fails in run 1", 6},
		"three tests":           {only("TestOnce", "TestOnceToo", "TestOnceMore"), "fails in run 1", 3},
		"a race":                {only("TestRaces"), "DATA RACE", 1},
		"a race beside":         {only("TestOnce", "TestRaces"), "DATA RACE", 2},
		"a panic":               {only("TestPanics"), "panic: the first run", 1},
		"a panic beside":        {only("TestOnce", "TestPanics"), "panic: the first run", 2},
		"an exit":               {only("TestOnce", "TestExits"), "fails in run 1", 2},
		"a leak":                {only("TestLeaks"), "FAIL\t", 1},
		"a time-out":            {append(only("TestHangs"), "-timeout=1s"), "panic: test timed out", 1},
		"a build":               {append(only("TestOnce"), unbuilt, "-tags=unbuilt"), "build failed", 1},
	} {
		t.Run(name, func(t *testing.T) {
			g := ask(t, true, c.command...)
			if g.passed || !g.ends("== what failed", c.says) || g.noted != "" {
				t.Errorf("passed: %v, noted: %q\n%s", g.passed, g.noted, g.out)
			}
			if g.runs != c.runs {
				t.Errorf("%d runs, want %d\n%s", g.runs, c.runs, g.out)
			}
		})
	}
}

func TestNothingRunsAgainUnlessAsked(t *testing.T) {
	thorough(t)
	g := ask(t, false, only("TestOnce")...)
	if g.passed || g.runs != 1 || !g.ends("== what failed", "--- FAIL: TestOnce ", "fails in run 1") {
		t.Errorf("passed: %v, %d runs\n%s", g.passed, g.runs, g.out)
	}
}

func thorough(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("it builds and runs tests of its own")
	}
}
