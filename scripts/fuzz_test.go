package scripts_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A go test that prints what it is told to, and fails if that says so.
const fuzzes = `#!/bin/sh
case "$*" in
list*) echo example.org/attacked ;;
*-list*) echo FuzzBytes ;;
*) printf '%s\n' "$SAYS"; case "$SAYS" in *FAIL*) exit 1 ;; esac ;;
esac
`

func TestFuzzingFailsByWhatItFindsAndNotByItsOwnClock(t *testing.T) {
	const clock = "--- FAIL: FuzzBytes (7.73s)\n    context deadline exceeded\nFAIL"
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "go"), []byte(fuzzes), 0o700); err != nil { //nolint:gosec // it is run
		t.Fatal(err)
	}
	if _, err := os.ReadFile("fuzz.sh"); err != nil { // go test runs anew what read another file
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		says   string
		passes bool
	}{
		"nothing found":                {"PASS", true},
		"the end of its time":          {clock, true},
		"an input":                     {"--- FAIL: FuzzBytes (0.10s)\n    Failing input written to testdata/fuzz/FuzzBytes/1\nFAIL", false},
		"an input that ran into time":  {clock + "\n    Failing input written to testdata/fuzz/FuzzBytes/1", false},
		"a target that does not build": {"FAIL example.org/attacked [build failed]", false},
		"time in what a target says":   {"--- FAIL: FuzzBytes (0.10s)\n    get: context deadline exceeded\nFAIL", false},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), "./fuzz.sh", "1s")
			cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "SAYS="+c.says)
			out, err := cmd.CombinedOutput()
			if passes := err == nil; passes != c.passes || !strings.Contains(string(out), c.says) {
				t.Fatalf("passes is %t, want %t:\n%s", passes, c.passes, out)
			}
		})
	}
}
