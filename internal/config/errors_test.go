package config

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// joined returns the errors that Load joined.
func joined(t testing.TB, err error) []*Error {
	t.Helper()
	if err == nil {
		return nil
	}
	var one *Error
	if e, ok := err.(*Error); ok { //nolint:errorlint // the error itself, not one inside
		return []*Error{e}
	}
	many, ok := err.(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("%T is neither an *Error nor several joined: %v", err, err)
	}
	var all []*Error
	for _, e := range many.Unwrap() {
		if !errors.As(e, &one) {
			t.Fatalf("%T is not an *Error: %v", e, e)
		}
		all = append(all, one)
	}
	return all
}

// Every configuration of testdata/errors is refused with exactly the text beside it: each error has the
// file, the line of the key, the key and what to write instead.
func TestErrorsNameFileLineKeyAndMend(t *testing.T) {
	files, err := filepath.Glob("testdata/errors/*.toml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no configurations to refuse: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".toml"), func(t *testing.T) {
			_, err := Load(LoadOptions{File: file, Env: []string{"HOME=/home/test"}})
			if err == nil {
				t.Fatal("accepted")
			}
			for _, e := range joined(t, err) {
				if e.File != file || e.Line == 0 || e.Msg == "" {
					t.Errorf("incomplete error: %+v", *e)
				}
			}
			got := strings.ReplaceAll(err.Error(), file+":", "") + "\n"
			golden := strings.TrimSuffix(file, ".toml") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("errors differ (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPasswordsAreNeverEchoed(t *testing.T) {
	for _, u := range []string{
		"smb://media:hunter2@nas/video", "smb://media:hun/ter2@nas/video", "smb://:hunter2@nas/video",
		"smb://media:hunter2@", "smb://media:hunter2", "SMB://media:hunter2@[nas/video", "smb://nas/media:hunter2?@x",
		"ftp://media:hunter2@nas/video", "smb://media:100%hunter2@nas/video",
	} {
		_, err := Load(LoadOptions{Roots: []string{u}, Env: []string{"HOME=/home/test"}})
		if err == nil {
			t.Errorf("%s: accepted", u)
		} else if strings.Contains(err.Error(), "ter2") {
			t.Errorf("%s: the error tells the password: %v", u, err)
		}
	}
}

func TestUnreadableFiles(t *testing.T) {
	dir := t.TempDir()
	large := filepath.Join(dir, "film.mkv")
	if err := os.WriteFile(large, make([]byte, maxFileSize+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		filepath.Join(dir, "absent.toml"): "cannot be read: no such file or directory",
		dir:                               "cannot be read: is a directory",
		large:                             "is larger than 1 MiB: is this the configuration?",
	} {
		_, err := Load(LoadOptions{File: file, Env: []string{"HOME=/home/test"}})
		if got := err.Error(); got != file+": "+want {
			t.Errorf("got %q, want %q", got, file+": "+want)
		}
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%v is a %T, want an *Error", err, err)
		}
	}
}

func TestEnvironmentErrors(t *testing.T) {
	for name, c := range map[string]struct {
		env, want string
		file      string
	}{
		"duration": {
			env:  "CATALOGIZERD_WATCHER_DEBOUNCE=5",
			want: `environment: CATALOGIZERD_WATCHER_DEBOUNCE: wants a duration with a unit, such as "500ms", "30s" or "1h30m", not "5"`,
		},
		"boolean": {
			env:  "CATALOGIZERD_SCANNER_IDLE_PRIORITY=on",
			want: `environment: CATALOGIZERD_SCANNER_IDLE_PRIORITY: wants true or false, not "on"`,
		},
		"number": {
			env:  "CATALOGIZERD_SCANNER_WORKERS=two",
			want: `environment: CATALOGIZERD_SCANNER_WORKERS: wants a whole number, not "two"`,
		},
		"out of range": {
			env:  "CATALOGIZERD_SCANNER_WORKERS=-2",
			want: "environment: CATALOGIZERD_SCANNER_WORKERS: wants 0 (chosen from the CPUs) to 1024, not -2",
		},
		"of a root": {
			env:  "CATALOGIZERD_ROOT_FILMS_MAX_REMOVALS=2",
			want: "environment: CATALOGIZERD_ROOT_FILMS_MAX_REMOVALS: wants a share from 0 to 1 (0.5 is half of the root), not 2",
			file: "[[root]]\nname = \"films\"\npath = \"/srv/films\"\n",
		},
		"of two roots": {
			env:  "CATALOGIZERD_ROOT_A_B_PATH=/srv/x",
			want: "environment: CATALOGIZERD_ROOT_A_B_PATH: is the variable of more than one root: give them names that differ in letters or digits",
			file: "[[root]]\nname = \"a-b\"\npath = \"/srv/1\"\n[[root]]\nname = \"a.b\"\npath = \"/srv/2\"\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := LoadOptions{Env: []string{"HOME=/home/test", c.env}}
			if c.file != "" {
				o.File = write(t, c.file)
			}
			_, err := Load(o)
			if err == nil || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestARootArgumentInQuotesMayBeginAtHome(t *testing.T) {
	for arg, want := range map[string]string{"~": "/home/test", "~/Videos": "/home/test/Videos"} {
		if got := load(t, LoadOptions{Roots: []string{arg}, Env: []string{"HOME=/home/test"}, DataDir: "/d"}).Roots[0].Path; got != want {
			t.Errorf("%s is %s, want %s", arg, got, want)
		}
	}
}

// Whoever runs the daemon beside a service of its name cannot help what variables there are.
func TestVariablesThatThereAreNotAreToldOf(t *testing.T) {
	c := load(t, LoadOptions{Env: []string{
		"HOME=/home/test", "CATALOGIZERD_LISTEN=:80", "CATALOGIZERD_WEB_PORT=80",
		"CATALOGIZERD_SERVER=http://nas:8780", "CATALOGIZERD_TOKEN_FILE=/token",
		"CATALOGIZERD_PORT=tcp://10.96.0.12:8780", "CATALOGIZERD_SERVICE_HOST=10.96.0.12", "CATALOGIZERD_SERVICE_PORT=8780",
		"CATALOGIZERD_SERVICE_PORT_HTTP=8780", "CATALOGIZERD_PORT_8780_TCP=tcp://10.96.0.12:8780", "CATALOGIZERD_PORT_8780_TCP_PROTO=tcp",
		"CATALOGIZERD_PORT_8780_TCP_PORT=8780", "CATALOGIZERD_PORT_8780_TCP_ADDR=10.96.0.12", "CATALOGIZERD_WEB_PORT_53_UDP=udp://10.96.0.12:53",
	}})
	var got []string
	for _, w := range c.Warnings() {
		got = append(got, w.Error())
	}
	want := []string{
		"environment: CATALOGIZERD_LISTEN: no such variable, and nothing follows from it: did you mean CATALOGIZERD_HTTP_LISTEN?",
		"environment: CATALOGIZERD_WEB_PORT: no such variable, and nothing follows from it: did you mean CATALOGIZERD_HTTP_LISTEN?",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("warnings differ (-want +got):\n%s", diff)
	}
}

func TestCommandLineErrors(t *testing.T) {
	for name, c := range map[string]struct {
		o    LoadOptions
		want string
	}{
		"no root":   {LoadOptions{NeedRoots: true}, "command line: no root: name a directory or smb:// URL as an argument, or write a [[root]]"},
		"listen":    {LoadOptions{Listen: "0.0.0.0:80"}, `command line: --listen: 0.0.0.0:80 can be reached from other machines: set http.token_file, or http.auth = "none" to let everybody in`},
		"port":      {LoadOptions{Listen: "127.0.0.1:http"}, `command line: --listen: wants a port from 0 to 65535, not "http"`},
		"same":      {LoadOptions{Roots: []string{"/srv/a", "/srv/a/"}}, `command line: ROOT "/srv/a/": is the same place as root "a": remove one of them`},
		"nested":    {LoadOptions{Roots: []string{"/srv/a/b", "/srv/a"}}, `command line: ROOT "/srv/a/b": lies inside root "a" (/srv/a), which catalogues it already: remove one of them, or have the outer one pass over it: exclude = ["/b/"]`},
		"all files": {LoadOptions{Roots: []string{"/", "/srv/a"}}, `command line: ROOT "/srv/a": lies inside root "root" (/), which catalogues it already: remove one of them, or have the outer one pass over it: exclude = ["/srv/a/"]`},
		"dash":      {LoadOptions{Roots: []string{"-"}}, `command line: ROOT "-": is no directory, and roots are not read from standard input: name a directory, or ./- for one of that name`},
		"empty":     {LoadOptions{Roots: []string{""}}, `command line: ROOT "": is empty: name a directory or a smb:// URL`},
		"exclude": {LoadOptions{File: "testdata/exclude-outside.toml"}, "testdata/exclude-outside.toml:4: root.exclude: " + `"/srv/films/Extras/" matches nothing, since patterns begin at the root: write "/Extras"` + "\n" +
			"testdata/exclude-outside.toml:4: root.exclude: " + `"!../shared" matches nothing, since no pattern leads out of the root: remove it, or write the path from the root on, such as "/shared"` + "\n" +
			"testdata/exclude-outside.toml:4: root.exclude: " + `"./a" matches nothing, since no name is a single dot: write "/a"` + "\n" +
			"testdata/exclude-outside.toml:8: root.exclude: " + `"smb://nas/x/y" matches nothing, since patterns begin at the root: write what follows its URL, such as "/Extras"`},
		"scheme": {LoadOptions{Roots: []string{"nfs://nas/a"}}, `command line: ROOT: wants smb://[user@]host[:port]/share[/path]`},
	} {
		t.Run(name, func(t *testing.T) {
			c.o.Env = []string{"HOME=/home/test"}
			_, err := Load(c.o)
			if err == nil || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
	_, err := Load(LoadOptions{})
	if want := "command line: --data-dir: no directory for the catalog: give --data-dir DIR, set data_dir, or set HOME"; err == nil || err.Error() != want {
		t.Errorf("without HOME: got %v, want %s", err, want)
	}
}

func write(t testing.TB, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "catalogizerd.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
