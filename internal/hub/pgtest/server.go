package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/catalogizer/catalogizerd/internal/run/runtest"
)

// Server is a PostgreSQL server. It can be killed and started again.
type Server struct {
	bin  string
	dir  string // short: the path of a socket is bounded
	more []string

	cmd  *exec.Cmd
	exit chan error
	log  *os.File

	databases atomic.Int64 // that tests had, who may run beside each other
}

// Start makes a cluster and starts a server on it; settings are further ones, as "name=value". What it writes is not
// synced: it survives every death but the machine's.
func Start(tb testing.TB, settings ...string) *Server {
	tb.Helper()
	bin, err := binaries()
	if err != nil {
		tb.Skipf("no PostgreSQL here: scripts/install-test-deps.sh installs it (%v)", err)
	}
	dir, err := place()
	if err != nil {
		tb.Fatal(err)
	}
	s := &Server{bin: bin, dir: dir, more: slices.Concat(usual, settings)}
	tb.Cleanup(func() {
		s.Kill(tb)
		if tb.Failed() {
			tb.Logf("the last words of PostgreSQL:\n%s", s.words())
		}
		_ = os.RemoveAll(dir) // another user's files, where the test is root's
	})
	if s.log, err = os.Create(filepath.Join(dir, "log")); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.log.Close() })
	if err := s.own(); err != nil {
		tb.Fatal(err)
	}
	init := s.command("initdb", "--no-sync", "--auth=trust", "--username=hub", "--encoding=UTF8", "--locale=C",
		"--pgdata="+s.data())
	if out, err := init.CombinedOutput(); err != nil {
		tb.Fatalf("make a cluster: %v\n%s", err, out)
	}
	s.Start(tb)
	return s
}

// usual settings are those of every server: parallel tests have many connections, and containers little of /dev/shm.
var usual = []string{"fsync=off", "max_connections=300", "dynamic_shared_memory_type=mmap"}

// longestPlace leaves room for a socket's name: its whole path has less than 108 bytes.
const longestPlace = 70

// place makes a directory for a server: below the one for temporary files where a server may go there, and otherwise
// where everybody may.
func place() (string, error) {
	for _, base := range []string{os.TempDir(), "/tmp", "/var/tmp", "/dev/shm"} {
		if len(base) <= longestPlace && (os.Getuid() != 0 || everybodyEnters(base)) {
			return os.MkdirTemp(base, "pg")
		}
	}
	return "", errors.New("no directory here that everybody may enter, with a short path")
}

func everybodyEnters(dir string) bool {
	for ; ; dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err != nil || info.Mode()&0o001 == 0 {
			return false
		}
		if dir == filepath.Dir(dir) {
			return true
		}
	}
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// own gives the directory to a user who may run a server: root may not.
func (s *Server) own() error {
	if os.Getuid() != 0 {
		return nil
	}
	who := s.attributes().Credential
	return os.Chown(s.dir, int(who.Uid), int(who.Gid))
}

// attributes have a process be of a user who may run a server.
func (s *Server) attributes() *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{}
	if os.Getuid() != 0 {
		return a
	}
	a.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	if u, err := user.Lookup("postgres"); err == nil { // Debian's package makes it
		uid, uerr := strconv.ParseUint(u.Uid, 10, 32)
		gid, gerr := strconv.ParseUint(u.Gid, 10, 32)
		if uerr == nil && gerr == nil {
			a.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		}
	}
	return a
}

const nobody = 65534

func (s *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.Background(), filepath.Join(s.bin, name), args...)
	cmd.Dir, cmd.SysProcAttr = s.dir, s.attributes()
	cmd.Env = append(os.Environ(), "LC_ALL=C", "TZ=UTC")
	return cmd
}

// startTime is how long a server may take to mend what a killed one has left.
const startTime = 5 * time.Minute

// Start starts the server, which must not run, and waits until it answers.
func (s *Server) Start(tb testing.TB) {
	tb.Helper()
	args := []string{"-D", s.data(), "-c", "listen_addresses=", "-c", "unix_socket_directories=" + s.dir}
	for _, setting := range s.more {
		args = append(args, "-c", setting)
	}
	exit := s.launch(tb, args)
	for deadline := time.Now().Add(startTime); ; time.Sleep(10 * time.Millisecond) {
		err := s.answers()
		if err == nil {
			return
		}
		select {
		case end := <-exit:
			if bytes.Contains(s.words(), []byte("is still in use")) && time.Now().Before(deadline) {
				time.Sleep(50 * time.Millisecond) // those who served the last one's clients are about to end
				exit = s.launch(tb, args)
				continue
			}
			exit <- end
			tb.Fatalf("PostgreSQL ended before it answered: %v\n%s", end, s.words())
		default:
		}
		if time.Now().After(deadline) {
			tb.Fatalf("PostgreSQL does not answer: %v\n%s", err, s.words())
		}
	}
}

// launch starts the process, whose end is told once.
func (s *Server) launch(tb testing.TB, args []string) (exit chan error) {
	tb.Helper()
	cmd := s.command("postgres", args...)
	cmd.Stdout, cmd.Stderr = s.log, s.log
	exit, err := runtest.Start(cmd, syscall.SIGQUIT)
	if err != nil {
		tb.Fatal(err)
	}
	s.cmd, s.exit = cmd, exit
	return exit
}

func (s *Server) answers() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	c, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return err
	}
	return errors.Join(c.Ping(ctx), c.Close(ctx))
}

// Kill ends the server and all that serve its clients at once, if it runs.
func (s *Server) Kill(tb testing.TB) {
	tb.Helper()
	if s.cmd == nil {
		return
	}
	// Those who serve clients see that it is gone; the next server waits for them, as they share its memory.
	_ = s.cmd.Process.Kill() // fails only where it has ended
	if end := <-s.exit; end == nil {
		tb.Error("PostgreSQL ended well when it was killed")
	}
	s.cmd = nil
}

// URL names a database of the server.
func (s *Server) URL(database string) string {
	return fmt.Sprintf("postgres://hub@/%s?host=%s", database, s.dir)
}

// Database makes an empty database for a test, and names it.
func (s *Server) Database(tb testing.TB) string {
	tb.Helper()
	return s.make(tb, "")
}

// Copy makes a copy of a database with which nobody is connected, and names it.
func (s *Server) Copy(tb testing.TB, database string) string {
	tb.Helper()
	return s.make(tb, " TEMPLATE "+nameOf(tb, database))
}

func (s *Server) make(tb testing.TB, as string) string {
	tb.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = c.Close(ctx) }()
	name := fmt.Sprintf("hub%d", s.databases.Add(1))
	if _, err := c.Exec(ctx, "CREATE DATABASE "+name+as); err != nil {
		tb.Fatal(err)
	}
	return s.URL(name)
}

// words are the end of the server's log.
func (s *Server) words() []byte {
	b, err := os.ReadFile(s.log.Name())
	if err != nil {
		return nil
	}
	lines := bytes.SplitAfter(b, []byte("\n"))
	return bytes.Join(lines[max(0, len(lines)-30):], nil)
}

// binaries is where the programs of the newest version are that is installed.
func binaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // where Debian has them
	if err != nil {
		return "", err
	}
	if len(found) == 0 {
		path, err := exec.LookPath("initdb")
		return filepath.Dir(path), err
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return versionOf(a) - versionOf(b) })), nil
}

func versionOf(path string) int {
	n, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	if err != nil {
		return 0
	}
	return n
}
