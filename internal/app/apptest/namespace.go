package apptest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const insideVar = "APPTEST_INSIDE"

// Namespace is what a test has of its own, as flags of unshare(1).
type Namespace string

// Namespaces of tests.
const (
	// Mounts may be made as the machine's root can: disks, tmpfs, bind mounts. It needs root.
	Mounts Namespace = "-m --propagation private"
	// Limits are those of inotify, which can be lowered below /proc/sys/user. It needs no root.
	Limits Namespace = "-U -r -m"
)

// Inside runs the calling test once more in a namespace of its own, after some shell commands there, and
// reports whether this is that run. What is mounted and lowered there ends with it. Where there can be no
// such namespace the test is skipped.
func Inside(t *testing.T, n Namespace, commands ...string) bool {
	t.Helper()
	if os.Getenv(insideVar) == t.Name() {
		return true
	}
	if n == Mounts && os.Geteuid() != 0 {
		t.Skip("needs root, to mount disks in a namespace of its own")
	}
	unshare := append([]string{"unshare"}, strings.Fields(string(n))...)
	if out, err := exec.CommandContext(t.Context(), unshare[0],
		append(unshare[1:], "true")...).CombinedOutput(); err != nil {
		t.Skipf("no namespaces here: %v: %s", err, out)
	}
	script := slices.Concat([]string{
		// The limits below are the whole machine's, whatever the namespace.
		"mount --bind /proc/sys/fs /proc/sys/fs",
		"mount -o remount,bind,ro /proc/sys/fs",
	}, commands, []string{`exec "$0" -test.v -test.timeout="$2" -test.run "^$1$"`})
	left := "0" // as long as it takes, where that is what the outer test may
	if end, ok := t.Deadline(); ok {
		left = time.Until(end).String()
	}
	cmd := exec.CommandContext(t.Context(), unshare[0],
		append(unshare[1:], "sh", "-ec", strings.Join(script, "\n"), os.Args[0], t.Name(), left)...)
	cmd.Env = append(os.Environ(), insideVar+"="+t.Name())
	out, err := cmd.CombinedOutput()
	switch text := string(out); {
	case strings.Contains(text, "--- SKIP: "+t.Name()):
		t.Skipf("inside:\n%s", text)
	case err != nil:
		t.Fatalf("inside: %v\n%s", err, text)
	case !strings.Contains(text, "--- PASS: "+t.Name()):
		t.Fatalf("the test did not run inside:\n%s", text)
	default:
		t.Logf("inside:\n%s", text)
	}
	return false
}

// Run runs a program and ends the test where it fails.
func Run(tb testing.TB, name string, args ...string) {
	tb.Helper()
	if out, err := exec.CommandContext(tb.Context(), name, args...).CombinedOutput(); err != nil {
		tb.Fatalf("%s %s: %v\n%s", filepath.Base(name), strings.Join(args, " "), err, out)
	}
}

// NewDisk makes an image of a disk with an ext4 file system on it, of some MiB.
func NewDisk(tb testing.TB, image string, size string) {
	tb.Helper()
	mkfs := ""
	for _, at := range []string{"mkfs.ext4", "/usr/sbin/mkfs.ext4", "/sbin/mkfs.ext4"} {
		if found, err := exec.LookPath(at); err == nil {
			mkfs = found
			break
		}
	}
	if mkfs == "" {
		tb.Skip("no mkfs.ext4 to make a disk with")
	}
	Run(tb, "truncate", "-s", size, image)
	Run(tb, mkfs, "-qF", image)
}

// Mount mounts something; at is made where it is not there. It is unmounted when the test ends.
func Mount(tb testing.TB, at string, args ...string) {
	tb.Helper()
	if err := os.MkdirAll(at, 0o755); err != nil {
		tb.Fatal(err)
	}
	Run(tb, "mount", append(args, at)...)
	// fails where the test has unmounted it
	tb.Cleanup(func() { _ = exec.CommandContext(context.Background(), "umount", "-l", at).Run() })
}

// Pull unmounts something that is in use, as a disk that is pulled.
func Pull(tb testing.TB, at string) {
	tb.Helper()
	Run(tb, "umount", "-l", at)
}
