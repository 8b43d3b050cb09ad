package app_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// altered runs SQL on a catalog's file that nobody has open.
func altered(t *testing.T, file, script string) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), script)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// A trigger of a stranger would run in the daemon, for as long as he likes.
func TestACatalogWithATriggerIsRefusedByEveryCommand(t *testing.T) {
	root, data, backup := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "b.db")
	fill(t, root, 10)
	d := apptest.Start(t, apptest.Config{DataDir: data, More: quick, Roots: []apptest.Root{{Name: "films", Path: root}}})
	d.WaitIdle(t, time.Minute)
	d.Command(t, "backup", backup)
	d.Stop(t)
	altered(t, backup, `CREATE TRIGGER forever AFTER UPDATE ON meta BEGIN
		INSERT INTO meta SELECT i, 1 FROM (
			WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n) WHERE i < 0; END`)
	for _, args := range [][]string{
		{"restore", backup}, {"scan", root}, {"check", root}, {"export"}, {"backup", backup + ".2"},
	} {
		dir := data
		if args[0] != "restore" {
			dir = filepath.Dir(backup)
			if err := os.Rename(backup, filepath.Join(dir, "catalog.db")); err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
		}
		cmd := exec.CommandContext(t.Context(), os.Getenv(apptest.BinaryVar), append(args, "--data-dir", dir)...)
		cmd.WaitDelay = time.Second
		stuck := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
		out, err := cmd.CombinedOutput()
		named := strings.Contains(string(out), `trigger "forever" of "meta"`)
		if !stuck.Stop() || cmd.ProcessState.ExitCode() != 1 || !named {
			t.Errorf("%s: %v: %s", args[0], err, out)
		}
	}
	d.Start(t) // what was there is as it was
	complete(t, d, root, time.Minute)
}

func TestARestoreEndsWithinTwoSecondsOfASignal(t *testing.T) {
	for rows := 2_000_000; !endedWhileItRestores(t, rows); rows *= 2 { // a fast machine has more to restore
		if rows > 8_000_000 {
			t.Fatalf("%d rows were restored before the signal came", rows)
		}
	}
}

// endedWhileItRestores has a restore of so many rows ended by a signal. It reports whether that came before all was
// restored.
func endedWhileItRestores(t *testing.T, rows int) bool {
	t.Helper()
	root, data, backup := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "b.db")
	fill(t, root, 10)
	d := apptest.Start(t, apptest.Config{DataDir: data, More: quick, Roots: []apptest.Root{{Name: "films", Path: root}}})
	d.WaitIdle(t, time.Minute)
	d.Command(t, "backup", backup)
	d.Stop(t)
	altered(t, backup, fmt.Sprintf(`PRAGMA synchronous=OFF;
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
		INSERT INTO meta SELECT 'key ' || i, 'a stranger wrote this value' FROM n`, rows))
	cmd := exec.CommandContext(t.Context(), os.Getenv(apptest.BinaryVar), "restore", backup, "--data-dir", data)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	if !apptest.Within(time.Minute, func() bool {
		parts, err := filepath.Glob(data + "/.catalog.db.*.part")
		return len(ended) > 0 || err == nil && len(parts) > 0
	}) {
		t.Error("it does not begin")
	}
	began := time.Now()
	_ = cmd.Process.Signal(syscall.SIGTERM) // fails only where it has ended
	stuck := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	err := <-ended
	took := time.Since(began)
	switch code := cmd.ProcessState.ExitCode(); {
	case err == nil:
		return false
	case !stuck.Stop() || code != 128+int(syscall.SIGTERM):
		t.Errorf("exit code %d after %v: %s", code, took, out.Bytes())
	case took > 2*time.Second+late():
		t.Errorf("it took %v", took)
	}
	if left, err := filepath.Glob(data + "/.catalog*"); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
	d.Start(t)
	complete(t, d, root, time.Minute)
	return true
}

func TestTheDaemonBacksItsCatalogUpByItself(t *testing.T) {
	root, data, elsewhere := t.TempDir(), t.TempDir(), t.TempDir()
	fill(t, root, 10)
	d := apptest.Start(t, apptest.Config{
		DataDir: data, More: quick + "\n[backup]\nevery = \"10m\"\ndir = \"" + elsewhere + "\"\n",
		Roots: []apptest.Root{{Name: "films", Path: root}},
	})
	var made []string
	if !apptest.Within(time.Minute, func() bool {
		var err error
		made, err = filepath.Glob(elsewhere + "/catalog-*.db")
		return err == nil && len(made) > 0
	}) {
		t.Fatal("no backup was made:\n", d.Log())
	}
	backedUp := func() bool { return d.Metrics(t)["catalogizerd_backup_last_timestamp_seconds"] > 0 }
	if !apptest.Within(time.Minute, backedUp) {
		t.Error("the metrics do not tell of the backup")
	}
	d.Stop(t)
	d.Command(t, "restore", made[0])
	d.Start(t)
	complete(t, d, root, time.Minute)
}
