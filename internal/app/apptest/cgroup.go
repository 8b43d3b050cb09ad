package apptest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// ControlGroup makes a control group in which a limit is in force, as a manager does for a unit: of tasks ("pids") or
// of memory ("memory"), with the kernel's controller of either version. It returns the words before a command that have
// it run there: Config.Under. At the end of the test it is removed.
func ControlGroup(tb testing.TB, controller string, limit int64) (under []string) {
	tb.Helper()
	parent, file := controllerAt(tb, controller)
	if parent == "" {
		tb.Skip("no control groups to make here")
	}
	group := filepath.Join(parent, fmt.Sprintf("catalogizerd-test-%d-%s", os.Getpid(), controller))
	if err := os.Mkdir(group, 0o755); err != nil {
		tb.Skipf("no control groups to make here: %v", err)
	}
	tb.Cleanup(func() {
		if !Within(time.Minute, func() bool { return os.Remove(group) == nil }) {
			tb.Errorf("%s is not empty", group)
		}
	})
	if err := os.WriteFile(filepath.Join(group, file), fmt.Append(nil, limit), 0o600); err != nil {
		tb.Fatal(err)
	}
	return []string{"sh", "-c", `echo $$ >"$0"/cgroup.procs && exec "$@"`, group}
}

// controllerAt finds where groups with a controller can be made, and which file of theirs limits.
func controllerAt(tb testing.TB, controller string) (dir, file string) {
	tb.Helper()
	if dir = mountOf(tb, "cgroup", controller); dir != "" {
		return dir, map[string]string{"pids": "pids.max", "memory": "memory.limit_in_bytes"}[controller]
	}
	dir = mountOf(tb, "cgroup2", "rw")
	have, err := os.ReadFile(filepath.Join(dir, "cgroup.controllers"))
	if dir == "" || err != nil || !slices.Contains(strings.Fields(string(have)), controller) {
		return "", ""
	}
	if os.WriteFile(filepath.Join(dir, "cgroup.subtree_control"), []byte("+"+controller), 0o600) != nil {
		return "", ""
	}
	return dir, map[string]string{"pids": "pids.max", "memory": "memory.max"}[controller]
}

// mountOf returns where a file system with an option is mounted: see findmnt(8).
func mountOf(tb testing.TB, fs, option string) string {
	tb.Helper()
	out, err := exec.CommandContext(tb.Context(), "findmnt", "-nrt", fs, "-O", option, "-o", "TARGET").Output()
	if err != nil {
		return ""
	}
	at, _, _ := strings.Cut(string(out), "\n")
	return at
}
