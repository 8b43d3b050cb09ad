package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// serve starts a daemon on a root named films with two films in it, and waits until it rests.
func serve(t *testing.T, more string) (d *apptest.Daemon, root string) {
	t.Helper()
	base := t.TempDir()
	root = base + "/films"
	write(t, root+"/Harbour Lights (1987).mkv", "x")
	write(t, root+"/Paper Lantern (2004).mkv", "yy")
	d = apptest.New(t, apptest.Config{DataDir: base + "/data", Roots: []apptest.Root{{Name: "films", Path: root}},
		More: "[watcher]\ndebounce = \"50ms\"\n" + more})
	d.Start(t)
	return d, root
}

func TestSearchFindsWorksThenFilesOfARunningDaemon(t *testing.T) {
	d, root := serve(t, "")
	d.WaitIdle(t, time.Minute)
	search := func(args ...string) outcome {
		return command(t, "", append([]string{"search", "--server", "http://" + d.Addr()}, args...)...)
	}
	lines := search("paper", "lantern").ends(t, exitDone).lines()
	theWork := regexp.MustCompile(`^\d+\tmovie\tPaper Lantern \(2004\)\tfilms, 1 file$`)
	if len(lines) != 1 || !theWork.MatchString(lines[0]) {
		t.Errorf("found %q, want the work Paper Lantern alone: it holds the file", lines)
	}
	if works := search("--works", "paper", "lantern").ends(t, exitDone).lines(); !slices.Equal(works, lines) {
		t.Errorf("of works alone %q, want %q", works, lines)
	}
	lines = search("--items", "paper", "lantern").ends(t, exitDone).lines()
	theFile := regexp.MustCompile(`^\d+\tmovie\tPaper Lantern \(2004\)\tfilms:"Paper Lantern \(2004\)\.mkv"$`)
	if len(lines) != 1 || !theFile.MatchString(lines[0]) {
		t.Errorf("found %q, want the film Paper Lantern alone", lines)
	}
	var it struct{ Title string }
	if lines := search("--json", "harbour").ends(t, exitDone).lines(); len(lines) != 1 ||
		json.Unmarshal([]byte(lines[0]), &it) != nil || it.Title != "Harbour Lights" {
		t.Errorf("found %q, want Harbour Lights alone", lines)
	}
	for i := range 1100 {
		write(t, fmt.Sprintf("%s/Regatta %04d.mkv", root, i), "x")
	}
	if !apptest.Within(time.Minute, func() bool { return d.Status(t).Counts.Items == 1102 }) {
		t.Fatal("the daemon does not see more films")
	}
	d.WaitIdle(t, time.Minute)
	if n := len(search("--items", "--json", "--limit", "1050", "regatta").ends(t, exitDone).lines()); n != 1050 {
		t.Errorf("%d items, which take more than a page, want 1050", n)
	}
	for _, none := range [][]string{
		{"--kind", "track", "harbour"}, {"nowhere"}, {"--items", "nowhere"}, {"--works", "nowhere"},
		{"--limit", "60", "nowhere"},
	} {
		if o := search(none...).ends(t, exitFailed); o.out != "" || o.errOut != "" {
			t.Errorf("%q finds nothing, and says %q and %q", none, o.out, o.errOut)
		}
	}
	// More than a search gives at once comes by the pages of both lists.
	write(t, root+"/notes/harbour.xyz", "x")
	d.WaitIdle(t, time.Minute)
	if !apptest.Within(time.Minute, func() bool {
		return command(t, "", "search", "--server", "http://"+d.Addr(), "--items", "xyz").code == exitDone
	}) {
		t.Fatal("the daemon does not see the notes")
	}
	d.WaitIdle(t, time.Minute)
	few := search("harbour").ends(t, exitDone).lines()
	many := search("--limit", "60", "harbour").ends(t, exitDone).lines()
	if len(few) != 2 || !slices.Equal(few, many) ||
		!strings.Contains(few[0], "\tfilms, 1 file") || !strings.Contains(few[1], `films:"notes/harbour.xyz"`) {
		t.Errorf("found %q, by pages %q, want the film, then the file that is no part of one", few, many)
	}
	if o := search("--kind", "opera", "harbour").ends(t, exitUsage); !strings.Contains(o.errOut, "opera") {
		t.Errorf("a kind that is none: %s", o.errOut)
	}
}

// What a work is a part of tells it from others that are called the same, or nothing.
func TestSearchSaysWhatWorksArePartsOf(t *testing.T) {
	d, root := serve(t, "")
	for _, name := range []string{
		"Gull Point/Season 1/Gull.Point.S01E04.mkv", "Gull Point/Season 2/Gull.Point.S02E04.mkv",
		"Gull Point/Season 2/Gull Point - S02E05 - Ebb.mkv", "Gull Daily/Gull.Daily.2021.03.15.mkv",
		"Gull Tales/Gull Tales 007 (2018).cbz",
	} {
		write(t, root+"/"+name, "x")
	}
	if !apptest.Within(time.Minute, func() bool { return d.Status(t).Counts.Items == 7 }) {
		t.Fatal("the daemon does not see the shows")
	}
	d.WaitIdle(t, time.Minute)
	var got []string
	for _, line := range command(t, "", "search", "--server", "http://"+d.Addr(), "gull").ends(t, exitDone).lines() {
		got = append(got, strings.Join(strings.Split(line, "\t")[1:3], " "))
	}
	for _, want := range []string{
		"season Gull Point: Season 1", "season Gull Point: Season 2", "episode Gull Point: Season 1, episode 4",
		"episode Gull Point: Season 2, episode 4", "episode Gull Point: Ebb", "episode Gull Daily: 2021-03-15",
		"issue Gull Tales: #7",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is not among %q", want, got)
		}
	}
}

func TestClientsShowTheirToken(t *testing.T) {
	secret := t.TempDir() + "/token"
	write(t, secret, "0123456789abcdef\n")
	write(t, secret+".wrong", "guess\n")
	d, _ := serve(t, "[http]\ntoken_file = \""+secret+"\"\n")
	for _, name := range [][]string{{"status"}, {"search", "x"}, {"watch", "--since", "start"}} {
		args := append(name, "--server", "http://"+d.Addr())
		o := command(t, "", args...).ends(t, exitFailed)
		if !strings.Contains(o.errOut, "wants its token: --token-file FILE") {
			t.Errorf("%v without a token: %s", name, o.errOut)
		}
		o = command(t, "", append(args, "--token-file", secret+".wrong")...).ends(t, exitFailed)
		if !strings.Contains(o.errOut, "does not take the token of "+secret+".wrong") {
			t.Errorf("%v with a wrong token: %s", name, o.errOut)
		}
	}
	command(t, "", "search", "harbour", "--server", "http://"+d.Addr(), "--token-file", secret).ends(t, exitDone)
}

// What the command line leaves open, the environment says, then the configuration. The token of a configuration is
// for its daemon alone.
func TestClientsFindTheirDaemon(t *testing.T) {
	secret, file := t.TempDir()+"/token", t.TempDir()+"/client.toml"
	write(t, secret, "0123456789abcdef\n")
	d, _ := serve(t, "[http]\ntoken_file = \""+secret+"\"\n")
	server := "http://" + d.Addr()
	write(t, file, "[http]\nlisten = \""+d.Addr()+"\"\ntoken_file = \""+secret+"\"\n")
	status := func(code int, says string, args ...string) {
		t.Helper()
		o := command(t, "", append([]string{"status"}, args...)...).ends(t, code)
		if !strings.Contains(o.out+o.errOut, says) {
			t.Errorf("%v says %s%s, want %q", args, o.out, o.errOut, says)
		}
	}
	status(exitDone, "films", "--config", file)
	status(exitFailed, "wants its token", "--config", file, "--server", server)
	write(t, file+".bad", "[http]\nport = 1\n")
	status(exitUsage, "http.port", "--config", file+".bad")
	write(t, secret+".other", "fedcba9876543210\n")
	write(t, file+".other", "[http]\nlisten = \""+d.Addr()+"\"\ntoken_file = \""+secret+".other\"\n")
	status(exitFailed, "does not take the token of the configuration", "--config", file+".other")
	t.Setenv("CATALOGIZERD_HTTP_LISTEN", d.Addr())
	t.Setenv("CATALOGIZERD_HTTP_TOKEN_FILE", secret)
	status(exitDone, "films")
	t.Setenv("CATALOGIZERD_SERVER", "http://127.0.0.1:1")
	status(exitFailed, "http://127.0.0.1:1", "--config", file)
	status(exitFailed, "wants its token", "--server", server)
	t.Setenv("CATALOGIZERD_SERVER", server)
	t.Setenv("CATALOGIZERD_TOKEN_FILE", secret)
	status(exitDone, "films")
}

// A daemon that listens on every address is asked on this machine's own.
func TestAddressesThatAreAsked(t *testing.T) {
	for host, want := range map[string]string{
		"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1", "192.168.1.5": "192.168.1.5", "nas.lan": "nas.lan",
	} {
		if got := reachable(host); got != want {
			t.Errorf("%q is asked at %q, want %q", host, got, want)
		}
	}
}

func TestTheVersionFlagSaysWhatTheCommandSays(t *testing.T) {
	flag, said := command(t, "", "--version").ends(t, exitDone), command(t, "", "version").ends(t, exitDone)
	if flag != said || flag.out == "" {
		t.Errorf("--version says %q, version %q", flag.out, said.out)
	}
}

// watcher runs `watch`; lines gives what it prints, until it ends.
func watcher(
	t *testing.T, d *apptest.Daemon, args ...string,
) (cmd *exec.Cmd, lines <-chan string, errOut *bytes.Buffer) {
	t.Helper()
	args = append([]string{"watch", "--server", "http://" + d.Addr()}, args...)
	cmd = exec.CommandContext(context.Background(), os.Getenv(apptest.BinaryVar), args...)
	errOut = &bytes.Buffer{}
	cmd.Stderr = errOut
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // fails where it has ended
	read := make(chan string, 1000)              // more than any test prints
	go func() {                                  // ends with the process
		defer close(read)
		for r := bufio.NewReader(out); ; {
			line, err := r.ReadString('\n')
			if err != nil {
				if err != io.EOF {
					t.Error(err)
				}
				return
			}
			read <- strings.TrimSuffix(line, "\n")
		}
	}()
	return cmd, read, errOut
}

// until reads lines until one matches, which it returns.
func until(t *testing.T, lines <-chan string, pattern string) string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	for end := time.After(3 * time.Minute); ; {
		select {
		case line, open := <-lines:
			if !open {
				t.Fatalf("it ended without a line like %s", pattern)
			}
			if re.MatchString(line) {
				return line
			}
		case <-end:
			t.Fatalf("no line like %s within three minutes", pattern)
		}
	}
}

// Nothing changes at the daemon, so no write tells.
func TestWatchEndsWithWhoReadsIt(t *testing.T) {
	d, _ := serve(t, "")
	d.WaitIdle(t, time.Minute)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Getenv(apptest.BinaryVar), "watch", "--server", "http://"+d.Addr(), "--since", "start")
	cmd.Stdout = write
	if err := errors.Join(cmd.Start(), write.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(read).ReadString('\n'); err != nil {
		t.Error(err)
	}
	if err := read.Close(); err != nil {
		t.Fatal(err)
	}
	if _ = cmd.Wait(); cmd.ProcessState.ExitCode() != 141 && !ends(cmd.ProcessState, syscall.SIGPIPE) {
		t.Errorf("it ended with %v, want the end of a pipe", cmd.ProcessState)
	}
}

// ends reports whether a signal ended a process.
func ends(s *os.ProcessState, by syscall.Signal) bool {
	w, ok := s.Sys().(syscall.WaitStatus)
	return ok && w.Signaled() && w.Signal() == by
}

func TestWatchFollowsTheFeedUntilItIsInterrupted(t *testing.T) {
	d, root := serve(t, "")
	d.WaitIdle(t, time.Minute)
	cmd, lines, errOut := watcher(t, d, "--since", "start")
	until(t, lines, `present  \d+  films:"Paper Lantern \(2004\)\.mkv"  movie`)
	write(t, root+"/New Film (2020).mkv", "new")
	until(t, lines, `present  \d+  films:"New Film \(2020\)\.mkv"`)
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	for range lines { // to its end
	}
	if _ = cmd.Wait(); cmd.ProcessState.ExitCode() != 130 {
		t.Errorf("exit code %d: %s", cmd.ProcessState.ExitCode(), errOut)
	}
}

func TestWatchTellsOfWorks(t *testing.T) {
	d, root := serve(t, "")
	d.WaitIdle(t, time.Minute)
	_, works, _ := watcher(t, d, "--works", "--since", "start")
	_, both, _ := watcher(t, d, "--kind", "season,movie", "--since", "start")
	first := until(t, works, `Paper Lantern|films:`)
	if !regexp.MustCompile(`  present  work \d+  movie  Paper Lantern \(2004\)  films, 1 file$`).MatchString(first) {
		t.Errorf("first of works: %q", first)
	}
	until(t, both, `films:"Paper Lantern`)
	write(t, root+"/Tidewater/Season 01/Tidewater - S01E02.mkv", "x")
	until(t, works, `present  work \d+  series  Tidewater`)
	until(t, both, `present  work \d+  season `)
	if err := os.RemoveAll(root + "/Tidewater"); err != nil {
		t.Fatal(err)
	}
	until(t, works, `  (missing  work \d+  series|delete  work \d+)`)
	for _, bad := range [][]string{{"--works", "--kind", "subtitle"}, {"--items", "--kind", "season"}, {"--items", "--works"}} {
		command(t, "", append([]string{"watch"}, bad...)...).ends(t, exitUsage)
	}
}

func TestWatchResumesBehindACursor(t *testing.T) {
	d, root := serve(t, "")
	cursor := d.WaitIdle(t, time.Minute).Cursor
	write(t, root+"/New Film (2020).mkv", "new")
	_, lines, _ := watcher(t, d, "--since", cursor, "--json", "--kind", "movie")
	var m liveMessage
	first := until(t, lines, `"type":"changes"`)
	if err := json.Unmarshal([]byte(first), &m); err != nil || len(m.Changes) != 1 ||
		!strings.Contains(first, "New Film (2020).mkv") {
		t.Errorf("%v: %s", err, first)
	}
	o := command(t, "", "watch", "--server", "http://"+d.Addr(), "--since", "nonsense").ends(t, exitFailed)
	if !strings.Contains(o.errOut, `not a cursor: "nonsense": give one that an answer carried, or a time such as`) {
		t.Errorf("a cursor that is none: %s", o.errOut)
	}
}
