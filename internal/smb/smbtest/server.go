// Package smbtest gives tests a real Samba of their own, a network that can do to it what networks do, and a
// disk below it that can fail.
//
// The server is run by the repository's scripts/samba.sh; tests that need one are skipped where there is
// none. A Server and a Proxy end with the test that started them.
package smbtest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The user of a Server's share "media".
const (
	User     = "media"
	Password = "secret"
)

// Server is a real Samba that a test has for itself. It serves Dir/media. Its methods are for the test's own
// goroutine.
type Server struct {
	Dir  string
	Port int

	tb  testing.TB
	env []string
}

// Start starts a server that ends with the test. env is for the script: SMB_GLOBAL=... .
func Start(tb testing.TB, env ...string) *Server {
	tb.Helper()
	if !haveSamba() {
		tb.Skip("no smbd on this machine: apt-get install --no-install-recommends samba")
	}
	s := &Server{Dir: filepath.Join(publicDir(tb, "smb-test-"), "nas"), tb: tb, env: env}
	tb.Cleanup(func() { // also of one that was started and did not answer in time
		if _, err := os.Stat(s.Dir); err == nil {
			s.Run("stop")
		}
	})
	var err error
	out := s.Run("start")
	if s.Port, err = strconv.Atoi(strings.TrimSpace(out)); err != nil {
		tb.Fatalf("samba.sh start printed %q, want a port", out)
	}
	return s
}

// publicDir makes a directory that the server can enter as another user, which t.TempDir is not.
func publicDir(tb testing.TB, name string) string {
	tb.Helper()
	dir, err := os.MkdirTemp("", name)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		tb.Fatal(err)
	}
	return dir
}

// haveSamba looks for smbd, also where ordinary users' paths do not.
func haveSamba() bool {
	for _, dir := range append(filepath.SplitList(os.Getenv("PATH")), "/usr/local/sbin", "/usr/sbin", "/sbin") {
		if _, err := exec.LookPath(filepath.Join(dir, "smbd")); err == nil {
			return true
		}
	}
	return false
}

// script finds the repository's script from any package's directory.
func script(tb testing.TB) string {
	tb.Helper()
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for at := dir; ; at = filepath.Dir(at) {
		file := filepath.Join(at, "scripts", "samba.sh")
		if _, err := os.Stat(file); err == nil {
			return file
		}
		if at == filepath.Dir(at) {
			tb.Fatalf("there is no scripts/samba.sh above %s", dir)
		}
	}
}

// Run runs a verb of the script and returns what it printed.
func (s *Server) Run(verb string, args ...string) string {
	s.tb.Helper()
	ctx, args := context.WithoutCancel(s.tb.Context()), append([]string{verb, s.Dir}, args...)
	cmd := exec.CommandContext(ctx, script(s.tb), args...)
	cmd.Env = append(os.Environ(), s.env...)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		s.tb.Fatalf("samba.sh %s %v: %v\n%s", verb, args, err, errs.String())
	}
	return string(out)
}

// Media is the directory that is shared, or a path below it.
func (s *Server) Media(path ...string) string {
	return filepath.Join(append([]string{s.Dir, "media"}, path...)...)
}

// Write makes a file in the share, with the directories above it.
func (s *Server) Write(path, content string) {
	s.tb.Helper()
	if err := os.MkdirAll(filepath.Dir(s.Media(path)), 0o755); err != nil {
		s.tb.Fatal(err)
	}
	if err := os.WriteFile(s.Media(path), []byte(content), 0o644); err != nil {
		s.tb.Fatal(err)
	}
}
