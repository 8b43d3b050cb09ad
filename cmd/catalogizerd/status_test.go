package main

import (
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/rivo/uniseg"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// Status is fit for monitoring: it ends with 1 exactly where something needs a person.
func TestStatusSaysWhetherAllIsWell(t *testing.T) {
	d, root := serve(t, "")
	d.WaitIdle(t, time.Minute)
	server := []string{"status", "--server", "http://" + d.Addr()}
	o := command(t, "", server...).ends(t, exitDone)
	if !regexp.MustCompile(`(?m)^films +online +2 +inotify \(1\) +done `).MatchString(o.out) ||
		!strings.Contains(o.out, "2 items, 0 missing") {
		t.Errorf("status is\n%s\nwant films online with 2 items and done", o.out)
	}
	// A scan that met an error needs a look; one that met none ends the trouble.
	scan := func(path string) {
		t.Helper()
		d.Post(t, "/api/v1/roots/films/scan", `{"path":"`+path+`"}`, nil)
		d.WaitIdle(t, time.Minute)
	}
	scan(strings.Repeat("n", 300)) // no file system has such names
	o = command(t, "", server...).ends(t, exitFailed)
	if !strings.Contains(o.out, `films: 1 error in the last scan, the first: `) ||
		!strings.Contains(o.out, "name too long") {
		t.Errorf("%q, want %q and %q in it", o.out, `films: 1 error in the last scan, the first: `, "name too long")
	}
	scan("")
	command(t, "", server...).ends(t, exitDone)
	if err := os.Rename(root, root+".away"); err != nil {
		t.Fatal(err)
	}
	d.WaitRoot(t, "films", time.Minute, func(r apptest.RootStatus) bool { return r.State == "offline" })
	o = command(t, "", server...).ends(t, exitFailed)
	if !strings.Contains(o.out, "films is offline, its items stand: ") {
		t.Errorf("%q, want %q in it", o.out, "films is offline, its items stand: ")
	}
	var s apptest.Status
	o = command(t, "", append(server, "--json")...).ends(t, exitFailed)
	if err := json.Unmarshal([]byte(o.out), &s); err != nil || s.Counts.Items != 2 || s.Roots[0].State != "offline" {
		t.Errorf("%v: %s", err, o.out)
	}
	o = command(t, "", "status", "--server", "http://127.0.0.1:1").ends(t, exitFailed)
	if !strings.Contains(o.errOut, "is it running?") {
		t.Errorf("nobody there: %s", o.errOut)
	}
}

// A file that cannot be read needs a person, until it can be, or has gone.
func TestStatusFailsForAFileThatFailedSinceTheStart(t *testing.T) {
	d, root := serve(t, "")
	d.WaitIdle(t, time.Minute)
	flac, err := os.ReadFile("../../testdata/library/Music/Ada Quill/Field Notes (2020)/01 - Open Gate.flac")
	if err != nil {
		t.Fatal(err)
	}
	status := func(code int, says string) {
		t.Helper()
		d.WaitIdle(t, time.Minute)
		o := command(t, "", "status", "--server", "http://"+d.Addr()).ends(t, code)
		if !strings.Contains(o.out, says) {
			t.Errorf("status is\n%s\nwant %q in it", o.out, says)
		}
	}
	write(t, root+"/cut.flac", string(flac[:10]))
	until := func(items, failed int64) {
		t.Helper()
		if !apptest.Within(time.Minute, func() bool {
			s := d.Status(t)
			return s.Idle && s.Counts.Items == items && s.Counts.Failed == failed
		}) {
			t.Fatalf("%+v, want %d items of which %d failed", d.Status(t).Counts, items, failed)
		}
	}
	until(3, 1)
	status(exitFailed, "1 file could not be read since the start")
	d.Stop(t)
	d.Start(t)
	status(exitDone, "1 failed") // before this start
	write(t, root+"/other.flac", string(flac[:20]))
	until(4, 2)
	status(exitFailed, "1 file could not be read since the start")
	write(t, root+"/other.flac", string(flac))
	until(4, 1)
	status(exitDone, "1 failed")
}

// On a terminal the columns fit it, and have colours; a pipe gets plain text.
func TestStatusFitsATerminal(t *testing.T) {
	d, _ := serve(t, "")
	d.WaitIdle(t, time.Minute)
	for _, columns := range []uint16{60, 80, 200} {
		screen := onTerminal(t, columns, nil, "status", "--server", "http://"+d.Addr())
		if !strings.Contains(screen, "\x1b[32monline\x1b[0m") {
			t.Errorf("no colours on a terminal: %q", screen)
		}
		plain := regexp.MustCompile("\x1b\\[[0-9]*m").ReplaceAllString(screen, "")
		if !strings.Contains(plain, "films") || effective.MatchString(strings.ReplaceAll(plain, "\r", "")) {
			t.Errorf("%q", plain)
		}
		for line := range strings.SplitSeq(plain, "\r\n") {
			if uniseg.StringWidth(line) > int(columns) {
				t.Errorf("%d columns: %q", columns, line)
			}
		}
	}
	if screen := onTerminal(t, 80, []string{"NO_COLOR=1"}, "status", "--server", "http://"+d.Addr()); strings.Contains(screen, "\x1b") {
		t.Errorf("colours in spite of NO_COLOR: %q", screen)
	}
	if o := command(t, "", "status", "--server", "http://"+d.Addr()).ends(t, exitDone); strings.Contains(o.out, "\x1b") {
		t.Errorf("colours in a pipe: %q", o.out)
	}
}

// onTerminal runs a command on a terminal of its own, and gives what it showed.
func onTerminal(t *testing.T, columns uint16, environment []string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Getenv(apptest.BinaryVar), args...)
	cmd.Env = append(append(os.Environ(), "TERM=xterm", "NO_COLOR="), environment...)
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: columns, Rows: 24})
	if err != nil {
		t.Skip("no terminal to be had: ", err)
	}
	defer tty.Close()
	shown, _ := io.ReadAll(tty) // which ends with an error of its own once nobody writes any more
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %s", err, shown)
	}
	return string(shown)
}
