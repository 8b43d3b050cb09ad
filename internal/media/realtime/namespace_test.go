package realtime

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

const insideEnv = "REALTIME_TEST_INSIDE"

// inNamespace runs the calling test once more inside namespaces of its own, after some shell commands
// there, and reports whether this is that run. Mounts and limits made there end with it.
func inNamespace(t *testing.T, flags string, commands ...string) bool {
	t.Helper()
	if os.Getenv(insideEnv) == t.Name() {
		return true
	}
	unshare := append([]string{"unshare"}, strings.Fields(flags)...)
	if out, err := exec.Command(unshare[0], append(unshare[1:], "true")...).CombinedOutput(); err != nil {
		t.Skipf("no namespaces here: %v: %s", err, out)
	}
	script := []string{
		"set -e",
		// The limits below are the whole machine's, whatever the namespace.
		"mount --bind /proc/sys/fs /proc/sys/fs",
		"mount -o remount,bind,ro /proc/sys/fs",
	}
	script = append(script, commands...)
	script = append(script, `exec "$0" -test.v -test.run "^$1$"`)
	cmd := exec.Command(unshare[0], append(unshare[1:], "sh", "-c", strings.Join(script, "\n"), os.Args[0], t.Name())...)
	cmd.Env = append(os.Environ(), insideEnv+"="+t.Name())
	out, err := cmd.CombinedOutput()
	t.Logf("inside:\n%s", out)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(out), "--- PASS: "+t.Name()) && !strings.Contains(string(out), "--- SKIP: "+t.Name()) {
		t.Fatal("the test did not run inside")
	}
	return false
}

// userNamespace has limits and mounts of its own, without needing root.
const userNamespace = "-U -r -m"

// mountNamespace has mounts of its own, disks among them. It needs root.
const mountNamespace = "-m --propagation private"

// shell runs commands.
func shell(t *testing.T, commands string) {
	t.Helper()
	if out, err := exec.Command("sh", "-ec", commands).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", commands, err, out)
	}
}
