package app_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/smb/smbtest"
)

// check runs `catalogizerd check` and returns its lines and exit code.
func check(t *testing.T, args ...string) (lines []string, code int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Getenv(apptest.BinaryVar), append([]string{"check"}, args...)...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(out.String()+errOut.String()), "\n"), code
}

// finds fails the test unless one line matches.
func finds(t *testing.T, lines []string, pattern string) {
	t.Helper()
	re := regexp.MustCompile(pattern)
	for _, l := range lines {
		if re.MatchString(l) {
			return
		}
	}
	t.Errorf("no line is %s:\n%s", pattern, strings.Join(lines, "\n"))
}

func TestCheckOfAMachineThatIsWell(t *testing.T) {
	base := t.TempDir()
	fill(t, base+"/films", 100)
	lines, code := check(t, "--data-dir", base+"/data", base+"/films")
	if code != 0 {
		t.Errorf("exit code %d", code)
	}
	finds(t, lines, `^ok +configuration: 1 root$`)
	finds(t, lines, `^ok +root films: .*/films: 2 entries on \w+`)
	finds(t, lines, `^(ok|warning) +data directory: .* free`)
	finds(t, lines, `^ok +catalog: none yet`)
	finds(t, lines, `^ok +watches: 5 directories, of which 5 can be watched \(\S+ is \d+\)$`)
	if _, err := os.Stat(base + "/data"); !os.IsNotExist(err) {
		t.Error("it has made the data directory")
	}

	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", Roots: []apptest.Root{{Name: "films", Path: base + "/films"}}})
	d.WaitIdle(t, time.Minute)
	lines, code = check(t, "--data-dir", base+"/data", base+"/films")
	if code != 0 {
		t.Errorf("exit code %d beside a daemon", code)
	}
	finds(t, lines, `^ok +catalog: 100 items, whole, [0-9.]+ [KM]iB, of which [0-9.]+ [KM]?i?B are free$`)
	finds(t, lines, `^ok +watches: 5 directories, of which 5 can be watched`)
}

func TestCheckOfWhatIsNotWell(t *testing.T) {
	base := t.TempDir()
	fill(t, base+"/films", 10)
	if err := errors.Join(os.Mkdir(base+"/empty", 0o755), os.Mkdir(base+"/data", 0o700), os.WriteFile(base+"/data/catalog.db", bytes.Repeat([]byte("no catalog"), 1000), 0o600)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(base, "catalogizerd.toml")
	config := fmt.Sprintf("data_dir = %q\n[http]\ntoken_file = \"/none/token\"\n[[root]]\nname = \"films\"\npath = %q\n[[root]]\nname = \"gone\"\npath = %q\n[[root]]\nname = \"empty\"\npath = %q\n[[root]]\nname = \"nas\"\nurl = \"smb://media@127.0.0.1:1/video\"\n",
		base+"/data", base+"/films", base+"/gone", base+"/empty")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	lines, code := check(t, "--config", file)
	if code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	finds(t, lines, `^failure +token: .*catalogizerd\.toml:3: http\.token_file: /none/token cannot be read`)
	finds(t, lines, `^ok +root films: `)
	finds(t, lines, `^failure +root gone: .*/gone: does not exist: mount or make it`)
	finds(t, lines, `^warning +root empty: .*is its disk mounted\?`)
	finds(t, lines, `^failure +root nas: smb://media@127.0.0.1:1/video: .*refused: is the server on`)
	finds(t, lines, `^failure +catalog: .*catalog\.db`)

	if err := os.WriteFile(file, []byte("[[root]]\nname = \"films\"\npaht = \"/x\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	lines, code = check(t, "--config", file)
	if code != 2 {
		t.Errorf("exit code %d of a bad configuration, want 2", code)
	}
	finds(t, lines, `catalogizerd\.toml:3: root\.paht: no such key`)
}

// As root in a namespace of its own a process has limits of its own.
func TestCheckTellsOfTooFewWatches(t *testing.T) {
	if !apptest.Inside(t, apptest.Limits, "echo 10 > /proc/sys/user/max_inotify_watches") {
		return
	}
	base := t.TempDir()
	fill(t, base+"/films", 600)
	tooFew := `^warning +watches: 25 directories, of which 8 can be watched \(user\.max_inotify_watches is 10\): .* sysctl user\.max_inotify_watches=65536$`
	lines, code := check(t, "--data-dir", base+"/data", base+"/films")
	if code != 0 {
		t.Errorf("exit code %d of a warning before the first scan", code)
	}
	finds(t, lines, tooFew)
	d := apptest.Start(t, apptest.Config{DataDir: base + "/data", More: quick, Roots: []apptest.Root{{Name: "films", Path: base + "/films"}}})
	d.WaitIdle(t, time.Minute)
	lines, code = check(t, "--data-dir", base+"/data", base+"/films")
	if code != 0 {
		t.Errorf("exit code %d of a warning", code)
	}
	finds(t, lines, tooFew)
}

// Directories that are excluded take no watches, and it does not matter who may read them.
func TestCheckLooksIntoEveryDirectoryThatIsWatched(t *testing.T) {
	base := t.TempDir()
	for _, dir := range []string{"open/shut", "extras/a", "kept/ignored/a", "kept/b"} {
		write(t, base+"/films", dir+"/f.bin", "x")
	}
	write(t, base+"/films", "kept/.catalogizerignore", "/ignored/\n")
	file := base + "/catalogizerd.toml"
	write(t, base, "catalogizerd.toml", fmt.Sprintf("data_dir = %q\n[[root]]\nname = \"films\"\npath = %q\nexclude = [\"extras/\"]\n", base+"/data", base+"/films"))
	lines, _ := check(t, "--config", file)
	finds(t, lines, `^ok +root films: `)
	finds(t, lines, `^ok +watches: 5 directories, `) // the root, open, open/shut, kept and kept/b
	if err := os.Chmod(base+"/films/open/shut", 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(base+"/films/open/shut", 0o700) })
	command := []string{os.Getenv(apptest.BinaryVar), "check", "--config", file}
	if os.Getuid() == 0 { // who may read everything, unless it is taken away
		setpriv, err := exec.LookPath("setpriv")
		if err != nil {
			t.Skip(err)
		}
		command = append([]string{setpriv, "--bounding-set=-dac_override,-dac_read_search"}, command...)
	}
	out, err := exec.CommandContext(t.Context(), command[0], command[1:]...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	finds(t, strings.Split(string(out), "\n"), `^warning +root films: .*: 1 directory cannot be listed, .*open/shut.*permission denied: let the daemon's user read`)
}

func TestShareCheck(t *testing.T) {
	srv := smbtest.Start(t)
	srv.Write("a/f.bin", "x")
	base := t.TempDir()
	password := base + "/password"
	config := fmt.Sprintf("data_dir = %q\n[[root]]\nname = \"nas\"\nurl = \"smb://%s@127.0.0.1:%d/media\"\npassword_file = %q\n", base+"/data", smbtest.User, srv.Port, password)
	file := base + "/catalogizerd.toml"
	if err := errors.Join(os.WriteFile(password, []byte(smbtest.Password), 0o644), os.WriteFile(file, []byte(config), 0o600)); err != nil {
		t.Fatal(err)
	}
	lines, code := check(t, "--config", file)
	if code != 0 {
		t.Errorf("exit code %d", code)
	}
	finds(t, lines, `^ok +root nas: .*: 1 entry on smb$`)
	finds(t, lines, `^warning +configuration: .*:5: root\.password_file: .* is open to every user \(mode 0644\): chmod o= it$`)
	if err := os.WriteFile(password, []byte("wrong"), 0o600); err != nil {
		t.Fatal(err)
	}
	lines, code = check(t, "--config", file)
	if code != 1 {
		t.Errorf("exit code %d with a wrong password", code)
	}
	finds(t, lines, `^failure +root nas: .*(?i:logon|password)`)
}
