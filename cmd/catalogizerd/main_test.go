package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/config"
	"go.uber.org/zap"
)

func TestMain(m *testing.M) { os.Exit(apptest.Main(m)) }

// outcome is what a command left behind.
type outcome struct {
	code        int
	out, errOut string
}

// start starts a command of the binary; wait gives what it left.
func start(t *testing.T, stdin string, args ...string) (cmd *exec.Cmd, wait func() outcome) {
	t.Helper()
	cmd = exec.CommandContext(context.Background(), os.Getenv(apptest.BinaryVar), args...)
	var out, errOut bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errOut
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "XDG_STATE_HOME=", "STATE_DIRECTORY=")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // fails where it has ended
	return cmd, func() outcome {
		t.Helper()
		var exit *exec.ExitError
		if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return outcome{cmd.ProcessState.ExitCode(), out.String(), errOut.String()}
	}
}

// command runs a command of the binary to its end.
func command(t *testing.T, stdin string, args ...string) outcome {
	t.Helper()
	_, wait := start(t, stdin, args...)
	return wait()
}

// ends fails the test unless the command ended with the code.
func (o outcome) ends(t *testing.T, code int) outcome {
	t.Helper()
	if o.code != code {
		t.Fatalf("exit code %d, want %d\nstdout: %s\nstderr: %s", o.code, code, o.out, o.errOut)
	}
	return o
}

// lines are those of stdout.
func (o outcome) lines() []string {
	if o.out == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(o.out, "\n"), "\n")
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// What is called wrongly or configured wrongly ends with 2, prints nothing to stdout, and names the thing.
func TestBadUsage(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/typo.toml", "data_dir = \"/x\"\n[http]\nlistne = \"127.0.0.1:1\"\n")
	write(t, dir+"/open.toml", "[http]\nlisten = \"0.0.0.0:8780\"\n[[root]]\nname = \"films\"\npath = \"/srv\"\n")
	write(t, dir+"/hub.toml", "[hub]\ndatabase = \"host=/nowhere\"\n"+
		"[[source]]\nname = \"attic\"\nurl = \"http://attic.lan\"\n")
	write(t, dir+"/plain.toml", "[http]\nlisten = \"127.0.0.1:8123\"\n")
	write(t, dir+"/token.toml", "[http]\ntoken_file = \""+dir+"/none\"\n[[root]]\nname = \"films\"\npath = \"/srv\"\n")
	for _, c := range []struct {
		args []string
		says string
	}{
		{nil, `expected one of "serve"`},
		{[]string{"rescan"}, "unexpected argument rescan"},
		{[]string{"setup", "serve", "--fast"}, "unknown flag --fast"},
		{[]string{"serve"}, "no root: name a directory"},
		{[]string{"scan"}, "no root: name a directory"},
		{[]string{"check"}, "no root: name a directory"},
		{[]string{"scan", "smb://me:secret@nas/films"}, "a URL cannot hold a password"},
		{
			[]string{"serve", "--config", dir + "/typo.toml"},
			dir + "/typo.toml:3: http.listne: no such key: did you mean http.listen?",
		},
		{[]string{"serve", "--config", dir + "/open.toml"}, dir + "/open.toml:2: http.listen"},
		{
			[]string{"serve", "--data-dir", dir + "/data", "--config", dir + "/token.toml"},
			dir + "/token.toml:2: http.token_file: " + dir + "/none cannot be read",
		},
		{[]string{"export", "--config", dir + "/none.toml"}, dir + "/none.toml: cannot be read"},
		{[]string{"search"}, "expected \"<query> ...\""},
		{[]string{"probe"}, "expected \"<file> ...\""},
		{[]string{"search", "--limit", "0", "x"}, "--limit 0 is not a number from 1 on"},
		{[]string{"search", "--kind", "film", "x"}, `--kind "film": there is no such kind: choose movie, episode, `},
		{[]string{"search", "--items", "--kind", "series", "x"}, `"series": there is no such kind of files: choose movie, `},
		{[]string{"watch", "--kind", "film"}, `--kind "film": there is no such kind: choose movie, episode, `},
		{[]string{"export", "--all"}, "Try: catalogizerd export --help"},
		{[]string{"exprot"}, "Try: catalogizerd --help"},
		{[]string{"serve", "--config", dir + "/hub.toml"}, "this is a hub's configuration, which is for `catalogizerd hub`"},
		{[]string{"backup", "--config", dir + "/hub.toml", dir + "/x"}, "its catalog lies in PostgreSQL"},
		{[]string{"export", "--config", dir + "/hub.toml"}, "its catalog lies in PostgreSQL"},
		{[]string{"login"}, "name the daemon's configuration with --config FILE"},
		{[]string{"login", "--config", dir + "/plain.toml"}, "open http://127.0.0.1:8123 in a browser"},
		{
			[]string{"setup", "--yes", "--start", "--config", dir + "/none.toml", dir},
			"--start and --group are for the service",
		},
		{[]string{"serve", dir + "/typo"}, "there is no such directory: name one that is there"},
		{[]string{"serve", dir + "/typo.toml"}, "is no directory: name the one that it lies in, " + dir},
		{[]string{"serve", dir + "/typo.toml/x"}, "there is no such directory"},
		{[]string{"serve", "smb:/nas/secret"}, "a share is written smb://[user@]host[:port]/share[/path]"},
		{[]string{"scan", `\\nas\films`}, "smb://nas/films"},
		{[]string{"scan", dir, "--config"}, "--config: a value is missing"},
		{[]string{"status", "--server", "nas:8780"}, "is not a URL such as http://127.0.0.1:8780"},
		{[]string{"status", "--token-file", dir + "/none"}, "read token"},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			o := command(t, "", c.args...).ends(t, exitUsage)
			if o.out != "" || !strings.Contains(o.errOut, c.says) {
				t.Errorf("stdout %q, stderr %q, which does not say %q", o.out, o.errOut, c.says)
			}
			if strings.Contains(o.errOut, "secret") {
				t.Errorf("it tells the password: %s", o.errOut)
			}
		})
	}
}

// A variable of a script that is empty, and the dash that means standard input or output to other programs, are never
// taken for a file, or for the directory that one happens to be in.
func TestNeitherNothingNorADashIsAFile(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"", "-"} {
		for _, args := range [][]string{
			{"backup", name}, {"restore", name}, {"probe", name}, {"probe", "a.mkv", name},
			{"serve", name}, {"scan", name}, {"check", name}, {"scan", ".", name},
			{"export", "--config", name}, {"export", "--data-dir", name}, {"scan", "--data-dir=" + name, "."},
			{"backup", "--data-dir", name, "file"}, {"restore", "--data-dir", name, "file"}, {"status", "--token-file", name},
		} {
			o := command(t, "", args...).ends(t, exitUsage)
			if o.out != "" || !strings.Contains(o.errOut, "name a ") {
				t.Errorf("%q: stdout %q, stderr %q", args, o.out, o.errOut)
			}
		}
	}
	if names, err := os.ReadDir("."); err != nil || len(names) > 0 {
		t.Errorf("it made %v, %v", names, err)
	}
	o := command(t, "", "accept", "volume", "").ends(t, exitUsage)
	if !strings.Contains(o.errOut, "the root's name is empty") {
		t.Errorf("%q, want %q in it", o.errOut, "the root's name is empty")
	}
	write(t, "./-", "no backup")
	o = command(t, "", "restore", "--data-dir", "data", "./-").ends(t, exitFailed)
	if !strings.Contains(o.errOut, "not a backup of a catalog: ") || !strings.Contains(o.errOut, "/-: name a file") {
		t.Errorf("a file of that name: %q", o.errOut)
	}
}

func TestEveryCommandHasHelp(t *testing.T) {
	for _, name := range []string{
		"serve", "scan", "export", "works", "search", "status", "watch", "parse", "probe", "check", "backup", "restore",
		"completion", "login", "version",
	} {
		o := command(t, "", name, "--help").ends(t, exitDone)
		if !strings.HasPrefix(o.out, "Usage: catalogizerd "+name) || o.errOut != "" {
			t.Errorf("%s: stdout %q, stderr %q", name, o.out, o.errOut)
		}
	}
	all := command(t, "", "--help").ends(t, exitDone)
	if !strings.Contains(all.out, "Run the daemon in the foreground.") {
		t.Errorf("without a command: %q", all.out)
	}
	if help := command(t, "", "help").ends(t, exitDone); help.out != all.out {
		t.Errorf("help without dashes: %q", help.out)
	}
	help := command(t, "", "help", "export").ends(t, exitDone)
	if !strings.HasPrefix(help.out, "Usage: catalogizerd export") {
		t.Errorf("help of a command: %q", help.out)
	}
}

func TestVersion(t *testing.T) {
	lines := command(t, "", "version").ends(t, exitDone).lines()
	if len(lines) != 4 {
		t.Fatalf("%q", lines)
	}
	for i, prefix := range []string{"catalogizerd ", "commit ", "go1.", "SQLite 3."} {
		if !strings.HasPrefix(lines[i], prefix) {
			t.Errorf("line %q, want %q...", lines[i], prefix)
		}
	}
}

// Flags may stand behind and among other arguments, as with most tools; what follows "--" is no flag.
func TestFlagsStandAnywhere(t *testing.T) {
	for _, c := range []struct {
		args []string
		want []string
	}{
		{[]string{"parse", "a", "--null", "b"}, []string{"a", "b"}},
		{[]string{"parse", "--", "-0", "--help"}, []string{"-0", "--help"}},
		{[]string{"parse", "a", "--", "-0", "--", "b"}, []string{"a", "-0", "--", "b"}},
		{[]string{"parse", "-"}, []string{"-"}},
	} {
		if inputs, _ := guesses(t, command(t, "", c.args...).ends(t, exitDone).lines()); !slices.Equal(inputs, c.want) {
			t.Errorf("%q: %q, want %q", c.args, inputs, c.want)
		}
	}
	base := t.TempDir()
	write(t, base+"/a/a.mkv", "x")
	write(t, base+"/b/b.mkv", "x")
	o := command(t, "", "scan", base+"/a", "--data-dir", base+"/data", "--json", base+"/b").ends(t, exitDone)
	if !strings.Contains(o.out, `"files":2`) {
		t.Errorf("two roots around flags: %s", o.out)
	}
}

// Names of files are bytes.
func TestArgumentsAreTakenAsTheyAre(t *testing.T) {
	base := t.TempDir()
	write(t, base+"/root\xff/a.mkv", "x")
	write(t, base+"/root\ufffd/other.mkv", "x")
	command(t, "", "scan", base+"/root\xff", "--data-dir", base+"/data\xff").ends(t, exitDone)
	o := command(t, "", "export", "--data-dir", base+"/data\xff").ends(t, exitDone)
	if !strings.Contains(o.out, `"path":"a.mkv"`) {
		t.Errorf("%q, want %q in it", o.out, `"path":"a.mkv"`)
	}
	o = command(t, "", "probe", base+"/root\xff/a.mkv").ends(t, exitFailed)
	if !strings.Contains(o.out, "format not recognised") {
		t.Errorf("%q, want %q in it", o.out, "format not recognised")
	}
}

// What cannot be printed is a failure, not a silent end.
func TestOutputToAFullDiskFails(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("there is no /dev/full: ", err)
	}
	defer full.Close()
	for _, args := range [][]string{
		{"version"}, {"--help"}, {"serve", "--help"}, {"parse", "a.mkv"},
		{"probe", "../../testdata/library/Music/Ada Quill/Field Notes (2020)/01 - Open Gate.flac"},
	} {
		var errOut bytes.Buffer
		cmd := exec.CommandContext(t.Context(), os.Getenv(apptest.BinaryVar), args...)
		cmd.Stdout, cmd.Stderr = full, &errOut
		_ = cmd.Run() // how it ended is looked at below
		code := cmd.ProcessState.ExitCode()
		if code != exitFailed || !strings.Contains(errOut.String(), "no space left on device") {
			t.Errorf("%q: exit code %d, %s", args, code, errOut.String())
		}
	}
}

// A logger that was made before a reload writes as the new configuration says, with the fields that it had.
func TestTheLogFollowsTheConfiguration(t *testing.T) {
	var out bytes.Buffer
	cfg := func(level, format string) *config.Config {
		return &config.Config{Log: config.Log{Level: level, Format: format}}
	}
	log, change, err := newLog(&process{err: &out}, cfg("warn", "text"))
	if err != nil {
		t.Fatal(err)
	}
	part := log.With(zap.String("root", "films"))
	part.Info("kept back")
	part.Warn("first")
	if err := change(cfg("info", "json")); err != nil {
		t.Fatal(err)
	}
	part.Info("second", zap.Int("n", 2))
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], "WARN\tfirst\t{\"root\": \"films\"}") ||
		!strings.HasPrefix(lines[1], "{") || !strings.Contains(lines[1], `"msg":"second","root":"films","n":2}`) {
		t.Errorf("logged %q, want text first, then JSON with %q", lines, `"msg":"second","root":"films","n":2}`)
	}
	if err := change(cfg("loud", "text")); err == nil {
		t.Error("a level that there is not is taken")
	}
}
