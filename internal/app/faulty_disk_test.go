package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// command runs a command of the program on a catalog, and returns its exit code and what it wrote.
func command(t *testing.T, env []string, data string, args ...string) (code int, out, errOut string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Getenv(apptest.BinaryVar), append(args, "--data-dir", data)...)
	cmd.Env = append(os.Environ(), env...)
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	err := cmd.Run()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
		t.Fatalf("%v: %v\n%s", args, errors.Join(err, ctx.Err()), e.String())
	}
	return cmd.ProcessState.ExitCode(), o.String(), e.String()
}

// said is what a catalog says of its files and works, without ids and times, which differ from pass to pass; and the
// path of each id.
func said(t *testing.T, data string, of ...string) (lines []string, paths map[int64]string) {
	t.Helper()
	paths = map[int64]string{}
	for _, what := range of {
		code, out, errOut := command(t, nil, data, what)
		if code != 0 {
			t.Fatalf("%s: %s", what, errOut)
		}
		for line := range strings.Lines(out) {
			var fields map[string]any
			if err := json.Unmarshal([]byte(line), &fields); err != nil {
				t.Fatal(err)
			}
			if path, ok := fields["path"].(string); ok {
				id := int64(fields["id"].(float64))
				if paths[id] != "" {
					t.Errorf("id %d twice: %s and %s", id, paths[id], path)
				}
				paths[id] = path
			}
			for differs := range strings.FieldsSeq("id added_at updated_at of companions artwork items parent_id") {
				delete(fields, differs)
			}
			b, err := json.Marshal(fields)
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, string(b))
		}
	}
	slices.Sort(lines)
	return lines, paths
}

// whole fails the test where a catalog is not that of a pass on a disk that does not fail.
func whole(t *testing.T, data string, want []string) (paths map[int64]string) {
	t.Helper()
	got, paths := said(t, data, "export", "works")
	if !slices.Equal(got, want) {
		for _, line := range got {
			if !slices.Contains(want, line) {
				t.Errorf("not as without a fault: %s", line)
			}
		}
		t.Errorf("%d items and works, want %d", len(got), len(want))
	}
	return paths
}

// aside are the catalogs that something took the place of.
func aside(t *testing.T, data string) []string {
	t.Helper()
	found, err := filepath.Glob(data + "/catalog.db.damaged-*")
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestAScanOnADiskThatFailsNowAndThen fails calls of `scan`, one of them or all from it on, of a first pass or of one
// over a catalog that is there, and always sees the same: the pass ends well or says why and what to do, nothing is
// taken for damage, and the next pass makes the catalog that a disk without a fault has, in which no id is another's.
func TestAScanOnADiskThatFailsNowAndThen(t *testing.T) {
	each, all := int64(1), os.Getenv("FAULTS") != "" // sampled of each kind, over all its calls
	if all {
		var err error
		if each, err = strconv.ParseInt(os.Getenv("FAULTS"), 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	base, root := t.TempDir(), "../../testdata/library"
	disk := apptest.NewFaultyDisk(t, base)
	if code, _, errOut := command(t, nil, base+"/sound", "scan", root); code != 0 {
		t.Fatal(errOut)
	}
	want, _ := said(t, base+"/sound", "export", "works")
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	for n, f := range []fault{
		{apptest.Fault{Calls: apptest.Reads, Errno: syscall.EIO}, false},
		{apptest.Fault{Calls: apptest.Reads, Errno: syscall.EIO}, true},
		{apptest.Fault{Calls: apptest.Opens, Errno: syscall.EIO}, false},
		{apptest.Fault{Calls: apptest.Opens, Errno: syscall.EIO}, true},
		{apptest.Fault{Calls: apptest.Writes, Errno: syscall.EIO, Torn: apptest.Half}, false},
		{apptest.Fault{Calls: apptest.Writes, Errno: syscall.ENOSPC, Torn: apptest.ShortWrite}, false},
		{apptest.Fault{Calls: apptest.Syncs, Errno: syscall.EIO}, false},
		{apptest.Fault{Calls: apptest.Truncates | apptest.Maps, Errno: syscall.EIO}, false},
	} {
		if !all && n > 1 && n != 2+int(seed%6) { // reads that fail, and one of the others
			continue
		}
		f.First = 1 << 40
		disk.Fail(f.Fault)
		counted := f.begin(t, base, fmt.Sprint("counted ", n))
		if code, _, errOut := command(t, disk.Env, counted, "scan", root); code != 0 {
			t.Fatal(errOut)
		}
		calls, _ := disk.Seen()
		if calls == 0 {
			t.Fatalf("no calls of kind %d were seen", f.Calls)
		}
		for i := range each {
			f.First = 1 + (calls*i+rnd.Int64N(calls))/each
			f.Count = rnd.Int64N(2) // one of them, or all from it on
			t.Run(fmt.Sprintf("%+v of %d", f, calls), func(t *testing.T) {
				failsAndMends(t, disk, f, f.begin(t, base, fmt.Sprintf("%d of fault %d", i, n)), root, want)
			})
		}
	}
}

// fault is one of a first pass, or of one over a catalog that is there.
type fault struct {
	apptest.Fault
	there bool
}

// begin gives the data directory of a pass.
func (f *fault) begin(t *testing.T, base, name string) string {
	t.Helper()
	data := filepath.Join(base, name)
	if !f.there {
		return data
	}
	if err := os.CopyFS(data, os.DirFS(base+"/sound")); err != nil {
		t.Fatal(err)
	}
	return data
}

func failsAndMends(t *testing.T, disk *apptest.FaultyDisk, f fault, data, root string, want []string) {
	disk.Fail(f.Fault)
	code, _, errOut := command(t, disk.Env, data, "scan", root)
	disk.Heal()
	var before map[int64]string
	switch {
	case strings.Contains(errOut, "panic"), strings.Contains(errOut, "goroutine "):
		t.Errorf("it panics: %s", errOut)
	case code == 0:
		before = whole(t, data, want)
	case code != 1 || !strings.Contains(errOut, data+"/catalog.db") || strings.Contains(errOut, "corrupt") ||
		!saysMend(errOut):
		t.Errorf("exit code %d, and it does not say what is wrong and what to do: %s", code, errOut)
	}
	if before == nil {
		if _, err := os.Stat(data + "/catalog.db"); err == nil {
			_, before = said(t, data, "export")
		}
	}
	if code, _, errOut := command(t, nil, data, "scan", root); code != 0 {
		t.Fatalf("a second pass, on a disk that is well: %s", errOut)
	}
	after := whole(t, data, want)
	for id, path := range before {
		if now := after[id]; now != path {
			t.Errorf("id %d was that of %s, and is that of %q", id, path, now)
		}
	}
	if code, out, errOut := command(t, nil, data, "check", root); code != 0 {
		t.Errorf("check: %s%s", out, errOut)
	}
	if left := aside(t, data); len(left) > 0 {
		t.Errorf("it was taken for damaged: %v", left)
	}
}

// saysMend reports whether an error says what to do.
func saysMend(text string) bool {
	mends := []string{"look after the disk", "free some", "make it writable", "writable for this user"}
	return slices.ContainsFunc(mends, func(mend string) bool { return strings.Contains(text, mend) })
}

// TestADaemonOnADiskThatFailsForAWhile fails all calls of a kind while the library changes. The daemon says so, answers
// right or not at all, and goes on by itself once the disk is well; who follows its feed misses nothing.
func TestADaemonOnADiskThatFailsForAWhile(t *testing.T) {
	base := t.TempDir()
	root, data := base+"/root", base+"/data"
	fill(t, root, 200)
	disk := apptest.NewFaultyDisk(t, base)
	d := apptest.Start(t, apptest.Config{
		DataDir: data, More: quick, Env: disk.Env, Roots: []apptest.Root{{Name: "films", Path: root}},
	})
	r := apptest.Follow(t, d)
	d.WaitIdle(t, 2*time.Minute)
	for i, f := range []apptest.Fault{
		{Calls: apptest.Writes, Errno: syscall.ENOSPC, Torn: apptest.ShortWrite},
		{Calls: apptest.Reads, Errno: syscall.EIO},
		{Calls: apptest.Reads | apptest.Writes | apptest.Syncs, Errno: syscall.EIO, Every: 3},
		{Calls: apptest.Writes, Errno: syscall.EIO, Torn: apptest.Half},
		{Calls: apptest.Syncs, Errno: syscall.EIO},
	} {
		if i > 1 && os.Getenv("FAULTS") == "" {
			break
		}
		disk.Fail(f)
		before := r.Cursor()
		fill(t, fmt.Sprintf("%s/more %d", root, i), 50)
		if !apptest.Within(2*time.Minute, func() bool {
			status, body := asked(t, d, http.MethodGet, "/api/v1/items?limit=1000&sort=-size")
			failing := status == http.StatusServiceUnavailable && strings.Contains(body, `"disk-failing"`)
			if status != http.StatusOK && !failing {
				t.Fatalf("fault %d: %d %s", i, status, body)
			}
			_, failed := disk.Seen()
			return failed > 0 && (r.Cursor() != before || tells(t, d))
		}) {
			t.Errorf("fault %d: neither does it go on nor say why not\n%s", i, d.Log())
		}
		disk.Heal()
		complete(t, d, root, 2*time.Minute)
		d.WaitIdle(t, 2*time.Minute)
		if lines := d.Items(t, "").Diff("items", d.Export(t), "export"); len(lines) > 0 {
			t.Errorf("fault %d: %s", i, strings.Join(lines, "\n"))
		}
	}
	var lines []string
	if !apptest.Within(2*time.Minute, func() bool {
		held, err := r.Catalog()
		if err != nil {
			t.Fatal(err)
		}
		lines = held.Diff("client", d.Items(t, ""), "daemon")
		return len(lines) == 0
	}) {
		t.Errorf("the client holds something else:\n%s", strings.Join(lines, "\n"))
	}
	if !apptest.Within(2*time.Minute, func() bool { return d.Status(t).Health == "" }) {
		t.Errorf("not well again: %s", d.Status(t).Health)
	}
	if left := aside(t, data); len(left) > 0 || strings.Contains(d.Log(), "panic") {
		t.Errorf("aside %v\n%s", left, d.Log())
	}
	d.Stop(t)
	d.Start(t)
	complete(t, d, root, time.Minute)
}

// tells reports whether the daemon says that its disk fails: in its status, or by having no status to give.
func tells(t *testing.T, d *apptest.Daemon) bool {
	t.Helper()
	status, body := asked(t, d, http.MethodGet, "/api/v1/status")
	if status == http.StatusServiceUnavailable && strings.Contains(body, `"disk-failing"`) {
		return true
	}
	var s apptest.Status
	if err := json.Unmarshal([]byte(body), &s); err != nil || status != http.StatusOK {
		t.Fatalf("status %d: %s", status, body)
	}
	return saysMend(s.Health)
}
