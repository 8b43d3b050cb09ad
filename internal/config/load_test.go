package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/catalogizer/catalogizerd/internal/media"
)

var visible = cmpopts.IgnoreUnexported(Config{}, Root{})

func load(t testing.TB, o LoadOptions) *Config {
	t.Helper()
	if o.Env == nil {
		o.Env = []string{"HOME=/home/test"}
	}
	c, err := Load(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestARootAloneIsEnough(t *testing.T) {
	got := load(t, LoadOptions{Roots: []string{"/srv/media/films"}, NeedRoots: true})
	want := &Config{
		DataDir:         "/home/test/.local/state/catalogizerd",
		ShutdownTimeout: 30 * time.Second,
		HTTP:            HTTP{Listen: "127.0.0.1:8780", Auth: "token"},
		Scanner:         Scanner{RescanInterval: 24 * time.Hour, IdlePriority: true},
		Analyzer:        Analyzer{FileTimeout: 30 * time.Second},
		Watcher:         Watcher{Debounce: 500 * time.Millisecond, MaxWait: 5 * time.Second},
		Thumbnails:      Thumbnails{CacheSize: 1 << 30},
		Backup:          Backup{Keep: 7, BeforeUpgrade: true},
		Log:             Log{Level: "info", Format: "text"},
		Roots:           []Root{{Name: "films", Path: "/srv/media/films", MaxRemovals: 0.5, PollInterval: 2 * time.Minute, Timeout: 20 * time.Second}},
	}
	if diff := cmp.Diff(want, got, visible); diff != "" {
		t.Errorf("configuration differs (-want +got):\n%s", diff)
	}
}

func TestEveryKeyOfAFileIsTaken(t *testing.T) {
	got := load(t, LoadOptions{File: write(t, `
data_dir = "/var/lib/catalogizerd/"
shutdown_timeout = "1m"
[http]
listen = "[::]:80"
name = "the attic"
token_file = "/etc/catalogizerd/token"
auth = "token"
allowed_hosts = ["NAS.lan", "media"]
read_token_file = "/etc/catalogizerd/../read-token"
allowed_origins = ["https://TV.lan", "http://tv.lan:80", "http://[::1]:8080"]
base_path = "/catalog/"
[scanner]
workers = 0x1_0
rescan_interval = "0"
idle_priority = false
[analyzer]
workers = 3
file_timeout = "1m30s"
[watcher]
debounce = "250ms"
max_wait = "250ms"
[thumbnails]
cache_size = "1.5 GiB"
workers = 2
[backup]
every = "24h"
keep = 30
dir = "/mnt/usb/../usb/catalog/"
[log]
level = "debug"
format = "json"
[[root]]
name = "films"
path = "/srv/media/../films"
exclude = ["**/Extras/**", "*.nfo"]
max_removals = 1
poll_interval = "0"
cross_mounts = true
group = "kids"
[[root]]
name = "attic"
url = "smb://WORK;media@nas.lan:1445/video/attic"
password_file = "/etc/catalogizerd/attic.password"
timeout = "1500ms"
max_removals = 1_0.0e-1
`)})
	want := &Config{
		DataDir:         "/var/lib/catalogizerd",
		ShutdownTimeout: time.Minute,
		HTTP: HTTP{
			Listen: "[::]:80", Name: "the attic", TokenFile: "/etc/catalogizerd/token", ReadTokenFile: "/etc/read-token", Auth: "token", AllowedHosts: []string{"nas.lan", "media"},
			AllowedOrigins: []string{"https://tv.lan", "http://tv.lan", "http://[::1]:8080"}, BasePath: "/catalog",
		},
		Scanner:    Scanner{Workers: 16},
		Analyzer:   Analyzer{Workers: 3, FileTimeout: 90 * time.Second},
		Watcher:    Watcher{Debounce: 250 * time.Millisecond, MaxWait: 250 * time.Millisecond},
		Thumbnails: Thumbnails{CacheSize: 3 << 29, Workers: 2},
		Backup:     Backup{Every: 24 * time.Hour, Keep: 30, Dir: "/mnt/usb/catalog", BeforeUpgrade: true},
		Log:        Log{Level: "debug", Format: "json"},
		Roots: []Root{
			{Name: "films", Path: "/srv/films", Exclude: []string{"**/Extras/**", "*.nfo"}, MaxRemovals: 1, Timeout: 20 * time.Second, CrossMounts: true, Group: "kids"},
			{
				Name: "attic", URL: "smb://WORK;media@nas.lan:1445/video/attic", PasswordFile: "/etc/catalogizerd/attic.password",
				MaxRemovals: 1, PollInterval: 2 * time.Minute, Timeout: 1500 * time.Millisecond,
			},
		},
	}
	if diff := cmp.Diff(want, got, visible); diff != "" {
		t.Errorf("configuration differs (-want +got):\n%s", diff)
	}
}

func TestCommandLineOverEnvironmentOverFile(t *testing.T) {
	file := write(t, "data_dir = \"/file\"\n[http]\nlisten = \"127.0.0.1:1\"\nallowed_hosts = [\"a\"]\n[scanner]\nworkers = 1\n"+
		"[[root]]\nname = \"my-films\"\npath = \"/srv/films\"\n")
	env := []string{
		"HOME=/home/test", "CATALOGIZERD_DATA_DIR=/env", "CATALOGIZERD_HTTP_LISTEN=127.0.0.1:2", "CATALOGIZERD_HTTP_ALLOWED_HOSTS=b, c,",
		"CATALOGIZERD_SCANNER_IDLE_PRIORITY=false", "CATALOGIZERD_ROOT_MY_FILMS_POLL_INTERVAL=7s", "CATALOGIZERD_WATCHER_MAX_WAIT=9s",
		"CATALOGIZERD_ROOT_MUSIC_POLL_INTERVAL=8s",
	}
	c := load(t, LoadOptions{File: file, Env: env, Listen: "localhost:3", Roots: []string{"/srv/music"}})
	type seen struct {
		DataDir, Listen string
		Hosts           []string
		Workers         int
		Idle            bool
		MaxWait         time.Duration
		Poll            [2]time.Duration
		Roots           []string
	}
	got := seen{c.DataDir, c.HTTP.Listen, c.HTTP.AllowedHosts, c.Scanner.Workers, c.Scanner.IdlePriority, c.Watcher.MaxWait, [2]time.Duration{c.Roots[0].PollInterval, c.Roots[1].PollInterval}, rootNames(c)}
	want := seen{"/env", "localhost:3", []string{"b", "c"}, 1, false, 9 * time.Second, [2]time.Duration{7 * time.Second, 8 * time.Second}, []string{"my-films", "music"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("configuration differs (-want +got):\n%s", diff)
	}
	if c := load(t, LoadOptions{File: file, Env: env, DataDir: "/flag/./dir", Roots: []string{"/srv/music"}}); c.DataDir != "/flag/dir" {
		t.Errorf("--data-dir: got %s", c.DataDir)
	}
}

func rootNames(c *Config) []string {
	var names []string
	for _, r := range c.Roots {
		names = append(names, r.Name)
	}
	return names
}

func TestArgumentsGetNames(t *testing.T) {
	t.Chdir("/usr")
	c := load(t, LoadOptions{Roots: []string{
		"share", "/srv/My Films (2024)", "/mnt/share", "/srv/映画", "/srv/.hidden", "smb://nas/video/The%20Attic/", "smb://nas2/share",
		"/srv/" + strings.Repeat("n", 200),
	}})
	want := []string{"share", "My-Films-2024", "share-2", "root", "hidden", "The-Attic", "share-3", strings.Repeat("n", 60)}
	if diff := cmp.Diff(want, rootNames(c)); diff != "" {
		t.Errorf("names differ (-want +got):\n%s", diff)
	}
	if got := c.Roots[0].Path; got != "/usr/share" {
		t.Errorf("a relative argument became %q, want /usr/share", got)
	}
}

func TestDataDirectoryWithoutAFlag(t *testing.T) {
	for name, c := range map[string]struct {
		env  []string
		want string
	}{
		"of systemd":            {[]string{"STATE_DIRECTORY=/var/lib/private/c:/var/lib/other", "XDG_STATE_HOME=/x", "HOME=/h"}, "/var/lib/private/c"},
		"of XDG":                {[]string{"XDG_STATE_HOME=/x", "HOME=/h"}, "/x/catalogizerd"},
		"a relative XDG is not": {[]string{"XDG_STATE_HOME=x", "HOME=/h"}, "/h/.local/state/catalogizerd"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := load(t, LoadOptions{Env: c.env}).DataDir; got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// A data directory inside a root is not catalogued, whatever its name means in a pattern.
func TestDataDirectoryInsideARootIsExcluded(t *testing.T) {
	c := load(t, LoadOptions{DataDir: "/srv/media/my [data]*", Roots: []string{"/srv/media", "/srv/music"}})
	want := [][]string{{`/my\ \[data]\*/`}, nil}
	if diff := cmp.Diff(want, [][]string{c.Roots[0].Exclude, c.Roots[1].Exclude}); diff != "" {
		t.Errorf("exclusions differ (-want +got):\n%s", diff)
	}
	c = load(t, LoadOptions{DataDir: "/srv/media", Roots: []string{"/srv/media/films"}})
	if c.Roots[0].Exclude != nil {
		t.Errorf("a root inside the data directory got exclusions %q", c.Roots[0].Exclude)
	}
}

func TestWhoMayListenWhere(t *testing.T) {
	credentials := t.TempDir()
	if err := os.WriteFile(filepath.Join(credentials, "http-token"), []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for listen, alone := range map[string]bool{
		"127.0.0.1:0": true, "127.9.9.9:80": true, "localhost:80": true, "LOCALHOST:80": true, "[::1]:80": true, "[::ffff:127.0.0.1]:80": true,
		":80": false, "0.0.0.0:80": false, "[::]:80": false, "192.168.1.2:80": false, "nas.lan:80": false, "localhost.lan:80": false,
	} {
		_, err := Load(LoadOptions{Listen: listen, Env: []string{"HOME=/h"}})
		if (err == nil) != alone {
			t.Errorf("%s without a token: %v", listen, err)
		}
		for _, more := range []string{"CATALOGIZERD_HTTP_AUTH=none", "CATALOGIZERD_HTTP_TOKEN_FILE=/token", "CREDENTIALS_DIRECTORY=" + credentials} {
			if _, err := Load(LoadOptions{Listen: listen, Env: []string{"HOME=/h", more}}); err != nil {
				t.Errorf("%s with %s: %v", listen, more, err)
			}
		}
	}
}

func TestTheCommentedFileOfTheProject(t *testing.T) {
	const file = "../../configs/catalogizerd.toml"
	shipped := load(t, LoadOptions{File: file, Env: []string{"HOME=/h", "STATE_DIRECTORY=/var/lib/catalogizerd"}})
	plain := load(t, LoadOptions{Env: []string{"HOME=/h", "STATE_DIRECTORY=/var/lib/catalogizerd"}})
	if diff := cmp.Diff(plain, shipped, visible); diff != "" {
		t.Errorf("the file as shipped changes a default (-default +file):\n%s", diff)
	}

	// Every key is in it, commented out where it is a default, and would load.
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var live []string
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "#"); ok && !strings.HasPrefix(rest, " ") {
			line = rest
		}
		live = append(live, line)
	}
	c := load(t, LoadOptions{File: write(t, strings.Join(live, ""))})
	shown := map[string]bool{}
	for _, s := range c.settings() {
		if s.Origin != fromDefault {
			shown[last(s.Key)] = true
		}
	}
	for _, name := range slices.Concat(names(daemonKeys()), names(rootKeys())) {
		if name != "name" && !shown[last(name)] {
			t.Errorf("%s does not mention %s", file, name)
		}
	}
	if len(c.Roots) < 2 || c.Roots[0].Path == "" || c.Roots[1].URL == "" {
		t.Errorf("%s shows no root of each kind: %v", file, c.Roots)
	}
}

func TestTheReadmeNamesEveryKey(t *testing.T) {
	data, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Concat(names(daemonKeys()), names(rootKeys())) {
		if !strings.Contains(string(data), "`"+name+"`") {
			t.Errorf("README.md does not mention %s", name)
		}
	}
}

// Editors of Windows mark UTF-8 as such; lines count as they do there.
func TestLoadTakesAByteOrderMark(t *testing.T) {
	file := write(t, "\ufeff[http]\nlisten = \"127.0.0.1:1\"\n")
	if c := load(t, LoadOptions{File: file}); c.HTTP.Listen != "127.0.0.1:1" {
		t.Errorf("listen %q", c.HTTP.Listen)
	}
	_, err := Load(LoadOptions{File: write(t, "\ufeff[http]\nlistne = \"x\"\n"), Env: []string{"HOME=/h"}})
	if err == nil || !strings.Contains(err.Error(), ":2: http.listne: no such key") {
		t.Errorf("%v, want the unknown key at line 2", err)
	}
}

// A kind that there is not would be waited for in vain.
func TestTheKindsOfANotifyAreThoseOfItems(t *testing.T) {
	var there []string
	for _, k := range media.Kinds() {
		there = append(there, string(k))
	}
	if !slices.Equal(itemKinds, there) {
		t.Errorf("the kinds are %q, and media has %q", itemKinds, there)
	}
}
