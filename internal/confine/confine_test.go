package confine

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// What a process may do after it was confined is tried in one of its own: it cannot be undone.
const (
	stateVariable  = "CONFINE_TEST_STATE"  // the directory that may be written to
	filterVariable = "CONFINE_TEST_FILTER" // Landlock's system calls are refused, as an old systemd's filter does
)

func TestMain(m *testing.M) {
	if state := os.Getenv(stateVariable); state != "" {
		os.Exit(child(state))
	}
	os.Exit(m.Run())
}

// child is confined, and then does to files what it is told by line: an operation and a path, answered by an error or
// ok.
func child(state string) int {
	if os.Getenv(filterVariable) != "" {
		if err := refuseLandlock(); err != nil {
			fmt.Println("filter:", err)
			return 1
		}
	}
	switch abi, err := Writing(state); {
	case errors.Is(err, ErrNoLandlock):
		fmt.Println("no Landlock")
	case err != nil:
		fmt.Println("error:", err)
	default:
		fmt.Println("abi", abi)
	}
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		operation, path, _ := strings.Cut(in.Text(), " ")
		if err := operations[operation](path); err != nil {
			fmt.Println(err)
		} else {
			fmt.Println("ok")
		}
	}
	return 0
}

var operations = map[string]func(path string) error{
	"write":    func(p string) error { return os.WriteFile(p, []byte("x"), 0o600) },
	"mkdir":    func(p string) error { return os.Mkdir(p, 0o700) },
	"remove":   os.Remove,
	"rename":   func(p string) error { return os.Rename(p, p+".renamed") },
	"truncate": func(p string) error { return os.Truncate(p, 0) },
	"read":     func(p string) error { _, err := os.ReadFile(p); return err },
	"list":     func(p string) error { _, err := os.ReadDir(p); return err },
	"thread": func(p string) error { // from threads that were there before and from new ones
		errs := make(chan error, 20)
		for range cap(errs) {
			go func() { errs <- os.WriteFile(p, []byte("x"), 0o600) }()
		}
		for range cap(errs) {
			if err := <-errs; err == nil {
				return nil
			}
		}
		return os.ErrPermission
	},
}

// confined is a child that runs.
type confined struct {
	t      *testing.T
	cmd    *exec.Cmd
	in     *bufio.Writer
	out    *bufio.Scanner
	opened string // what it said first
}

// start confines a child to a directory; command may put another program before it.
func start(t *testing.T, state string, environment []string, command ...string) *confined {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command = append(command, self)
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Env = append(os.Environ(), append(environment, stateVariable+"="+state)...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	c := &confined{t: t, cmd: cmd, in: bufio.NewWriter(in), out: bufio.NewScanner(out)}
	c.opened = c.line()
	return c
}

func (c *confined) line() string {
	c.t.Helper()
	if !c.out.Scan() {
		c.t.Fatalf("the confined process said nothing: %v", c.out.Err())
	}
	return c.out.Text()
}

func (c *confined) may(operation, path string) bool {
	c.t.Helper()
	fmt.Fprintln(c.in, operation, path)
	if err := c.in.Flush(); err != nil {
		c.t.Fatal(err)
	}
	return c.line() == "ok"
}

// place makes a directory with a file in it.
func place(t *testing.T, dir string) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "f"), []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func needLandlock(t *testing.T) {
	t.Helper()
	if abi, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION); errno != 0 || abi < 3 {
		t.Skip("this kernel has no Landlock of version 3")
	}
}

func TestOnlyTheStateCanBeWrittenAndEverythingRead(t *testing.T) {
	needLandlock(t)
	dir := t.TempDir()
	state, library := place(t, filepath.Join(dir, "state")), place(t, filepath.Join(dir, "library"))
	c := start(t, state, nil)
	if abi, err := strconv.Atoi(strings.TrimPrefix(c.opened, "abi ")); err != nil || abi < 3 {
		t.Fatalf("it says %q", c.opened)
	}
	for _, operation := range []string{"write", "truncate", "rename", "remove", "mkdir", "thread"} {
		name := "f"
		if operation == "mkdir" {
			name = "new"
		}
		if c.may(operation, filepath.Join(library, name)) {
			t.Errorf("%s of the library is possible", operation)
		}
	}
	if content, err := os.ReadFile(filepath.Join(library, "f")); err != nil || string(content) != "content" {
		t.Errorf("the library's file is %q, %v", content, err)
	}
	for operation, path := range map[string]string{
		"read": filepath.Join(library, "f"), "list": library, "write": filepath.Join(state, "g"), "mkdir": filepath.Join(state, "d"), "rename": filepath.Join(state, "f"),
	} {
		if !c.may(operation, path) {
			t.Errorf("%s of %s is not possible", operation, path)
		}
	}
	another := place(t, filepath.Join(dir, "named later"))
	if !c.may("read", filepath.Join(another, "f")) || c.may("write", filepath.Join(another, "f")) {
		t.Error("a directory that is named later cannot be read, or can be written to")
	}
}

func TestADiskThatIsMountedLaterCannotBeWrittenEither(t *testing.T) {
	needLandlock(t)
	if os.Getuid() != 0 {
		t.Skip("mounting needs root")
	}
	dir := t.TempDir()
	state, late := place(t, filepath.Join(dir, "state")), filepath.Join(dir, "library", "late")
	if err := os.MkdirAll(late, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := exec.CommandContext(t.Context(), "unshare", "--mount", "true").Run(); err != nil {
		t.Skip("a mount namespace cannot be made here")
	}
	c := start(t, state, nil, "unshare", "--mount", "--propagation", "private")
	mount := exec.CommandContext(t.Context(), "nsenter", "--target", strconv.Itoa(c.cmd.Process.Pid), "--mount",
		"sh", "-c", `mount -t tmpfs late "$0" && echo content >"$0/f"`, late)
	if out, err := mount.CombinedOutput(); err != nil {
		t.Skipf("a disk cannot be mounted: %v %s", err, out)
	}
	if !c.may("read", filepath.Join(late, "f")) {
		t.Fatal("the disk is not seen")
	}
	for _, operation := range []string{"write", "remove", "truncate"} {
		if c.may(operation, filepath.Join(late, "f")) {
			t.Errorf("%s of a disk that was mounted later is possible", operation)
		}
	}
}

func TestThatNothingIsConfinedIsSaid(t *testing.T) {
	dir := t.TempDir()
	c := start(t, place(t, dir), []string{filterVariable + "=1"})
	if c.opened != "no Landlock" {
		t.Errorf("behind a filter of system calls it says %q", c.opened)
	}
}

func TestAStateThatIsNotThereIsAnError(t *testing.T) {
	needLandlock(t)
	c := start(t, filepath.Join(t.TempDir(), "missing"), nil)
	if !strings.HasPrefix(c.opened, "error: confine writing") || !strings.Contains(c.opened, "missing") {
		t.Errorf("it says %q", c.opened)
	}
}

// refuseLandlock has the kernel answer Landlock's system calls with EPERM.
func refuseLandlock() error {
	const number = 0 // offset of seccomp_data.nr
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: number},
		{Code: unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, Jt: 0, Jf: 2, K: unix.SYS_LANDLOCK_CREATE_RULESET},
		{Code: unix.BPF_JMP | unix.BPF_JGT | unix.BPF_K, Jt: 1, Jf: 0, K: unix.SYS_LANDLOCK_RESTRICT_SELF},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return errno
	}
	return nil
}
