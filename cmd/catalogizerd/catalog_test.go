package main

import (
	"encoding/json"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// exported gives root and path of each line of `export`.
func exported(t *testing.T, data string) (paths []string) {
	t.Helper()
	for _, line := range command(t, "", "export", "--data-dir", data).ends(t, exitDone).lines() {
		var it struct{ Root, Path, Analysis string }
		if err := json.Unmarshal([]byte(line), &it); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if it.Analysis == "pending" {
			t.Errorf("%s is not analysed", it.Path)
		}
		paths = append(paths, it.Root+":"+it.Path)
	}
	return paths
}

func TestScanIsOnePassAndExportTheWholeCatalog(t *testing.T) {
	base := t.TempDir()
	for _, path := range []string{
		"films/b/Harbour Lights (1987).mkv", "films/a.mkv", "films/a/x.srt", "music/01 - <Song>.mp3", "music/.hidden",
	} {
		write(t, base+"/"+path, path)
	}
	scan := func() (sum map[string]float64) {
		o := command(t, "", "scan", "--json", "--data-dir", base+"/data", base+"/films", base+"/music").
			ends(t, exitDone)
		if err := json.Unmarshal([]byte(o.out), &sum); err != nil {
			t.Fatalf("%v: %s", err, o.out)
		}
		return sum
	}
	sum := scan()
	for key, want := range map[string]float64{
		"files": 4, "dirs": 4, "added": 4, "changed": 0, "moved": 0, "removed": 0, "failed": 0, "bytes": 78,
	} {
		if got, ok := sum[key]; !ok || got != want {
			t.Errorf("%s is %v, want %v", key, got, want)
		}
	}
	for _, key := range []string{"scan_seconds", "analysis_seconds", "index_seconds"} {
		if _, ok := sum[key]; !ok {
			t.Errorf("%s is not told", key)
		}
	}
	want := []string{"films:a.mkv", "films:a/x.srt", "films:b/Harbour Lights (1987).mkv", "music:01 - <Song>.mp3"}
	if got := exported(t, base+"/data"); !slices.Equal(got, want) {
		t.Errorf("exported %q, want %q", got, want)
	}
	if err := os.Rename(base+"/films/a.mkv", base+"/films/b/c.mkv"); err != nil {
		t.Fatal(err)
	}
	if sum := scan(); sum["added"] != 0 || sum["moved"] != 1 || sum["removed"] != 0 {
		t.Errorf("after a move: %v", sum)
	}
	write(t, base+"/films/b/c.mkv", "changed a moment before")
	if sum := scan(); sum["added"] != 0 || sum["changed"] != 1 {
		t.Errorf("after a change: %v", sum)
	}
	sum = scan()
	// Until what was changed a moment before is old enough to be believed.
	for tries := 0; sum["rows_written"] != 0 && tries < 20; tries++ {
		sum = scan()
	}
	if sum["rows_written"] != 0 || sum["files"] != 4 {
		t.Errorf("a pass over what is unchanged: %v", sum)
	}
}

func TestScanFailsWhereARootIsAway(t *testing.T) {
	base := t.TempDir()
	write(t, base+"/films/a.mkv", "a")
	o := command(t, "", "scan", "--data-dir", base+"/data", base+"/films", base+"/attic").ends(t, exitFailed)
	if !strings.Contains(o.errOut, "root not scanned, its items stand: attic") ||
		!strings.HasPrefix(o.out, "1 files in 1 directories: 1 added") {
		t.Errorf("stdout %q, stderr %q", o.out, o.errOut)
	}
	if got := exported(t, base+"/data"); !slices.Equal(got, []string{"films:a.mkv"}) {
		t.Errorf("exported %q", got)
	}
}

func TestExportWithoutACatalog(t *testing.T) {
	o := command(t, "", "export", "--data-dir", t.TempDir()).ends(t, exitFailed)
	if o.out != "" || !strings.Contains(o.errOut, "run `catalogizerd scan` or `catalogizerd serve`") {
		t.Errorf("stdout %q, stderr %q", o.out, o.errOut)
	}
}

// A server that accepts and says nothing keeps a scan waiting: it ends at once when it is told to, as a shell
// says it.
func TestScanIsInterrupted(t *testing.T) {
	for sig, code := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		cmd, wait := start(t, "", "scan", "--data-dir", t.TempDir(), "smb://"+l.Addr().String()+"/films")
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := cmd.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		if o := wait().ends(t, code); time.Since(begun) > 15*time.Second {
			t.Errorf("%v: it took %v: %s", sig, time.Since(begun), o.errOut)
		}
	}
}
