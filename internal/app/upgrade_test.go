package app_test

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/catalogizer/catalogizerd/internal/app/apptest"
)

// olderCatalog puts a catalog into a directory that an older version has made.
func olderCatalog(t *testing.T, dir string) {
	t.Helper()
	f, err := os.Open("../store/testdata/catalog_4.db.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "catalog.db"), b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A disk without room for a copy keeps the older catalog as it is, and says how to go on.
func TestAnUpgradeWithoutRoomForACopyTouchesNothingAndSaysHowToGoOn(t *testing.T) {
	if !apptest.Inside(t, apptest.Mounts) {
		return
	}
	base := t.TempDir()
	data, root := base+"/data", base+"/root"
	apptest.Mount(t, data, "-t", "tmpfs", "-o", "size=12m", "none")
	fill(t, root, 10)
	olderCatalog(t, data)
	was, err := os.ReadFile(data + "/catalog.db")
	if err != nil {
		t.Fatal(err)
	}
	roots := []apptest.Root{{Name: "films", Path: root}}
	d := apptest.New(t, apptest.Config{DataDir: data, More: quick, Roots: roots})
	if err := d.TryStart(); err == nil || !strings.Contains(err.Error(), "backup.before_upgrade = false") ||
		!strings.Contains(err.Error(), "make room") {
		t.Errorf("started with %v", err)
	}
	if now, err := os.ReadFile(data + "/catalog.db"); err != nil || string(now) != string(was) {
		t.Errorf("the catalog was touched: %v", err)
	}
	d.Rewrite(t, quick+"[backup]\nbefore_upgrade = false\n", roots...)
	d.Start(t)
	d.WaitIdle(t, time.Minute)
	d.Stop(t)
	if copies, _ := filepath.Glob(data + "/catalog.db.schema-*"); len(copies) != 0 {
		t.Errorf("copies were made: %v", copies)
	}
}

// Where there is room, the copy stands in for a backup, too: what breaks right after an upgrade is not all lost.
func TestTheCopyOfBeforeAnUpgradeTakesADamagedCatalogsPlaceWhereThereIsNoBackup(t *testing.T) {
	base := t.TempDir()
	data, root := base+"/data", base+"/root"
	fill(t, root, 10)
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	olderCatalog(t, data)
	d := apptest.Start(t, apptest.Config{DataDir: data, More: quick, Roots: []apptest.Root{{Name: "films", Path: root}}})
	d.WaitIdle(t, time.Minute)
	d.Stop(t)
	if err := os.Truncate(data+"/catalog.db", 4096); err != nil {
		t.Fatal(err)
	}
	d.Start(t)
	if said := mended(t, d); !strings.Contains(said, "the backup "+data+"/catalog.db.schema-4") {
		t.Errorf("it says %s", said)
	}
	complete(t, d, root, time.Minute)
}

// A backup beside the catalog takes no room that the catalog needs: it is said that there is too little.
func TestABackupLeavesTheDiskRoom(t *testing.T) {
	if !apptest.Inside(t, apptest.Mounts) {
		return
	}
	base := t.TempDir()
	data, root := base+"/data", base+"/root"
	apptest.Mount(t, data, "-t", "tmpfs", "-o", "size=12m", "none")
	fill(t, root, 10)
	more := quick + "[backup]\nevery = \"24h\"\n"
	d := apptest.Start(t, apptest.Config{DataDir: data, More: more, Roots: []apptest.Root{{Name: "films", Path: root}}})
	d.WaitIdle(t, time.Minute)
	if !apptest.Within(time.Minute, func() bool { return strings.Contains(d.Log(), "make room, and try again") }) {
		t.Errorf("the log does not say that there is no room\n%s", d.Log())
	}
	if left, _ := filepath.Glob(data + "/backups/*"); len(left) != 0 {
		t.Errorf("it left %v", left)
	}
	complete(t, d, root, time.Minute)
}
