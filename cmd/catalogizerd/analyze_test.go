package main

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// guesses decodes what `parse` printed.
func guesses(t *testing.T, lines []string) (inputs []string, titles []any) {
	t.Helper()
	for _, line := range lines {
		var g struct {
			Input string
			Guess map[string]any
		}
		if err := json.Unmarshal([]byte(line), &g); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		inputs, titles = append(inputs, g.Input), append(titles, g.Guess["title"])
	}
	return inputs, titles
}

func TestParseTakesPathsFromArgumentsInOrder(t *testing.T) {
	paths := []string{"Tidewater (1999)/Tidewater (1999).mkv", "Music/Artist/Album/01 - <Song> & Dance.flac", "Paper Lantern.2004.1080p.mkv"}
	o := command(t, "", append([]string{"parse"}, paths...)...).ends(t, exitDone)
	inputs, titles := guesses(t, o.lines())
	if !slices.Equal(inputs, paths) || titles[0] != "Tidewater" || titles[2] != "Paper Lantern" {
		t.Errorf("inputs %q, titles %q", inputs, titles)
	}
	if !strings.Contains(o.out, "<Song> & Dance") {
		t.Errorf("written with HTML escapes: %s", o.out)
	}
}

func TestParseReadsPathsFromStdin(t *testing.T) {
	for _, c := range []struct {
		name, stdin string
		args        []string
		want        []string
	}{
		{"a line each", "a.mkv\nb.mkv\n", nil, []string{"a.mkv", "b.mkv"}},
		{"the last without its end", "a.mkv\nb.mkv", nil, []string{"a.mkv", "b.mkv"}},
		{"NUL after each", "a\nb.mkv\x00c.mkv\x00", []string{"-0"}, []string{"a\nb.mkv", "c.mkv"}},
		{"none", "", nil, nil},
	} {
		inputs, _ := guesses(t, command(t, c.stdin, append([]string{"parse"}, c.args...)...).ends(t, exitDone).lines())
		if !slices.Equal(inputs, c.want) {
			t.Errorf("%s: %q", c.name, inputs)
		}
	}
	o := command(t, strings.Repeat("x", maxPath+1), "parse").ends(t, exitFailed)
	if !strings.Contains(o.errOut, "read paths from standard input") {
		t.Errorf("a path without end: %s", o.errOut)
	}
}

func TestParseExplainsWhatItSays(t *testing.T) {
	o := command(t, "Wedding Bells Season (2022).mkv\n\n", "parse", "--explain").ends(t, exitDone)
	lines := o.lines()
	if len(lines) != 2 {
		t.Fatalf("%d lines: %s", len(lines), o.out)
	}
	var first struct {
		Guess map[string]any
		Why   []map[string]string
	}
	if err := json.Unmarshal([]byte(lines[0]), &first); err != nil {
		t.Fatal(err)
	}
	told := slices.ContainsFunc(first.Why, func(r map[string]string) bool { return r["says"] == "no season" && r["text"] == "Season (2022" })
	if first.Guess["title"] != "Wedding Bells Season" || !told {
		t.Errorf("parsed %s, want the title Wedding Bells Season and why", lines[0])
	}
	if !strings.Contains(lines[1], `"why":[]`) {
		t.Errorf("an empty path: %s", lines[1])
	}
	if o := command(t, "", "parse", "a.mkv").ends(t, exitDone); strings.Contains(o.out, `"why"`) {
		t.Errorf("unasked: %s", o.out)
	}
}

// A program can ask for one path after the other, and be answered in turns.
func TestParseAnswersBeforeItWaitsForMore(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), os.Getenv(apptest.BinaryVar), "parse")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewScanner(out)
	for _, path := range []string{"a.mkv", "b.mkv"} {
		if _, err := io.WriteString(in, path+"\n"); err != nil {
			t.Fatal(err)
		}
		if !answers.Scan() || !strings.Contains(answers.Text(), `"input":"`+path+`"`) {
			t.Fatalf("%s is answered with %q", path, answers.Text())
		}
	}
	_ = in.Close()
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// A file that cannot be read costs its own line, not the others'.
func TestProbePrintsALineForEachFile(t *testing.T) {
	dir := t.TempDir()
	const tune = "../../testdata/library/Music/Ada Quill/Field Notes (2020)/01 - Open Gate.flac"
	lines := command(t, "", "probe", tune, dir+"/none.mkv", dir).ends(t, exitFailed).lines()
	if len(lines) != 3 {
		t.Fatalf("%d lines: %q", len(lines), lines)
	}
	type line struct {
		Path, Error, Kind, Title string
		Media                    struct{ Container string }
	}
	got := make([]line, len(lines))
	for i := range lines {
		if err := json.Unmarshal([]byte(lines[i]), &got[i]); err != nil {
			t.Fatalf("%v: %s", err, lines[i])
		}
	}
	if g := got[0]; g.Path != tune || g.Error != "" || g.Kind != "track" || g.Title != "Open Gate" || g.Media.Container != "flac" {
		t.Errorf("probed %s, want the track Open Gate in FLAC", lines[0])
	}
	if g := got[1]; g.Path != dir+"/none.mkv" || !strings.Contains(g.Error, "no such file") || g.Kind != "" {
		t.Errorf("probed %s, want no such file", lines[1])
	}
	if g := got[2]; g.Path != dir || !strings.Contains(g.Error, "is not a regular file") {
		t.Errorf("probed %s, want it refused as no regular file", lines[2])
	}
	command(t, "", "probe", tune).ends(t, exitDone)
}

func TestProbeSaysWhatItCut(t *testing.T) {
	list := filepath.Join(t.TempDir(), "a.m3u")
	if err := os.WriteFile(list, []byte("#EXTM3U\n#PLAYLIST:"+strings.Repeat("x", 5000)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	lines := command(t, "", "probe", list).ends(t, exitDone).lines()
	if len(lines) != 1 || !strings.Contains(lines[0], `"warnings":["title cut at 4096 bytes"]`) {
		t.Errorf("%q, want %q in it", lines, `"warnings":["title cut at 4096 bytes"]`)
	}
}

// TestProbePrintsWhatItReadBesideTheError: what a broken file says until it breaks is worth having.
func TestProbePrintsWhatItReadBesideTheError(t *testing.T) {
	whole, err := os.ReadFile("../../testdata/library/Music/Ada Quill/Field Notes (2020)/01 - Open Gate.flac")
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(t.TempDir(), "cut.flac")
	if err := os.WriteFile(cut, whole[:42], 0o600); err != nil {
		t.Fatal(err)
	}
	lines := command(t, "", "probe", cut).ends(t, exitFailed).lines()
	var got struct {
		Error, Kind string
		Media       struct{ Container string }
	}
	if len(lines) != 1 || json.Unmarshal([]byte(lines[0]), &got) != nil || got.Error == "" || got.Kind != "track" || got.Media.Container != "flac" {
		t.Errorf("probed %q, want a track in FLAC with an error", lines)
	}
}
