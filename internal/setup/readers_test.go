package setup

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func put(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("x"), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// Who owns nothing of a library reads it by the groups that may, of the directories above and of what lies in it.
func TestWhoReadsALibrary(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root gives files to other groups")
	}
	dir, err := os.MkdirTemp("/tmp", "readers-") // everybody may pass there
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	given := func(path string, gid int, mode os.FileMode) {
		t.Helper()
		if err := os.Chown(path, 0, gid); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{"/all/a.mkv", "/some/below/b.mkv", "/files/c.mkv", "/closed/d.mkv"} {
		put(t, dir+path, 0o644)
	}
	given(dir+"/some", 54321, 0o750)
	given(dir+"/files/c.mkv", 54322, 0o640)
	given(dir+"/closed", 0, 0o750) // the group is root's
	for place, want := range map[string]Reading{
		"/all":        {},
		"/some/below": {Groups: []string{"54321"}},
		"/files":      {Groups: []string{"54322"}},
		"/closed":     {Closed: []string{dir + "/closed (mode 0750 of root)"}},
	} {
		got, err := WhoReads([]string{dir + place})
		if err != nil || !slices.Equal(got.Groups, want.Groups) || !slices.Equal(got.Closed, want.Closed) || got.AtHome {
			t.Errorf("%s: %+v, %v, want %+v", place, got, err, want)
		}
	}
	all, err := WhoReads([]string{dir + "/files", dir + "/some/below", dir + "/files"})
	if err != nil {
		t.Fatal(err)
	}
	if got := DropInFor(all); !strings.Contains(got, "\n[Service]\n") || !strings.Contains(got, "\nSupplementaryGroups=54321 54322\n") || strings.Contains(got, "ProtectHome") {
		t.Errorf("the unit is told %q", got)
	}
	if got := DropInFor(Reading{}); got != "" {
		t.Errorf("the unit is told %q without need", got)
	}
	for path, want := range map[string]bool{"/home/me/Videos": true, "/root": true, "/homes/x": false, "/srv/home": false} {
		if isHome(path) != want {
			t.Errorf("%s is below a home: %v", path, !want)
		}
	}
}

func TestPlacesThatLookLikeMediaAreFound(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.mkv", "b.mkv", "c.flac"} {
		put(t, dir+"/disk/deep/er/"+name, 0o644)
		put(t, dir+"/disk/inner/"+name, 0o644)
		put(t, dir+"/other/.hidden/"+name, 0o644)
	}
	put(t, dir+"/few/a.mkv", 0o644)
	put(t, dir+"/none/a.txt", 0o644)
	kind := func(name string) string {
		return map[string]string{".mkv": "video", ".flac": "track"}[filepath.Ext(name)]
	}
	var places []Place
	for _, name := range []string{"disk/inner", "disk", "other", "few", "none", "away"} {
		places = append(places, Place{Path: dir + "/" + name})
	}
	found := find(context.Background(), places, kind)
	if len(found) != 1 || found[0].Path != dir+"/disk" || found[0].Files != 6 || strings.Join(found[0].Kinds, " ") != "video track" || found[0].Part {
		t.Errorf("found %+v, want the disk alone, with 6 files", found)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if found := find(ended, places, kind); len(found) > 0 && !found[0].Part {
		t.Errorf("found %+v of places that nobody waited for", found)
	}
}

func TestTheSystemIsNoPlaceForMedia(t *testing.T) {
	for path, want := range map[string]bool{
		"/": true, "/boot/efi": true, "/var/lib/docker": true, "/run": true, "/run/user/1000": true, "/run/media/me/disk": false,
		"/srv/media": false, "/mnt": false, "/variety": false, "/home": false,
	} {
		if isSystem(path) != want {
			t.Errorf("%s is the system's: %v", path, !want)
		}
	}
}
