package config

import (
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
[[root]]
name = "kept"
path = "/srv/kept"
[[root]]
name = "tuned"
path = "/srv/tuned"
[[root]]
name = "moved"
path = "/srv/old"
[[root]]
name = "gone"
path = "/srv/gone"
`)})
	after := load(t, LoadOptions{File: write(t, `
data_dir = "/var/lib/b"
[http]
listen = "127.0.0.1:2"
allowed_hosts = ["nas"]
[scanner]
workers = 3
[[root]]
name = "new"
path = "/srv/new"
[[root]]
name = "moved"
path = "/srv/elsewhere"
[[root]]
name = "kept"
path = "/srv/kept"
[[root]]
name = "tuned"
path = "/srv/tuned"
exclude = ["*.nfo"]
max_removals = 0.1
`)})
	type seen struct {
		Fixed, Keys, Added, Removed []string
		Changed                     map[string][]string
	}
	d := Diff(before, after)
	got := seen{Fixed: d.Fixed, Keys: d.Keys, Changed: map[string][]string{}}
	for _, r := range d.Added {
		got.Added = append(got.Added, r.Name+" "+r.Path)
	}
	for _, r := range d.Removed {
		got.Removed = append(got.Removed, r.Name+" "+r.Path)
	}
	for _, r := range d.Changed {
		got.Changed[r.New.Name] = r.Keys
	}
	want := seen{
		Fixed:   []string{"data_dir", "http.listen"},
		Keys:    []string{"http.allowed_hosts", "scanner.workers"},
		Added:   []string{"new /srv/new", "moved /srv/elsewhere"},
		Removed: []string{"moved /srv/old", "gone /srv/gone"},
		Changed: map[string][]string{"tuned": {"exclude", "max_removals"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes differ (-want +got):\n%s", diff)
	}
	if d.Empty() || !Diff(before, before).Empty() || !Diff(after, after).Empty() {
		t.Error("Empty is wrong")
	}
}

func TestSettingsTellTheirOrigin(t *testing.T) {
	file := write(t, "[http]\nallowed_hosts = [\"nas\"]\n[[root]]\nname = \"films\"\npath = \"/srv/films\"\n")
	c := load(t, LoadOptions{
		File: file, Listen: "127.0.0.1:1", Roots: []string{"/srv/music"},
		Env: []string{"HOME=/h", "CATALOGIZERD_SCANNER_WORKERS=4"},
	})
	got := map[string]Setting{}
	for _, s := range c.Redacted() {
		got[s.Key] = s
	}
	for _, want := range []Setting{
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
