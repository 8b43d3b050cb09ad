package local_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

const inNamespaceVar = "CATALOGIZERD_TEST_IN_NAMESPACE"

// inNamespace runs the calling test in a mount namespace of its own, where it may mount what it likes:
// in a child process, which is this test binary again. It returns true in the child, whose test goes on,
// and false in the parent, whose test is over. The namespace goes with the child, and all mounts with it.
func inNamespace(t *testing.T) bool {
	t.Helper()
	if os.Getenv(inNamespaceVar) == t.Name() {
		return true
	}
	if os.Geteuid() != 0 {
		t.Skip("needs root, to mount file systems in a namespace of its own")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(exe, "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=2m")
	child.Env = append(os.Environ(), inNamespaceVar+"="+t.Name())
	// Go makes all mounts private in the new namespace, as unshare --propagation private does.
	child.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	out, err := child.CombinedOutput()
	if errors.Is(err, syscall.EPERM) {
		t.Skipf("this root may not make a mount namespace, as in most containers: %v", err)
	}
	if strings.Contains(string(out), "\n--- SKIP: "+t.Name()) {
		t.Skipf("in the namespace:\n%s", out)
	}
	if err != nil {
		t.Errorf("in the namespace: %v\n%s", err, out)
	} else if !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("in the namespace: did not run\n%s", out)
	} else {
		t.Logf("in the namespace:\n%s", out)
	}
	return false
}

func mkdir(tb testing.TB, path string) string {
	tb.Helper()
	if err := os.MkdirAll(path, 0o755); err != nil {
		tb.Fatal(err)
	}
	return path
}

func mountTmpfs(tb testing.TB, at string) {
	tb.Helper()
	if err := syscall.Mount("none", mkdir(tb, at), "tmpfs", 0, "size=64m"); err != nil {
		tb.Fatal(err)
	}
	unmountAtEnd(tb, at)
}

func bind(tb testing.TB, from, to string) {
	tb.Helper()
	if err := syscall.Mount(from, to, "", syscall.MS_BIND, ""); err != nil {
		tb.Fatal(err)
	}
	unmountAtEnd(tb, to)
}

// unmountAtEnd lets the test's directory be removed, whatever the test itself has unmounted by then.
func unmountAtEnd(tb testing.TB, at string) {
	tb.Cleanup(func() { _ = syscall.Unmount(at, syscall.MNT_DETACH) })
}

func unmount(tb testing.TB, at string, flags int) {
	tb.Helper()
	if err := syscall.Unmount(at, flags); err != nil {
		tb.Fatalf("unmount %s: %v", at, err)
	}
}

// newDisk makes an image with an ext4 file system.
func newDisk(tb testing.TB, image string, options ...string) string {
	tb.Helper()
	mkfs := diskTool(tb, "mkfs.ext4")
	f, err := os.Create(image)
	if err != nil {
		tb.Fatal(err)
	}
	if err := f.Truncate(32 << 20); err != nil {
		tb.Fatal(err)
	}
	f.Close()
	run(tb, mkfs, append(append([]string{"-qF", "-N", "8192"}, options...), image)...)
	return image
}

// diskTool finds a program that is not in everyone's path.
func diskTool(tb testing.TB, name string) string {
	tb.Helper()
	for _, at := range []string{name, "/usr/sbin/" + name, "/sbin/" + name} {
		if found, err := exec.LookPath(at); err == nil {
			return found
		}
	}
	tb.Skipf("no %s to make a disk with", name)
	return ""
}

// mountDisk mounts an image through a loop device, which the unmount frees.
func mountDisk(tb testing.TB, image, at string) {
	tb.Helper()
	run(tb, "mount", "-o", "loop", image, mkdir(tb, at))
	unmountAtEnd(tb, at)
}

func run(tb testing.TB, name string, args ...string) {
	tb.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		tb.Fatalf("%s %s: %v\n%s", filepath.Base(name), strings.Join(args, " "), err, out)
	}
}
