package client_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/client"
	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// recipes are what the guide's say of the sample library with an episode more and a film that is cut off, by how they
// are introduced. DAY, NEW, INSTANCE and ID stand for what is another each time.
var recipes = map[string]string{
	"Films that were added of late": "DAY The Paper Lantern\n",
	"An address for a feed reader":  "2\n",
	"An album's tracks":             "1 Open Gate\n2 Hedgerow\n3 Über den Fluss\n4 夜の道\n",
	"A series with its seasons":     "Specials: 1 episodes, without []\nSeason 1: 4 episodes, without [[4,4]]\n",
	"Photos of a day":               "2021-06-12T18:45:03+02:00 Photos/2021/2021-06-12 Lake/IMG_0001.JPG\n",
	"How many there are of each kind": "" +
		"kind track: 6, 61811 bytes\nkind episode: 5, 36979 bytes\nkind movie: 4, 85030 bytes\n" +
		"kind metadata: 3, 670 bytes\nkind comic: 2, 12310 bytes\nkind photo: 2, 11850 bytes\nkind book: 2, 5561 bytes\n" +
		"kind artwork: 2, 3414 bytes\nkind subtitle: 2, 177 bytes\nkind audiobook: 1, 14327 bytes\n" +
		"kind image: 1, 12791 bytes\nkind playlist: 1, 147 bytes\nroot library: 31, 245067 bytes\n",
	"Files that hold the same": "21624 bytes: Series/Tidewater/Season 00/Tidewater - S00E01 - The Making of the Map.mkv" +
		" = Series/Tidewater/Season 01/Tidewater - S01E01 - Low Water.mkv" +
		" = Series/Tidewater/Season 01/Tidewater - S01E02-E03 - The Long Ebb.mkv" +
		" = Series/Tidewater/Season 01/Tidewater - S01E05 - Spring Tide.mkv\n",
	"What could not be read": "Films/Cut Off (1999).mp4: probe mp4: truncated: media data\n1\n",
	"Films without German subtitles": "no German subtitles: Cut Off\n" +
		"no German subtitles: Harbour Lights\nno German subtitles: Зимний сад\n" +
		"small: Harbour Lights\nsmall: The Paper Lantern\nsmall: Зимний сад\n" +
		"in English: Harbour Lights\nin English: The Paper Lantern\n",
	"What has changed since yesterday": "NEW Films/Cut Off (1999).mp4\n" +
		"NEW Films/Harbour.Lights.1987.720p.WEB-DL.x264-TIDE.mp4\n" +
		"NEW Films/The Paper Lantern (2019)/The Paper Lantern (2019) [1080p BluRay].mkv\n" +
		"NEW Films/Зимний сад (2004).mkv\n",
	"Play something":          " 1a 45 df a3\n",
	"Search as people type":   "The Paper Lantern\nThe Paper Lantern\n",
	"Whether all is well":     "attic\n",
	"One view of two daemons": "INSTANCE/ID The Late Kettle\nINSTANCE/ID Tidewater\n",
	"Ask from a page":         "Access-Control-Allow-Origin: https://tv.lan\n",
}

// Each recipe of the guide is one of at most five lines and three requests, and does what it says.
func TestTheRecipesOfTheGuideDoWhatTheySay(t *testing.T) {
	t.Parallel()
	needsTools(t)
	d := apptest.Start(t, apptest.Config{
		DataDir: t.TempDir(),
		Roots: []apptest.Root{
			{Name: "library", Path: libraryWithMore(t)},
			{Name: "attic", Path: filepath.Join(t.TempDir(), "away")},
		},
		More: "[http]\nallowed_origins = [\"https://tv.lan\"]\n",
	})
	d.WaitIdle(t, patience)
	cookAll(t, d, recipes, nil)
}

// needsTools skips a test that cooks where there is nothing to cook with.
func needsTools(t *testing.T) {
	t.Helper()
	for _, tool := range []string{"curl", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not here: scripts/install-test-deps.sh", tool)
		}
	}
}

// cookAll cooks every recipe of the guide but those that are left out, and compares what they say.
func cookAll(t *testing.T, d *apptest.Daemon, want map[string]string, out func(what string) bool) {
	t.Helper()
	g := gateTo(t, d)
	left := map[string]bool{}
	for what := range want {
		left[what] = true
	}
	for what, code := range recipesOfGuide(t) {
		known := ""
		for begins := range want {
			if strings.HasPrefix(what, begins) {
				known = begins
			}
		}
		if delete(left, known); known == "" {
			t.Errorf("nothing is said here of %q", what)
			continue
		}
		if out != nil && out(known) {
			continue
		}
		if lines := strings.Count(code, "\n"); lines > 5 {
			t.Errorf("%s: %d lines, want 5 at most", known, lines)
		}
		before := g.requests.Load()
		if got := cooked(t, g.URL, code); got != want[known] {
			t.Errorf("%s: it says\n%s\nwant\n%s", known, got, want[known])
		}
		if n := g.requests.Load() - before; n > 3 {
			t.Errorf("%s: %d requests, want 3 at most", known, n)
		}
	}
	for what := range left {
		t.Errorf("the guide has no recipe %q", what)
	}
}

// libraryWithMore is the sample library with an episode more, so that one is missing before it, and a film that is
// cut off.
func libraryWithMore(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../testdata/library")); err != nil {
		t.Fatal(err)
	}
	read := func(path string) string {
		b, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	write(t, dir, "Series/Tidewater/Season 01/Tidewater - S01E05 - Spring Tide.mkv",
		read("Series/Tidewater/Season 01/Tidewater - S01E01 - Low Water.mkv"))
	write(t, dir, "Films/Cut Off (1999).mp4", read("Films/Harbour.Lights.1987.720p.WEB-DL.x264-TIDE.mp4")[:9000])
	return dir
}

// recipesOfGuide are the blocks for a shell of docs/clients.md, by the paragraph before each.
func recipesOfGuide(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../docs/clients.md")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	parts := strings.Split(string(text), "```sh\n")
	for i, part := range parts[1:] {
		code, _, _ := strings.Cut(part, "```")
		before := strings.Split(strings.TrimSpace(parts[i]), "\n\n")
		out[before[len(before)-1]] = code
	}
	return out
}

var (
	someDay      = regexp.MustCompile(`(?m)^\d{4}-\d\d-\d\d `)
	someChange   = regexp.MustCompile(`(?m)^(added|changed) `)
	someInstance = regexp.MustCompile(`(?m)^[0-9a-f-]{36}/\d+`)
)

// cooked is what a recipe prints.
func cooked(t *testing.T, server, code string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", code)
	cmd.Env, cmd.Dir = append(os.Environ(), "api="+server+"/api/v1"), t.TempDir()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s\n%s", err, code, out)
	}
	if someChange.Match(out) { // in the order in which they were read, which is another each time
		lines := strings.SplitAfter(someChange.ReplaceAllString(string(out), "NEW "), "\n")
		slices.Sort(lines)
		return strings.Join(lines, "")
	}
	said := someDay.ReplaceAllString(strings.ReplaceAll(string(out), "\r", ""), "DAY ")
	return someInstance.ReplaceAllString(said, "INSTANCE/ID")
}

// What the guide has Prometheus watch is there.
func TestTheMetricsOfTheGuideAreThere(t *testing.T) {
	t.Parallel()
	d, _ := daemonOn(t, t.TempDir(), "", client.Options{})
	d.WaitIdle(t, patience)
	d.Get(t, "/api/v1/status", &struct{}{}) // so that a request has been counted
	there := d.Metrics(t)
	text, err := os.ReadFile("../docs/clients.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range regexp.MustCompile(`catalogizerd_\w+`).FindAllString(string(text), -1) {
		// Of shares, and of what there is: here is neither.
		found := name == "catalogizerd_root_breaker_open" || strings.Contains(name, "_kind_")
		for series := range there {
			of, _, _ := strings.Cut(series, "{")
			found = found || of == name
		}
		if !found {
			t.Errorf("the guide speaks of %s, which there is not", name)
		}
	}
}
