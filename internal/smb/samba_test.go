package smb

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server is a real Samba that a test has for itself, run by the repository's own script.
type server struct {
	t    testing.TB
	dir  string
	port int
	env  []string
}

// startSamba starts a server that ends with the test. env is for the script: SMB_GLOBAL=... .
func startSamba(t testing.TB, env ...string) *server {
	t.Helper()
	if !haveSamba() {
		t.Skip("no smbd on this machine: apt-get install --no-install-recommends samba")
	}
	// Not t.TempDir: the server must be able to enter it as another user.
	dir, err := os.MkdirTemp("", "smb-test-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	s := &server{t: t, dir: filepath.Join(dir, "nas"), env: env}
	out := s.run("start")
	if s.port, err = strconv.Atoi(strings.TrimSpace(out)); err != nil {
		t.Fatalf("samba.sh start printed %q, want a port", out)
	}
	t.Cleanup(func() { s.run("stop") })
	return s
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

// run runs a verb of the script.
func (s *server) run(verb string, args ...string) string {
	s.t.Helper()
	script, err := filepath.Abs("../../scripts/samba.sh")
	if err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.Command(script, append([]string{verb, s.dir}, args...)...)
	cmd.Env = append(os.Environ(), s.env...)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		s.t.Fatalf("samba.sh %s %v: %v\n%s", verb, args, err, errs.String())
	}
	return string(out)
}

// media is the directory that is shared, or a path below it.
func (s *server) media(path ...string) string {
	return filepath.Join(append([]string{s.dir, "media"}, path...)...)
}

// write makes a file, with the directories above it.
func (s *server) write(path, content string) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(s.media(path)), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(s.media(path), []byte(content), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

// config is how to reach the server.
func (s *server) config() Config {
	return Config{
		Host: "127.0.0.1", Port: s.port, Share: "media", User: "media",
		Password: func() (string, error) { return "secret", nil },
		Timeout:  20 * time.Second,
	}
}

// open makes a share that is closed with the test.
func open(t testing.TB, c Config) *Share {
	t.Helper()
	s, err := New(c, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// share is a share of the server, changed as the test wants it.
func (s *server) share(change ...func(*Config)) *Share {
	s.t.Helper()
	c := s.config()
	for _, f := range change {
		f(&c)
	}
	return open(s.t, c)
}
