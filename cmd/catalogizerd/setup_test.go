package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/config"
)

// conversation is a command at a terminal of its own, and who answers it.
type conversation struct {
	t    *testing.T
	cmd  *exec.Cmd
	tty  *os.File
	said *bufio.Reader
	all  strings.Builder
}

func converse(t *testing.T, home string, args ...string) *conversation {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Getenv(apptest.BinaryVar), args...)
	cmd.Env = append(os.Environ(), "HOME="+home, "TERM=dumb")
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 120, Rows: 40})
	if err != nil {
		t.Skip("no terminal to be had: ", err)
	}
	t.Cleanup(func() { _ = tty.Close() })
	_ = tty.SetReadDeadline(time.Now().Add(3 * time.Minute))
	return &conversation{t: t, cmd: cmd, tty: tty, said: bufio.NewReader(tty)}
}

// answer waits for a question and types a line.
func (c *conversation) answer(question, line string) {
	c.t.Helper()
	for !strings.Contains(c.all.String(), question) {
		b, err := c.said.ReadByte()
		if err != nil {
			c.t.Fatalf("%v: it does not ask %q, but says\n%s", err, question, c.all.String())
		}
		c.all.WriteByte(b)
	}
	c.all.Reset()
	if _, err := c.tty.WriteString(line + "\n"); err != nil {
		c.t.Fatal(err)
	}
}

// ends gives what is said until the end.
func (c *conversation) ends(code int) string {
	c.t.Helper()
	_, _ = c.said.WriteTo(&c.all) // which ends with an error once nobody is there any more
	if _ = c.cmd.Wait(); c.cmd.ProcessState.ExitCode() != code {
		c.t.Fatalf("exit code %d, want %d: %s", c.cmd.ProcessState.ExitCode(), code, c.all.String())
	}
	return c.all.String()
}

func TestSetupAsksAndWritesAConfiguration(t *testing.T) {
	base := t.TempDir()
	for _, name := range []string{"a.mkv", "b.mkv", "c.mkv"} {
		write(t, base+"/home/Videos/"+name, "x")
		write(t, base+"/more/"+name, "x")
	}
	file := base + "/etc/c.toml"
	c := converse(t, base+"/home", "setup", "--config", file)
	c.answer("/home/Videos", "")
	c.answer("> ", base+"/typo")
	c.answer("there is no such directory", base+"/more")
	c.answer("> ", "smb://me@nas.lan/attic")
	c.answer("> ", "")
	c.answer("Password of me on nas.lan", "not-to-be-seen")
	c.answer("May other machines of the local network ask", "y")
	c.answer("Write that? [Y/n]", "")
	said := c.ends(exitDone)
	if strings.Contains(said, "not-to-be-seen") || !strings.Contains(said, "/login?code=") {
		t.Errorf("it says %s", said)
	}
	cfg, err := config.Load(config.LoadOptions{File: file, DataDir: base + "/data"})
	if err != nil {
		t.Fatal(err)
	}
	token, err := cfg.Token()
	if err != nil || len(token) < 26 || cfg.HTTP.Listen != "0.0.0.0:8780" {
		t.Errorf("listens on %s with %q, %v", cfg.HTTP.Listen, token, err)
	}
	var places []string
	for _, r := range cfg.Roots {
		places = append(places, r.Location())
		if password, err := r.Password(); err != nil || r.URL != "" && password != "not-to-be-seen" {
			t.Errorf("password %q, %v", password, err)
		}
	}
	if !slices.Contains(places, base+"/home/Videos") || !slices.Contains(places, base+"/more") || !slices.Contains(places, "smb://me@nas.lan/attic") {
		t.Errorf("roots at %q", places)
	}
	for _, secret := range []string{"token", "attic.password"} {
		if info, err := os.Stat(filepath.Join(filepath.Dir(file), secret)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", secret, info, err)
		}
	}
	if text, err := os.ReadFile(file); err != nil || !strings.Contains(string(text), "# A full comparison of every root") {
		t.Errorf("the comments are gone, %v", err)
	}
}

func TestSetupWritesNothingBeforeTheLastAnswer(t *testing.T) {
	base := t.TempDir()
	write(t, base+"/films/a.mkv", "x")
	c := converse(t, base, "setup", "--config", base+"/etc/c.toml", base+"/films")
	c.answer("May other machines", "n")
	c.answer("Write that?", "n")
	c.ends(exitFailed)
	c = converse(t, base, "setup", "--config", base+"/etc/c.toml", base+"/films")
	c.answer("May other machines", "\x03") // Ctrl-C
	c.ends(130)
	if _, err := os.Stat(base + "/etc"); err == nil {
		t.Error("something is written")
	}
}

// A configuration that says something is not touched unasked, and what it says stays.
func TestSetupAddsToAConfigurationThatIsThere(t *testing.T) {
	base := t.TempDir()
	write(t, base+"/films/a.mkv", "x")
	write(t, base+"/music/a.flac", "x")
	const ours = "[http]\nlisten = \"127.0.0.1:1\" # ours\n"
	file := base + "/c.toml"
	write(t, file, ours)
	setUp := func(code int, args ...string) outcome {
		t.Helper()
		return command(t, "", append([]string{"setup", "--config", file}, args...)...).ends(t, code)
	}
	if o := setUp(exitUsage, "--yes", base+"/films"); !strings.Contains(o.errOut, "--add") {
		t.Errorf("it says %s", o.errOut)
	}
	setUp(exitUsage, base+"/films") // nobody is there to ask
	setUp(exitUsage, "--yes")
	setUp(exitUsage, "--yes", "--add", base+"/typo")
	setUp(exitUsage, "--yes", "--add", "smb://me@nas.lan/attic") // whose password?
	if text, err := os.ReadFile(file); err != nil || string(text) != ours {
		t.Errorf("it is now %q, %v", text, err)
	}
	setUp(exitDone, "--yes", "--add", base+"/films")
	setUp(exitDone, "--yes", "--add", base+"/films", base+"/music") // the first is there already
	text, err := os.ReadFile(file)
	if err != nil || !strings.HasPrefix(string(text), ours) || strings.Count(string(text), "[[root]]") != 2 {
		t.Errorf("it is now %q, %v", text, err)
	}
	if before, err := os.ReadFile(file + ".before-setup"); err != nil || strings.Count(string(before), "[[root]]") != 1 {
		t.Errorf("what was there is kept as %q, %v", before, err)
	}
	command(t, "", "check", "--config", file, "--data-dir", base+"/data").ends(t, exitDone)
}

// A token that is there stays: clients have it, and another configuration may name its file.
func TestSetupKeepsATokenThatIsThere(t *testing.T) {
	base := t.TempDir()
	write(t, base+"/films/a.mkv", "x")
	write(t, base+"/token", "what-the-household-has-typed\n")
	command(t, "", "setup", "--yes", "--network", "--config", base+"/c.toml", base+"/films").ends(t, exitDone)
	cfg, err := config.Load(config.LoadOptions{File: base + "/c.toml", DataDir: base + "/data"})
	if err != nil {
		t.Fatal(err)
	}
	if token, err := cfg.Token(); err != nil || token != "what-the-household-has-typed" {
		t.Errorf("the token is %q, %v", token, err)
	}
}
