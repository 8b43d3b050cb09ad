package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
	"github.com/catalogizer/catalogizerd/internal/config"
	"go.uber.org/zap"
)

// effective finds what does something to a terminal, beside the breaks of our own lines and their tabs.
var effective = regexp.MustCompile(`[^\P{C}\n\t]|[\x{2028}\x{2029}]`)

// What a daemon says of files and shares shows, and does nothing to the terminal; scripts get it as it is.
func TestWhatOthersWroteDoesNothingToTheTerminal(t *testing.T) {
	const hostile = `a\u001b]0;x\u0007\u009b2J\nfake 1\tmovie\u202egpj`
	answers := map[string]string{
		"/api/v1/search": `{"works":[],"items":[{"id":1,"root":"` + hostile + `","path":"` + hostile + `","kind":"` + hostile + `","title":"` + hostile + `"}]}`,
		"/api/v1/status": `{"version":"` + hostile + `","health":"` + hostile + `","roots":[{"name":"` + hostile + `","kind":"local","state":"offline","reason":"` +
			hostile + `","location":"` + hostile + `","breaker":{"state":"` + hostile + `","last_error":"` + hostile + `"},"watch":{"mode":"` + hostile + `"}}]}`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if body, ok := answers[r.URL.Path]; ok && r.Host != "localhost" {
			_, _ = fmt.Fprint(w, body)
			return
		}
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprint(w, `{"title":"`+hostile+`","detail":"`+hostile+`"}`)
	}))
	defer server.Close()
	o := command(t, "", "search", "x", "--server", server.URL).ends(t, exitDone)
	if effective.MatchString(o.out) || len(o.lines()) != 1 || strings.Count(o.out, "\t") != 3 {
		t.Errorf("search: %q", o.out)
	}
	if o = command(t, "", "status", "--server", server.URL).ends(t, exitFailed); effective.MatchString(o.out) || strings.Contains(o.out, "\nfake") {
		t.Errorf("status: %q", o.out)
	}
	if o = command(t, "", "search", "x", "--server", server.URL+"/other").ends(t, exitFailed); effective.MatchString(o.errOut) || strings.Contains(o.errOut, "\nfake") {
		t.Errorf("an error: %q", o.errOut)
	}
	if o = command(t, "", "search", "--json", "x", "--server", server.URL).ends(t, exitDone); !strings.Contains(o.out, hostile) {
		t.Errorf("JSON: %q", o.out)
	}
	if o = command(t, "", "restore", t.TempDir()+"/a\x1b[2J\nfake"); effective.MatchString(o.errOut) || strings.Contains(o.errOut, "\nfake") {
		t.Errorf("a name on the command line: %q", o.errOut)
	}
}

func TestTheLogForPeopleDoesNothingToTheTerminal(t *testing.T) {
	var out bytes.Buffer
	log, _, err := newLog(&process{err: &out}, &config.Config{Log: config.Log{Level: "info", Format: "text"}})
	if err != nil {
		t.Fatal(err)
	}
	log.With(zap.String("with", "\u009b\u202e")).Info("a\x1b[2J\nfake", zap.String("path", "b\u009b2J\u202e\x7f\nfake"), zap.Stack("stack"))
	if effective.Match(out.Bytes()) || strings.Count(out.String(), "\n") != 1 || !strings.Contains(out.String(), `a\x1b[2J\nfake`) {
		t.Errorf("logged %q, want one line that does nothing to a terminal", out.String())
	}
}

// The pipe that a daemon's log goes into can end before the daemon: that of tee, or of what supervises it.
func TestTheDaemonOutlivesTheReaderOfItsLog(t *testing.T) {
	base := t.TempDir()
	write(t, base+"/films/a.mkv", "x")
	write(t, base+"/c.toml", "[http]\nlisten = \"127.0.0.1:0\"\n[[root]]\nname = \"films\"\npath = \""+base+"/films\"\n")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Getenv(apptest.BinaryVar), "serve", "--config", base+"/c.toml", "--data-dir", base+"/data")
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	said := make([]byte, 64<<10)
	for n := 0; !strings.Contains(string(said[:n]), "serving"); {
		more, err := r.Read(said[n:])
		if err != nil {
			t.Fatalf("%v after %s", err, said[:n])
		}
		n += more
	}
	_ = r.Close()
	// Each SIGHUP makes it write. The new configuration, once taken in, shows in a root that is scanned.
	address := regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(string(said))
	write(t, base+"/more/b.mkv", "x")
	write(t, base+"/c.toml", "[http]\nlisten = \"127.0.0.1:0\"\n[[root]]\nname = \"more\"\npath = \""+base+"/more\"\n")
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if !apptest.Within(time.Minute, func() bool {
		resp, err := http.Get("http://" + address + "/api/v1/roots/more")
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	}) {
		t.Error("the daemon does not go on without the reader of its log")
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err != nil {
		t.Errorf("the daemon ended with %v", err)
	}
}
