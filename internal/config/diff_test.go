package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDiffTellsWhatAReloadChanges(t *testing.T) {
	before := load(t, LoadOptions{File: write(t, `
data_dir = "/var/lib/a"
[http]
listen = "127.0.0.1:1"
[scanner]
workers = 2
`)})
	after := load(t, LoadOptions{File: write(t, `
data_dir = "/var/lib/b"
[http]
listen = "127.0.0.1:2"
allowed_hosts = ["nas"]
[scanner]
workers = 3
`)})
	fixed, others := Diff(before, after)
	if diff := cmp.Diff([]string{"data_dir", "http.listen"}, fixed); diff != "" {
		t.Errorf("keys that only a restart changes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"http.allowed_hosts", "scanner.workers"}, others); diff != "" {
		t.Errorf("keys that a reload changes (-want +got):\n%s", diff)
	}
}

func TestSettingsTellTheirOrigin(t *testing.T) {
	file := write(t, "[http]\nallowed_hosts = [\"nas\"]\n[[root]]\nname = \"films\"\npath = \"/srv/films\"\n")
	c := load(t, LoadOptions{
		File: file, Listen: "127.0.0.1:1", Roots: []string{"/srv/music"},
		Env: []string{"HOME=/h", "CATALOGIZERD_SCANNER_WORKERS=4"},
	})
	got := map[string]setting{}
	for _, s := range c.settings() {
		got[s.Key] = s
	}
	for _, want := range []setting{
		{"http.listen", `"127.0.0.1:1"`, "command line"},
		{"http.allowed_hosts", `["nas"]`, file + ":2"},
		{"scanner.workers", "4", "environment"},
		{"scanner.idle_priority", "true", "default"},
		{"watcher.debounce", `"500ms"`, "default"},
		{"root.films.path", `"/srv/films"`, file + ":5"},
		{"root.films.max_removals", "0.5", "default"},
		{"root.music.path", `"/srv/music"`, "command line"},
	} {
		if diff := cmp.Diff(want, got[want.Key]); diff != "" {
			t.Errorf("setting differs (-want +got):\n%s", diff)
		}
	}
}

// A reload cannot change the address, and so must not take away the lock that the address in force needs.
func TestKeepFixedRefusesToUnlockAnAddressThatOthersReach(t *testing.T) {
	of := func(text string) *Config {
		t.Helper()
		return load(t, LoadOptions{File: write(t, text+"[[root]]\nname = \"films\"\npath = \"/srv/films\"\n"), DataDir: "/data"})
	}
	inForce := of("[http]\nlisten = \"0.0.0.0:8780\"\ntoken_file = \"/etc/token\"\n")
	unlocked := of("[http]\nlisten = \"127.0.0.1:8780\"\n")
	if err := unlocked.KeepFixed(inForce); err == nil || !strings.Contains(err.Error(), "http.listen: 0.0.0.0:8780 can be reached from other machines") {
		t.Errorf("an open door to everybody is taken: %v", err)
	}
	for _, text := range []string{"[http]\ntoken_file = \"/etc/other\"\n", "[http]\nauth = \"none\"\n"} {
		c := of(text)
		if err := c.KeepFixed(inForce); err != nil || c.HTTP.Listen != "0.0.0.0:8780" || c.DataDir != "/data" {
			t.Errorf("%s: listen %s, data directory %s, %v", text, c.HTTP.Listen, c.DataDir, err)
		}
	}
}

func TestKeepFixedLeavesNothingForARestartToChange(t *testing.T) {
	inForce := load(t, LoadOptions{File: write(t, "data_dir = \"/a\"\n")})
	next := load(t, LoadOptions{File: write(t, `
data_dir = "/b"
[http]
listen = "127.0.0.1:2"
name = "new"
[backup]
dir = "/c"
[thumbnails]
cache_size = "5MiB"
workers = 7
`)})
	if fixed, _ := Diff(inForce, next); len(fixed) != 5 {
		t.Errorf("only a restart changes %q, want five keys", fixed)
	}
	if err := next.KeepFixed(inForce); err != nil {
		t.Fatal(err)
	}
	fixed, others := Diff(inForce, next)
	if diff := cmp.Diff([]string{"http.name"}, others); diff != "" || len(fixed) > 0 {
		t.Errorf("still %q, others (-want +got):\n%s", fixed, diff)
	}
}
