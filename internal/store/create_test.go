package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

// inside says what a directory holds: names, kinds, sizes.
func inside(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, e := range entries {
		fi, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if fi.IsDir() {
			lines = append(lines, fi.Name()+"/")
			continue
		}
		lines = append(lines, fmt.Sprintf("%v %s %d", fi.Mode(), fi.Name(), fi.Size()))
	}
	return strings.Join(lines, "\n")
}

func TestWhatIsLeftOfACatalogIsNeverTakenForANewOne(t *testing.T) {
	backup := filepath.Join(t.TempDir(), "backup.db")
	source := t.TempDir()
	r := runAt(t, source, Options{})
	r.put(r.addRoot("films"), "a.mkv")
	if err := Backup(t.Context(), source, backup); err != nil {
		t.Fatal(err)
	}
	log, err := os.ReadFile(r.path + "-wal") // of a catalog that is in use
	if err != nil || len(log) == 0 {
		t.Fatal(err)
	}
	r.stop()
	write := func(path string, b []byte) error { return os.WriteFile(path, b, 0o600) }
	for _, c := range []struct {
		name     string
		leave    func(path string) error
		restores bool
	}{
		{"no byte", func(p string) error { return write(p, nil) }, true},
		{"no byte, and the log", func(p string) error { return errors.Join(write(p, nil), write(p+"-wal", log)) }, true},
		{"zeros", func(p string) error { return write(p, make([]byte, 40960)) }, true},
		{"a database without tables", func(p string) error {
			c, err := dial(p, false, "journal_mode=WAL")
			if err != nil {
				return err
			}
			return errors.Join(c.close(), os.Chmod(p, 0o600))
		}, true},
		{"the log alone", func(p string) error { return write(p+"-wal", log) }, true},
		{"a directory", func(p string) error { return os.Mkdir(p, 0o700) }, false},
		{"a pipe", func(p string) error { return syscall.Mkfifo(p, 0o600) }, false},
		{"a link to nothing", func(p string) error { return os.Symlink(filepath.Join(filepath.Dir(p), "unmounted", FileName), p) }, false},
		{"a link to itself", func(p string) error { return os.Symlink(FileName, p) }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, FileName)
			if err := c.leave(path); err != nil {
				t.Fatal(err)
			}
			left := inside(t, dir)
			told := func(who string, err error) {
				t.Helper()
				if err == nil || !strings.Contains(err.Error(), path) || c.restores && (!errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), "catalogizerd restore")) {
					t.Errorf("%s is told: %v", who, err)
				}
				if now := inside(t, dir); now != left {
					t.Errorf("%s made of\n%s\nthis:\n%s", who, left, now)
				}
			}
			told("who writes", refused(t, dir))
			st, err := OpenReader(t.Context(), dir)
			if told("who reads", err); st != nil {
				_ = st.Close()
			}
			told("a backup", Backup(t.Context(), dir, filepath.Join(t.TempDir(), "b.db")))
			done, err := Restore(t.Context(), backup, dir)
			if !c.restores {
				told("who restores", err)
				return
			}
			if err != nil || done.Items != 1 {
				t.Fatalf("restored %+v, %v", done, err)
			}
			runAt(t, dir, Options{}).stop()
		})
	}
}

// TestAFirstStartThatIsKilledIsBegunAnew kills a process at any moment of making its catalog, and lets the next one in.
func TestAFirstStartThatIsKilledIsBegunAnew(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	first := func(dir string, killed time.Duration) time.Duration {
		cmd := exec.CommandContext(t.Context(), self)
		cmd.Env = append(os.Environ(), writerDir+"="+dir)
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		timer := time.AfterFunc(killed, func() { _ = cmd.Process.Kill() })
		_, _ = out.Read(make([]byte, 1)) // it has written, or is gone
		took := time.Since(began)
		timer.Stop()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return took
	}
	times := 40
	if testing.Short() {
		times = 5
	}
	took := first(t.TempDir(), time.Hour)
	moments := map[string]int{}
	for range times {
		dir := t.TempDir()
		first(dir, time.Duration(rand.Int64N(int64(took))))
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		moments[strings.Join(names, " ")]++
		r := runAt(t, dir, Options{})
		r.put(r.addRoot("music"), "a.mp3")
		r.stop()
		if names := filesIn(t, dir); names != FileName+" "+FloorName {
			t.Fatalf("left behind: %s", names)
		}
	}
	t.Logf("what was there after a kill: %v", moments)
}

func TestACatalogThatWasNotFinishedIsMadeAnewWhateverIsLeftOfIt(t *testing.T) {
	whole := t.TempDir()
	runAt(t, whole, Options{}).stop()
	b, err := os.ReadFile(filepath.Join(whole, FileName))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 1, 100, 4096, 4097, len(b) / 2, len(b) - 1, len(b)} {
		dir := t.TempDir()
		part := filepath.Join(dir, FileName+unfinished)
		torn := bytes.Repeat([]byte{0xaa}, len(b)) // what comes behind, on a disk
		copy(torn, b[:n])
		for _, held := range [][]byte{b[:n], torn} {
			if err := errors.Join(os.WriteFile(part, held, 0o600), os.WriteFile(part+"-journal", held, 0o600)); err != nil {
				t.Fatal(err)
			}
			r := runAt(t, dir, Options{})
			r.stop()
			if names := filesIn(t, dir); names != FileName {
				t.Errorf("left behind: %s", names)
			}
			if err := os.Remove(r.path); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestACatalogMayLieElsewhereBehindALink(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	r := runAt(t, elsewhere, Options{})
	root := r.addRoot("films")
	r.stop()
	if err := os.Symlink(r.path, filepath.Join(dir, FileName)); err != nil {
		t.Fatal(err)
	}
	r = runAt(t, dir, Options{WALLimit: 1})
	defer r.stop()
	it := r.put(root, "a.mkv")
	r.item(it.ID) // behind that, the log has been tended
	if fi, err := os.Stat(filepath.Join(elsewhere, FileName+"-wal")); err != nil || r.stats.GateCloses.Load() == 0 {
		t.Errorf("its log is not tended: %v %v", fi, err)
	}
}

func TestOthersMayNotReadACatalogThatWasOpenToThem(t *testing.T) {
	dir := t.TempDir()
	r := runAt(t, dir, Options{})
	r.put(r.addRoot("films"), "a.mkv")
	kept := r.disk()
	r.stop()
	path := filepath.Join(dir, FileName)
	names := []string{FileName, FileName + "-wal", FileName + Replaced, FileName + ".bak"}
	for _, name := range names {
		held := kept.file
		if strings.HasSuffix(name, "-wal") {
			held = kept.log
		}
		if err := errors.Join(os.WriteFile(filepath.Join(dir, name), held, 0o600), os.Chmod(filepath.Join(dir, name), 0o664)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "notes"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "notes"), 0o644); err != nil {
		t.Fatal(err)
	}
	core, log := observer.New(zap.WarnLevel)
	r = runAt(t, dir, Options{Log: zap.New(core)})
	defer r.stop()
	for _, name := range append(names, FileName+"-shm") {
		if fi, err := os.Stat(filepath.Join(dir, name)); err != nil || fi.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, fi.Mode(), err)
		}
	}
	if fi, err := os.Stat(filepath.Join(dir, "notes")); err != nil || fi.Mode().Perm() != 0o644 {
		t.Errorf("what is somebody else's: %v %v", fi.Mode(), err)
	}
	if log.Len() > 0 || r.ItemCounts().Items != 1 {
		t.Errorf("%v, %+v of %s", log.All(), r.ItemCounts(), path)
	}
}

// TestWhereOthersCannotBeKeptFromReadingThatIsSaid runs as nobody on files of another user.
func TestWhereOthersCannotBeKeptFromReadingThatIsSaid(t *testing.T) {
	asNobody(t, "OPEN_CATALOG", func(dir string) {
		core, log := observer.New(zap.WarnLevel)
		st, err := Open(context.Background(), dir, Options{Log: zap.New(core)})
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		lines := log.All()
		if len(lines) != 1 || !strings.Contains(fmt.Sprint(lines[0].ContextMap()["error"]), "chmod go= "+filepath.Join(dir, FileName)) {
			t.Errorf("it says %v", lines)
		}
	}, func(dir string) map[string]fs.FileMode {
		return map[string]fs.FileMode{filepath.Join(dir, FileName): 0o666, dir: 0o777}
	})
}

func TestNoCharacterOfADirectorysNameIsAPattern(t *testing.T) {
	dir := filepath.Join(t.TempDir(), `a[b]*?\c`)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	runAt(t, dir, Options{}).stop()
	if err := os.Chmod(filepath.Join(dir, FileName), 0o644); err != nil {
		t.Fatal(err)
	}
	if errs := tighten(filepath.Join(dir, FileName)); len(errs) > 0 {
		t.Error(slices.Values(errs))
	}
	if fi, err := os.Stat(filepath.Join(dir, FileName)); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", fi.Mode(), err)
	}
}
